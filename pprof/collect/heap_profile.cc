#include "pprof/collect/heap_profile.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>

#include "pprof/collect/allocation_sites.h"
#include "pprof/collect/live_blocks.h"
#include "pprof/collect/profile_text.h"
#include "runtime/alloc/alloc_hooks.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/sched/sched.h"
#include "runtime/stack/frame_walk.h"

extern "C" void* __libc_stack_end;  // the dynamic linker's: top of the main thread's stack

namespace gorace::pprof {
namespace {

constexpr int kMaxFrames = 128;

struct Heap {
  long rate = 0;
  AllocationSites sites;
  LiveBlocks live;
};
constinit Heap* g_heap = nullptr;

// Per thread. A goroutine never moves while it is inside malloc, so these are safe to hold over a callback.
struct Sampler {
  int64_t bytes_left = 0;    // until the next sample
  uint64_t random = 0;       // 0: not yet seeded
  uintptr_t stack_high = 0;  // of the thread's own stack
};
__attribute__((tls_model("initial-exec"))) constinit thread_local Sampler t_sampler;

// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016).
uint64_t next_random(Sampler& sampler) {
  uint64_t x = sampler.random;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  sampler.random = x;
  return x * 0x2545f4914f6cdd1d;
}

int64_t next_interval(Sampler& sampler, long rate) {
  if (rate <= 1) return 0;
  // Uniform in (0, 1]: its negated logarithm is exponential with mean 1.
  const double uniform = (static_cast<double>(next_random(sampler) >> 11) + 1) * 0x1p-53;
  return static_cast<int64_t>(-std::log(uniform) * static_cast<double>(rate)) + 1;
}

void seed(Sampler& sampler, long rate) {
  const auto thread = static_cast<uint64_t>(syscall(SYS_gettid));
  sampler.random = (thread + 1) * 0x9e3779b97f4a7c15 ^ reinterpret_cast<uintptr_t>(&sampler);
  if (sampler.random == 0) sampler.random = 1;
  sampler.bytes_left = next_interval(sampler, rate);
  // glibc keeps a thread's control block at the top of its stack.
  sampler.stack_high = thread == static_cast<uint64_t>(syscall(SYS_getpid))
                           ? reinterpret_cast<uintptr_t>(__libc_stack_end)
                           : static_cast<uintptr_t>(pthread_self());
}

int walk(const Sampler& sampler, const void* caller_frame, uintptr_t* pcs) {
  const auto frame = reinterpret_cast<uintptr_t>(caller_frame);
  uintptr_t high = sampler.stack_high;
  if (const runtime::G* g = runtime::current_g_or_null();
      g != nullptr && frame >= g->stack_low && frame < g->stack_high) {
    high = g->stack_high;
  }
  return runtime::walk_frames(frame, frame, high, 0, pcs, kMaxFrames);
}

void on_allocated(void* block, size_t bytes, const void* caller_frame) {
  Sampler& sampler = t_sampler;
  if (sampler.random == 0) seed(sampler, g_heap->rate);
  sampler.bytes_left -= static_cast<int64_t>(bytes);
  if (__builtin_expect(sampler.bytes_left > 0, 1)) return;
  sampler.bytes_left = next_interval(sampler, g_heap->rate);
  uintptr_t pcs[kMaxFrames];
  const int count = walk(sampler, caller_frame, pcs);
  AllocationSite* site = g_heap->sites.find_or_add(bytes, pcs, count);
  site->allocated.fetch_add(1, std::memory_order_relaxed);
  g_heap->live.add(block, site);
}

void on_freeing(void* block, const void*) {
  if (AllocationSite* site = g_heap->live.remove(block)) site->freed.fetch_add(1, std::memory_order_relaxed);
}

constexpr runtime::AllocHooks kHooks = {.allocated = on_allocated, .freeing = on_freeing};

void add_site(ProfileText& text, const AllocationSite& site) {
  const auto freed = site.freed.load(std::memory_order_relaxed);
  const auto allocated = site.allocated.load(std::memory_order_relaxed);
  const auto live = allocated > freed ? allocated - freed : 0;
  const double factor = unsampling_factor(site.bytes, g_heap->rate);
  const auto bytes = static_cast<double>(site.bytes);
  const auto estimate = [factor](uint64_t sampled, double each) {
    return static_cast<int64_t>(static_cast<double>(sampled) * factor * each);
  };
  text.begin_sample();
  text.add_value(estimate(allocated, 1));
  text.add_value(estimate(allocated, bytes));
  text.add_value(estimate(live, 1));
  text.add_value(estimate(live, bytes));
  text.add_stack(site.pcs, site.pc_count);
  text.add_label("bytes", static_cast<int64_t>(site.bytes), "bytes");
  text.end_sample();
}

}  // namespace

void start_heap_profile(long rate) {
  if (g_heap != nullptr || rate <= 0) return;
  g_heap = runtime::internal_new<Heap>();
  g_heap->rate = rate;
  runtime::subscribe_allocations(&kHooks);
}

bool add_heap_profile(ProfileText& text) {
  if (g_heap == nullptr) return false;
  text.period("space", "bytes", g_heap->rate);
  text << "default\tinuse_space\n";
  text.value_type("alloc_objects", "count");
  text.value_type("alloc_space", "bytes");
  text.value_type("inuse_objects", "count");
  text.value_type("inuse_space", "bytes");
  g_heap->sites.for_each([&](const AllocationSite& site) { add_site(text, site); });
  return true;
}

}  // namespace gorace::pprof
