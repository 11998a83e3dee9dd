// What the detector's core costs: the slow path of the shadow, clock operations, contexts. One strand unless a name
// says otherwise. Peer: TSan v3 on the same kind of machine, ns: first write in a new epoch 12, mutex pair 146 in all,
// seq_cst RMW 46, acquire load 28.
#include <benchmark/benchmark.h>

#include <vector>

#include "detector/abi/abi.h"
#include "detector/context/context.h"
#include "detector/report/report.h"
#include "detector/shadow/access.h"
#include "detector/syncvar/sync_var.h"

namespace gorace::detector {

void report_race(const Race& race) { benchmark::DoNotOptimize(race.address); }

namespace {

constexpr size_t kBytes = 16384;  // its shadow stays in the second-level cache
alignas(64) char g_memory[kBytes];
uint64_t g_objects[2];
const auto kObject = reinterpret_cast<uintptr_t>(&g_objects[0]);

Context* make_strand(Context* creator = nullptr, StrandKind kind = StrandKind::kThread) {
  static uint64_t next_id = 1;
  map_shadow();
  return context_create(creator, kind, next_id++, kUnknownOrigin);
}

// Running: a strand that the benchmark's thread runs.
class Running {
 public:
  Running() : context(make_strand()) { set_current_context(context); }
  ~Running() {
    set_current_context(nullptr);
    context_end(context);
    context_forget(context);
    reset_memory(g_memory, sizeof(g_memory));
    forget_sync_vars(kObject, sizeof(g_objects));
  }
  Context* const context;
};

// A call of the entry point as instrumented code makes it.
#if defined(__x86_64__)
inline void call_write8(void* address) {
  asm volatile("call __gorace_write8"
               :
               : "D"(address)
               : "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                 "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}
inline void call_read8(void* address) {
  asm volatile("call __gorace_read8"
               :
               : "D"(address)
               : "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                 "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

void first_write_in_new_epoch(benchmark::State& state) {
  const Running running;
  size_t at = 0;
  for (auto _ : state) {
    call_write8(g_memory + at);
    at += 8;
    if (at == kBytes) {
      at = 0;
      context_advance_epoch(running.context);
    }
  }
}
BENCHMARK(first_write_in_new_epoch);

void first_read_in_new_epoch(benchmark::State& state) {
  const Running running;
  size_t at = 0;
  for (auto _ : state) {
    call_read8(g_memory + at);
    at += 8;
    if (at == kBytes) {
      at = 0;
      context_advance_epoch(running.context);
    }
  }
}
BENCHMARK(first_read_in_new_epoch);

// Two strands take turns reading the same memory: its granules are in records.
void first_read_of_shared_data(benchmark::State& state) {
  const Running running;
  Context* other = make_strand();
  for (size_t i = 0; i < kBytes; i += 8) access_granule(other, reinterpret_cast<uintptr_t>(g_memory + i), 8, false, 1);
  size_t at = 0;
  for (auto _ : state) {
    call_read8(g_memory + at);
    at += 8;
    if (at == kBytes) {
      at = 0;
      context_advance_epoch(running.context);
    }
  }
  context_end(other);
  context_forget(other);
}
BENCHMARK(first_read_of_shared_data);

// Written whole by one strand, then in halves by another that is ordered after it: into a record and back, two calls.
void granule_written_in_halves(benchmark::State& state) {
  const Running running;
  size_t at = 0;
  for (auto _ : state) {
    const auto address = reinterpret_cast<uintptr_t>(g_memory + at);
    access_granule(running.context, address, 4, true, 1);
    access_granule(running.context, address + 4, 4, true, 1);
    at += 8;
    if (at == kBytes) {
      at = 0;
      context_advance_epoch(running.context);
    }
  }
}
BENCHMARK(granule_written_in_halves);
#endif

void write_range(benchmark::State& state) {
  const Running running;
  const auto bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    __gorace_write_range(g_memory, bytes);
    context_advance_epoch(running.context);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(write_range)->Arg(64)->Arg(4096);

void write_range_again(benchmark::State& state) {
  const Running running;
  const auto bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) __gorace_write_range(g_memory, bytes);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(write_range_again)->Arg(64)->Arg(4096);

void reset_block(benchmark::State& state) {
  const Running running;
  const auto bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) reset_memory(g_memory, bytes);
}
BENCHMARK(reset_block)->Arg(32)->Arg(1024)->Arg(16384);

void mutex_clock_pair(benchmark::State& state) {
  const Running running;
  for (auto _ : state) {
    acquire(running.context, kObject);
    release(running.context, kObject);
  }
}
BENCHMARK(mutex_clock_pair);

// The same with a clock of many strands: the cost must not follow their number.
void mutex_clock_pair_among_strands(benchmark::State& state) {
  const Running running;
  std::vector<Context*> others;
  for (int i = 0; i < state.range(0); ++i) others.push_back(make_strand(running.context, StrandKind::kGoroutine));
  for (Context* other : others) release_merge(other, reinterpret_cast<uintptr_t>(&g_objects[1]));
  acquire(running.context, reinterpret_cast<uintptr_t>(&g_objects[1]));
  for (auto _ : state) {
    acquire(running.context, kObject);
    release(running.context, kObject);
  }
  for (Context* other : others) context_end(other);
}
BENCHMARK(mutex_clock_pair_among_strands)->Arg(100)->Arg(10000);

// A lock that two strands take in turns.
void mutex_handed_over(benchmark::State& state) {
  const Running running;
  Context* other = make_strand();
  for (auto _ : state) {
    acquire(running.context, kObject);
    release(running.context, kObject);
    acquire(other, kObject);
    release(other, kObject);
  }
  context_end(other);
  context_forget(other);
}
BENCHMARK(mutex_handed_over);

// What a sequentially consistent fetch_add does to clocks and shadow.
void atomic_add(benchmark::State& state) {
  const Running running;
  const uintptr_t frame[] = {0x1234};
  const OriginId origin = intern_stack(frame, 1, AccessKind::kAtomic);
  for (auto _ : state) {
    access_granule(running.context, kObject, 8, true, origin);
    with_sync_var(kObject, [&](SyncVar& sync_var) {
      acquire_locked(running.context, sync_var);
      release_merge_locked(running.context, sync_var);
    });
  }
  reset_memory(g_objects, sizeof(g_objects));
}
BENCHMARK(atomic_add);

void acquire_load(benchmark::State& state) {
  const Running running;
  const uintptr_t frame[] = {0x1234};
  const OriginId origin = intern_stack(frame, 1, AccessKind::kAtomic);
  release(running.context, kObject);
  for (auto _ : state) {
    access_granule(running.context, kObject, 8, false, origin);
    acquire(running.context, kObject);
  }
  reset_memory(g_objects, sizeof(g_objects));
}
BENCHMARK(acquire_load);

// A goroutine's life as the detector sees it: created, one release, ended; among live ones.
void spawn_and_end(benchmark::State& state) {
  const Running running;
  std::vector<Context*> others;
  for (int i = 0; i < state.range(0); ++i) others.push_back(make_strand(running.context, StrandKind::kGoroutine));
  for (auto _ : state) {
    Context* goroutine = make_strand(running.context, StrandKind::kGoroutine);
    release_merge(goroutine, kObject);
    context_end(goroutine);
    acquire(running.context, kObject);
  }
  for (Context* other : others) context_end(other);
}
BENCHMARK(spawn_and_end)->Arg(0)->Arg(1000)->Arg(100000);

void clock_raise_after_release(benchmark::State& state) {
  VectorClock clock;
  for (uint32_t slot = 0; slot < static_cast<uint32_t>(state.range(0)); ++slot) clock.raise(slot, 1);
  uint32_t epoch = 2;
  for (auto _ : state) {
    const VectorClock released = clock;
    clock.raise(5, epoch++);
  }
}
BENCHMARK(clock_raise_after_release)->Arg(16)->Arg(256)->Arg(100000);

void intern_here_again(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(intern_here(0, AccessKind::kAllocate));
}
BENCHMARK(intern_here_again);

}  // namespace
}  // namespace gorace::detector

BENCHMARK_MAIN();
