// loop-capture, local-capture, view-capture.
#include <gorace/gorace.h>

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

void use(int);
void use(std::string_view);
bool is_bad();
void opaque_helper();

void loop_variable() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) {
    wg.go([&i] { use(i); });  // warn: loop-capture
  }
  for (int i = 0; i < 3; ++i) {
    wg.go([&] { use(i); });  // warn: loop-capture
  }
  wg.wait();
}

void loop_variable_of_thread() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] { use(i); });  // warn: loop-capture
  }
  for (std::thread& thread : threads) thread.join();
}

void loop_variable_declared_before() {
  gorace::WaitGroup wg;
  int i = 0;
  for (i = 0; i < 3; i += 1) wg.go([&i] { use(i); });  // warn: loop-capture
  wg.wait();
}

void loop_variable_by_value() {
  gorace::WaitGroup wg;
  for (int i = 0; i < 3; ++i) wg.go([i] { use(i); });
  for (int i = 0; i < 3; ++i) wg.go([=] { use(i); });
  wg.wait();
}

void waits_in_each_round() {
  auto done = gorace::make_chan<bool>();
  for (int i = 0; i < 3; ++i) {
    gorace::go([&i, done] {
      use(i);
      done.send(true);
    });
    done.recv();
  }
}

void reference_to_elements(const std::vector<std::string>& names) {
  gorace::WaitGroup wg;
  for (const std::string& name : names) wg.go([&] { use(name); });
  wg.wait();
}

void copy_of_each_element(const std::vector<std::string>& names) {
  gorace::WaitGroup wg;
  for (const std::string name : names) {
    wg.go([&] { use(name); });  // warn: local-capture
  }
  wg.wait();
}

void nobody_waits() {
  int x = 0;
  gorace::go([&x] { use(x); });  // warn: local-capture
}

void sleeping_is_not_waiting() {
  int x = 0;
  gorace::go([&x] { use(x); });  // warn: local-capture
  gorace::sleep(std::chrono::seconds(1));
}

void detached_thread() {
  int x = 0;
  std::thread([&] { use(x); }).detach();  // warn: local-capture
}

void parameter(int x) {
  gorace::go([&] { use(x); });  // warn: local-capture
}

void reference_parameter(int& x) {
  gorace::go([&] { use(x); });
}

void early_return() {
  int x = 0;
  gorace::WaitGroup wg;
  wg.go([&] { use(x); });
  if (is_bad()) {  // is_bad's body is unknown: it may wait
    return;
  }
  wg.wait();
}

void early_return_on_flag(bool bad) {
  int x = 0;
  gorace::WaitGroup wg;
  wg.go([&] { use(x); });  // warn: local-capture
  if (bad) return;
  wg.wait();
}

void waits() {
  int x = 0;
  gorace::WaitGroup wg;
  wg.go([&] { use(x); });
  wg.wait();
}

void group_waits_in_its_destructor() {
  int x = 0;
  gorace::Group group;
  group.go([&] { use(x); });
}

void group_ends_after_the_variable() {
  gorace::Group group;
  {
    int x = 0;
    group.go([&] { use(x); });  // warn: local-capture
  }
}

void jthread_joins() {
  int x = 0;
  std::jthread thread([&] { use(x); });
}

void spins_on_atomic() {
  std::atomic<bool> done{false};
  gorace::go([&] { done = true; });
  while (!done) gorace::yield();
}

void helper_may_wait() {
  int x = 0;
  gorace::go([&] { use(x); });
  opaque_helper();
}

void visible_helper_does_not() {}
void visible_helper_waits(gorace::WaitGroup& wg) { wg.wait(); }
void visible_helpers(bool first) {
  int x = 0;
  gorace::WaitGroup wg;
  if (first) {
    wg.go([&] { use(x); });  // warn: local-capture
    visible_helper_does_not();
  } else {
    wg.go([&] { use(x); });
    visible_helper_waits(wg);
  }
}

struct Joiner {
  gorace::WaitGroup& wg;
  ~Joiner() { wg.wait(); }
};
void guard_waits(bool bad) {
  int x = 0;
  gorace::WaitGroup wg;
  Joiner joiner{wg};
  wg.go([&] { use(x); });
  if (bad) return;
}

void static_variable() {
  static int x = 0;
  gorace::go([&] { use(x); });
}

void named_lambda() {
  int x = 0;
  auto work = [&x] { use(x); };  // warn: local-capture
  gorace::go(work);
}

void same_choice_twice(bool parallel) {
  int x = 0;
  gorace::WaitGroup wg;
  if (parallel) wg.go([&] { use(x); });
  if (parallel) wg.wait();
}

