// Names of profiles, and the files that they are written to when the program ends.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "pprof/collect/goroutine_profile.h"
#include "pprof/collect/heap_profile.h"
#include "pprof/collect/profile_text.h"
#include "pprof/collect/raw_profile.h"
#include "runtime/alloc/alloc_hooks.h"
#include "runtime/base/exit_hooks.h"
#include "runtime/base/options.h"
#include "runtime/base/raw_writer.h"

// Named in runtime/dump/fatal.cc, so that this file is taken from the archive though nothing calls it.
extern "C" const char __gorace_profiles = 0;

namespace gorace::pprof {
namespace {

using runtime::options;
using runtime::RawWriter;
using std::string_view;

enum Kind { kGoroutine, kHeap, kKinds };
constexpr const char* kNames[kKinds] = {"goroutine", "heap"};

bool g_wanted[kKinds] = {};

int find_kind(string_view name) {
  for (int kind = 0; kind < kKinds; ++kind) {
    if (name == kNames[kind]) return kind;
  }
  return -1;
}

[[noreturn]] void refuse(string_view name) {
  {
    RawWriter out(2);
    out << "gorace: GORACE: unknown profile '" << name << "'; there are:";
    for (const char* known : kNames) out << ' ' << known;
    out << '\n';
  }
  syscall(SYS_exit_group, 2);
  __builtin_unreachable();
}

// "DIR/heap.pb.gz"; in a process other than the one that `gorace run` started "DIR/heap.PID.pb.gz", so that parent and
// children do not overwrite each other's.
void append_path(ProfileText& path, int kind) {
  path << options().profile_dir << '/' << kNames[kind];
  const int self = static_cast<int>(syscall(SYS_getpid));
  const char* root = getenv("GORACE_ROOT_PID");
  if (root != nullptr && atoi(root) != self) path << '.' << int64_t{self};
  path << string_view(".pb.gz\0", 7);
}

int write_profiles(int exit_code) {
  for (int kind = 0; kind < kKinds; ++kind) {
    if (!g_wanted[kind]) continue;
    ProfileText path;
    append_path(path, kind);
    if (const char* mistake = write_profile(kNames[kind], path.text().data())) {
      RawWriter out(2);
      out << "gorace: cannot write profile " << path.text().data() << ": " << mistake << '\n';
    }
  }
  return exit_code;
}

// 102: after the options are read.
__attribute__((constructor(102))) void start() { start_profiles(); }

}  // namespace

void start_profiles() {
  string_view left = options().profile;
  if (left.empty()) return;
  while (!left.empty()) {
    const size_t comma = left.find(',');
    const string_view name = left.substr(0, comma);
    left = comma == string_view::npos ? string_view() : left.substr(comma + 1);
    if (name.empty()) continue;
    const int kind = find_kind(name);
    if (kind < 0) refuse(name);
    g_wanted[kind] = true;
  }
  if (g_wanted[kHeap]) start_heap_profile(options().memprofilerate);
  runtime::add_exit_hook(runtime::ExitPhase::kAfterMain, write_profiles);
}

const char* write_profile(const char* name, const char* path) {
  ProfileText text;
  text.begin(name, path);
  switch (find_kind(name)) {
    case kGoroutine:
      add_goroutine_profile(text);
      break;
    case kHeap:
      if (!runtime::allocator_is_interposed()) return "the program brings its own malloc, whose blocks are not known";
      if (!add_heap_profile(text))
        return "heap sampling is off: set GORACE=\"profile=heap\" and a memprofilerate above 0";
      break;
    default:
      return "there is no profile of this name; there are: goroutine, heap";
  }
  return text.send();
}

}  // namespace gorace::pprof
