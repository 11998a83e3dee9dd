#include "detector/intercept/exit_findings.h"

#include "detector/intercept/thread_table.h"
#include "detector/report/finding.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/options.h"

namespace gorace::detector {
namespace {

constexpr const char kThreadLeak[] = "THREAD LEAK: a thread has ended that was neither joined nor detached";

// Leak: the first thread of those that were created in one place, and how many more there are.
struct Leak {
  const Context* first;
  int similar;
};

void add_leak(const Context* context, void* leaks_of_places) {
  auto& leaks = *static_cast<runtime::InternalVector<Leak>*>(leaks_of_places);
  for (Leak& leak : leaks) {
    if (leak.first->created_at != context->created_at) continue;
    if (context->id < leak.first->id) leak.first = context;
    ++leak.similar;
    return;
  }
  leaks.push_back({context, 0});
}

}  // namespace

void check_ignores_ended(const Context* context) {
  if (context->access_ignore_depth == 0 && context->ignore_sync == 0) return;
  const FindingStack stacks[] = {{.what = "Accesses of",
                                  .link = " ",
                                  .strand = context,
                                  .tail = " are ignored since:\n",
                                  .origin = context->ignored_at}};
  report_finding({.headline = "IGNORES LEFT ON: a strand has ended that had not ended what it ignores",
                  .suppression = SuppressionType::kThread,
                  .stacks = stacks,
                  .stack_count = 1});
}

int find_at_exit(int exit_code) {
  if (const Context* context = current_context(); context != nullptr) check_ignores_ended(context);
  if (!runtime::options().report_thread_leaks) return exit_code;
  runtime::InternalVector<Leak> leaks;
  for_each_leaked_thread(add_leak, &leaks);
  for (const Leak& leak : leaks) {
    const FindingStack stacks[] = {{.what = "Not joined:",
                                    .link = " ",
                                    .strand = leak.first,
                                    .tail = ", created at:\n",
                                    .origin = leak.first->created_at}};
    report_finding({.headline = kThreadLeak,
                    .suppression = SuppressionType::kThread,
                    .stacks = stacks,
                    .stack_count = 1,
                    .similar = leak.similar});
  }
  return exit_code;
}

}  // namespace gorace::detector
