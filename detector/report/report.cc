#include "detector/report/report.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <mutex>

#include "detector/report/benign.h"
#include "detector/report/finding.h"
#include "detector/report/race_text.h"
#include "detector/report/seen_pairs.h"
#include "detector/report/suppressions.h"
#include "detector/report/uninstrumented.h"
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
  std::atomic<uint64_t> findings{0};
  std::atomic<bool> has_goroutines{false};
  std::atomic<bool> halted{false};
};
constinit Reporter g_reporter;

// Equal stacks can have several origins (their calling contexts hashed differently), so the frames are compared.
uint64_t stack_hash(uint64_t seed, OriginId origin) {
  uint64_t hash = seed;
  const OriginInfo info = origin_info(origin);
  for (int i = 0; i < info.frame_count; ++i) {
    hash = (hash ^ info.frames[i]) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  return hash;
}

uint64_t stack_hash(const RaceSide& side) {
  return stack_hash(side.is_write ? 0x9e3779b97f4a7c15u : 0xc2b2ae3d27d4eb4fu, side.origin);
}

// Findings are told apart by their headline (its address, which is a constant's) and all their stacks.
uint64_t finding_hash(const Finding& finding) {
  uint64_t hash = reinterpret_cast<uintptr_t>(finding.headline);
  for (int i = 0; i < finding.stack_count; ++i) hash = stack_hash(hash, finding.stacks[i].origin);
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
  print_loss(out, first, lost.stacks_cut, "stacks cut to their innermost frames");
  print_loss(out, first, lost.strands_dropped, "goroutines without a name");
  print_loss(out, first, lost.history_dropped, "accesses not recorded");
  print_loss(out, first, lost.lock_sets_dropped, "accesses without their locks");
  print_loss(out, first, lost.nested_accesses_dropped, "accesses of signal handlers not recorded");
  print_loss(out, first, lost.files_shared, "uses of files that share a clock");
  print_loss(out, first, lost.lock_orders_dropped, "orders of locks not followed to their end");
  if (!first) out << "\n";
}

// is_unwanted: the user has said not to report it.
bool is_unwanted(const Race& race) {
  const runtime::Options& options = runtime::options();
  if (!options.report_bugs) return true;
  const bool atomic = is_atomic_origin(race.present.origin) || is_atomic_origin(race.previous.origin);
  return atomic && !options.report_atomic_races;
}

bool is_library_access(OriginId origin) {
  const OriginInfo info = origin_info(origin);
  return info.frame_count > 0 && !is_instrumented(info.frames[0] - 1);
}

// is_library_matter: a file descriptor, or a lock or condition, that is used on both sides by code which is not
// instrumented. How that orders its own things is not seen, and nobody but its author could change it. Memory is
// another matter: it may be the program's.
bool is_library_matter(const Race& race) {
  DescriptorInfo descriptor;
  const bool is_memory = !is_atomic_origin(race.present.origin) && !is_atomic_origin(race.previous.origin) &&
                         (find_descriptor == nullptr || !find_descriptor(race.address, &descriptor));
  return !is_memory && is_library_access(race.present.origin) && is_library_access(race.previous.origin);
}

// is_suppressed needs symbols, so it is asked once for each pair of stacks. Under the reporter's lock.
bool is_suppressed(const Race& race) {
  if (suppressions().empty()) return false;
  runtime::DataSymbol global;
  const bool is_global = runtime::symbolize_data(race.address, &global);
  return suppressions().hides_race(origin_info(race.present.origin), origin_info(race.previous.origin),
                                   is_global ? global.name : "");
}

bool is_suppressed(const Finding& finding) {
  if (suppressions().empty()) return false;
  for (int i = 0; i < finding.stack_count; ++i) {
    if (suppressions().hides(finding.suppression, origin_info(finding.stacks[i].origin))) return true;
  }
  return false;
}

// with_report calls print(out, wording) when is_wanted() says so, one report at a time, and counts it in *count.
template <class IsWanted, class Print>
void with_report(std::atomic<uint64_t>& count, IsWanted&& is_wanted, Print&& print) {
  const IgnoreScope quiet;  // symbolizing runs code that may be intercepted
  {
    const std::lock_guard guard(g_reporter.lock);
    if (g_reporter.halted.load(std::memory_order_relaxed) || !is_wanted()) return;
    count.fetch_add(1, std::memory_order_relaxed);
    RawWriter out(runtime::report_fd());
    print(out, RaceWording{.has_goroutines = g_reporter.has_goroutines.load(std::memory_order_relaxed)});
    if (runtime::options().halt_on_error) g_reporter.halted.store(true, std::memory_order_relaxed);
  }
  if (runtime::options().halt_on_error) runtime::end_process(runtime::options().exitcode, /*flush=*/true);
}

bool is_new_pair(uint64_t one, uint64_t other) {
  return g_reporter.seen.insert(one, other) || !runtime::options().suppress_equal_stacks;
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
  with_report(
      g_reporter.count,
      [&] {
        return !is_unwanted(race) && !is_benign_race(race.address) && !is_library_matter(race) &&
               is_new_pair(stack_hash(race.present), stack_hash(race.previous)) && !is_suppressed(race);
      },
      [&](RawWriter& out, const RaceWording& wording) { print_race(out, race, wording); });
}

void report_finding(const Finding& finding) {
  with_report(
      g_reporter.findings,
      [&] {
        return runtime::options().report_bugs && is_new_pair(finding_hash(finding), 0) && !is_suppressed(finding);
      },
      [&](RawWriter& out, const RaceWording& wording) { print_finding(out, finding, wording); });
}

uint64_t finding_count() { return g_reporter.findings.load(std::memory_order_relaxed); }

uint64_t race_count() { return g_reporter.count.load(std::memory_order_relaxed); }

void note_goroutine_started() { g_reporter.has_goroutines.store(true, std::memory_order_relaxed); }

bool goroutines_started() { return g_reporter.has_goroutines.load(std::memory_order_relaxed); }

int finish_reports(int exit_code) {
  linger();
  const uint64_t found = race_count();
  // Like Go, a run that was halted at its first race prints no count.
  if (found != 0 && !g_reporter.halted.load(std::memory_order_relaxed)) {
    RawWriter out(runtime::report_fd());
    out << "Found " << found << " data race(s)\n";
  }
  const uint64_t findings = finding_count();
  if (findings != 0 && !g_reporter.halted.load(std::memory_order_relaxed)) {
    RawWriter out(runtime::report_fd());
    out << "Found " << findings << " other problem(s)\n";
  }
  if (found != 0) {
    const IgnoreScope quiet;  // symbols are not needed, but the loader's list is
    RawWriter out(runtime::report_fd());
    print_uninstrumented_modules(out);
  }
  print_losses();
  if (runtime::options().print_suppressions) {
    RawWriter out(runtime::report_fd());
    suppressions().print(out);
    print_benign_races(out);
  }
  return found + findings != 0 && exit_code == 0 ? runtime::options().exitcode : exit_code;
}

}  // namespace gorace::detector
