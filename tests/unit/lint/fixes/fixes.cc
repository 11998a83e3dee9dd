// What the fix-its make of code: a comment tells what its line becomes; a line without one stays as it is.
#include <gorace/gorace.h>

#include <chrono>
#include <cstddef>
#include <thread>

using namespace std::chrono_literals;

void use(int);
void change(int&);

void loops(gorace::WaitGroup& wg) {
  for (int i = 0; i < 10; ++i) wg.go([&i] { use(i); });  // becomes: for (int i = 0; i < 10; ++i) wg.go([i] { use(i); });
  for (int i = 0; i < 10; ++i) wg.go([ & i ] { use(i + 1); });  // becomes: for (int i = 0; i < 10; ++i) wg.go([ i ] { use(i + 1); });
  for (int i = 0; i < 10; ++i) wg.go([&] { use(i); });  // becomes: for (int i = 0; i < 10; ++i) wg.go([&, i] { use(i); });
  for (int i = 0, j = 9; i < j; ++i, --j) wg.go([&, j] { use(j); });
  wg.wait();
}

void threads() {
  for (const char* p = "text"; *p != 0; ++p) std::thread([&p] { use(*p); }).detach();  // becomes: for (const char* p = "text"; *p != 0; ++p) std::thread([p] { use(*p); }).detach();
}

void local() {
  const int n = 3;
  double factor = 0.5;
  gorace::go([&n] { for (int i = 0; i < n; ++i) use(i); });  // becomes: gorace::go([n] { for (int i = 0; i < n; ++i) use(i); });
  gorace::go([&] { use(static_cast<int>(factor)); });  // becomes: gorace::go([&, factor] { use(static_cast<int>(factor)); });
}

void sleeps() {
  gorace::go([] { std::this_thread::sleep_for(1ms); });  // becomes: gorace::go([] { gorace::sleep(1ms); });
  gorace::go([] {
    using namespace std::this_thread;
    sleep_for(std::chrono::duration<double>(0.25));  // becomes: gorace::sleep(std::chrono::duration<double>(0.25));
  });
}

void after(gorace::Chan<int> c) {
  while (true) {
    gorace::select(gorace::recv(c), gorace::recv(gorace::after(1s).chan()));  // becomes: gorace::select(gorace::recv(c), gorace::after(1s));
  }
}

void adds_inside() {
  gorace::WaitGroup wg;
  gorace::go([&wg] {  // becomes: wg.add(1); gorace::go([&wg] {
    wg.add(1);  // becomes:
    wg.done();
  });
  wg.wait();
}

#ifdef UNSURE
// A copy would be another program, or none: what is written, handed on, changed later, has another name, an object, or of a template's type.
struct Object {
  int value;
};
void unsure(gorace::WaitGroup& wg) {
  for (int i = 0; i < 10; ++i) wg.go([&i] { ++i; });
  for (int i = 0; i < 10; ++i) wg.go([&i] { change(i); });
  for (int i = 0; i < 10; ++i) wg.go([=, &i] { use(i); });
  for (int i = 0; i < 10; ++i) wg.go([&] { [&] { use(i); }(); });
  for (Object o{0}; o.value < 10; o.value++) wg.go([&o] { use(o.value); });
}
void changed_later() {
  int later = 0;
  gorace::go([&later] { use(later); });
  later = 1;
}
void referred_to() {
  int number = 0;
  gorace::go([&number] { use(number); });
  int& another_name = number;
  ++another_name;
}
template <class T>
void in_template(T n) {
  gorace::go([&n] { use(n); });
}
template void in_template(int);
#define PAUSE() std::this_thread::sleep_for(1ms)
void macros() {
  gorace::go([] { PAUSE(); });
  gorace::go([] { std::this_thread::sleep_for<long, std::milli>(1ms); });
}
#endif
