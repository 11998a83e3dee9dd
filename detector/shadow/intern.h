// Interning: one record for all granules with the same history. An array that several strands read has few histories,
// however many elements; with one record each, every access would miss the processor's caches twice.
//
// (Hash consing, as Eraser and Helgrind do with sets of locks. Theirs is one table for all threads; here each thread
// has a small one of its own, without locks, so that a content may exist once a thread, and what has not come up lately
// is not found again. That costs some sharing, and nothing else.)
//
// A content is shared from the second time on, so that histories which are one granule's alone are not: those are
// changed in place.
//
// References: the table holds some of each record (credits), bought in batches and given away one by one, the last one
// kept, so that the record stays as it is while it is named here, and that the counters, which threads that read common
// data all use, are seldom touched.
//
// Thread safety: a table belongs to its thread.
#ifndef GORACE_DETECTOR_SHADOW_INTERN_H_
#define GORACE_DETECTOR_SHADOW_INTERN_H_

#include <cstdint>

#include "detector/context/thread_state.h"
#include "detector/shadow/record.h"

namespace gorace::detector {

inline constexpr uint32_t kCreditBatch = 64;

// buy_credits adds a batch of references to the record of `tag`, of which the caller holds one already. False: it has
// too many to be shared further.
bool buy_credits(uint64_t tag, uint32_t& credits);

// intern_record returns the tag of a record with the content of the private record `index`: that one itself, or a
// shared one in its place.
uint64_t intern_record(ThreadState& state, uint32_t index);

// forget_contents gives back all references that the thread's table holds.
void forget_contents(ThreadState& state);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_INTERN_H_
