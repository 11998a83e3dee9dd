#include "pprof/encode/frame_filter.h"

#include <string>

#include "absl/strings/match.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::pprof {
namespace {

constexpr absl::string_view kAllocatorNames[] = {
    "operator new", "operator new[]", "malloc",        "calloc",         "realloc",
    "reallocarray", "memalign",       "aligned_alloc", "posix_memalign", "valloc",
    "pvalloc",      "strdup",         "__libc_malloc", "__libc_calloc",  "__libc_realloc",
};

constexpr absl::string_view kAllocatorPrefixes[] = {
    "std::__new_allocator<",      "std::allocator<",          "std::allocator_traits<", "__gnu_cxx::new_allocator<",
    "__gnu_cxx::__alloc_traits<", "std::__allocate_guarded<",
};

constexpr absl::string_view kAllocatorMembers[] = {"::_M_allocate", "::_M_create", "::_M_allocate_node",
                                                   "::_S_allocate"};

}  // namespace

bool is_machinery(const std::string& function) { return runtime::is_internal_frame(function.c_str()); }

bool is_allocator(absl::string_view function) {
  for (absl::string_view name : kAllocatorNames) {
    if (function == name) return true;
  }
  for (absl::string_view prefix : kAllocatorPrefixes) {
    if (absl::StartsWith(function, prefix)) return true;
  }
  for (absl::string_view member : kAllocatorMembers) {
    // The function's own template arguments may follow: _M_allocate_node<int>.
    const size_t at = function.rfind(member);
    if (at == absl::string_view::npos) continue;
    const absl::string_view rest = function.substr(at + member.size());
    if (rest.empty() || rest.front() == '<') return true;
  }
  return false;
}

}  // namespace gorace::pprof
