// GORACE_ASAN, GORACE_TSAN: 1 when gorace itself is being compiled with clang's (or gcc's) AddressSanitizer or
// ThreadSanitizer, else 0.
#ifndef GORACE_RUNTIME_BASE_SANITIZER_BUILD_H_
#define GORACE_RUNTIME_BASE_SANITIZER_BUILD_H_

#if defined(__SANITIZE_ADDRESS__)
#define GORACE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GORACE_ASAN 1
#endif
#endif
#ifndef GORACE_ASAN
#define GORACE_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define GORACE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GORACE_TSAN 1
#endif
#endif
#ifndef GORACE_TSAN
#define GORACE_TSAN 0
#endif

#if GORACE_TSAN
extern "C" {
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace gorace::runtime {

// ZerosOverZeros: while it lives, ThreadSanitizer does not see this thread's writes: they write to memory what it reads
// as already, and others may look at it.
class ZerosOverZeros {
 public:
#if GORACE_TSAN
  ZerosOverZeros() { AnnotateIgnoreWritesBegin(__FILE__, __LINE__); }
  ~ZerosOverZeros() { AnnotateIgnoreWritesEnd(__FILE__, __LINE__); }
#else
  ZerosOverZeros() = default;
#endif
  ZerosOverZeros(const ZerosOverZeros&) = delete;
  ZerosOverZeros& operator=(const ZerosOverZeros&) = delete;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_SANITIZER_BUILD_H_
