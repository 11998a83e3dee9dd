// Message queues of POSIX and System V, and System V's semaphores: a send happens before the receive that returns the
// message, what adds to a semaphore before what it lets through. A queue has one sync object, as a pipe has.
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include <cstdarg>

#include "detector/intercept/clock_numbers.h"
#include "detector/intercept/file_clocks.h"
#include "detector/intercept/real_function.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {
namespace {

GORACE_REAL_FUNCTION RealFunction<decltype(mq_open)> real_mq_open("mq_open");
GORACE_REAL_FUNCTION RealFunction<decltype(mq_close)> real_mq_close("mq_close");
GORACE_REAL_FUNCTION RealFunction<decltype(mq_send)> real_mq_send("mq_send");
GORACE_REAL_FUNCTION RealFunction<decltype(mq_timedsend)> real_mq_timedsend("mq_timedsend");
GORACE_REAL_FUNCTION RealFunction<decltype(mq_receive)> real_mq_receive("mq_receive");
GORACE_REAL_FUNCTION RealFunction<decltype(mq_timedreceive)> real_mq_timedreceive("mq_timedreceive");
GORACE_REAL_FUNCTION RealFunction<decltype(msgsnd)> real_msgsnd("msgsnd");
GORACE_REAL_FUNCTION RealFunction<decltype(msgrcv)> real_msgrcv("msgrcv");
GORACE_REAL_FUNCTION RealFunction<decltype(semop)> real_semop("semop");
GORACE_REAL_FUNCTION RealFunction<decltype(semtimedop)> real_semtimedop("semtimedop");

// What a number names, so that equal ones do not meet. A semaphore has two: who takes is ordered after those who gave,
// and not after others who took; who waits for zero is ordered after those who took.
constexpr uint64_t kQueueKey = 0xd6e8feb86659fd93u;
enum class Change : uint64_t { kGiven = 0xa0761d6478bd642fu, kTaken = 0xe7037ed1a0b428dbu };

const char* queue_object(int id) { return clock_object(clock_of_key(hash_bytes(kQueueKey, &id, sizeof id))); }

const char* semaphore_object(Change change, int id, unsigned short index) {
  const uint64_t key = hash_bytes(static_cast<uint64_t>(change), &id, sizeof id);
  return clock_object(clock_of_key(hash_bytes(key, &index, sizeof index)));
}

void before_send(mqd_t queue, const char* message, size_t bytes, CallSite site) {
  check_range(message, bytes, Direction::kRead, site);
  on_file_release(queue);
}

ssize_t after_receive(mqd_t queue, const char* buffer, const unsigned* priority, ssize_t bytes, CallSite site) {
  if (bytes < 0) return bytes;
  on_file_acquire(queue);
  check_range(buffer, static_cast<size_t>(bytes), Direction::kWrite, site);
  if (priority != nullptr) check_range(priority, sizeof *priority, Direction::kWrite, site);
  return bytes;
}

void before_semaphores(int id, const sembuf* operations, size_t count, CallSite site) {
  check_range(operations, count * sizeof *operations, Direction::kRead, site);
  for (const sembuf* operation = operations; operation != operations + count; ++operation) {
    if (operation->sem_op == 0) continue;
    const Change change = operation->sem_op > 0 ? Change::kGiven : Change::kTaken;
    on_release_merge(semaphore_object(change, id, operation->sem_num));
  }
}

int after_semaphores(int id, const sembuf* operations, size_t count, int result) {
  if (result != 0) return result;
  for (const sembuf* operation = operations; operation != operations + count; ++operation) {
    if (operation->sem_op > 0) continue;
    const Change change = operation->sem_op < 0 ? Change::kGiven : Change::kTaken;
    on_acquire(semaphore_object(change, id, operation->sem_num));
  }
  return result;
}

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

mqd_t mq_open(const char* name, int flags, ...) noexcept {
  // The two further arguments, or what stands in their registers.
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = va_arg(arguments, mode_t);
  auto* const attributes = va_arg(arguments, mq_attr*);
  va_end(arguments);
  const mqd_t queue = real_mq_open(name, flags, mode, attributes);
  on_file_opened(queue);
  return queue;
}

int mq_close(mqd_t queue) noexcept {
  on_file_closing(queue);
  return real_mq_close(queue);
}

int mq_send(mqd_t queue, const char* message, size_t bytes, unsigned priority) {
  before_send(queue, message, bytes, CallSite::here());
  return real_mq_send(queue, message, bytes, priority);
}

int mq_timedsend(mqd_t queue, const char* message, size_t bytes, unsigned priority, const timespec* timeout) {
  before_send(queue, message, bytes, CallSite::here());
  return real_mq_timedsend(queue, message, bytes, priority, timeout);
}

ssize_t mq_receive(mqd_t queue, char* buffer, size_t bytes, unsigned* priority) {
  return after_receive(queue, buffer, priority, real_mq_receive(queue, buffer, bytes, priority), CallSite::here());
}

ssize_t mq_timedreceive(mqd_t queue, char* buffer, size_t bytes, unsigned* priority, const timespec* timeout) {
  return after_receive(queue, buffer, priority, real_mq_timedreceive(queue, buffer, bytes, priority, timeout),
                       CallSite::here());
}

// A message begins with its type, a long.
int msgsnd(int id, const void* message, size_t bytes, int flags) {
  check_range(message, sizeof(long) + bytes, Direction::kRead, CallSite::here());
  on_release_merge(queue_object(id));
  return real_msgsnd(id, message, bytes, flags);
}

ssize_t msgrcv(int id, void* message, size_t bytes, long type, int flags) {
  const ssize_t got = real_msgrcv(id, message, bytes, type, flags);
  if (got < 0) return got;
  on_acquire(queue_object(id));
  check_range(message, sizeof(long) + static_cast<size_t>(got), Direction::kWrite, CallSite::here());
  return got;
}

int semop(int id, sembuf* operations, size_t count) noexcept {
  before_semaphores(id, operations, count, CallSite::here());
  return after_semaphores(id, operations, count, real_semop(id, operations, count));
}

int semtimedop(int id, sembuf* operations, size_t count, const timespec* timeout) noexcept {
  before_semaphores(id, operations, count, CallSite::here());
  return after_semaphores(id, operations, count, real_semtimedop(id, operations, count, timeout));
}

}  // extern "C"
