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

#endif  // GORACE_RUNTIME_BASE_SANITIZER_BUILD_H_
