#include <initializer_list>
#include <string_view>

#include "runtime/base/raw_writer.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::runtime {
namespace {

// Go prints at most 100 frames: the 50 innermost and the 50 outermost.
constexpr int kInnermost = 50;
constexpr int kOutermost = 50;

// The C and C++ libraries' own functions without a name: what calls main and what starts threads, in a library without
// symbols.
bool is_nameless_library_frame(const Frame& frame) {
  if (frame.line != 0 || std::string_view(frame.function) != "??") return false;
  std::string_view name(frame.file);
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 == 0
  for (const std::string_view library : {"libc.so", "libstdc++.so", "libpthread.so", "libgcc_s.so", "ld-linux"}) {
    if (name.starts_with(library)) return true;
  }
  return false;
}

bool is_hidden(const Frame& frame) { return is_internal_frame(frame.function) || is_nameless_library_frame(frame); }

struct Counting {
  int visible = 0;
  int all = 0;
  int operations = 0;  // of the visible ones, at the top
};

void count_frame(const Frame& frame, void* argument) {
  auto* counting = static_cast<Counting*>(argument);
  ++counting->all;
  if (is_hidden(frame)) return;
  if (counting->operations == counting->visible && is_operation_frame(frame.function)) ++counting->operations;
  ++counting->visible;
}

struct Printing {
  RawWriter& out;
  StackStyle style;
  bool show_internal;
  int skipped;  // at the top
  int total;    // without those
  int index = 0;
};

void print_frame(RawWriter& out, const Frame& frame, StackStyle style) {
  const char* file = frame.file[0] != '\0' ? frame.file : "-";
  if (style != StackStyle::kTraceback) {
    out << "  " << frame.function << "()\n      " << file << ':' << frame.line << " +" << Hex{frame.function_offset}
        << '\n';
    return;
  }
  out << frame.function << "(...)\n\t" << file << ':' << frame.line;
  if (!frame.inlined && frame.function_offset != 0) out << " +" << Hex{frame.function_offset};
  out << '\n';
}

void visit_frame(const Frame& frame, void* argument) {
  auto* printing = static_cast<Printing*>(argument);
  if (!printing->show_internal && is_hidden(frame)) return;
  if (printing->skipped > 0) {
    --printing->skipped;
    return;
  }
  const int index = printing->index++;
  const int elided = printing->total - kInnermost - kOutermost;
  if (elided <= 0 || index < kInnermost || index >= kInnermost + elided) {
    print_frame(printing->out, frame, printing->style);
  } else if (index == kInnermost) {
    printing->out << (printing->style == StackStyle::kTraceback ? "..." : "  ...") << elided << " frames elided...\n";
  }
}

struct Naming {
  char* out;
  size_t bytes;
  bool ended = false;
};

void name_frame(const Frame& frame, void* argument) {
  auto* naming = static_cast<Naming*>(argument);
  if (naming->ended || is_hidden(frame)) return;
  const std::string_view name(frame.function);
  naming->ended = !is_operation_frame(frame.function);
  if (naming->ended || !name.starts_with("gorace::") || name.size() >= naming->bytes) return;
  name.copy(naming->out, name.size());
  naming->out[name.size()] = '\0';
}

}  // namespace

const char* name_operation(const uintptr_t* pcs, int count, char* out, size_t bytes) {
  out[0] = '\0';
  Naming naming{out, bytes};
  for (int i = 0; i < count && !naming.ended; ++i) symbolize_pc(pcs[i], name_frame, &naming);
  return out;
}

void print_stack(RawWriter& out, const uintptr_t* pcs, int count, StackStyle style) {
  Counting counting;
  for (int i = 0; i < count; ++i) symbolize_pc(pcs[i], count_frame, &counting);
  const bool show_internal = counting.visible == 0;
  const bool has_user = counting.operations != counting.visible;
  const int skipped = style == StackStyle::kAccess && has_user ? counting.operations : 0;
  Printing printing{out, style, show_internal, skipped, (show_internal ? counting.all : counting.visible) - skipped};
  for (int i = 0; i < count; ++i) symbolize_pc(pcs[i], visit_frame, &printing);
}

}  // namespace gorace::runtime
