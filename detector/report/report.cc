#include "detector/report/report.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <mutex>

#include "detector/report/benign.h"
#include "detector/report/race_text.h"
#include "detector/report/seen_pairs.h"
#include "detector/report/suppressions.h"
#include "runtime/base/exit_hooks.h"
#include "runtime/base/options.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/spin_lock.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::RawWriter;

struct Reporter {
  runtime::SpinLock lock;  // one report at a time; also guards seen
  SeenPairs seen;
  std::atomic<uint64_t> count{0};
  std::atomic<bool> has_goroutines{false};
  std::atomic<bool> halted{false};
};
constinit Reporter g_reporter;

// Equal stacks can have several origins (their calling contexts hashed differently), so the frames are compared.
uint64_t stack_hash(const RaceSide& side) {
  uint64_t hash = side.is_write ? 0x9e3779b97f4a7c15u : 0xc2b2ae3d27d4eb4fu;
  const OriginInfo info = origin_info(side.origin);
  for (int i = 0; i < info.frame_count; ++i) {
    hash = (hash ^ info.frames[i]) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  return hash;
}

void print_loss(RawWriter& out, bool& first, uint64_t count, const char* what) {
  if (count == 0) return;
  out << (first ? "gorace: limits reached, races may have been missed: " : ", ") << count << ' ' << what;
  first = false;
}

void print_losses() {
  const Losses lost = losses();
  RawWriter out(runtime::report_fd());
  bool first = true;
  print_loss(out, first, lost.slots_reused_early, "clock slots reused early");
  print_loss(out, first, lost.epochs_exhausted, "releases without a new epoch");
  print_loss(out, first, lost.origins_dropped, "accesses without a stack");
  print_loss(out, first, lost.strands_dropped, "goroutines without a name");
  print_loss(out, first, lost.history_dropped, "accesses not recorded");
  print_loss(out, first, lost.lock_sets_dropped, "accesses without their locks");
  print_loss(out, first, lost.nested_accesses_dropped, "accesses of signal handlers not recorded");
  if (!first) out << "\n";
}

// is_unwanted: the user has said not to report it.
bool is_unwanted(const Race& race) {
  const runtime::Options& options = runtime::options();
  if (!options.report_bugs) return true;
  const bool atomic = is_atomic_origin(race.present.origin) || is_atomic_origin(race.previous.origin);
  return atomic && !options.report_atomic_races;
}

// is_suppressed needs symbols, so it is asked once for each pair of stacks. Under the reporter's lock.
bool is_suppressed(const Race& race) {
  if (suppressions().empty()) return false;
  runtime::DataSymbol global;
  const bool is_global = runtime::symbolize_data(race.address, &global);
  return suppressions().hides_race(origin_info(race.present.origin), origin_info(race.previous.origin),
                                   is_global ? global.name : "");
}

// Other threads may be on their way to a race when main ends: who wants to see it waits for it.
void linger() {
  const long milliseconds = runtime::options().atexit_sleep_ms;
  if (milliseconds == 0) return;
  const timespec pause{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  syscall(SYS_nanosleep, &pause, nullptr);
}

}  // namespace

void report_race(const Race& race) {
  const IgnoreScope quiet;  // symbolizing runs code that may be intercepted
  {
    const std::lock_guard guard(g_reporter.lock);
    if (g_reporter.halted.load(std::memory_order_relaxed)) return;
    if (is_unwanted(race) || is_benign_race(race.address)) return;
    const bool is_new = g_reporter.seen.insert(stack_hash(race.present), stack_hash(race.previous));
    if (!is_new && runtime::options().suppress_equal_stacks) return;
    if (is_suppressed(race)) return;
    g_reporter.count.fetch_add(1, std::memory_order_relaxed);
    RawWriter out(runtime::report_fd());
    print_race(out, race, {.has_goroutines = g_reporter.has_goroutines.load(std::memory_order_relaxed)});
    if (runtime::options().halt_on_error) g_reporter.halted.store(true, std::memory_order_relaxed);
  }
  if (runtime::options().halt_on_error) runtime::end_process(runtime::options().exitcode, /*flush=*/true);
}

uint64_t race_count() { return g_reporter.count.load(std::memory_order_relaxed); }

void note_goroutine_started() { g_reporter.has_goroutines.store(true, std::memory_order_relaxed); }

int finish_reports(int exit_code) {
  linger();
  const uint64_t found = race_count();
  // Like Go, a run that was halted at its first race prints no count.
  if (found != 0 && !g_reporter.halted.load(std::memory_order_relaxed)) {
    RawWriter out(runtime::report_fd());
    out << "Found " << found << " data race(s)\n";
  }
  print_losses();
  if (runtime::options().print_suppressions) {
    RawWriter out(runtime::report_fd());
    suppressions().print(out);
    print_benign_races(out);
  }
  return found != 0 && exit_code == 0 ? runtime::options().exitcode : exit_code;
}

}  // namespace gorace::detector
