// The text of a goroutine in a dump. Its grammar is Go's (runtime/traceback.go, goroutineheader), so that what reads
// Go's dumps reads ours:
//
//   goroutine ID [STATUS[, N minutes][, locked to thread][ labels:{"name": "NAME", "KEY": "VALUE", ...}]]:
//
// A goroutine's name is printed as a label; then come those of <gorace/labels.h>.
#include "runtime/base/raw_writer.h"
#include "runtime/dump/dump.h"
#include "runtime/dump/snapshot.h"
#include "runtime/sched/sched.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::runtime {
namespace {

constexpr int64_t kMinuteNs = 60'000'000'000;

// Escapes as Go's quoting does, and "]" too: simple parsers take the first one for the end of the header.
void print_quoted(RawWriter& out, const char* text) {
  out << '"';
  for (; *text != '\0'; ++text) {
    const auto byte = static_cast<unsigned char>(*text);
    if (byte == '"' || byte == '\\') {
      out << '\\' << *text;
    } else if (byte < 0x20 || byte == 0x7f || byte == ']') {
      out << "\\x" << "0123456789abcdef"[byte >> 4] << "0123456789abcdef"[byte & 15];
    } else {
      out << *text;
    }
  }
  out << '"';
}

void print_labels(RawWriter& out, const GoroutineSnapshot& g) {
  const char* before = " labels:{";
  const auto print = [&](const char* key, const char* value) {
    out << before;
    print_quoted(out, key);
    out << ": ";
    print_quoted(out, value);
    before = ", ";
  };
  if (g.name[0] != '\0') print("name", g.name);
  visit_labels(g.labels, print);
  if (*before == ',') out << '}';
}

void print_header(RawWriter& out, const GoroutineSnapshot& g) {
  out << "goroutine " << g.id << " [" << state_text(g);
  if (g.waiting_ns >= kMinuteNs) out << ", " << g.waiting_ns / kMinuteNs << " minutes";
  if (g.kind == GKind::kThread) out << ", locked to thread";
  print_labels(out, g);
  out << "]:\n";
}

// The first frame of the creation stack that a user knows: the caller of go().
struct Creator {
  RawWriter& out;
  uint64_t id;
  bool show_internal = false;
  bool printed = false;
};

void print_creator_frame(const Frame& frame, void* argument) {
  auto* creator = static_cast<Creator*>(argument);
  if (creator->printed || (!creator->show_internal && is_internal_frame(frame.function))) return;
  creator->printed = true;
  creator->out << "created by " << frame.function << " in goroutine " << creator->id << "\n\t"
               << (frame.file[0] != '\0' ? frame.file : "-") << ':' << frame.line;
  if (frame.function_offset != 0) creator->out << " +" << Hex{frame.function_offset};
  creator->out << '\n';
}

void print_creator(RawWriter& out, const GoroutineSnapshot& g) {
  Creator creator{out, g.creator_id};
  for (int i = 0; i < g.creation_count; ++i) symbolize_pc(g.creation_pcs[i], print_creator_frame, &creator);
  creator.show_internal = true;
  if (!creator.printed && g.creation_count > 0) symbolize_pc(g.creation_pcs[0], print_creator_frame, &creator);
}

}  // namespace

const char* state_text(const GoroutineSnapshot& g) {
  switch (g.status) {
    case GStatus::kRunnable:
      return "runnable";
    case GStatus::kRunning:
      return "running";
    case GStatus::kWaiting:
      return g.wait_reason == WaitReason::kNone ? "waiting" : wait_reason_text(g.wait_reason);
    case GStatus::kDead:
      break;
  }
  return "dead";
}

void print_snapshot(RawWriter& out, const GoroutineSnapshot& g, const uintptr_t* pcs) {
  print_header(out, g);
  print_stack(out, pcs, g.pc_count, StackStyle::kTraceback);
  // The walk stopped at its limit: how many more there are is not known.
  if (g.pc_count == kMaxDumpFrames) out << "...additional frames elided...\n";
  print_creator(out, g);
}

void print_snapshots(RawWriter& out, const Snapshot& snapshot) {
  bool first = true;
  for (const GoroutineSnapshot& g : snapshot.goroutines) {
    if (!first) out << '\n';
    first = false;
    print_snapshot(out, g, snapshot.stack_of(g));
  }
}

void print_goroutine(RawWriter& out, G* g, const uintptr_t* pcs, int count) {
  const LabelReader keeps_labels;
  GoroutineSnapshot copy = describe(*g, now_ns());
  copy.pc_count = count;
  print_snapshot(out, copy, pcs);
}

void print_all_goroutines(RawWriter& out) {
  Snapshot snapshot;
  take_snapshot(&snapshot);
  print_snapshots(out, snapshot);
}

}  // namespace gorace::runtime
