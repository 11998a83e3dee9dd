#include "tests/stress/work.h"

#include <gorace/gorace.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/stress/net_work.h"

namespace gorace::stress {
namespace {

using std::chrono::microseconds;

void require(bool condition, const char* what) {
  if (!condition) violated(what);
}

int below(Random& random, int bound) { return static_cast<int>(random() % static_cast<uint64_t>(bound)); }

int tree(int depth) {
  if (depth == 0) return 1;
  int left = 0;
  int right = 0;
  WaitGroup both;
  both.go([&, depth] { left = tree(depth - 1); });
  both.go([&, depth] { right = tree(depth - 1); });
  both.wait();
  return left + right;
}

void spawn_tree(Random& random) {
  const int depth = below(random, 7);
  require(tree(depth) == 1 << depth, "a branch of a spawn tree is missing");
}

void ping_pong(Random& random) {
  auto there = make_chan<int>(below(random, 2));
  auto back = make_chan<int>(0);
  go([=] {
    for (int n : there) back << n + 1;
  });
  for (int i = 0; i < 20; ++i) {
    there << i;
    require(*back.recv() == i + 1, "a ping-pong answered wrongly");
  }
  there.close();
}

// Strings: elements whose moves are code.
void pipeline(Random& random) {
  auto words = make_chan<std::string>(below(random, 5));
  auto lengths = make_chan<size_t>(below(random, 3));
  WaitGroup stage;
  for (int i = 0; i < 3; ++i) {
    stage.go([=] {
      for (const std::string& word : words) lengths << word.size();
    });
  }
  go([=] {
    for (size_t i = 1; i <= 50; ++i) words << std::string(i, 'x');
    words.close();
  });
  go([&stage, lengths] {
    stage.wait();
    lengths.close();
  });
  size_t sum = 0;
  for (size_t length : lengths) sum += length;
  require(sum == 50 * 51 / 2, "a pipeline lost a value");
}

void select_round(Random& random) {
  auto a = make_chan<int>(0);
  auto b = make_chan<int>(1);
  auto done = make_chan<int>(0);
  const int count = 10 + below(random, 20);
  go([=] {
    for (int i = 0; i < count; ++i) select(send(a, 1), send(b, 1));
    done.close();
  });
  int received = 0;
  for (bool open = true; open || received < count;) {
    int value = 0;
    switch (select(recv(a, value), recv(b, value), recv(done), after(microseconds(below(random, 200))))) {
      case 0:
      case 1:
        received += value;
        break;
      case 2:
        open = false;
        while (b.len() > 0) received += *b.recv();
        break;
      default:
        break;
    }
  }
  require(received == count, "selects lost a value");
}

// A select over many channels, of which one is closed under it.
void select_closed(Random& random) {
  std::vector<Chan<int>> chans;
  std::vector<AnyCase> cases;
  for (int i = 0; i < 12; ++i) {
    chans.push_back(make_chan<int>(0));
    cases.emplace_back(recv(chans.back()));
  }
  const int victim = below(random, 12);
  go([chan = chans[static_cast<size_t>(victim)]]() mutable { chan.close(); });
  require(select(cases) == victim, "a select returned for a channel that was not closed");
}

struct Shared {
  Mutex mutex;
  int64_t counted = 0;
  RWMutex rw_mutex;
  int64_t written[2] = {};
  Mutex queue_mutex;
  Cond not_empty;
  int queued = 0;
  Semaphore permits{3};
  std::atomic<int> holders{0};
};
Shared g_shared;

void mutex_round(Random& random) {
  for (int i = 0; i < 20; ++i) {
    std::lock_guard lock(g_shared.mutex);
    const int64_t before = g_shared.counted;
    if (below(random, 10) == 0) yield();
    g_shared.counted = before + 1;
    require(g_shared.counted == before + 1, "two owners of a mutex");
  }
}

void rw_mutex_round(Random& random) {
  for (int i = 0; i < 10; ++i) {
    if (below(random, 4) == 0) {
      std::lock_guard lock(g_shared.rw_mutex);
      ++g_shared.written[0];
      if (below(random, 4) == 0) yield();
      ++g_shared.written[1];
    } else {
      std::shared_lock lock(g_shared.rw_mutex);
      require(g_shared.written[0] == g_shared.written[1], "a reader beside a writer");
    }
  }
}

void cond_round(Random&) {
  go([] {
    std::lock_guard lock(g_shared.queue_mutex);
    ++g_shared.queued;
    g_shared.not_empty.signal();
  });
  std::unique_lock lock(g_shared.queue_mutex);
  g_shared.not_empty.wait(lock, [] { return g_shared.queued > 0; });
  --g_shared.queued;
}

void semaphore_round(Random& random) {
  const int n = 1 + below(random, 3);
  g_shared.permits.acquire(n);
  require(g_shared.holders.fetch_add(n) + n <= 3, "more holders than permits");
  yield();
  g_shared.holders.fetch_sub(n);
  g_shared.permits.release(n);
}

void context_round(Random& random) {
  auto [outer, cancel_outer] = with_cancel(background());
  auto [inner, cancel_inner] = with_timeout(outer, microseconds(1 + below(random, 500)));
  WaitGroup waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.go([ctx = i == 0 ? outer : inner] { ctx.done().recv(); });
  }
  if (below(random, 2) == 0) sleep(microseconds(below(random, 300)));
  cancel_outer();
  waiters.wait();
  require(static_cast<bool>(inner.err()), "a context outlived its parent");
}

// A tree of contexts of which one, anywhere, is canceled: what is below it ends, with its cause; the rest lives on.
void context_tree_round(Random& random) {
  constexpr size_t kNodes = 15;  // a binary tree in an array: the parent of n is (n - 1) / 2
  std::vector<CancelableContext> nodes;
  nodes.push_back(with_cancel_cause(background()));
  for (size_t n = 1; n < kNodes; ++n) {
    const Context& parent = nodes[(n - 1) / 2].ctx;
    nodes.push_back(below(random, 4) == 0 ? with_timeout(parent, std::chrono::minutes(10)) : with_cancel_cause(parent));
  }
  const size_t victim = static_cast<size_t>(below(random, kNodes));
  std::vector<bool> ends(kNodes);
  WaitGroup waiters;
  std::atomic<int> called{0};
  int expected = 0;
  for (size_t n = 0; n < kNodes; ++n) {
    ends[n] = n == victim || (n > 0 && ends[(n - 1) / 2]);
    if (!ends[n]) continue;
    ++expected;
    waiters.go([ctx = nodes[n].ctx] {
      auto never = make_chan<int>(0);
      const int chosen = select(recv(never), recv(ctx.done()), after(std::chrono::minutes(10)));
      require(chosen == 1, "a context was not canceled with its parent");
    });
    waiters.add(1);
    after_func(nodes[n].ctx, [&] {
      called.fetch_add(1);
      waiters.done();
    });
  }
  if (below(random, 2) == 0) yield();
  nodes[victim].cancel(std::make_exception_ptr(std::runtime_error("c")));
  waiters.wait();
  require(called == expected, "a function after a context did not run");
  for (size_t n = 0; n < kNodes; ++n)
    require(static_cast<bool>(nodes[n].ctx.err()) == ends[n], "the wrong context ended");
}

void timer_round(Random& random) {
  Timer timer(microseconds(below(random, 300)));
  if (below(random, 3) == 0) {
    timer.stop();
    timer.reset(microseconds(below(random, 100)));
  }
  timer.chan().recv();
  auto fired = make_chan<int>(1);
  Timer function = after_func(microseconds(below(random, 100)), [=] { fired << 1; });
  if (!function.stop()) fired.recv();
  Ticker ticker(microseconds(100));
  for (int i = 0; i < 3; ++i) ticker.chan().recv();
}

void sleep_round(Random& random) { sleep(microseconds(below(random, 2000))); }

void blocking_round(Random& random) {
  const auto pause = static_cast<useconds_t>(below(random, 300));
  blocking([pause] { usleep(pause); });
}

// A loop without scheduling points, sometimes long enough for sysmon to notice.
void hog_round(Random& random) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(below(random, 20) == 0 ? 15 : 0);
  while (std::chrono::steady_clock::now() < until) {
  }
  sleep(std::chrono::milliseconds(1));
}

