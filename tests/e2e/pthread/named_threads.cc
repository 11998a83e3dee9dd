// Names of threads appear in the report.
// expect: race
// expect-report: by thread [23] '(painter|writer)':$
#include <pthread.h>

#include <thread>

int value = 0;

void paint(const char* name) {
  pthread_setname_np(pthread_self(), name);
  ++value;
}

int main() {
  std::thread one(paint, "painter");
  std::thread other(paint, "writer");
  one.join();
  other.join();
}