template <class T>
void in_template(T value) {
  gorace::go([&] { use(value); });  // warn: local-capture
}
template void in_template(int);
template void in_template(long);

void never_ends() {
  int x = 0;
  gorace::go([&] { use(x); });
  while (true) gorace::yield();
}

// Views.
void view_of_local() {
  std::string text = "x";
  std::string_view view = text;
  gorace::go([view] { use(view); });  // warn: view-capture
}

void view_as_argument() {
  std::string text = "x";
  gorace::go([](std::string_view v) { use(v); }, std::string_view(text));  // warn: view-capture
}

void address_as_argument() {
  int x = 0;
  gorace::go([](int* p) { use(*p); }, &x);  // warn: view-capture
}

void reference_wrapper_as_argument() {
  int x = 0;
  gorace::go([](int& r) { use(r); }, std::ref(x));  // warn: view-capture
}

void pointer_capture() {
  int x = 0;
  gorace::go([p = &x] { use(*p); });  // warn: view-capture
}

void c_string() {
  std::string text = "x";
  gorace::go([p = text.c_str()] { use(std::string_view(p)); });  // warn: view-capture
}

void span_of_local() {
  std::vector<int> numbers(3);
  gorace::go([view = std::span<int>(numbers)] { use(view[0]); });  // warn: view-capture
}

void pointer_by_a_variable() {
  int x = 0;
  int* p = &x;
  gorace::go([p] { ++*p; });  // warn: view-capture
  *p = 5;                     // leaves p where it points
}

void iterator_of_local() {
  std::vector<int> numbers(3);
  gorace::go([at = numbers.begin()] { use(*at); });  // warn: view-capture
  auto last = numbers.cend();
  gorace::go([last] { use(last[-1]); });  // warn: view-capture
}

void iterator_of_a_parameter(std::vector<int>& numbers) {
  gorace::go([at = numbers.begin()] { use(*at); });
}

void iterator_waited_for() {
  std::vector<int> numbers(3);
  gorace::WaitGroup wg;
  wg.go([at = numbers.begin()] { use(*at); });
  wg.wait();
}

void pointer_that_points_elsewhere_now(int* other) {
  int x = 0;
  int* p = &x;
  p = other;
  gorace::go([p] { ++*p; });
}

void view_of_literal() {
  std::string_view view = "x";
  gorace::go([view] { use(view); });
}

void view_of_parameter(std::string_view view, const std::string& text) {
  gorace::go([view, other = std::string_view(text)] {
    use(view);
    use(other);
  });
}

void view_waited_for() {
  std::string text = "x";
  std::string_view view = text;
  gorace::WaitGroup wg;
  wg.go([view] { use(view); });
  wg.wait();
}

void view_that_points_elsewhere_now() {
  std::string text = "x";
  std::string_view view = text;
  view = "y";
  gorace::go([view] { use(view); });
}

void copy_of_the_string() {
  std::string text = "x";
  gorace::go([copy = text] { use(copy); });
  gorace::go([](const std::string& s) { use(s); }, text);
}

void pointer_to_heap() {
  auto* x = new int(1);
  gorace::go([x] {
    use(*x);
    delete x;
  });
}

void method_pointer_of_shared_object() {
  auto text = std::make_shared<std::string>("x");
  gorace::go([text, p = text->c_str()] { use(std::string_view(p)); });
}

void joined_in_a_loop() {
  std::vector<int> results(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&results, i] { results[i] = i; });
  for (std::thread& thread : threads) thread.join();
}

void received_in_a_loop(int n) {
  int x = 0;
  auto done = gorace::make_chan<bool>();
  for (int i = 0; i < n; ++i) {
    gorace::go([&x, done] {
      use(x);
      done.send(true);
    });
  }
  for (int i = 0; i < n; ++i) done.recv();
}

// blocking() runs its function before it returns.
void joined_inside_blocking() {
  int count = 0;
  std::thread thread([&] { ++count; });
  gorace::blocking([&] { thread.join(); });
}

// An update whose result nobody looks at waits for nothing.
void counts_only() {
  int x = 0;
  static std::atomic<int> started;
  gorace::go([&x] { use(x); });  // warn: local-capture
  ++started;
  started.fetch_add(1);
}

#define GO(...) gorace::go([&] { __VA_ARGS__; })
void by_macro() {
  int x = 0;
  GO(use(x));  // warn: local-capture
}

void goroutine_in_goroutine() {
  gorace::WaitGroup wg;
  wg.go([] {
    int x = 0;
    gorace::go([&] { use(x); });  // warn: local-capture
  });
  wg.wait();
}

void generic_lambda() {
  const auto start = [](auto value) {
    gorace::go([&] { use(value); });  // warn: local-capture
  };
  start(1);
}
