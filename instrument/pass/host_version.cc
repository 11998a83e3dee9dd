// Refuses to work inside a compiler of another version. LLVM's C++ interface changes with each major version, and a
// plugin for one crashes in another, far from the mistake: so this looks before anything else in the plugin runs, and
// names both versions.
//
// The compiler's own libLLVM was loaded before this file's: it is the first in the list. A compiler without one is
// linked statically, and is believed.
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "llvm/Config/llvm-config.h"

namespace {

// "/usr/lib/llvm-16/lib/libLLVM-16.so.1" and "/lib/libLLVM.so.19.1" have their version behind the name.
int llvm_version_of(const char* path) {
  constexpr char kName[] = "/libLLVM";
  const char* name = strrchr(path, '/');
  if (name == nullptr || strncmp(name, kName, sizeof kName - 1) != 0) return 0;
  const char* digits = strpbrk(name, "0123456789");
  return digits == nullptr ? 0 : atoi(digits);
}

int first_llvm(dl_phdr_info* object, size_t, void* version) {
  *static_cast<int*>(version) = llvm_version_of(object->dlpi_name);
  return *static_cast<int*>(version);  // not 0 ends the walk
}

// Before the registrations of passes and front-end actions, which are constructors of a later priority.
__attribute__((constructor(101))) void refuse_another_version() {
  int version = 0;
  dl_iterate_phdr(first_llvm, &version);
  if (version == 0 || version == LLVM_VERSION_MAJOR) return;
  Dl_info self{};
  dladdr(reinterpret_cast<void*>(&refuse_another_version), &self);
  fprintf(stderr,
          "gorace: error: this is clang %d, and %s is for clang %d: compile with clang-%d, or take the plugin for "
          "clang %d (gorace c++ chooses the one "
          "that fits)\n",
          version, self.dli_fname == nullptr ? "the plugin" : self.dli_fname, LLVM_VERSION_MAJOR, LLVM_VERSION_MAJOR,
          version);
  _exit(1);
}

}  // namespace
