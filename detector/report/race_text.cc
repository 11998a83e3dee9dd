#include "detector/report/race_text.h"

#include "detector/report/uninstrumented.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::Hex;
using runtime::RawWriter;

constexpr const char kRule[] = "==================\n";
constexpr int kAddressDigits = 12;

AccessKind kind_of(OriginId origin) {
  if (is_atomic_origin(origin)) return AccessKind::kAtomic;
  return origin == kUnknownOrigin ? AccessKind::kPlain : origin_info(origin).kind;
}

const char* access_words(const RaceSide& side, bool is_previous) {
  const bool atomic = kind_of(side.origin) == AccessKind::kAtomic;
  if (is_previous) {
    if (atomic) return side.is_write ? "Previous atomic write at " : "Previous atomic read at ";
    return side.is_write ? "Previous write at " : "Previous read at ";
  }
  if (atomic) return side.is_write ? "Atomic write at " : "Atomic read at ";
  return side.is_write ? "Write at " : "Read at ";
}

const char* kind_note(AccessKind kind) {
  switch (kind) {
    case AccessKind::kFree:
      return " (free)";
    case AccessKind::kVptr:
      return " (vtable pointer)";
    default:
      return "";
  }
}

// What of gorace's the access was part of, since its frame is left out: " (gorace::Chan<int>::close)".
void print_operation(RawWriter& out, OriginId origin) {
  const OriginInfo info = origin_info(origin);
  char name[256];
  runtime::name_operation(info.frames, info.frame_count, name, sizeof name);
  if (name[0] != '\0') out << " (" << name << ")";
}

void print_side(RawWriter& out, const RaceSide& side, uintptr_t address, bool is_previous, const RaceWording& wording) {
  out << access_words(side, is_previous) << Hex{address, kAddressDigits} << kind_note(kind_of(side.origin));
  print_operation(out, side.origin);
  out << " by ";
  if (side.context == nullptr) {
    out << "unknown goroutine";
  } else {
    print_strand(out, side.context->kind, side.context->id, side.context->name, wording);
  }
  out << ":\n";
  print_origin(out, side.origin);
}

void print_creation(RawWriter& out, const Context* context) {
  if (context == nullptr || context->kind == StrandKind::kMain || context->created_at == kUnknownOrigin) return;
  out << (context->kind == StrandKind::kThread ? "\nThread " : "\nGoroutine ") << context->id;
  if (context->name[0] != '\0') out << " '" << context->name << "'";
  out << (context->finished ? " (finished) created " : " (running) created ");
  if (origin_info(context->created_at).frame_count == 0) {  // in nobody's name: after_func, a context's end
    out << "by a timer\n";
    return;
  }
  out << "at:\n";
  print_origin(out, context->created_at, runtime::StackStyle::kRace);
}

// All stacks of the report, those that made the strands too: a library's thread pool shows there.
void print_foreign_code(RawWriter& out, const Race& race) {
  OriginId stacks[4];
  int count = 0;
  for (const RaceSide* side : {&race.present, &race.previous}) {
    stacks[count++] = side->origin;
    if (side->context != nullptr && side->context->created_at != kUnknownOrigin)
      stacks[count++] = side->context->created_at;
  }
  print_uninstrumented(out, stacks, count);
}

}  // namespace

void print_strand(RawWriter& out, StrandKind kind, uint64_t id, const char* name, const RaceWording& wording) {
  switch (kind) {
    case StrandKind::kMain:
      out << (wording.has_goroutines ? "main goroutine" : "main thread");
      return;
    case StrandKind::kThread:
      out << "thread " << id;
      break;
    case StrandKind::kGoroutine:
      out << "goroutine " << id;
      break;
  }
  if (name[0] != '\0') out << " '" << name << "'";
}

void print_origin(RawWriter& out, OriginId origin, runtime::StackStyle style) {
  const OriginInfo info = origin_info(origin);
  if (info.frame_count == 0) {
    out << "  [stack not kept: the program has too many distinct ones]\n";
    return;
  }
  runtime::print_stack(out, info.frames, info.frame_count, style);
  if (info.is_cut) out << "  [outer frames not kept: the program has too many distinct stacks]\n";
}

void print_race(RawWriter& out, const Race& race, const RaceWording& wording) {
  out << kRule << "WARNING: DATA RACE\n";
  print_side(out, race.present, race.address, false, wording);
  out << "\n";
  print_side(out, race.previous, race.address, true, wording);
  print_memory(out, race.address, wording);
  const RaceLocks locks = locks_of(race);
  print_locks(out, race, locks, wording);
  print_creation(out, race.present.context);
  print_creation(out, race.previous.context);
  print_hint(out, race, locks);
  print_foreign_code(out, race);
  out << kRule;
}

}  // namespace gorace::detector
