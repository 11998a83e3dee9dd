// Settings that ThreadSanitizer's users have: its environment variable, and what a program brings along for itself.
#include "runtime/base/options.h"

#include "detector/report/suppressions.h"

// The program may define these (sanitizer/tsan_interface.h).
extern "C" {
[[gnu::weak]] const char* __tsan_default_options();
[[gnu::weak]] const char* __tsan_default_suppressions();
}

namespace gorace::detector {
namespace {

// After GORACE was read (101), before the program's own constructors.
__attribute__((constructor(102))) void read_settings() {
  runtime::adopt_tsan_options(__tsan_default_options != nullptr ? __tsan_default_options() : nullptr);
  load_suppressions(__tsan_default_suppressions != nullptr ? __tsan_default_suppressions() : nullptr);
}

}  // namespace
}  // namespace gorace::detector
