// Strands: what reports need to know of every strand that ever ran, for ever, in a few tens of bytes: who it is, who
// created it and where. And the owners of each slot, by epoch: which strand a shadow word names.
//
// Thread safety: any thread. Records are written by their strand's creator, then by the strand itself (name, end); a
// racing reader sees the old or the new state of a field.
#ifndef GORACE_DETECTOR_CONTEXT_STRANDS_H_
#define GORACE_DETECTOR_CONTEXT_STRANDS_H_

#include <cstddef>
#include <cstdint>

#include "detector/context/context.h"

namespace gorace::detector {

inline constexpr int kStrandBits = 28;  // of their indices

// add_strand records a strand that is about to begin; returns its index, 0 when 2^28 exist already (counted).
uint32_t add_strand(const Context& context);

// own_slot records that from `first_epoch` on the slot is this strand's. `live` is its context while it lives.
void own_slot(uint32_t slot, uint32_t first_epoch, uint32_t strand, const Context* live);

// finish_strand records the end and keeps the context's name, if it has one.
void finish_strand(const Context& context);

// describe_strand fills in id, creator_id, created_at, kind, finished and strand, which lies in 1 to the highest index.
void describe_strand(uint32_t strand, Context* out);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CONTEXT_STRANDS_H_