void exception_round(Random& random) {
  WaitGroup group;
  const int how = below(random, 3);
  group.go([how] {
    struct Yielding {
      ~Yielding() { yield(); }  // while the stack unwinds
    } yielding;
    try {
      if (how == 0) throw std::runtime_error("a");
      auto closed = make_chan<int>(0);
      closed.close();
      if (how == 1) closed.send(1);
      goexit();
    } catch (const std::exception& error) {
      yield();
      require(std::string(error.what()) == (how == 0 ? "a" : "send on closed channel"), "another exception's text");
    }
  });
  group.wait();
}

void locked_round(Random&) {
  WaitGroup group;
  group.go([] {
    lock_os_thread();
    const auto thread = std::this_thread::get_id();
    for (int i = 0; i < 3; ++i) {
      yield();
      require(std::this_thread::get_id() == thread, "a locked goroutine moved");
    }
    unlock_os_thread();
  });
  group.wait();
}

void group_round(Random& random) {
  Group group(background());
  group.set_limit(2);
  std::atomic<int> running{0};
  for (int i = 0; i < 6; ++i) {
    group.go([&running] {
      require(running.fetch_add(1) < 2, "a group above its limit");
      yield();
      running.fetch_sub(1);
    });
  }
  if (below(random, 4) == 0) group.go([] { throw std::runtime_error("b"); });
  try {
    group.wait();
  } catch (const std::runtime_error&) {
  }
}

