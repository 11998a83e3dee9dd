#include "runtime/base/raw_writer.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gorace::runtime {

RawWriter& RawWriter::operator<<(std::string_view text) {
  while (!text.empty()) {
    if (used_ == sizeof buffer_) flush();
    const size_t room = sizeof buffer_ - used_;
    const size_t taken = text.size() < room ? text.size() : room;
    memcpy(buffer_ + used_, text.data(), taken);
    used_ += taken;
    text.remove_prefix(taken);
  }
  return *this;
}

RawWriter& RawWriter::operator<<(Hex hex) {
  char digits[16];
  int count = 0;
  do {
    digits[count++] = "0123456789abcdef"[hex.value & 15];
    hex.value >>= 4;
  } while (hex.value != 0);
  *this << "0x";
  for (int padding = hex.width - count; padding > 0; --padding) *this << '0';
  while (count > 0) *this << digits[--count];
  return *this;
}

RawWriter& RawWriter::decimal(uint64_t value) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) *this << digits[--count];
  return *this;
}

void RawWriter::flush() {
  const int saved_errno = errno;
  size_t written = 0;
  while (written < used_) {
    // A raw system call: write() may be intercepted by the detector.
    const long n = syscall(SYS_write, fd_, buffer_ + written, used_ - written);
    if (n > 0) {
      written += static_cast<size_t>(n);
    } else if (errno != EINTR && errno != EAGAIN) {
      break;
    }
  }
  used_ = 0;
  errno = saved_errno;
}

}  // namespace gorace::runtime
