// Read lanes: where strands record their reads of a granule that is mostly read, in every epoch anew, by several of
// them: what a lambda captured, a pointer to shared state, a global that was set once. In the granule's record, each
// read of a new epoch changes a line that all readers use, under a lock that all readers take; programs with a mutex
// begin an epoch at each unlock. A lane is the reading thread's own: a read costs one exchange in a line that nobody
// else writes, however many threads read.
//
// (The idea is that of biased locks, Dice, Moir, Scherer, "Quickly reacquirable locks", 2003, and of BRAVO's table of
// readers, Dice and Kogan, USENIX ATC 2019: readers announce themselves where only a writer looks.)
//
// A record gets lanes after a streak of reads without any other access. It is then laned: what it holds stands still,
// its tag too, and its readers' later reads are in the lanes. Anything but such a read collects the lanes into the
// record first (collect_lanes), with a new tag, so that the lanes' owners see that they are gone.
//
// Protocol (Dekker's): the owner exchanges the lane's word, then looks whether the granule still has the tag; the
// collector exchanges the granule's word 0 for kBusy, then reads the lanes. So the collector sees the read, or the
// owner sees the collector and takes the way of all other accesses.
//
// A strand may use a lane when it is ordered after all writes of the record, whose races are thus told already; in
// later epochs it is all the more so.
//
// Ownership: a lane is its thread's, which alone writes it. It belongs to the record of its tag until the granule has
// another word that is not kBusy; a tag never comes again. Lanes outlive their threads, as thread states do.
#ifndef GORACE_DETECTOR_SHADOW_READ_LANES_H_
#define GORACE_DETECTOR_SHADOW_READ_LANES_H_

#include <cstdint>

#include "detector/context/thread_state.h"
#include "detector/shadow/granule.h"
#include "detector/shadow/own_access.h"
#include "detector/shadow/record.h"

namespace gorace::detector {

inline ReadLane& read_lane_slot(ThreadState& state, uint64_t tag) {
  return state.read_lanes[tag % ThreadState::kReadLanes];
}

// exchange_in_lane puts `word` into the lane and tells whether the granule is laned still.
inline bool exchange_in_lane(ReadLane& lane, const uint64_t* words, uint64_t word) {
  __atomic_exchange_n(&lane.latest, word, __ATOMIC_SEQ_CST);
  order_loads_after_exchange();
  return __atomic_load_n(words, __ATOMIC_RELAXED) == lane.tag;
}

// read_in_lane records the plain read `mine` in this thread's lane for the granule. False when it has none, or not for
// this strand and these bytes: then the read must be recorded as any other access.
[[gnu::always_inline]] inline bool read_in_lane(ThreadState& state, const Context& context, const uint64_t* words,
                                                uint64_t mine) {
  const uint64_t tag = __atomic_load_n(words, __ATOMIC_RELAXED);
  ReadLane& lane = read_lane_slot(state, tag);
  if (lane.tag != tag || !is_tagged(tag)) return false;
  const uint64_t latest = lane.latest;
  if (((latest ^ mine) & context.slot_mask) != 0) return false;
  uint64_t word = mine;
  if (same_identity(latest, mine)) {
    word = merge_words(latest, mine);
  } else if (!covers(mine, latest)) {
    if (lane.earlier != 0 && !covers(mine, lane.earlier)) return false;
    __atomic_store_n(&lane.earlier, latest, __ATOMIC_RELAXED);
  }
  if (!exchange_in_lane(lane, words, word)) return false;
  // Only now: a collector would have read the word from before, and this one after.
  if (lane.earlier != 0 && covers(word, lane.earlier)) __atomic_store_n(&lane.earlier, 0, __ATOMIC_RELAXED);
  note_own_access(state, tag, word, false);
  return true;
}

// note_read_in_place: the plain read was added to a record that is the granule's own and now has the tag. The granule
// is locked.
void note_read_in_place(ThreadState& state, uint64_t* words, uint64_t tag, const Context& context, uint64_t word);

// join_lanes gives the thread a lane for a laned granule, which is locked, with the plain read in it. False when it
// cannot have one; then nothing was changed.
bool join_lanes(ThreadState& state, uint64_t* words, uint64_t tag, const Context& context, uint64_t word);

// collect_lanes adds what is in the lanes of the tag to its record, which is laned no longer. The granule is locked,
// and the record's version is not that of the tag any more.
void collect_lanes(Record& record, uint64_t tag);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_READ_LANES_H_
