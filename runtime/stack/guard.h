// Guard pages: the low end of a stack faults when touched.
//
// madvise(MADV_GUARD_INSTALL) (Linux 6.13) marks pages in the page table and adds no mapping, so a million guards fit
// under vm.max_map_count. Before that, mprotect: two mappings a stack. Once the kernel refuses those (ENOMEM), stacks
// go unguarded, and one line says so.
#ifndef GORACE_RUNTIME_STACK_GUARD_H_
#define GORACE_RUNTIME_STACK_GUARD_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

// install_guard makes [low, low + bytes) fault. Thread safe. False: the stack stays unguarded (said once on stderr).
bool install_guard(uintptr_t low, size_t bytes);

// install_guards is install_guard for `count` <= kMaxGuards stacks, each `stride` above the one before: in one system
// call where the kernel can (Linux 6.15).
inline constexpr int kMaxGuards = 32;
void install_guards(uintptr_t low, size_t stride, size_t bytes, int count);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_STACK_GUARD_H_
