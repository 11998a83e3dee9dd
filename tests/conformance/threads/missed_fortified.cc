// The functions that libc's headers call under _FORTIFY_SOURCE, as most distributions compile: __memcpy_chk in place of
// memcpy. TSan does not know those of memory, of strings and of fread, and misses their races.
#undef _FORTIFY_SOURCE
#define _FORTIFY_SOURCE 2

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

// Their size is known to the compiler, what is copied into them is not: so the calls stay.
char buffer[64];
char text[64] = "twelve bytes";
size_t twelve() { return opaque(size_t{12}); }
const char* twelve_bytes() { return opaque(&text[0]); }

template <class Call>
void race_on_the_buffer(Call call) {
  after(call, [] {
    buffer[0] = 1;
    keep(buffer);
  });
}
template <class Call>
void race_on_the_text(Call call) {
  after(call, [] {
    text[0] = 'T';
    keep(text);
  });
}

RACE_CASE(RaceOfFortifiedMemcpy) {
  race_on_the_buffer([] { std::memcpy(buffer, twelve_bytes(), twelve()); });
}
RACE_CASE(RaceOfFortifiedMemmove) {
  race_on_the_text([] { std::memmove(buffer, twelve_bytes(), twelve()); });
}
RACE_CASE(RaceOfFortifiedMemset) {
  race_on_the_buffer([] { std::memset(buffer, opaque(1), twelve()); });
}
RACE_CASE(RaceOfFortifiedStrcpy) {
  race_on_the_buffer([] { std::strcpy(buffer, twelve_bytes()); });
}
RACE_CASE(RaceOfFortifiedStrncpy) {
  race_on_the_text([] { std::strncpy(buffer, twelve_bytes(), twelve()); });
}
RACE_CASE(RaceOfFortifiedStrcat) {
  race_on_the_buffer([] { std::strcat(buffer, twelve_bytes()); });
}
RACE_CASE(RaceOfFortifiedStrncat) {
  race_on_the_text([] { std::strncat(buffer, twelve_bytes(), twelve()); });
}
RACE_CASE(RaceOfFortifiedSnprintf) {
  race_on_the_buffer([] { std::snprintf(buffer, sizeof buffer, "%d", opaque(12)); });
}
RACE_CASE(RaceOfFortifiedSprintf) {
  race_on_the_text([] { std::sprintf(buffer, "%s %d", twelve_bytes(), opaque(12)); });
}
RACE_CASE(RaceOfFortifiedPrintf) {
  race_on_the_text([] { std::printf("%d %s\n", opaque(12), twelve_bytes()); });
}
RACE_CASE(RaceOfFortifiedFprintf) {
  race_on_the_text([] { std::fprintf(stdout, "%.*s\n", opaque(5), twelve_bytes()); });
}
RACE_CASE(RaceOfFortifiedFgets) {
  std::FILE* const file = std::fopen("/proc/self/stat", "r");
  race_on_the_buffer([file] { use(std::fgets(buffer, opaque(12), file)); });
}
RACE_CASE(RaceOfFortifiedFread) {
  std::FILE* const file = std::fopen("/dev/zero", "r");
  race_on_the_buffer([file] { use(std::fread(buffer, 1, twelve(), file)); });
}
RACE_CASE(RaceOfFortifiedRead) {
  int ends[2];
  if (pipe(ends) != 0) abort();
  use(write(ends[1], text, twelve()));
  race_on_the_buffer([&] { use(read(ends[0], buffer, twelve())); });
}

int x;

template <class Send, class Receive>
void ordered(Send send, Receive receive) {
  Threads threads;
  threads.run([=] {
    x = opaque(1);
    keep(x);
    send();
  });
  threads.run([=] {
    receive();
    use(x);
  });
}

RACE_CASE(NoRaceFortifiedReadOfAPipe) {
  int ends[2];
  if (pipe(ends) != 0) abort();
  ordered([=] { use(write(ends[1], "x", 1)); }, [=] { use(read(ends[0], buffer, twelve())); });
}
RACE_CASE(NoRaceFortifiedRecv) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) abort();
  ordered([=] { use(::send(ends[1], "x", 1, 0)); }, [=] { use(::recv(ends[0], buffer, twelve(), 0)); });
}

}  // namespace
}  // namespace gorace::conformance
