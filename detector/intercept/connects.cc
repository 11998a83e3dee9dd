#include "detector/intercept/connects.h"

#include <atomic>
#include <cerrno>

#include "detector/context/losses.h"
#include "detector/intercept/clock_numbers.h"
#include "detector/intercept/socket_names.h"
#include "detector/intercept/sync_events.h"

namespace gorace::detector {

// UnderWay: an entry of the table. Its address stands for its clock.
class alignas(16) UnderWay {
 public:
  bool claim() {
    int free = kFree;
    // relaxed: nothing is read of an entry that is not announced.
    return state_.load(std::memory_order_relaxed) == kFree &&
           state_.compare_exchange_strong(free, kClaimed, std::memory_order_relaxed);
  }

  // Before connect, so that whoever accepts the connection sees the entry.
  void announce(int fd, uint64_t listener) {
    forget_sync_vars(address_of(this), sizeof *this);
    on_release_merge(this);
    listener_.store(listener, std::memory_order_relaxed);
    state_.store(fd + 1, std::memory_order_release);  // with the acquire in is_of
  }

  // Release: who finds it dropped finds the clock under the connection's key.
  void drop() { state_.store(kFree, std::memory_order_release); }

  // is_of: does this connect go to `listener`, from a socket that has the name in `connection` by now?
  bool is_of(uint64_t listener, uint64_t connection) const {
    const int state = state_.load(std::memory_order_acquire);
    return state > 0 && listener_.load(std::memory_order_relaxed) == listener &&
           connection_key(listener, state - 1) == connection;
  }

 private:
  static constexpr int kFree = 0;  // else the descriptor plus one
  static constexpr int kClaimed = -1;

  std::atomic<int> state_{kFree};
  std::atomic<uint64_t> listener_{0};
};

namespace {

// More connects at a time share the listener's own clock: counted.
constexpr int kEntries = 256;
constinit UnderWay g_under_way[kEntries] = {};

UnderWay* claim_entry() {
  for (UnderWay& entry : g_under_way) {
    if (entry.claim()) return &entry;
  }
  return nullptr;
}

void release_to_key(uint64_t key) { on_release_merge(clock_object(clock_of_key(key))); }
void acquire_of_key(uint64_t key) { on_acquire(clock_object(clock_of_key(key))); }

void release_to_all_accepts(uint64_t listener) {
  count_loss(Loss::kFileShared);
  release_to_key(listener);
}

// The names may have stood for an earlier connection.
void leave_clock(uint64_t connection) {
  const char* const object = clock_object(clock_of_key(connection));
  forget_sync_vars(address_of(object), 1);
  on_release_merge(object);
}

bool has_its_name(int result, int error) { return result == 0 || error == EINPROGRESS || error == EINTR; }

}  // namespace

Connect::Connect(int fd, const void* address, unsigned address_bytes) : fd_(fd) {
  if (fd < 0 || address == nullptr || followed_context() == nullptr) return;
  name_client(fd, address, address_bytes);
  const uint64_t key = connecting_key(fd, address, address_bytes);
  if (!gets_its_name_by_connecting(fd, address, address_bytes)) {
    release_to_key(key);
    return;
  }
  entry_ = claim_entry();
  if (entry_ == nullptr) {
    release_to_all_accepts(key);
    return;
  }
  listener_ = key;
  entry_->announce(fd, key);
}

Connect::~Connect() {
  if (entry_ != nullptr) entry_->drop();
}

void Connect::returned(int result) {
  if (entry_ == nullptr || !has_its_name(result, errno)) return;
  const uint64_t connection = connection_key(listener_, fd_);
  if (connection != kNoKey) {
    leave_clock(connection);
  } else {
    release_to_all_accepts(listener_);  // closed by another thread meanwhile
  }
}

void on_connection_accepted(int fd) {
  const uint64_t key = accepted_key(fd);
  if (key == kNoKey) return;
  acquire_of_key(key);
  const uint64_t connection = accepted_connection_key(key, fd);
  if (connection == kNoKey) return;
  // In this order: an entry that is gone has left its clock under the key. One that another connect has taken meanwhile
  // adds an order at worst.
  for (const UnderWay& entry : g_under_way) {
    if (entry.is_of(key, connection)) on_acquire(&entry);
  }
  acquire_of_key(connection);
}

}  // namespace gorace::detector