void procs_round(Random& random) {
  static constexpr int kProcs[] = {1, 8, 2, 1, 4, 3};
  gomaxprocs(kProcs[below(random, 6)]);
  sleep(microseconds(below(random, 5000)));
}

// --- Threads of the program's own: they park and make ready through channels. ---

struct Request {
  int number = 0;
  Chan<int> answer;
};
Chan<Request> g_requests;
std::vector<std::thread> g_threads;

void serve() {
  for (Request& request : g_requests) request.answer << -request.number;
}

void foreign_round(Random& random) {
  auto answer = make_chan<int>(below(random, 2));
  for (int i = 0; i < 5; ++i) {
    g_requests << Request{i, answer};
    require(*answer.recv() == -i, "a thread answered wrongly");
  }
}

// A thread that comes, uses the runtime once, and goes.
void short_thread_round(Random&) {
  auto answer = make_chan<int>(0);
  std::thread thread([=] { answer << 1; });
  answer.recv();
  blocking([&] { thread.join(); });
}

}  // namespace

const Work kWorks[] = {
    {"spawn tree", spawn_tree, 2},
    {"ping-pong", ping_pong, 4},
    {"pipeline", pipeline, 2},
    {"select", select_round, 3},
    {"select closed", select_closed, 2},
    {"mutex", mutex_round, 4},
    {"rw mutex", rw_mutex_round, 4},
    {"cond", cond_round, 3},
    {"semaphore", semaphore_round, 4},
    {"context", context_round, 3},
    {"context tree", context_tree_round, 2},
    {"timer", timer_round, 3},
    {"sleep", sleep_round, 5},
    {"blocking", blocking_round, 3},
    {"hog", hog_round, 1},
    {"exception", exception_round, 2},
    {"locked thread", locked_round, 1},
    {"group", group_round, 2},
    {"gomaxprocs", procs_round, 1},
    {"foreign thread", foreign_round, 4},
    {"short thread", short_thread_round, 1},
    {"echo", echo_round, 4},
    {"late echo", late_echo_round, 3},
    {"dial", dial_round, 2},
};
const size_t kWorkCount = std::size(kWorks);

void start_foreign_threads() {
  g_requests = make_chan<Request>(1);
  for (int i = 0; i < 3; ++i) g_threads.emplace_back(serve);
}

void stop_foreign_threads() {
  g_requests.close();
  for (std::thread& thread : g_threads) blocking([&] { thread.join(); });
  g_threads.clear();
}

void violated(const char* what) {
  std::fprintf(stderr, "soak: violated: %s\n", what);
  _exit(1);
}

}  // namespace gorace::stress
