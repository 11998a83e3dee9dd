#include "detector/abi/format_arguments.h"

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <cwchar>

#include "detector/abi/access_check.h"
#include "detector/abi/conversion_text.h"

namespace gorace::detector {
namespace {

constexpr size_t kNoPrecision = static_cast<size_t>(-1);

// Conversion: what stands between % and the letter that ends it.
struct Conversion {
  size_t precision = kNoPrecision;
  int longs = 0;  // l: 1, ll, q, L, j, z and t: 2, h: -1, hh: -2
  char letter = '\0';
};

enum class Format : bool { kNarrow, kWide };

// Arguments: the variable arguments, in a struct, since va_list itself decays to a pointer where it is an array.
struct Arguments {
  Format format;
  va_list list;
};

void skip_digits(const char*& at) { at += strspn(at, "0123456789"); }

int read_length(const char*& at) {
  int longs = 0;
  for (;; ++at) {
    if (*at == 'l') {
      ++longs;
    } else if (*at == 'h') {
      --longs;
    } else if (*at != '\0' && strchr("qLjzZt", *at) != nullptr) {
      longs = 2;
    } else {
      return longs;
    }
  }
}

// read_conversion reads what follows a %, with the arguments that * takes.
Conversion read_conversion(const char*& at, Arguments& arguments) {
  Conversion conversion;
  at += strspn(at, "-+ #0'I");
  if (*at == '*') {
    ++at;
    va_arg(arguments.list, int);
  } else {
    skip_digits(at);
  }
  if (*at == '.') {
    ++at;
    if (*at == '*') {
      ++at;
      const int precision = va_arg(arguments.list, int);
      if (precision >= 0) conversion.precision = static_cast<size_t>(precision);
    } else {
      conversion.precision = read_number(at);
    }
  }
  conversion.longs = read_length(at);
  conversion.letter = *at;
  if (*at != '\0') ++at;
  return conversion;
}

void check_text(const char* text, size_t precision, CallSite site) {
  if (text == nullptr) return;  // glibc prints (null)
  const size_t length = strnlen(text, precision);
  check_range(text, length < precision ? length + 1 : length, Direction::kRead, site);
}

// In a wide format the precision counts characters. In a narrow one it counts bytes: a character that would not fit
// whole is not looked at further.
void check_wide_text(const wchar_t* text, size_t precision, Format format, CallSite site) {
  if (text == nullptr) return;
  if (format == Format::kWide) {
    const size_t length = wcsnlen(text, precision);
    check_range(text, (length < precision ? length + 1 : length) * sizeof(wchar_t), Direction::kRead, site);
    return;
  }
  size_t count = 0;
  mbstate_t state{};
  char bytes[MB_LEN_MAX];
  for (size_t printed = 0; printed < precision; ++count) {
    if (text[count] == L'\0') {
      ++count;
      break;
    }
    const size_t more = wcrtomb(bytes, text[count], &state);
    if (more == static_cast<size_t>(-1)) {  // the call fails there
      ++count;
      break;
    }
    printed += more;
  }
  check_range(text, count * sizeof(wchar_t), Direction::kRead, site);
}

// check_conversion takes the conversion's argument, and checks what it points to. False: of a kind that is not known.
bool check_conversion(const Conversion& conversion, Arguments& arguments, CallSite site) {
  switch (conversion.letter) {
    case '%':
    case 'm':
      return true;
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'c':
    case 'C':
      if (conversion.longs >= 1) {
        va_arg(arguments.list, long);
      } else {
        va_arg(arguments.list, int);
      }
      return true;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
      if (conversion.longs == 2) {
        va_arg(arguments.list, long double);
      } else {
        va_arg(arguments.list, double);
      }
      return true;
    case 's': {
      const char* text = va_arg(arguments.list, const char*);
      if (conversion.longs == 0) check_text(text, conversion.precision, site);
      if (conversion.longs >= 1) {
        check_wide_text(reinterpret_cast<const wchar_t*>(text), conversion.precision, arguments.format, site);
      }
      return true;
    }
    case 'S':
      check_wide_text(va_arg(arguments.list, const wchar_t*), conversion.precision, arguments.format, site);
      return true;
    case 'p':
      va_arg(arguments.list, void*);
      return true;
    case 'n':
      check_range(va_arg(arguments.list, void*), integer_bytes(conversion.longs), Direction::kWrite, site);
      return true;
    default:
      return false;
  }
}

void check_arguments(Format kind, const char* format, va_list arguments, CallSite site) {
  Arguments copy{.format = kind, .list = {}};
  va_copy(copy.list, arguments);
  for (const char* at = strchr(format, '%'); at != nullptr; at = strchr(at, '%')) {
    ++at;
    const Conversion conversion = read_conversion(at, copy);
    if (!check_conversion(conversion, copy, site)) break;
  }
  va_end(copy.list);
}

}  // namespace

void check_format_arguments(const char* format, va_list arguments, CallSite site) {
  if (recording_context() != nullptr) check_arguments(Format::kNarrow, format, arguments, site);
}

void check_wide_format_arguments(const wchar_t* format, va_list arguments, CallSite site) {
  if (recording_context() == nullptr) return;
  const NarrowFormat narrow(format);
  check_arguments(Format::kWide, narrow.text(), arguments, site);
}

}  // namespace gorace::detector
