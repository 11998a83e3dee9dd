// checked_scan_*: the scanf family, narrow and wide, as the functions of library_checks.h. `scan` is the function of
// libc that does the work: there are several, which differ in the numbers that they read.
#ifndef GORACE_DETECTOR_ABI_SCAN_CHECKS_H_
#define GORACE_DETECTOR_ABI_SCAN_CHECKS_H_

#include "detector/abi/library_names.h"
#include "detector/abi/scan_arguments.h"
#include "detector/abi/wide_checks.h"

namespace gorace::detector {

template <class Character>
using ScanText = int(const Character*, const Character*, va_list);
template <class Character>
using ScanFile = int(FILE*, const Character*, va_list);

// scan_checked calls scan(from, format, list) with a copy of the arguments, and checks what it assigned.
template <class From, class Character>
int scan_checked(CallSite site, int (*scan)(From*, const Character*, va_list), From* from, const Character* format,
                 va_list arguments) {
  reads_text(format, site);
  va_list list;
  va_copy(list, arguments);
  const int assigned = scan(from, format, list);
  va_end(list);
  check_scanned_arguments(format, arguments, assigned, site);
  return assigned;
}

template <class Character>
int checked_scan_text(CallSite site, ScanText<Character>* scan, const Character* text, const Character* format,
                      va_list arguments) {
  reads_text(text, site);  // glibc looks for its end before it begins
  return scan_checked(site, scan, text, format, arguments);
}
template <class Character>
int checked_scan_file(CallSite site, ScanFile<Character>* scan, FILE* file, const Character* format,
                      va_list arguments) {
  return scan_checked(site, scan, file, format, arguments);
}

// named_scan_*: the same under libc's own names, checked for -fsanitize=thread code only.
template <class Character>
int named_scan_text(CallSite site, ScanText<Character>* scan, const Character* text, const Character* format,
                    va_list arguments) {
  if (!is_checked_call(site)) return scan(text, format, arguments);
  return checked_scan_text(site, scan, text, format, arguments);
}
template <class Character>
int named_scan_file(CallSite site, ScanFile<Character>* scan, FILE* file, const Character* format, va_list arguments) {
  if (!is_checked_call(site)) return scan(file, format, arguments);
  return checked_scan_file(site, scan, file, format, arguments);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_SCAN_CHECKS_H_
