#include "tests/unit/detector/race_sink.h"

#include <mutex>
#include <utility>

namespace gorace::detector {
namespace {

std::mutex g_lock;
std::vector<testing::SeenRace> g_races;

}  // namespace

void report_race(const Race& race) {
  const std::lock_guard guard(g_lock);
  g_races.push_back({race.address, race.bytes, race.present.context->id,
                     race.previous.context != nullptr ? race.previous.context->id : 0, race.present.origin,
                     race.previous.origin, race.present.is_write, race.previous.is_write});
}

std::vector<testing::SeenRace> testing::take_races() {
  const std::lock_guard guard(g_lock);
  return std::exchange(g_races, {});
}

}  // namespace gorace::detector
