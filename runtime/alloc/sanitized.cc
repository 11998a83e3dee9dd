// Under a sanitizer malloc is the sanitizer's: nobody is told of allocations.
#include "runtime/alloc/alloc_hooks.h"

namespace gorace::runtime {

bool allocator_is_interposed() { return false; }

}  // namespace gorace::runtime
