// Races that the runtime's own accesses show: those that it makes on the user's behalf. 12 sides, each with a function
// that begins with user_ at the top.
#include <gorace/gorace.h>

#include <atomic>
#include <mutex>
#include <new>

// Nothing orders what comes before give() with what comes after wait().
class Signal {
 public:
  void give() { given_.store(true, std::memory_order_relaxed); }
  void wait() const {
    while (!given_.load(std::memory_order_relaxed)) gorace::yield();
  }

 private:
  std::atomic<bool> given_{false};
};

[[gnu::noinline]] void user_send(const gorace::Chan<int>& chan) { chan.send(1); }
[[gnu::noinline]] void user_shift(const gorace::Chan<int>& chan) { chan << 1; }
[[gnu::noinline]] void user_try_send(const gorace::Chan<int>& chan) { (void)chan.try_send(1); }
[[gnu::noinline]] void user_select(const gorace::Chan<int>& chan) {
  gorace::select(gorace::send(chan, 1), gorace::otherwise);
}
[[gnu::noinline]] void user_close(const gorace::Chan<int>& chan) { chan.close(); }
[[gnu::noinline]] void user_add(gorace::WaitGroup& group) { group.add(1); }
[[gnu::noinline]] void user_go(gorace::WaitGroup& group) {
  group.go([] {});
}
[[gnu::noinline]] void user_wait(gorace::WaitGroup& group) { group.wait(); }

template <class First, class Second>
void race(First first, Second second) {
  Signal done;
  gorace::WaitGroup both;
  both.add(2);
  gorace::go([&] {
    first();
    done.give();
    both.done();
  });
  gorace::go([&] {
    done.wait();
    second();
    both.done();
  });
  both.wait();
}

template <class Send>
void race_with_close(Send send) {
  const auto chan = gorace::make_chan<int>(2);
  race([&] { send(chan); }, [&] { user_close(chan); });
}

int main() {
  race_with_close(user_send);
  race_with_close(user_shift);
  race_with_close(user_try_send);
  race_with_close(user_select);
  gorace::WaitGroup added;
  race([&] { user_wait(added); }, [&] { user_add(added); });
  added.done();
  gorace::WaitGroup gone;
  race([&] { user_wait(gone); }, [&] { user_go(gone); });
  gone.wait();
}
