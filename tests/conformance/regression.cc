// Go's regression_test.go and issue12664_test.go: shapes of code that once went wrong.
#include <gorace/chan.h>

#include <any>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/conformance/harness.h"
#include "tests/conformance/map.h"

namespace gorace::conformance {

// golang.org/issue/12664: globals that are converted to and from types that hold anything. Not in the unnamed
// namespace: the compiler drops what it can see to be written only.
std::string_view issue12664 = "hi";
int issue12664_2 = 0;
int issue12664_3 = 0;
int issue12664_4 = 0;
namespace {

RACE_CASE(RaceUnaddressableMapLen) {
  Map<int, int> inner;
  Map<int, Map<int, int>*> m{{0, &inner}};
  with_goroutine([&] { use(m.get(0)->size()); }, [&] { (*m.get(0))[0] = 1; });
}

class Stack {
 public:
  void push(int x) { elements_.push_back(x); }
  int pop() {
    const int last = elements_.back();
    elements_.pop_back();
    return last;
  }

 private:
  std::vector<int> elements_;
};

RACE_CASE(NoRaceStackPushPop) {
  Stack stack;
  Goroutines goroutines;
  goroutines.go([unused = &stack] { use(unused); });
  stack.push(1);
  use(stack.pop());
}

struct RpcChan {
  Chan<bool> c;
};

int make_rpc_chan_calls = 0;

[[gnu::noinline]] std::unique_ptr<RpcChan> make_rpc_chan() {
  ++make_rpc_chan_calls;
  auto result = std::make_unique<RpcChan>(make_chan<bool>(1));
  result->c.send(true);
  return result;
}

// The operand of a receive is evaluated once.
RACE_CASE(NoRaceRpcChan) {
  use(*make_rpc_chan()->c.recv());
  if (make_rpc_chan_calls != 1) panic("make_rpc_chan was called more than once");
}

// Returning a variable only reads it.
std::pair<int, int> return_shared(const Chan<int>& c) {
  auto a = std::make_shared<int>(42);
  gorace::go([a, c] {
    use(*a);
    c.send(1);
  });
  return {*a, 10};
}

RACE_CASE(NoRaceReturn) {
  auto c = make_chan<int>();
  use(return_shared(c).first);
  c.recv();
}

struct Flag {
  bool b;
};

struct Interface {
  virtual ~Interface() = default;
  virtual std::unique_ptr<Flag> foo() const = 0;
};

struct Implementation final : Interface {
  [[gnu::noinline]] std::unique_ptr<Flag> foo() const override { return std::make_unique<Flag>(Flag{false}); }
};

RACE_CASE(NoRaceForInfiniteLoop) {
  Implementation implementation;
  const Interface* x = opaque(static_cast<const Interface*>(&implementation));
  while (x->foo()->b) {
  }
}

RACE_CASE(RaceIssue12664) {
  with_goroutine([] { issue12664 = "bye"; },
                 [] {
                   const std::string_view text = issue12664;
                   std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
                 });
}

[[gnu::noinline]] void take_any(const std::variant<std::monostate, int>& x) { use(x.index()); }

RACE_CASE(RaceIssue12664_2) {
  with_goroutine([] { issue12664_2 = 1; }, [] { take_any(issue12664_2); });
}

RACE_CASE(RaceIssue12664_3) {
  with_goroutine([] { issue12664_3 = 1; },
                 [] {
                   const std::any i = 0;
                   issue12664_3 = std::any_cast<int>(i);
                 });
}

RACE_CASE(RaceIssue12664_4) {
  with_goroutine([] { issue12664_4 = 1; },
                 [] {
                   const std::variant<std::monostate, int> i = opaque(0);
                   issue12664_4 = std::get<int>(i);
                 });
}

}  // namespace
}  // namespace gorace::conformance
