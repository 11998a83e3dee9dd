// Oracle: happens-before by full vector clocks, and for every byte the last access of each strand in each of four ways
// (plain or atomic, read or write): DJIT+ (Pozniansky and Schuster, PPoPP 2003) extended by atomic accesses. Slow and
// obviously right; the shadow's verdicts are compared with it.
#ifndef GORACE_TESTS_UNIT_DETECTOR_ORACLE_H_
#define GORACE_TESTS_UNIT_DETECTOR_ORACLE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace gorace::detector::testing {

using OracleClock = std::vector<uint32_t>;  // by strand, never reused

inline void join_clock(OracleClock& into, const OracleClock& from) {
  if (into.size() < from.size()) into.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
}

inline uint32_t clock_at(const OracleClock& clock, size_t strand) { return strand < clock.size() ? clock[strand] : 0; }

class Oracle {
 public:
  explicit Oracle(size_t bytes) : memory_(bytes) {}

  size_t add_strand(int creator) {
    const size_t strand = clocks_.size();
    clocks_.emplace_back();
    if (creator >= 0) {
      clocks_[strand] = clocks_[static_cast<size_t>(creator)];
      tick(static_cast<size_t>(creator));
    }
    clocks_[strand].resize(std::max(clocks_[strand].size(), strand + 1));
    clocks_[strand][strand] = 1;
    return strand;
  }

  void acquire(size_t strand, int object) { join_clock(clocks_[strand], objects_[object]); }
  void release(size_t strand, int object) {
    objects_[object] = clocks_[strand];
    tick(strand);
  }
  void release_merge(size_t strand, int object) {
    join_clock(objects_[object], clocks_[strand]);
    tick(strand);
  }
  void release_acquire(size_t strand, int object) {
    acquire(strand, object);
    release(strand, object);
  }
  void exchange(size_t strand, size_t parked) {
    join_clock(clocks_[strand], clocks_[parked]);
    join_clock(clocks_[parked], clocks_[strand]);
    tick(strand);
    tick(parked);
  }
  void join(size_t waiter, size_t ended) { join_clock(clocks_[waiter], clocks_[ended]); }

  struct Verdict {
    bool races = false;
    bool repeats = false;  // the strand made this access, or a stronger one, in this epoch already
    std::set<size_t> others;
  };

  // access is for bytes of one granule.
  Verdict access(size_t strand, size_t at, size_t bytes, bool is_write, bool is_atomic) {
    Verdict verdict;
    verdict.repeats = true;
    for (size_t byte = at; byte < at + bytes; ++byte) {
      look(verdict, memory_[byte], strand, is_write, is_atomic);
      OracleClock& own = memory_[byte][way(is_write, is_atomic)];
      const uint32_t now = clocks_[strand][strand];
      // A plain access conflicts with all that an atomic one does, and stands for it.
      const bool done_plainly = clock_at(memory_[byte][way(is_write, false)], strand) == now;
      verdict.repeats &= clock_at(own, strand) == now || done_plainly;
      if (own.size() <= strand) own.resize(strand + 1);
      own[strand] = now;
    }
    return verdict;
  }

  void reset(size_t at, size_t bytes) {
    for (size_t byte = at; byte < at + bytes; ++byte) memory_[byte] = {};
  }

 private:
  using Byte = std::array<OracleClock, 4>;

  static size_t way(bool is_write, bool is_atomic) { return size_t{is_write} + 2 * size_t{is_atomic}; }
  void tick(size_t strand) { ++clocks_[strand][strand]; }

  void look(Verdict& verdict, const Byte& byte, size_t strand, bool is_write, bool is_atomic) const {
    for (size_t i = 0; i < byte.size(); ++i) {
      const bool other_writes = (i & 1) != 0;
      const bool other_is_atomic = (i & 2) != 0;
      if (!(is_write || other_writes) || (is_atomic && other_is_atomic)) continue;
      for (size_t other = 0; other < byte[i].size(); ++other) {
        if (other == strand || byte[i][other] <= clock_at(clocks_[strand], other)) continue;
        verdict.races = true;
        verdict.others.insert(other);
      }
    }
  }

  std::vector<OracleClock> clocks_;
  std::map<int, OracleClock> objects_;
  std::vector<Byte> memory_;
};

}  // namespace gorace::detector::testing

#endif  // GORACE_TESTS_UNIT_DETECTOR_ORACLE_H_
