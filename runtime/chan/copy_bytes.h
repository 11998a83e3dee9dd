// copy_bytes: memcpy without a call, so that a race detector that intercepts memcpy does not take the runtime's copies
// for the user's: a channel may write to a parked goroutine's stack in that goroutine's name.
#ifndef GORACE_RUNTIME_CHAN_COPY_BYTES_H_
#define GORACE_RUNTIME_CHAN_COPY_BYTES_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

// Word has alignment 1 and may alias anything.
template <class Integer>
struct [[gnu::packed, gnu::may_alias]] Word {
  Integer value;
};

template <class Integer>
inline void copy_word(void* to, const void* from) {
  static_cast<Word<Integer>*>(to)->value = static_cast<const Word<Integer>*>(from)->value;
}

inline void copy_bytes(void* to, const void* from, size_t bytes) {
  if (__builtin_expect(bytes == 8, 1)) return copy_word<uint64_t>(to, from);
  if (bytes == 4) return copy_word<uint32_t>(to, from);
  auto* target = static_cast<unsigned char*>(to);
  auto* source = static_cast<const unsigned char*>(from);
  for (; bytes >= 8; bytes -= 8, target += 8, source += 8) {
    copy_word<uint64_t>(target, source);
    asm volatile("" ::: "memory");  // or the compiler recognises memcpy
  }
  for (; bytes > 0; --bytes) {
    *target++ = *source++;
    asm volatile("" ::: "memory");
  }
}

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_CHAN_COPY_BYTES_H_
