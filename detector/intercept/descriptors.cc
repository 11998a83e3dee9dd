#include "detector/intercept/descriptors.h"

#include "detector/abi/access_check.h"
#include "detector/report/report.h"

namespace gorace::detector {
namespace {

constexpr int kDescriptors = 1 << 16;

struct Opening {
  OriginId opened_at;
  StrandKind by_kind;
  uint64_t by;  // strand id; 0: not known
};

// Pages of descriptors in use only. g_uses is never touched, its addresses are names: a granule a descriptor.
constinit Opening g_openings[kDescriptors] = {};
alignas(8) constinit char g_uses[size_t{kDescriptors} * 8] = {};

const char* use_of(int fd) { return &g_uses[static_cast<size_t>(fd) * 8]; }

bool is_tracked(int fd) { return fd >= 0 && fd < kDescriptors && !goroutines_started(); }

}  // namespace

void on_descriptor_opened(int fd, CallSite site) {
  Context* context = watched_context();
  if (context == nullptr || !is_tracked(fd)) return;
  reset_memory(use_of(fd), 8);
  check_range(use_of(fd), 8, Direction::kWrite, site);
  g_openings[fd] = {origin_of_call(context, site, AccessKind::kPlain), context->kind, context->id};
}

void on_descriptor_used(int fd, CallSite site) {
  if (is_tracked(fd)) check_range(use_of(fd), 8, Direction::kRead, site);
}

void on_descriptor_closing(int fd, CallSite site, bool by_replacing) {
  Context* context = watched_context();
  if (context == nullptr || !is_tracked(fd)) return;
  check_range(use_of(fd), 8, by_replacing ? Direction::kRead : Direction::kWrite, site);
  if (by_replacing) return;
  // Not every function that makes descriptors is known here: the next one starts without a history.
  reset_memory(use_of(fd), 8);
}

bool find_descriptor(uintptr_t address, DescriptorInfo* out) {
  const auto first = reinterpret_cast<uintptr_t>(g_uses);
  if (address < first || address >= first + sizeof g_uses) return false;
  const int fd = static_cast<int>((address - first) / 8);
  const Opening& opening = g_openings[fd];
  *out = {fd, opening.opened_at, opening.by, opening.by_kind};
  return true;
}

}  // namespace gorace::detector
