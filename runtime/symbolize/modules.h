// Modules: the executable and the shared libraries that are loaded now, with what turns an address into an offset in
// their file.
//
// Thread safety: the caller holds the symbolizer's lock (server.h), which also protects the table between calls.
#ifndef GORACE_RUNTIME_SYMBOLIZE_MODULES_H_
#define GORACE_RUNTIME_SYMBOLIZE_MODULES_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

struct Module {
  uintptr_t start = 0;  // lowest and one past the highest address of its segments
  uintptr_t end = 0;
  uintptr_t bias = 0;        // run-time address minus the virtual address in the file
  uintptr_t code_start = 0;  // its first executable segment
  uintptr_t code_end = 0;
  uintptr_t code_offset = 0;  // where that segment starts in the file
  const char* path = "";      // absolute; "[vdso]" for the kernel's
  char build_id[41] = {};     // hexadecimal; empty when the module has none
};

// refresh_modules reads the table again when libraries were loaded or unloaded since the last time. Returns true when
// it did: what was derived from addresses before is void.
bool refresh_modules();

// The executable comes first. Valid until the next refresh_modules().
const Module* modules(size_t* count);

// find_module returns the module that `address` lies in, or null.
const Module* find_module(uintptr_t address);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SYMBOLIZE_MODULES_H_
