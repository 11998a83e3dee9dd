// Options: the settings of a run, read once from the environment variable GORACE ("key=value key=value", Go's names
// where Go has one). The gorace command parses the same variable with the same table before it starts a program:
// options.cc, which does nothing by itself. process_options.cc is for programs: it reads the variable before main.
//
// Thread safety: options() is set once before main and read-only afterwards.
#ifndef GORACE_RUNTIME_BASE_OPTIONS_H_
#define GORACE_RUNTIME_BASE_OPTIONS_H_

#include <cstddef>

namespace gorace::runtime {

struct Options {
  static constexpr size_t kMaxText = 4096;

  int exitcode = 66;                      // exit code when something was reported and the program returned 0
  bool halt_on_error = false;             // exit after the first report
  char log_path[kMaxText] = "stderr";     // "stderr", "stdout", or a path to which ".PID" is appended
  char strip_path_prefix[kMaxText] = "";  // removed from the front of file names in reports
  char suppressions[kMaxText] = "";       // file of what is known and not reported (detector/report/suppressions.h)
  bool print_suppressions = false;        // at exit, which of them matched how often
  bool suppress_equal_stacks = true;      // report each pair of stacks once
  bool report_bugs = true;                // false: watch, and report nothing
  bool report_atomic_races = true;        // false: no races in which a side is atomic
  bool report_mutex_bugs = true;          // unlock of an unlocked mutex and the like (detector/report/finding.h)
  bool report_destroy_locked = true;      // destroy of a locked mutex
  bool report_signal_unsafe = true;       // malloc in signal handlers, errno changed by them
  bool report_thread_leaks = true;        // threads that ended and were neither joined nor detached
  bool detect_deadlocks = true;           // locks taken in different orders
  bool leaks = false;                     // report goroutines still blocked when main returns
  char profile[kMaxText] = "";            // comma-separated profiles to write at exit: goroutine, heap
  char profile_dir[kMaxText] = ".";       // where they are written
  long memprofilerate = 524288;           // mean bytes between heap samples; 1 = every allocation, 0 = off

  long schedtrace = 0;            // milliseconds between two lines about the scheduler on stderr; 0: none
  bool scheddetail = false;       // with schedtrace: also a line for each P, M and G
  bool containermaxprocs = true;  // the default of GOMAXPROCS obeys the cgroup's limit
  bool updatemaxprocs = true;     // and follows it, and the affinity mask, while the program runs

  long sample_ppm = -1;  // of programs compiled for it: check for so many millionths of the time; -1: as compiled
  long sample_window_us = 10'000;  // of the same: how long it checks at a time
  long atexit_sleep_ms = 0;        // how long to go on watching other threads when main has ended (Go: 1000)
  long history_size = 1;           // Go's; without effect: no history is bounded here
};

// options returns the settings of this process.
const Options& options();

// parse_options reads `text` into *out. On a mistake it returns false and writes one line that names the key and value,
// and the keys that exist, to message (NUL-terminated, at most message_size bytes).
bool parse_options(const char* text, Options* out, char* message, size_t message_size);

// parse_tsan_options reads `text`, in the syntax of TSAN_OPTIONS (separated by blanks, commas or colons), into *out:
// the settings that mean something here. What else ThreadSanitizer knows is passed over; warn() gets a line for each
// name that nobody knows and for each bad value. `source` names the text in those lines.
void parse_tsan_options(const char* text, const char* source, Options* out, void (*warn)(const char* message));

// adopt_tsan_options makes this process obey ThreadSanitizer's settings too: `defaults` (null: none), then the
// environment variable TSAN_OPTIONS, and over them GORACE. Call it before main.
void adopt_tsan_options(const char* defaults);

// report_fd returns the descriptor that reports go to: stderr, stdout, or log_path.PID, opened at the first call. When
// that file cannot be opened it says so once on stderr and falls back to stderr.
int report_fd();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_OPTIONS_H_
