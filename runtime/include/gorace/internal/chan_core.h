// The library's side of Chan<T>, without T. Not for direct use: include <gorace/chan.h>.
//
// Channels are type-erased so that headers stay small, and so that nothing of the channel's own is compiled (and
// instrumented) with the user's files; what is the user's, the copies and moves of T, is.
#ifndef GORACE_INTERNAL_CHAN_CORE_H_
#define GORACE_INTERNAL_CHAN_CORE_H_

#include <gorace/internal/language.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace gorace::internal {

class ChanCore;  // runtime/chan/chan_core.h

// ElementType tells the core how to handle a T. A channel keeps its elements in place, or each in a box of its own on
// the heap: when T's move may throw (no user code that throws runs under a lock), and when an observer watches (a box
// is written by the sender and read by the receiver only, which is what the race detector should see).
struct ElementType {
  size_t size;
  size_t align;
  bool always_boxed;
  // In place. Null: copied and dropped as bytes.
  void (*move)(void* to, void* from);  // constructs *to from std::move(*from); *from stays alive
  void (*destroy)(void* element);
  // Boxed. Null exactly when `move` is null and the type is never boxed.
  void* (*box)(void* from);              // constructs a box from std::move(*from)
  void (*unbox)(void* to, void* box);    // constructs *to from the box, which is deleted, also when the move throws
  void (*restore)(void* to, void* box);  // gives a value that was not sent back to the live object *to
  void (*delete_box)(void* box);
};

template <class T>
struct ElementFunctions {
  static void move(void* to, void* from) { ::new (to) T(std::move(*static_cast<T*>(from))); }
  static void destroy(void* element) { static_cast<T*>(element)->~T(); }
  static void* box(void* from) { return new T(std::move(*static_cast<T*>(from))); }
  static void unbox(void* to, void* box) {
    std::unique_ptr<T> owner(static_cast<T*>(box));
    ::new (to) T(std::move(*owner));
  }
  static void restore(void* to, void* box) {
    std::unique_ptr<T> owner(static_cast<T*>(box));
    T* target = static_cast<T*>(to);
    if constexpr (std::is_nothrow_move_constructible_v<T>) {
      target->~T();
      ::new (to) T(std::move(*owner));
    } else if constexpr (std::is_move_assignable_v<T>) {
      // A value that cannot be given back stays moved from, as after any failed operation of such a type.
      try {
        *target = std::move(*owner);
      } catch (...) {
      }
    }
  }
  static void delete_box(void* box) { delete static_cast<T*>(box); }
};

template <class T>
constexpr ElementType make_element_type() {
  using F = ElementFunctions<T>;
  if constexpr (std::is_trivially_copyable_v<T>) {
    return {sizeof(T), alignof(T), false, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  } else {
    constexpr bool kBoxed = !std::is_nothrow_move_constructible_v<T>;
    return {sizeof(T), alignof(T), kBoxed, F::move, F::destroy, F::box, F::unbox, F::restore, F::delete_box};
  }
}

template <class T>
inline constexpr ElementType kElementType = make_element_type<T>();

// Slot: room for a T that the core may fill.
template <class T>
class Slot {
 public:
  Slot() {}
  ~Slot() { reset(); }
  Slot(Slot&&) noexcept {}  // only empty slots move
  Slot& operator=(Slot&&) = delete;

  void* storage() { return &storage_; }
  void set_full() { full_ = true; }
  void reset() {
    if (std::exchange(full_, false)) value().~T();
  }
  T& value() { return *std::launder(reinterpret_cast<T*>(&storage_)); }

 private:
  alignas(T) unsigned char storage_[sizeof(T)];
  bool full_ = false;
};

enum class TryRecv : uint8_t { kWouldBlock, kClosed, kReceived };

// `value` and `to` point to a live T and to room for one. A null core is the nil channel. Sends move from *value
// exactly when they take place; chan_recv and chan_try_recv construct *to when they return true and kReceived.
ChanCore* chan_make(const ElementType& type, std::ptrdiff_t capacity);
void chan_retain(ChanCore* core) noexcept;
void chan_release(ChanCore* core) noexcept;
void chan_send(ChanCore* core, void* value);
bool chan_try_send(ChanCore* core, void* value);
bool chan_recv(ChanCore* core, void* to);
TryRecv chan_try_recv(ChanCore* core, void* to);
void chan_close(ChanCore* core);
size_t chan_len(const ChanCore* core) noexcept;
size_t chan_cap(const ChanCore* core) noexcept;

// The same for elements that are copied as bytes: no user code runs, so the pointer is nobody's when the call is over,
// and the compiler may know it. Then what the caller keeps there is a local variable like others, which the race
// detector's pass leaves alone: of two goroutines that pass jobs on, each would check two or three accesses to its own
// stack for each.
void chan_send_bytes(ChanCore* core, GORACE_NOESCAPE const void* value);
bool chan_try_send_bytes(ChanCore* core, GORACE_NOESCAPE const void* value);
bool chan_recv_bytes(ChanCore* core, GORACE_NOESCAPE void* to);
TryRecv chan_try_recv_bytes(ChanCore* core, GORACE_NOESCAPE void* to);

template <class T>
inline constexpr bool kSentAsBytes = std::is_trivially_copyable_v<T>;

// send_from, try_send_from: `value` is a copy of the caller's when T is sent as bytes.
template <class T>
void send_from(ChanCore* core, T& value) {
  if constexpr (kSentAsBytes<T>) {
    chan_send_bytes(core, &value);
  } else {
    chan_send(core, &value);
  }
}
template <class T>
bool try_send_from(ChanCore* core, T& value) {
  if constexpr (kSentAsBytes<T>) {
    return chan_try_send_bytes(core, &value);
  } else {
    return chan_try_send(core, &value);
  }
}
template <class T>
bool recv_into(ChanCore* core, void* to) {
  if constexpr (kSentAsBytes<T>) {
    return chan_recv_bytes(core, to);
  } else {
    return chan_recv(core, to);
  }
}
template <class T>
TryRecv try_recv_into(ChanCore* core, void* to) {
  if constexpr (kSentAsBytes<T>) {
    return chan_try_recv_bytes(core, to);
  } else {
    return chan_try_recv(core, to);
  }
}

// ChanHandle: a counted reference to a core; what Chan, SendChan and RecvChan have in common.
class ChanHandle {
 public:
  ChanHandle() noexcept = default;
  ChanHandle(const ChanHandle& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) chan_retain(core_);
  }
  ChanHandle(ChanHandle&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  ChanHandle& operator=(ChanHandle other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~ChanHandle() {
    if (core_ != nullptr) chan_release(core_);
  }

  // len returns the number of buffered elements, cap the buffer's size. Both 0 for the nil channel. Like Go's, they
  // order nothing.
  size_t len() const noexcept { return chan_len(core_); }
  size_t cap() const noexcept { return chan_cap(core_); }

  // True unless nil.
  explicit operator bool() const noexcept { return core_ != nullptr; }
  // Equal: the same channel.
  friend bool operator==(const ChanHandle& a, const ChanHandle& b) noexcept { return a.core_ == b.core_; }

  // For the library. share makes another reference.
  ChanCore* core() const noexcept { return core_; }
  static ChanHandle share(ChanCore* core) noexcept {
    if (core != nullptr) chan_retain(core);
    return ChanHandle(core);
  }

 protected:
  // Takes over one reference.
  explicit ChanHandle(ChanCore* core) noexcept : core_(core) {}

 private:
  ChanCore* core_ = nullptr;
};

}  // namespace gorace::internal

#endif  // GORACE_INTERNAL_CHAN_CORE_H_
