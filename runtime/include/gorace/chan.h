// Channels: typed pipes between goroutines, with Go's semantics.
//
//   gorace::Chan<int> squares = gorace::make_chan<int>(16);
//   gorace::go([squares] {
//     for (int i = 0; i < 100; ++i) squares.send(i * i);
//     squares.close();
//   });
//   for (int square : squares) std::printf("%d\n", square);
//
// A Chan is a handle: copies share one channel, which lives as long as one of them. Pass handles by value. `Chan<T>{}`
// is the nil channel: sends and receives on it block for ever, and a select never chooses it.
//
// Thread safety: the operations of a channel may be called from any goroutine, from main and from threads not made by
// gorace. One handle object follows the rules of std::shared_ptr: copy it rather than share it when it is assigned to.
//
// Ordering (Go's memory model): a send happens before its receive returns; on an unbuffered channel the receive also
// happens before the send returns; with a buffer of C the k-th receive happens before the (k+C)-th send returns; close
// happens before a receive that reports it. len and cap order nothing.
//
// T: any object type that can be moved. No default constructor is needed. When copying or moving a T throws, the
// exception leaves the operation and the channel stays as it was, but for a value whose move out of the channel throws:
// that value is lost. Element types whose move may throw cost an allocation for each element.
//
// Errors: gorace::Panic with Go's texts, as documented at each function.
#ifndef GORACE_CHAN_H_
#define GORACE_CHAN_H_

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <gorace/internal/chan_core.h>
#include <gorace/panic.h>

namespace gorace {

// Unit: the element of channels that only signal (Go's struct{}).
struct Unit {
  friend constexpr bool operator==(Unit, Unit) { return true; }
};

namespace internal {

// SendSide: the operations of a channel that may be sent to.
template <class Self, class T>
class SendSide {
 public:
  // send blocks until a receiver or the buffer has taken the value. Panics with "send on closed channel".
  void send(const T& value) const
    requires std::is_copy_constructible_v<T>
  {
    T copy(value);
    send_from(target(), copy);
  }
  void send(T&& value) const {
    if constexpr (std::is_trivially_copyable_v<T>) {
      T copy(std::move(value));  // the library copies bytes unseen by a race detector: read the caller's object here
      send_from(target(), copy);
    } else {
      send_from(target(), value);
    }
  }

  // c << value is c.send(value).
  const Self& operator<<(const T& value) const
    requires std::is_copy_constructible_v<T>
  {
    send(value);
    return self();
  }
  const Self& operator<<(T&& value) const {
    send(std::move(value));
    return self();
  }

  // try_send sends when that needs no waiting, and tells whether it did. An rvalue is left as it was when not sent.
  // Panics with "send on closed channel".
  bool try_send(const T& value) const
    requires std::is_copy_constructible_v<T>
  {
    T copy(value);
    return try_send_from(target(), copy);
  }
  bool try_send(T&& value) const {
    if constexpr (std::is_trivially_copyable_v<T>) {
      T copy(std::move(value));
      return try_send_from(target(), copy);
    } else {
      return try_send_from(target(), value);
    }
  }

  // close tells receivers that no more values come: once the buffer is empty, receives return at once without a value.
  // Panics with "close of closed channel" and "close of nil channel".
  void close() const { chan_close(target()); }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
  ChanCore* target() const { return self().core(); }
};

// RecvIterator: each step receives; the loop ends when the channel is closed and drained.
template <class T>
class RecvIterator {
 public:
  struct End {};

  explicit RecvIterator(const ChanHandle& chan) : chan_(chan) { next(); }
  T& operator*() { return *value_; }
  RecvIterator& operator++() {
    next();
    return *this;
  }
  friend bool operator==(const RecvIterator& iterator, End) { return !iterator.value_.has_value(); }

 private:
  void next() {
    value_.reset();
    Slot<T> slot;
    if (!recv_into<T>(chan_.core(), slot.storage())) return;
    slot.set_full();
    value_.emplace(std::move(slot.value()));
  }

