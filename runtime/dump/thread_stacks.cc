#include "runtime/dump/thread_stacks.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <ctime>

#include "runtime/base/futex.h"
#include "runtime/base/raw_writer.h"
#include "runtime/base/spin_lock.h"
#include "runtime/dump/backtrace.h"
#include "runtime/dump/snapshot.h"
#include "runtime/hooks.h"

namespace gorace::runtime {
namespace {

constexpr int64_t kAnswerTimeoutNs = 100'000'000;

// The collection that is under way. A thread that answers holds a reference, so that a late one never writes to
// unmapped memory.
struct Collection {
  std::atomic<ThreadStacks*> stacks{nullptr};
  std::atomic<uint32_t> answers{0};
  std::atomic<int> writers{0};
};
Collection g_collection;

void read_thread_name(ThreadStack& thread) {
  char path[48] = "/proc/self/task/";
  char digits[12];
  int digit_count = 0;
  for (int left = thread.tid; left > 0; left /= 10) digits[digit_count++] = static_cast<char>('0' + left % 10);
  char* out = path + 16;
  while (digit_count > 0) *out++ = digits[--digit_count];
  for (const char* tail = "/comm"; *tail != '\0'; ++tail) *out++ = *tail;
  const long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return;
  const long length = syscall(SYS_read, fd, thread.name, sizeof thread.name - 1);
  syscall(SYS_close, fd);
  thread.name[length > 0 ? length - 1 : 0] = '\0';  // without its newline
}

struct DirectoryEntry {  // linux_dirent64
  uint64_t inode;
  int64_t offset;
  uint16_t bytes;
  uint8_t type;
  char name[];
};

void list_threads(ThreadStacks* stacks) {
  const long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return;
  alignas(DirectoryEntry) char buffer[2048];
  for (long got; (got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0;) {
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += entry->bytes;
      int tid = 0;
      for (const char* digit = entry->name; *digit >= '0' && *digit <= '9'; ++digit) tid = tid * 10 + (*digit - '0');
      if (tid == 0) continue;  // "." and ".."
      if (stacks->count == kMaxThreads) {
        ++stacks->left_out;
        continue;
      }
      ThreadStack& thread = stacks->threads[stacks->count++];
      thread.tid = tid;
      read_thread_name(thread);
    }
  }
  syscall(SYS_close, fd);
}

void record(ThreadStack& thread, const void* context) {
  thread.strand_id = observed_strand_id();
  thread.pc_count = backtrace_interrupted(context, thread.pcs, kMaxThreadFrames);
  thread.answered = true;
}

bool interrupt(int process, int tid) {
  siginfo_t info{};
  info.si_code = SI_QUEUE;
  info.si_pid = process;
  info.si_value.sival_ptr = &g_collection;
  return syscall(SYS_rt_tgsigqueueinfo, process, tid, SIGQUIT, &info) == 0;
}

int64_t clock_ns() {
  timespec now;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

void wait_for_answers(uint32_t expected) {
  const int64_t deadline = clock_ns() + kAnswerTimeoutNs;
  for (;;) {
    // acquire: pairs with the release in answer_collection(): the stacks are complete.
    const uint32_t answers = g_collection.answers.load(std::memory_order_acquire);
    const int64_t left_ns = deadline - clock_ns();
    if (answers >= expected || left_ns <= 0) return;
    futex_wait(&g_collection.answers, answers, left_ns);
  }
}

}  // namespace

ThreadStacks* collect_thread_stacks(const void* context) {
  void* memory = mmap(nullptr, sizeof(ThreadStacks), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* stacks = static_cast<ThreadStacks*>(memory);  // zeroes are a valid empty one
  list_threads(stacks);
  g_collection.answers.store(0, std::memory_order_relaxed);
  ThreadStacks* none = nullptr;
  // release: the list is complete before another thread may look its entry up.
  if (!g_collection.stacks.compare_exchange_strong(none, stacks, std::memory_order_release,
                                                   std::memory_order_relaxed)) {
    munmap(memory, sizeof(ThreadStacks));
    return nullptr;
  }
  const int process = static_cast<int>(syscall(SYS_getpid));
  const int self = static_cast<int>(syscall(SYS_gettid));
  uint32_t asked = 0;
  for (int i = 0; i < stacks->count; ++i) {
    ThreadStack& thread = stacks->threads[i];
    if (thread.tid == self) {
      record(thread, context);
    } else if (interrupt(process, thread.tid)) {
      ++asked;
    }
  }
  wait_for_answers(asked);
  // seq_cst with answer_collection(): either the late thread sees no collection, or it is seen here as a writer.
  g_collection.stacks.store(nullptr, std::memory_order_seq_cst);
  while (g_collection.writers.load(std::memory_order_seq_cst) != 0) cpu_relax();
  return stacks;
}

void release_thread_stacks(ThreadStacks* stacks) { munmap(stacks, sizeof(ThreadStacks)); }

bool answer_collection(const siginfo_t* info, const void* context) {
  if (info->si_code != SI_QUEUE || info->si_value.sival_ptr != &g_collection ||
      info->si_pid != static_cast<int>(syscall(SYS_getpid))) {
    return false;
  }
  g_collection.writers.fetch_add(1, std::memory_order_seq_cst);
  if (ThreadStacks* stacks = g_collection.stacks.load(std::memory_order_seq_cst)) {
    const int self = static_cast<int>(syscall(SYS_gettid));
    for (int i = 0; i < stacks->count; ++i) {
      if (stacks->threads[i].tid == self) record(stacks->threads[i], context);
    }
    g_collection.answers.fetch_add(1, std::memory_order_release);
    futex_wake(&g_collection.answers, 1);
  }
  g_collection.writers.fetch_sub(1, std::memory_order_seq_cst);
  return true;
}

void print_thread_stacks(RawWriter& out, const ThreadStacks& stacks) {
  const int process = stacks.count == 0 ? 0 : stacks.threads[0].tid;  // the kernel lists the main thread first
  for (int i = 0; i < stacks.count; ++i) {
    const ThreadStack& thread = stacks.threads[i];
    GoroutineSnapshot copy;
    copy.id = thread.tid == process ? 1 : thread.strand_id;
    if (copy.id == 0) copy.id = static_cast<uint64_t>(thread.tid);
    copy.kind = thread.tid == process ? GKind::kMain : GKind::kThread;
    copy.status = GStatus::kRunning;
    copy.pc_count = thread.pc_count;
    // A thread that was given no name has its creator's, in the end the program's, which says nothing.
    if (strcmp(thread.name, stacks.threads[0].name) != 0) memcpy(copy.name, thread.name, sizeof thread.name);
    if (i != 0) out << '\n';
    print_snapshot(out, copy, thread.pcs);
    if (!thread.answered) out << "goroutine running on other thread; stack unavailable\n";
  }
  if (stacks.left_out > 0) out << '\n' << stacks.left_out << " further threads are not shown\n";
}

}  // namespace gorace::runtime
