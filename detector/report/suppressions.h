// Suppressions: reports that somebody has looked at and does not want to see. ThreadSanitizer's and Go's files work
// unchanged. A line is type:pattern; blank lines and lines that begin with # say nothing.
//
//   race:NAME              some frame of either stack, or the global variable, matches
//   race_top:NAME          the innermost frame of either stack matches
//   race:NAME && NAME      each side of the race matches one of the two (gorace's own)
//   race:FILE.cc:12        a pattern that ends in a line number matches frames of just that line (gorace's own)
//   called_from_lib:NAME   some frame lies in a shared library whose path matches
//   mutex: thread: signal: deadlock:   findings of those kinds (finding.h): some frame of some stack matches
//
// A frame matches by its function, its file or its module. A pattern matches anywhere in the name; * stands for any
// text, ^ at the beginning and $ at the end tie it to the name's ends.
//
// Thread safety: loaded before main, then used under the reporter's lock.
#ifndef GORACE_DETECTOR_REPORT_SUPPRESSIONS_H_
#define GORACE_DETECTOR_REPORT_SUPPRESSIONS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detector/origin/origin.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/raw_writer.h"

namespace gorace::detector {

enum class SuppressionType : uint8_t { kRace, kRaceTop, kMutex, kThread, kSignal, kDeadlock, kCalledFromLib };

// matches_pattern tells whether `name` matches, by the rules above (without the one for lines).
bool matches_pattern(std::string_view pattern, std::string_view name);

class Suppressions {
 public:
  // add reads the text of a file. On a mistake it returns the number of the line that has it and points *why to the
  // reason; 0 when all is well. The text must stay.
  int add(std::string_view text, const char** why);

  // hides_race tells whether a suppression matches a race between these two stacks on the variable `global` ("" when it
  // is none).
  bool hides_race(const OriginInfo& one, const OriginInfo& other, const char* global);
  // hides tells whether a suppression of this type matches any frame of the stack: for reports other than races.
  bool hides(SuppressionType type, const OriginInfo& stack);

  bool empty() const { return all_.empty(); }
  // print lists them: those that matched, how often, and those that did not.
  void print(runtime::RawWriter& out) const;

 private:
  struct Suppression {
    SuppressionType type;
    std::string_view pattern;
    std::string_view other_side;  // of a && suppression, else empty
    std::string_view text;        // as written
    uint64_t hits;
  };

  const char* add_line(std::string_view line);

  runtime::InternalVector<Suppression> all_;
};

// The process's suppressions: GORACE's suppressions=FILE and the program's __tsan_default_suppressions().
Suppressions& suppressions();

// load_suppressions fills suppressions(), once, before main. A file that cannot be read, or has a mistake, ends the
// process with one line that names it, exit code 2.
void load_suppressions(const char* built_in);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_REPORT_SUPPRESSIONS_H_
