// lost-cancel, context-ignored.
#include <gorace/gorace.h>

#include <chrono>

using namespace std::chrono_literals;

void use(gorace::Context);
void work();
bool finished();

void canceled_at_once() {
  auto ctx = gorace::with_timeout(gorace::background(), 1s).ctx;  // warn: lost-cancel
  use(ctx);
}

gorace::Context returned_at_once(gorace::Context parent) {
  return gorace::with_cancel(parent).ctx;  // warn: lost-cancel
}

gorace::Context returned_without_cancel(gorace::Context parent) {
  auto [ctx, cancel] = gorace::with_timeout(parent, 1s);
  return ctx;  // warn: lost-cancel
}

void lives_as_long_as_the_call() { use(gorace::with_timeout(gorace::background(), 1s).ctx); }

void keeps_both() {
  auto [ctx, cancel] = gorace::with_cancel(gorace::background());
  use(ctx);
}

void keeps_the_pair() {
  auto both = gorace::with_cancel(gorace::background());
  use(both.ctx);
}

void reference_keeps_the_pair() {
  const auto& ctx = gorace::with_cancel(gorace::background()).ctx;
  use(ctx);
}

gorace::Context released(gorace::Context parent) {
  auto [ctx, cancel] = gorace::with_timeout(parent, 1s);
  std::move(cancel).release();
  return ctx;
}

gorace::CancelableContext returns_both(gorace::Context parent) { return gorace::with_cancel(parent); }

void endless(gorace::Context ctx, gorace::Chan<int> c) {
  while (true) {  // warn: context-ignored
    c.recv();
    work();
  }
}

void endless_for(const gorace::Context& ctx, gorace::Chan<int> c) {
  use(ctx);
  for (int i = 0;; ++i) {  // warn: context-ignored
    c.send(i);
  }
}

void unnamed(gorace::Context, gorace::Chan<int> c) {
  while (true) c.recv();
}

void selects(gorace::Context ctx, gorace::Chan<int> c) {
  while (true) {
    if (gorace::select(gorace::recv(c), gorace::recv(ctx.done())) == 1) return;
  }
}

void by_variable(gorace::Context ctx, gorace::Chan<int> c) {
  auto done = ctx.done();
  while (true) gorace::select(gorace::recv(c), gorace::recv(done));
}

void asks_for_err(gorace::Context ctx, gorace::Chan<int> c) {
  while (!ctx.err()) c.recv();
}

void ends_otherwise(gorace::Context ctx, gorace::Chan<int> c) {
  while (true) {
    if (!c.recv()) return;
  }
}

void ends_by_condition(gorace::Context ctx, gorace::Chan<int> c) {
  while (!finished()) c.recv();
}

void does_not_wait(gorace::Context ctx) {
  while (true) work();
}
