#include "runtime/dump/backtrace.h"

#include <unwind.h>

namespace gorace::runtime {
namespace {

struct Walk {
  uintptr_t* pcs;
  int max;
  int count = 0;
};

_Unwind_Reason_Code visit_frame(_Unwind_Context* context, void* argument) {
  auto* walk = static_cast<Walk*>(argument);
  const auto pc = static_cast<uintptr_t>(_Unwind_GetIP(context));
  if (pc == 0 || walk->count == walk->max) return _URC_END_OF_STACK;
  walk->pcs[walk->count++] = pc;
  return _URC_NO_REASON;
}

}  // namespace

int backtrace_here(uintptr_t* pcs, int max) {
  Walk walk{pcs, max};
  _Unwind_Backtrace(visit_frame, &walk);
  return walk.count;
}

}  // namespace gorace::runtime
