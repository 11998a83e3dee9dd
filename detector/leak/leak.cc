#include "detector/leak/leak.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/raw_writer.h"
#include "runtime/sched/sched.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::GoroutineSnapshot;
using runtime::GStatus;
using runtime::RawWriter;
using runtime::Snapshot;
using runtime::WaitReason;

constexpr char kRule[] = "==================\n";

int compare_pcs(const uintptr_t* a, int a_count, const uintptr_t* b, int b_count) {
  if (a_count != b_count) return a_count - b_count;
  return memcmp(a, b, static_cast<size_t>(a_count) * sizeof(uintptr_t));
}

// Zero when a report of one says all about the other too.
int compare(const Snapshot& all, const GoroutineSnapshot& a, const GoroutineSnapshot& b) {
  if (a.wait_reason != b.wait_reason) return static_cast<int>(a.wait_reason) - static_cast<int>(b.wait_reason);
  const int stacks = compare_pcs(all.stack_of(a), a.pc_count, all.stack_of(b), b.pc_count);
  if (stacks != 0) return stacks;
  const int creators = compare_pcs(a.creation_pcs, a.creation_count, b.creation_pcs, b.creation_count);
  return creators != 0 ? creators : strcmp(a.name, b.name);
}

struct Group {
  const GoroutineSnapshot* first;  // the one with the lowest id
  size_t count;
  uint64_t look;  // hash of what would be printed
};

void mix(uint64_t& hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
}

void mix_text(uint64_t& hash, const char* text) {
  for (; *text != '\0'; ++text) mix(hash, static_cast<unsigned char>(*text));
}

void mix_frame(const runtime::Frame& frame, void* hash) {
  auto& look = *static_cast<uint64_t*>(hash);
  mix_text(look, frame.function);
  mix_text(look, frame.file);
  mix(look, static_cast<uint64_t>(frame.line));
  // Without debug information the place is all there is.
  if (frame.line == 0) mix(look, frame.pc);
}

// Two pcs may be one line: a compiler unrolls the loop that starts the goroutines.
uint64_t look_of(const Snapshot& all, const GoroutineSnapshot& g) {
  uint64_t look = static_cast<uint64_t>(g.wait_reason);
  mix_text(look, g.name);
  for (int i = 0; i < g.pc_count; ++i) runtime::symbolize_pc(all.stack_of(g)[i], mix_frame, &look);
  mix(look, 0);
  for (int i = 0; i < g.creation_count; ++i) runtime::symbolize_pc(g.creation_pcs[i], mix_frame, &look);
  return look;
}

// Puts groups that look the same together; they are ordered by `first` afterwards.
void merge_groups(runtime::InternalVector<Group>& groups) {
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.look != b.look ? a.look < b.look : a.first->id < b.first->id;
  });
  size_t kept = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (kept != 0 && groups[kept - 1].look == groups[i].look) {
      groups[kept - 1].count += groups[i].count;
    } else {
      groups[kept++] = groups[i];
    }
  }
  while (groups.size() > kept) groups.pop_back();
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.first->id < b.first->id; });
}

void print_group(RawWriter& out, const Snapshot& all, const Group& group) {
  const GoroutineSnapshot& g = *group.first;
  out << kRule << "WARNING: GOROUTINE LEAK\nGoroutine " << g.id;
  if (g.name[0] != '\0') out << " '" << static_cast<const char*>(g.name) << '\'';
  out << " (" << runtime::state_text(g) << ')';
  if (group.count > 1) out << " and " << group.count - 1 << (group.count == 2 ? " other" : " others") << " like it";
  out << " blocked at:\n";
  print_stack(out, all.stack_of(g), g.pc_count, runtime::StackStyle::kRace);
  if (g.creation_count > 0) {
    out << "\nGoroutine " << g.id << " created at:\n";
    print_stack(out, g.creation_pcs, g.creation_count, runtime::StackStyle::kRace);
  }
  out << kRule;
}

}  // namespace

bool can_leak(const GoroutineSnapshot& g) {
  return g.kind == runtime::GKind::kGoroutine && g.status == GStatus::kWaiting && g.wait_reason != WaitReason::kSleep &&
         g.wait_reason != WaitReason::kIOWait && g.id >= runtime::oldest_own_id();
}

size_t print_leaks(RawWriter& out, Snapshot& snapshot) {
  auto& goroutines = snapshot.goroutines;
  auto* const end = std::partition(goroutines.begin(), goroutines.end(), can_leak);
  auto* const begin = goroutines.begin();
  std::sort(begin, end, [&](const GoroutineSnapshot& a, const GoroutineSnapshot& b) {
    const int order = compare(snapshot, a, b);
    return order != 0 ? order < 0 : a.id < b.id;
  });
  runtime::InternalVector<Group> groups;
  for (auto* g = begin; g != end; ++g) {
    if (!groups.empty() && compare(snapshot, *groups.back().first, *g) == 0) {
      ++groups.back().count;
    } else {
      groups.push_back({g, 1, look_of(snapshot, *g)});
    }
  }
  merge_groups(groups);
  for (const Group& group : groups) print_group(out, snapshot, group);
  return static_cast<size_t>(end - begin);
}

}  // namespace gorace::detector
