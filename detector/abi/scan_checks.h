// checked_v*scanf: the scanf family, as the functions of library_checks.h.
#ifndef GORACE_DETECTOR_ABI_SCAN_CHECKS_H_
#define GORACE_DETECTOR_ABI_SCAN_CHECKS_H_

#include "detector/abi/library_checks.h"
#include "detector/abi/scan_arguments.h"

namespace gorace::detector {

// scan_checked calls scan(list) with a copy of the arguments, and checks what it assigned.
template <class Scan>
int scan_checked(CallSite site, const char* format, va_list arguments, Scan&& scan) {
  reads_text(format, site);
  va_list list;
  va_copy(list, arguments);
  const int assigned = scan(list);
  va_end(list);
  check_scanned_arguments(format, arguments, assigned, site);
  return assigned;
}

inline int checked_vsscanf(CallSite site, const char* text, const char* format, va_list arguments) {
  reads_text(text, site);  // glibc looks for its end before it begins
  return scan_checked(site, format, arguments, [=](va_list list) { return vsscanf(text, format, list); });
}
inline int checked_vfscanf(CallSite site, FILE* file, const char* format, va_list arguments) {
  return scan_checked(site, format, arguments, [=](va_list list) { return vfscanf(file, format, list); });
}
inline int checked_vscanf(CallSite site, const char* format, va_list arguments) {
  return checked_vfscanf(site, stdin, format, arguments);
}

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_ABI_SCAN_CHECKS_H_
