#include "tests/unit/detector/race_sink.h"

#include <mutex>
#include <utility>

namespace gorace::detector {
namespace {

std::mutex g_lock;
std::vector<testing::SeenRace> g_races;
std::vector<testing::SeenFinding> g_findings;

}  // namespace

void report_race(const Race& race) {
  const std::lock_guard guard(g_lock);
  g_races.push_back({race.address, race.bytes, race.present.context->id,
                     race.previous.context != nullptr ? race.previous.context->id : 0, race.present.origin,
                     race.previous.origin, race.present.is_write, race.previous.is_write});
}

void report_finding(const Finding& finding) {
  testing::SeenFinding seen{.headline = finding.headline, .locks = {}, .origins = {}, .strand_ids = {}};
  for (int i = 0; i < finding.stack_count; ++i) {
    seen.locks.push_back(finding.stacks[i].lock);
    seen.origins.push_back(finding.stacks[i].origin);
    seen.strand_ids.push_back(finding.stacks[i].strand != nullptr ? finding.stacks[i].strand->id : 0);
  }
  const std::lock_guard guard(g_lock);
  g_findings.push_back(std::move(seen));
}

std::vector<testing::SeenFinding> testing::take_findings() {
  const std::lock_guard guard(g_lock);
  return std::exchange(g_findings, {});
}

std::vector<testing::SeenRace> testing::take_races() {
  const std::lock_guard guard(g_lock);
  return std::exchange(g_races, {});
}

}  // namespace gorace::detector
