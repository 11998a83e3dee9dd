// Calls of the C library that touch the caller's memory are checked; a function of the program with such a name is not one of them.
// RUN: %clangxx -O1 -S -emit-llvm %s -o - | %check
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <cwchar>

// CHECK-LABEL: define {{.*}} @_Z6lengthPKc(
// CHECK: call i64 @__gorace_strlen(ptr
// CHECK-NOT: memory(
size_t length(const char* text) { return std::strlen(text) + std::strlen(text + 1); }

// CHECK-LABEL: define {{.*}} @_Z5printPci(
// CHECK: call i32 (ptr, i64, ptr, ...) @__gorace_snprintf(
void print(char* buffer, int number) { std::snprintf(buffer, 10, "%d", number); }

// CHECK-LABEL: define {{.*}} @_Z5startPKvS0_(
// CHECK: call void @__gorace_read_range(ptr %{{.*}}, i64 8)
// CHECK: call void @__gorace_read_range(ptr %{{.*}}, i64 8)
// CHECK: call i32 @{{memcmp|bcmp}}(
bool start(const void* a, const void* b) { return std::memcmp(a, b, 8) < 0; }

// CHECK-LABEL: define {{.*}} @_Z4widePwPKw(
// CHECK: call {{.*}}ptr @__gorace_wcscpy(ptr
// CHECK: call i32 (ptr, i64, ptr, ...) @__gorace_swprintf(
void wide(wchar_t* to, const wchar_t* from) { std::swprintf(std::wcscpy(to, from), 10, L"%d", 1); }

extern "C" long __isoc23_strtol(const char* text, char** end, int base);
extern "C" int __isoc23_vsscanf(const char* text, const char* format, va_list arguments);
// CHECK-LABEL: define {{.*}} @_Z5scansPKwPKcP{{.*}}(
// CHECK: call i32 (ptr, ptr, ...) @__gorace_{{(__isoc99_|__isoc23_)?}}swscanf(
// CHECK: call {{.*}}i64 @__gorace___isoc23_strtol(
// CHECK: call {{.*}}i32 @__gorace___isoc23_vsscanf(
long scans(const wchar_t* wide, const char* text, va_list arguments) {
  int number = 0;
  std::swscanf(wide, L"%d", &number);
  return __isoc23_strtol(text, nullptr, 10) + __isoc23_vsscanf(text, "%d", arguments) + number;
}

int scan_of_the_program(int number) __asm__("vwscanf");
// CHECK-LABEL: define {{.*}} @_Z10not_a_scani(
// CHECK: call noundef i32 @vwscanf(i32
int not_a_scan(int number) { return scan_of_the_program(number) + 1; }

int of_the_program(int number) __asm__("wcpcpy");
// CHECK-LABEL: define {{.*}} @_Z8not_widei(
// CHECK: call noundef i32 @wcpcpy(i32
int not_wide(int number) { return of_the_program(number) + 1; }

namespace mine {
int strlen(const char* text);
}
// CHECK-LABEL: define {{.*}} @_Z5otherPKc(
// CHECK: call noundef i32 @_ZN4mine6strlenEPKc(
int other(const char* text) { return mine::strlen(text); }
