// The same bytes by libc and by hand, ordered by a mutex; and libc's accesses in the name of code that nobody watches.
// expect: clean
// expect-output: ^done 5 five 6$
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

namespace {

std::mutex mutex;
char text[64] = "five";
size_t length;

void by_libc() {
  for (int i = 0; i < 1000; ++i) {
    std::lock_guard guard(mutex);
    length = strlen(text);
    snprintf(text, sizeof text, "%s", i % 2 == 0 ? "five" : "number six");
    memmove(text + 32, text, 16);
  }
}

void by_hand() {
  for (int i = 0; i < 1000; ++i) {
    std::lock_guard guard(mutex);
    for (char& c : text) c = c == '\0' ? '\0' : static_cast<char>(c ^ 1 ^ 1);
  }
}

}  // namespace

int main() {
  std::thread one(by_libc), other(by_hand);
  one.join();
  other.join();
  std::string words = "five";
  char line[64];
  int read = 0;
  snprintf(line, sizeof line, "%2$s %1$d", static_cast<int>(words.size() + 2), words.c_str());
  sscanf("5", "%d", &read);
  printf("done %d %s\n", read, line);
}
