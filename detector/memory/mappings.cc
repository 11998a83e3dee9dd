#include "detector/memory/mappings.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/base/own_process.h"

namespace gorace::detector {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// LineParser takes lines "low-high perms ..." character by character.
class LineParser {
 public:
  // feed returns true when c ended the field with the upper end: range() is whole.
  bool feed(char c) {
    if (c == '\n') {
      field_ = Field::kLow;
      range_ = {};
      return false;
    }
    if (field_ == Field::kRest) return false;
    if (const int digit = hex_digit(c); digit >= 0) {
      uintptr_t& value = field_ == Field::kLow ? range_.low : range_.high;
      value = value << 4 | static_cast<uintptr_t>(digit);
      return false;
    }
    field_ = field_ == Field::kLow ? Field::kHigh : Field::kRest;
    return field_ == Field::kRest;
  }
  AddressRange range() const { return range_; }

 private:
  enum class Field { kLow, kHigh, kRest };
  Field field_ = Field::kLow;
  AddressRange range_;
};

bool parse(LineParser& parser, const char* text, long bytes, bool (*visit)(AddressRange, void*), void* argument) {
  for (long i = 0; i < bytes; ++i) {
    if (parser.feed(text[i]) && !visit(parser.range(), argument)) return false;
  }
  return true;
}

}  // namespace

void for_each_mapping(bool (*visit)(AddressRange, void*), void* argument) {
  const int saved = errno;
  if (const int fd = runtime::open_mappings(); fd >= 0) {
    LineParser parser;
    char buffer[1024];
    for (long got; (got = syscall(SYS_read, fd, buffer, sizeof(buffer))) > 0;) {
      if (!parse(parser, buffer, got, visit, argument)) break;
    }
    syscall(SYS_close, fd);
  }
  errno = saved;
}

}  // namespace gorace::detector
