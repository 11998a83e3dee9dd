// What constructors of instrumented modules call first. Either may be the first code of gorace that runs in a program.
#include <unistd.h>

#include "detector/abi/abi.h"
#include "detector/abi/fences.h"
#include "detector/abi/library_names.h"
#include "detector/intercept/start.h"
#include "detector/report/uninstrumented.h"
#include "runtime/base/raw_writer.h"

extern "C" {

void __gorace_module_init(uint32_t abi_version, uint32_t flags) {
  if (abi_version != GORACE_ABI_VERSION) {
    {
      gorace::runtime::RawWriter out(2);
      out << "gorace: an object file was compiled for version " << abi_version
          << " of the detector's interface, this program is linked with version " << GORACE_ABI_VERSION
          << "; rebuild every file with one release of gorace\n";
    }
    _exit(2);
  }
  gorace::detector::start();
  if ((flags & GORACE_MODULE_HAS_FENCES) != 0) gorace::detector::enable_fences();
}

void __gorace_module_code(const GoraceCode* begin, const GoraceCode* end) {
  gorace::detector::note_instrumented(reinterpret_cast<uintptr_t>(__builtin_return_address(0)), begin, end);
}

void __tsan_init() {
  gorace::detector::start();
  gorace::detector::watch_library_names();
  gorace::detector::note_instrumented(reinterpret_cast<uintptr_t>(__builtin_return_address(0)), nullptr, nullptr);
}

}  // extern "C"
