// strerror_r writes the buffer for a number without a text of its own, and only then.
// expect: race
// needs: symbols
// expect-report: ^Global var unknown_text of size 100
// expect-no-report: Global var known_text
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

char unknown_text[100];
char known_text[100];

void describe() {
  if (strerror_r(-1, unknown_text, sizeof unknown_text)[0] == 0) puts("?");
  if (strerror_r(ERANGE, known_text, sizeof known_text)[0] == 0) puts("?");
}

int main() {
  std::thread one(describe), other(describe);
  one.join();
  other.join();
}
