#include "instrument/frontend/lint/lints.h"

namespace gorace::instrument::lint {

llvm::ArrayRef<Lint> all_lints() {
  static constexpr Lint kLints[] = {
      {"loop-capture", check_loop_capture},
      {"local-capture", check_local_capture},
      {"view-capture", check_view_capture},
      {"waitgroup-add", check_waitgroup_add},
      {"waitgroup-done", check_waitgroup_done},
      {"copied-lock", check_copied_lock},
      {"lock-leak", check_lock_leak},
      {"lock-across-wait", check_lock_across_wait},
      {"lost-cancel", check_lost_cancel},
      {"context-ignored", check_context_ignored},
      {"fatal-assertion", check_fatal_assertion},
      {"blocking-call", check_blocking_call},
      {"thread-local", check_thread_local},
      {"unused-result", check_unused_result},
      {"closed-channel", check_closed_channel},
      {"busy-select", check_busy_select},
      {"after-in-loop", check_after_in_loop},
      {"mixed-atomic", check_mixed_atomic},
      {"shared-write", check_shared_write},
  };
  return kLints;
}

}  // namespace gorace::instrument::lint
