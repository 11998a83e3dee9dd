// What the conversions of printf's and scanf's formats have in common.
#ifndef GORACE_DETECTOR_ABI_CONVERSION_TEXT_H_
#define GORACE_DETECTOR_ABI_CONVERSION_TEXT_H_

#include <cstddef>
#include <cwchar>

#include "runtime/base/internal_allocator.h"

namespace gorace::detector {

// NarrowFormat: a wide format in which other than ASCII characters are question marks. Conversions consist of ASCII,
// and take the same arguments as in a narrow format.
class NarrowFormat {
 public:
  explicit NarrowFormat(const wchar_t* format)
      : bytes_(wcslen(format) + 1), text_(static_cast<char*>(runtime::internal_alloc(bytes_))) {
    for (size_t i = 0; i < bytes_; ++i) {
      text_[i] = format[i] >= 0 && format[i] < 0x80 ? static_cast<char>(format[i]) : '?';
    }
  }
  NarrowFormat(const NarrowFormat&) = delete;
  NarrowFormat& operator=(const NarrowFormat&) = delete;
  ~NarrowFormat() { runtime::internal_free(text_, bytes_); }

  const char* text() const { return text_; }

 private:
  const size_t bytes_;
  char* const text_;
};

// read_number reads the decimal number at `at`, 0 when there is none, and moves behind it.
inline size_t read_number(const char*& at) {
  size_t number = 0;
  for (; *at >= '0' && *at <= '9'; ++at) number = number * 10 + static_cast<size_t>(*at - '0');
  return number;
}

// integer_bytes is the size of an integer whose conversion has so many l, counted down by each h.
inline size_t integer_bytes(int longs) {
  if (longs >= 1) return sizeof(long);
  if (longs == 0) return sizeof(int);
  return longs == -1 ? sizeof(short) : sizeof(char);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_CONVERSION_TEXT_H_
