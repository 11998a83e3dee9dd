#include "detector/abi/scan_arguments.h"

#include <cstddef>
#include <cstring>
#include <cwchar>

#include "detector/abi/access_check.h"
#include "detector/abi/conversion_text.h"

namespace gorace::detector {
namespace {

// Conversion: what stands between % and the letter that ends it.
struct Conversion {
  size_t width = 0;  // 0: none
  int longs = 0;     // l: 1, ll, q, L, j, z and t: 2, h: -1, hh: -2
  bool assigns = true;
  bool allocates = false;  // m: libc makes the block, the argument is a pointer to its address
  char letter = '\0';
};

// skip_set: behind the ] of [...], where the first character may itself be one.
void skip_set(const char*& at) {
  if (*at == '^') ++at;
  if (*at == ']') ++at;
  while (*at != '\0' && *at != ']') ++at;
  if (*at == ']') ++at;
}

Conversion read_conversion(const char*& at) {
  Conversion conversion;
  if (*at == '*') {
    conversion.assigns = false;
    ++at;
  }
  conversion.width = read_number(at);
  for (; *at != '\0'; ++at) {
    if (*at == 'l') {
      ++conversion.longs;
    } else if (*at == 'h') {
      --conversion.longs;
    } else if (*at == 'm') {
      conversion.allocates = true;
    } else if (strchr("qLjzt", *at) != nullptr) {
      conversion.longs = 2;
    } else {
      break;
    }
  }
  conversion.letter = *at;
  if (*at == '\0') return conversion;
  ++at;
  if (conversion.letter == '[') skip_set(at);
  return conversion;
}

size_t real_bytes(int longs) {
  if (longs >= 2) return sizeof(long double);
  return longs == 1 ? sizeof(double) : sizeof(float);
}

// written_bytes: how many bytes the conversion has written at `object`; 0: of a kind that is not known.
size_t written_bytes(const Conversion& conversion, const void* object) {
  if (conversion.allocates) return sizeof(void*);
  const bool is_wide = conversion.longs >= 1;
  switch (conversion.letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'n':
      return integer_bytes(conversion.longs);
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return real_bytes(conversion.longs);
    case 'p':
      return sizeof(void*);
    case 'C':
      return (conversion.width != 0 ? conversion.width : 1) * sizeof(wchar_t);
    case 'S':
      return (wcslen(static_cast<const wchar_t*>(object)) + 1) * sizeof(wchar_t);
    case 'c': {
      // In a wide format these are as many characters, of one byte or more: the object does not tell.
      const size_t count = conversion.width != 0 ? conversion.width : 1;
      return is_wide ? count * sizeof(wchar_t) : count;
    }
    case 's':
    case '[':
      return is_wide ? (wcslen(static_cast<const wchar_t*>(object)) + 1) * sizeof(wchar_t)
                     : strlen(static_cast<const char*>(object)) + 1;
    default:
      return 0;
  }
}

}  // namespace

void check_scanned_arguments(const wchar_t* format, va_list arguments, int assigned, CallSite site) {
  if (assigned <= 0 || recording_context() == nullptr) return;
  const NarrowFormat narrow(format);
  check_scanned_arguments(narrow.text(), arguments, assigned, site);
}

void check_scanned_arguments(const char* format, va_list arguments, int assigned, CallSite site) {
  if (assigned < 0 || recording_context() == nullptr) return;
  va_list list;
  va_copy(list, arguments);
  for (const char* at = strchr(format, '%'); at != nullptr; at = strchr(at, '%')) {
    ++at;
    const Conversion conversion = read_conversion(at);
    if (conversion.letter == '%' || !conversion.assigns) continue;
    // A %n behind the last assignment may or may not have been reached.
    if (assigned == 0) break;
    void* const object = va_arg(list, void*);
    const size_t bytes = written_bytes(conversion, object);
    if (bytes == 0) break;
    check_range(object, bytes, Direction::kWrite, site);
    if (conversion.letter != 'n') --assigned;
  }
  va_end(list);
}

}  // namespace gorace::detector
