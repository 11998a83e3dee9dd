// RawWriter: builds text and writes it to a file descriptor, with no allocation from the user's malloc and no stdio, so
// that it works inside malloc, in signal handlers and while the program is dying.
//
//   RawWriter out(2);
//   out << "goroutine " << id << " [" << reason << "]:\n" << Hex{pc};
//
// Buffered; the destructor flushes. Not thread safe: one writer a thread. A failed write is dropped (errno preserved).
#ifndef GORACE_RUNTIME_BASE_RAW_WRITER_H_
#define GORACE_RUNTIME_BASE_RAW_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace gorace::runtime {

// Hex prints as 0x followed by at least `width` lower-case digits.
struct Hex {
  uint64_t value;
  int width = 0;
};

class RawWriter {
 public:
  explicit RawWriter(int fd) : fd_(fd) {}
  ~RawWriter() { flush(); }
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  RawWriter& operator<<(std::string_view text);
  RawWriter& operator<<(const char* text) { return *this << std::string_view(text == nullptr ? "(null)" : text); }
  RawWriter& operator<<(char c) { return *this << std::string_view(&c, 1); }
  RawWriter& operator<<(Hex hex);
  template <class Integer>
    requires std::is_integral_v<Integer>
  RawWriter& operator<<(Integer value) {
    if constexpr (std::is_signed_v<Integer>) {
      if (value < 0) return (*this << '-').decimal(0 - static_cast<uint64_t>(value));
    }
    return decimal(static_cast<uint64_t>(value));
  }

  // flush writes what is buffered, retrying short writes and EINTR.
  void flush();

 private:
  RawWriter& decimal(uint64_t value);

  const int fd_;
  size_t used_ = 0;
  char buffer_[1024];
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_RAW_WRITER_H_
