#include "runtime/dump/dump_thread.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "runtime/base/exit_hooks.h"
#include "runtime/base/futex.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/real.h"
#include "runtime/dump/death.h"
#include "runtime/dump/dump.h"
#include "runtime/dump/dump_socket.h"

namespace gorace::runtime {
namespace {

constexpr size_t kThreadStackBytes = 256 << 10;
constexpr int kMaxWaitingTools = 8;  // a further one gets nothing, and says so after its time-out

std::atomic<int> g_owner{0};  // the process that has the thread
std::atomic<uint32_t> g_posted{0};
std::atomic<bool> g_quit{false};
std::atomic<int> g_tools[kMaxWaitingTools] = {};

[[noreturn]] void quit() {
  claim_death();
  {
    RawWriter out(2);
    out << "SIGQUIT: quit\n\n";
    out.flush();
    print_all_goroutines(out);
  }
  // Without a flush: a goroutine may hold stdio's locks for ever, and SIGQUIT must end the process.
  end_process(kFatalExitCode, /*flush=*/false);
}

void serve_tool(int tool) {
  const int fd = connect_to_tool(tool);
  if (fd < 0) return;
  {
    RawWriter out(fd);
    print_all_goroutines(out);
  }
  syscall(SYS_close, fd);
}

void serve_requests(void*) {
  for (;;) {
    // acquire: pairs with the release in post_dump_request(), so the request is seen once its count is.
    const uint32_t seen = g_posted.load(std::memory_order_acquire);
    if (g_quit.load(std::memory_order_relaxed)) quit();
    for (std::atomic<int>& slot : g_tools) {
      if (const int tool = slot.exchange(0, std::memory_order_relaxed)) serve_tool(tool);
    }
    futex_wait(&g_posted, seen);
  }
}

}  // namespace

void start_dump_thread() {
  const int self = static_cast<int>(syscall(SYS_getpid));
  // acq_rel: one caller starts it; handlers that see the owner may post.
  if (g_owner.exchange(self, std::memory_order_acq_rel) == self) return;
  // Refused (EAGAIN): SIGQUIT is served as in a program without goroutines.
  if (start_thread(serve_requests, nullptr, kThreadStackBytes) != 0) g_owner.store(0, std::memory_order_release);
}

bool post_dump_request(DumpRequest request) {
  if (g_owner.load(std::memory_order_acquire) != static_cast<int>(syscall(SYS_getpid))) return false;
  if (request == kQuit) {
    g_quit.store(true, std::memory_order_relaxed);
  } else {
    for (std::atomic<int>& slot : g_tools) {
      int empty = 0;
      if (slot.compare_exchange_strong(empty, request, std::memory_order_relaxed)) break;
    }
  }
  g_posted.fetch_add(1, std::memory_order_release);
  futex_wake(&g_posted, 1);
  return true;
}

}  // namespace gorace::runtime