  ChanHandle chan_;
  std::optional<T> value_;
};

// RecvSide: the operations of a channel that may be received from.
template <class Self, class T>
class RecvSide {
 public:
  // recv blocks until there is a value. Empty: the channel is closed and drained.
  std::optional<T> recv() const {
    Slot<T> slot;
    if (!recv_into<T>(source(), slot.storage())) return std::nullopt;
    slot.set_full();
    return std::optional<T>(std::move(slot.value()));
  }

  // c >> target receives into target and yields true; false and target untouched when the channel is closed and
  // drained.
  bool operator>>(T& target) const {
    Slot<T> slot;
    if (!recv_into<T>(source(), slot.storage())) return false;
    slot.set_full();
    target = std::move(slot.value());
    return true;
  }

  // try_recv receives when that needs no waiting. Empty: there is no value now; *closed tells whether there never will
  // be.
  std::optional<T> try_recv(bool* closed = nullptr) const {
    Slot<T> slot;
    const TryRecv result = try_recv_into<T>(source(), slot.storage());
    if (closed != nullptr) *closed = result == TryRecv::kClosed;
    if (result != TryRecv::kReceived) return std::nullopt;
    slot.set_full();
    return std::optional<T>(std::move(slot.value()));
  }

  // for (auto& value : c): receives until the channel is closed and drained.
  RecvIterator<T> begin() const { return RecvIterator<T>(static_cast<const Self&>(*this)); }
  typename RecvIterator<T>::End end() const { return {}; }

 private:
  ChanCore* source() const { return static_cast<const Self&>(*this).core(); }
};

}  // namespace internal

template <class T>
class Chan;

// SendChan: the sending view of a channel (Go's chan<- T).
template <class T>
class SendChan : public internal::ChanHandle, public internal::SendSide<SendChan<T>, T> {
 public:
  using value_type = T;
  SendChan() noexcept = default;
  SendChan(const Chan<T>& chan) noexcept : internal::ChanHandle(chan) {}  // NOLINT(google-explicit-constructor)
};

// RecvChan: the receiving view of a channel (Go's <-chan T).
template <class T>
class RecvChan : public internal::ChanHandle, public internal::RecvSide<RecvChan<T>, T> {
 public:
  using value_type = T;
  RecvChan() noexcept = default;
  RecvChan(const Chan<T>& chan) noexcept : internal::ChanHandle(chan) {}        // NOLINT(google-explicit-constructor)
  RecvChan(Chan<T>&& chan) noexcept : internal::ChanHandle(std::move(chan)) {}  // NOLINT(google-explicit-constructor)
};

// Chan: a channel of T. See the top of this file.
template <class T>
class Chan : public internal::ChanHandle, public internal::SendSide<Chan<T>, T>, public internal::RecvSide<Chan<T>, T> {
  static_assert(std::is_object_v<T> && !std::is_const_v<T>, "a channel's element is an object type without const");
  static_assert(std::is_move_constructible_v<T>, "a channel's element must be movable");

 public:
  using value_type = T;
  Chan() noexcept = default;

  // adopt makes a handle of a core's reference; for the library.
  static Chan adopt(internal::ChanCore* core) noexcept { return Chan(core); }

 private:
  explicit Chan(internal::ChanCore* core) noexcept : internal::ChanHandle(core) {}
};

// make_chan makes a channel with a buffer of `capacity` elements; 0: unbuffered, each send waits for its receive.
// Panics with "makechan: size out of range" when capacity is negative or absurd. Throws std::bad_alloc.
template <class T>
[[nodiscard]] inline Chan<T> make_chan(std::ptrdiff_t capacity = 0) {
  return Chan<T>::adopt(internal::chan_make(internal::kElementType<T>, capacity));
}

}  // namespace gorace

#endif  // GORACE_CHAN_H_
