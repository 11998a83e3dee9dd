#include "tests/model/model_base.h"

#include <gorace/panic.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "runtime/base/check.h"
#include "runtime/base/exit_hooks.h"
#include "runtime/base/futex.h"
#include "runtime/base/internal_allocator.h"
#include "runtime/base/real.h"
#include "runtime/dump/dump.h"

namespace gorace {
namespace model {
namespace {

constexpr size_t kArenaBytes = size_t{64} << 20;
char* g_arena = nullptr;
size_t g_used = 0;

}  // namespace

void reset_memory() {
  if (g_arena == nullptr) {
    void* memory =
        mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) abort();
    g_arena = static_cast<char*>(memory);
  }
  memset(g_arena, 0, g_used);
  g_used = 0;
}

}  // namespace model

void panic(std::string_view text) { throw Panic(std::string(text)); }

namespace runtime {

void* internal_alloc(size_t bytes) {
  const size_t rounded = (bytes + 63) / 64 * 64;
  if (model::g_used + rounded > model::kArenaBytes) model::fail("the arena is full");
  void* block = model::g_arena + model::g_used;
  model::g_used += rounded;
  return block;
}

void internal_free(void*, size_t) {}

void futex_wait(std::atomic<uint32_t>* word, uint32_t expected, int64_t timeout_ns) {
  // The kernel's look is sequentially consistent, and sees the waiter's own stores.
  model::step(word, model::Access::kUpdate);
  model::flush_delayed();
  if (word->raw() == expected) model::block_on(word, timeout_ns);
}

void futex_wake(std::atomic<uint32_t>* word, int) {
  model::step(word, model::Access::kUpdate);
  model::flush_delayed();
  model::wake_all(word);
}

int start_thread(void (*body)(void*), void* argument, size_t) {
  model::thread([=] { body(argument); });
  return 0;
}

void check_failed(const char* file, int line, const char* expression, uint64_t value) {
  model::fail(std::string(file) + ":" + std::to_string(line) + ": check failed: " + expression + ", value " +
              std::to_string(value));
}

void add_exit_hook(ExitPhase, ExitHook) {}

void fatal_error(const char* text) { model::fail(text); }

}  // namespace runtime
}  // namespace gorace

// In the executable these come before libc's.
extern "C" int clock_gettime(clockid_t clock, timespec* now) {
  if (gorace::model::thread_index() < 0) return static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  const int64_t ns = gorace::model::virtual_now_ns();
  now->tv_sec = ns / 1'000'000'000;
  now->tv_nsec = ns % 1'000'000'000;
  return 0;
}
extern "C" int sched_yield() noexcept {
  gorace::model::relax();
  return 0;
}
extern "C" int pthread_getattr_np(pthread_t, pthread_attr_t*) { return ENOSYS; }
