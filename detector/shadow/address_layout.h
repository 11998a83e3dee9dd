// Address layout: shadow addresses keep 44 bits of an address, so two mappings 2^44 bytes apart would share their
// shadow.
#ifndef GORACE_DETECTOR_SHADOW_ADDRESS_LAYOUT_H_
#define GORACE_DETECTOR_SHADOW_ADDRESS_LAYOUT_H_

#include <cstddef>

#include "detector/memory/mappings.h"

namespace gorace::detector {

// ranges_fold_together tells whether two of the ranges have the same shadow somewhere.
bool ranges_fold_together(const AddressRange* ranges, size_t count);

// layout_folds_onto_itself asks that of the mappings of this process.
bool layout_folds_onto_itself();

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_SHADOW_ADDRESS_LAYOUT_H_
