// Functions that make or close descriptors and carry no data: a number that was used before stands for a new file.
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <cstdarg>

#include "detector/intercept/new_descriptors.h"
#include "detector/intercept/real_function.h"

namespace gorace::detector {
namespace {

// open and openat are variadic: their mode is passed on whether there is one or not, as glibc's aliases do.
using Open = int(const char*, int, mode_t);
using OpenAt = int(int, const char*, int, mode_t);
GORACE_REAL_FUNCTION RealFunction<Open> real_open("open");
GORACE_REAL_FUNCTION RealFunction<Open> real_open64("open64");
GORACE_REAL_FUNCTION RealFunction<OpenAt> real_openat("openat");
GORACE_REAL_FUNCTION RealFunction<OpenAt> real_openat64("openat64");
GORACE_REAL_FUNCTION RealFunction<decltype(creat)> real_creat("creat");
GORACE_REAL_FUNCTION RealFunction<decltype(epoll_create)> real_epoll_create("epoll_create");
GORACE_REAL_FUNCTION RealFunction<decltype(epoll_create1)> real_epoll_create1("epoll_create1");
GORACE_REAL_FUNCTION RealFunction<decltype(timerfd_create)> real_timerfd_create("timerfd_create");
GORACE_REAL_FUNCTION RealFunction<decltype(signalfd)> real_signalfd("signalfd");
GORACE_REAL_FUNCTION RealFunction<decltype(inotify_init1)> real_inotify_init1("inotify_init1");
GORACE_REAL_FUNCTION RealFunction<decltype(memfd_create)> real_memfd_create("memfd_create");
GORACE_REAL_FUNCTION RealFunction<decltype(fopen)> real_fopen("fopen");
GORACE_REAL_FUNCTION RealFunction<decltype(fopen64)> real_fopen64("fopen64");
GORACE_REAL_FUNCTION RealFunction<decltype(fclose)> real_fclose("fclose");
using Fcntl = int(int, int, void*);
GORACE_REAL_FUNCTION RealFunction<Fcntl> real_fcntl("fcntl");
GORACE_REAL_FUNCTION RealFunction<Fcntl> real_fcntl64("fcntl64");

FILE* opened(FILE* file, CallSite site) {
  if (file != nullptr) opened(fileno(file), site);
  return file;
}

int after_fcntl(int fd, int command, int result, CallSite site) {
  if (result < 0 || (command != F_DUPFD && command != F_DUPFD_CLOEXEC)) return result;
  on_file_duplicated(fd, result);
  on_descriptor_opened(result, site);
  return result;
}

SignalNumbers numbers_in(const sigset_t* set) {
  SignalNumbers numbers = 0;
  for (int number = 1; number < kSignals; ++number) {
    if (sigismember(set, number) == 1) numbers |= signal_bit(number);
  }
  return numbers;
}

bool has_mode(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

mode_t mode_of(int flags, va_list arguments) { return has_mode(flags) ? va_arg(arguments, mode_t) : 0; }

}  // namespace
}  // namespace gorace::detector

using namespace gorace::detector;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real_open(path, flags, mode), CallSite::here());
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real_open64(path, flags, mode), CallSite::here());
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real_openat(directory, path, flags, mode), CallSite::here());
}

int openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real_openat64(directory, path, flags, mode), CallSite::here());
}

int creat(const char* path, mode_t mode) { return opened(real_creat(path, mode), CallSite::here()); }

int epoll_create(int size) noexcept { return opened(real_epoll_create(size), CallSite::here()); }
int epoll_create1(int flags) noexcept { return opened(real_epoll_create1(flags), CallSite::here()); }
int inotify_init1(int flags) noexcept { return opened(real_inotify_init1(flags), CallSite::here()); }
int timerfd_create(clockid_t clock, int flags) noexcept {
  return opened(real_timerfd_create(clock, flags), CallSite::here());
}
int memfd_create(const char* name, unsigned flags) noexcept {
  return opened(real_memfd_create(name, flags), CallSite::here());
}
// With a descriptor it changes that one's signals.
int signalfd(int fd, const sigset_t* signals, int flags) noexcept {
  const int result = real_signalfd(fd, signals, flags);
  if (fd == -1) opened(result, CallSite::here());
  if (result >= 0) on_signal_file(result, numbers_in(signals));
  return result;
}

FILE* fopen(const char* path, const char* mode) { return opened(real_fopen(path, mode), CallSite::here()); }
FILE* fopen64(const char* path, const char* mode) { return opened(real_fopen64(path, mode), CallSite::here()); }

int fclose(FILE* file) {
  // A stream in memory has none.
  if (const int fd = fileno(file); fd >= 0) {
    on_descriptor_closing(fd, CallSite::here());
    on_file_closing(fd);
  }
  return real_fclose(file);
}

// The argument is an int, a pointer or absent; in a register it is the same.
int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return after_fcntl(fd, command, real_fcntl(fd, command, argument), CallSite::here());
}

int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return after_fcntl(fd, command, real_fcntl64(fd, command, argument), CallSite::here());
}

}  // extern "C"
