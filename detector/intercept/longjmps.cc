// longjmp out of a signal handler: the thread is in none any more (report/signal_safety.h). The jump itself is libc's.
#include <setjmp.h>

#include "detector/intercept/real_function.h"
#include "detector/report/signal_safety.h"

namespace gorace::detector {
namespace {

using Jump = void(__jmp_buf_tag*, int);
GORACE_REAL_FUNCTION RealFunction<Jump> real_longjmp("longjmp");
GORACE_REAL_FUNCTION RealFunction<Jump> real_underscore_longjmp("_longjmp");
GORACE_REAL_FUNCTION RealFunction<Jump> real_siglongjmp("siglongjmp");
GORACE_REAL_FUNCTION RealFunction<Jump> real_checked_longjmp("__longjmp_chk");

[[noreturn]] void jump(RealFunction<Jump>& real, __jmp_buf_tag* buffer, int value) {
  leave_handlers();
  real(buffer, value);
  __builtin_unreachable();
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

[[noreturn]] void __longjmp_chk(__jmp_buf_tag* buffer, int value) noexcept;

void longjmp(__jmp_buf_tag* buffer, int value) noexcept { jump(real_longjmp, buffer, value); }
void _longjmp(__jmp_buf_tag* buffer, int value) noexcept { jump(real_underscore_longjmp, buffer, value); }
void siglongjmp(__jmp_buf_tag* buffer, int value) noexcept { jump(real_siglongjmp, buffer, value); }
void __longjmp_chk(__jmp_buf_tag* buffer, int value) noexcept { jump(real_checked_longjmp, buffer, value); }

}  // extern "C"
