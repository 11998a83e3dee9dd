// waitgroup-add, waitgroup-done.
#include <gorace/gorace.h>

#include <stdexcept>

void work();
void finish(gorace::WaitGroup& wg);

void add_inside() {
  gorace::WaitGroup wg;
  gorace::go([&wg] {
    wg.add(1);  // warn: waitgroup-add
    work();
    wg.done();
  });
  wg.wait();
}

void add_before() {
  gorace::WaitGroup wg;
  wg.add(1);
  gorace::go([&wg] {
    work();
    wg.done();
  });
  wg.wait();
}

// A goroutine that is counted may count its children.
void add_for_a_child() {
  gorace::WaitGroup wg;
  wg.go([&wg] {
    work();
    wg.add(1);
    gorace::go([&wg] { wg.done(); });
  });
  wg.wait();
}

// The wait is elsewhere, and so may be the order.
void add_without_wait(gorace::WaitGroup& wg) {
  gorace::go([&wg] {
    wg.add(1);
    wg.done();
  });
}

void done_on_some_paths(bool bad) {
  gorace::WaitGroup wg;
  wg.add(1);
  gorace::go([&wg, bad] {
    if (bad) return;
    work();
    wg.done();  // warn: waitgroup-done
  });
  wg.wait();
}

void done_on_all_paths(bool bad) {
  gorace::WaitGroup wg;
  wg.add(1);
  gorace::go([&wg, bad] {
    if (bad) {
      wg.done();
      return;
    }
    work();
    wg.done();
  });
  wg.wait();
}

void helper_may_be_done(bool bad) {
  gorace::WaitGroup wg;
  wg.add(1);
  gorace::go([&wg, bad] {
    if (bad) return finish(wg);
    wg.done();
  });
  wg.wait();
}

struct Done {
  gorace::WaitGroup& wg;
  ~Done() { wg.done(); }
};
void guard_is_done(bool bad) {
  gorace::WaitGroup wg;
  wg.add(2);
  gorace::go([&wg, bad] {
    Done done{wg};
    if (bad) return;
    wg.done();
  });
  wg.wait();
}

void panics_instead(bool bad) {
  gorace::WaitGroup wg;
  wg.add(1);
  gorace::go([&wg, bad] {
    if (bad) throw std::runtime_error("bad");
    wg.done();
  });
  wg.wait();
}

void conditions_agree(bool counted) {
  gorace::WaitGroup wg;
  if (counted) wg.add(1);
  gorace::go([&wg, counted] {
    work();
    if (counted) wg.done();  // warn: waitgroup-done
  });
  wg.wait();
}
