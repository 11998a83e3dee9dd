// What libc reads and writes for code of -fsanitize=thread: each call races with a plain access of another thread.
// expect: race
// needs: symbols
// expect-report: Found 16 data race
// expect-report: reads_by_strlen
// expect-report: reads_by_strcmp
// expect-report: reads_by_memcmp
// expect-report: reads_by_memchr
// expect-report: reads_by_memcpy
// expect-report: reads_by_strtol
// expect-report: reads_by_printf
// expect-report: reads_by_snprintf
// expect-report: reads_by_fwrite
// expect-report: writes_by_strcpy
// expect-report: writes_by_strncpy
// expect-report: writes_by_memset
// expect-report: writes_by_memmove
// expect-report: writes_by_snprintf_with_many_arguments
// expect-report: writes_by_fread
// expect-report: writes_by_percent_n
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

template <class T>
T opaque(T value) {
  asm volatile("" : "+r"(value));
  return value;
}

constexpr int kCalls = 16;
constexpr int kBytes = 64;
alignas(64) char buffers[kCalls][kBytes];
char own[kBytes] = "12345";
char* at(int call) { return opaque(&buffers[call][0]); }

#define CALL [[gnu::noinline]] void
CALL reads_by_strlen() { opaque(strlen(at(0))); }
CALL reads_by_strcmp() { opaque(strcmp(at(1), opaque(&own[0]))); }
CALL reads_by_memcmp() { opaque(memcmp(at(2), opaque(&own[0]), opaque(size_t{20}))); }
CALL reads_by_memchr() { opaque(memchr(at(3), opaque(7), opaque(size_t{20}))); }
CALL reads_by_memcpy() { memcpy(opaque(&own[0]), at(4), opaque(size_t{20})); }
CALL reads_by_strtol() { opaque(strtol(at(5), nullptr, 10)); }
CALL reads_by_printf() { printf("%5d %s %g\n", opaque(1), at(6), 1.5); }
CALL reads_by_snprintf() {
  char text[kBytes];
  opaque(snprintf(text, sizeof text, "%.*s", opaque(10), at(7)));
}
CALL reads_by_fwrite() { opaque(fwrite(at(8), 1, 20, stdout)); }
CALL writes_by_strcpy() { strcpy(at(9), opaque(&own[0])); }
CALL writes_by_strncpy() { strncpy(at(10), opaque(&own[0]), opaque(size_t{20})); }
CALL writes_by_memset() { memset(at(11), opaque(1), opaque(size_t{20})); }
CALL writes_by_memmove() { memmove(at(12), opaque(&own[0]), opaque(size_t{20})); }
CALL writes_by_snprintf_with_many_arguments() {
  snprintf(at(13), kBytes, "%d %d %d %d %d %d %d", opaque(1), 2, 3, 4, 5, 6, 7);
}
CALL writes_by_fread() {
  FILE* zeros = fopen("/dev/zero", "r");
  opaque(fread(at(14), 1, 20, zeros));
  fclose(zeros);
}
CALL writes_by_percent_n() {
  char text[kBytes];
  opaque(snprintf(text, sizeof text, "%s%n", "text", reinterpret_cast<int*>(at(15))));
}

void calls() {
  reads_by_strlen();
  reads_by_strcmp();
  reads_by_memcmp();
  reads_by_memchr();
  reads_by_memcpy();
  reads_by_strtol();
  reads_by_printf();
  reads_by_snprintf();
  reads_by_fwrite();
  writes_by_strcpy();
  writes_by_strncpy();
  writes_by_memset();
  writes_by_memmove();
  writes_by_snprintf_with_many_arguments();
  writes_by_fread();
  writes_by_percent_n();
}

// Its first byte, which every call touches.
void plain_writes() {
  for (auto& buffer : buffers) {
    buffer[0] = 0;
    asm volatile("" : : "r"(&buffer) : "memory");
  }
}

}  // namespace

int main() {
  std::thread one(calls), other(plain_writes);
  one.join();
  other.join();
}
