// Programs without a race: each way by which the standard libraries of C and C++, and the kernel, order accesses, by
// itself.
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <future>
#include <iomanip>
#include <iostream>
#include <latch>
#include <locale>
#include <memory>
#include <mutex>
#include <semaphore>
#include <sstream>
#include <stop_token>
#include <string>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

using namespace std::chrono_literals;

int x;

void write_x() {
  x = opaque(1);
  keep(x);
}
void read_x() { use(x); }

// TSan does not know fences, and reports this.
RACE_CASE(NoRaceAtomicThreadFence) {
  std::atomic<bool> flag{false};
  Threads threads;
  threads.run([&] {
    write_x();
    std::atomic_thread_fence(std::memory_order_release);
    flag.store(true, std::memory_order_relaxed);
  });
  threads.run([&] {
    while (!flag.load(std::memory_order_relaxed)) sched_yield();
    std::atomic_thread_fence(std::memory_order_acquire);
    read_x();
  });
}

RACE_CASE(NoRaceRelaxedCounter) {
  std::atomic<int> counter{0};
  auto body = [&] {
    for (int i = 0; i < 1000; ++i) counter.fetch_add(1, std::memory_order_relaxed);
  };
  {
    Threads threads;
    for (int i = 0; i < 4; ++i) threads.run(body);
  }
  if (counter.load(std::memory_order_relaxed) != 4000) write_x();
}

// A relaxed read-modify-write of another thread continues what the release began.
RACE_CASE(NoRaceReleaseSequence) {
  std::atomic<int> stage{0};
  Threads threads;
  threads.run([&] {
    write_x();
    stage.store(1, std::memory_order_release);
  });
  threads.run([&] {
    int expected = 1;
    while (!stage.compare_exchange_weak(expected, 2, std::memory_order_relaxed)) {
      expected = 1;
      sched_yield();
    }
  });
  threads.run([&] {
    while (stage.load(std::memory_order_acquire) != 2) sched_yield();
    read_x();
  });
}

RACE_CASE(NoRaceCallOnce) {
  std::once_flag once;
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([&] {
      std::call_once(once, write_x);
      read_x();
    });
  }
}

// The call that throws is followed by another, which sees what it did.
RACE_CASE(NoRaceCallOnceThatThrows) {
  std::once_flag once;
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([&] {
      try {
        std::call_once(once, [] {
          ++x;
          if (x < 3) throw x;
        });
        read_x();
      } catch (int) {
      }
    });
  }
}

RACE_CASE(NoRaceStaticInitialiser) {
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([] {
      static const std::string text(static_cast<size_t>(opaque(40)), 'x');
      use(text[39]);
    });
  }
}

RACE_CASE(NoRaceAsync) {
  auto written = std::async(std::launch::async, [] {
    write_x();
    return std::string("a text that is long enough to be on the heap");
  });
  std::shared_future<std::string> shared = written.share();
  Threads threads;
  for (int i = 0; i < 2; ++i) {
    threads.run([shared] {
      use(shared.get()[0]);
      read_x();
    });
  }
}

RACE_CASE(NoRacePromiseWithAnException) {
  std::promise<void> promise;
  Threads threads;
  threads.run([&] {
    write_x();
    promise.set_exception(std::make_exception_ptr(std::runtime_error("a text that is long enough for the heap")));
  });
  threads.run([result = promise.get_future()]() mutable {
    try {
      result.get();
    } catch (const std::runtime_error& error) {
      use(error.what()[0]);
      read_x();
    }
  });
}

RACE_CASE(NoRaceLatch) {
  std::latch latch(3);
  int cells[3] = {};
  Threads threads;
  for (int& cell : cells) {
    threads.run([&] {
      cell = 1;
      latch.arrive_and_wait();
      for (const int& each : cells) use(each);
    });
  }
}

RACE_CASE(NoRaceBarrier) {
  auto on_completion = []() noexcept { ++x; };
  std::barrier barrier(3, on_completion);
  int cells[3] = {};
  auto body = [&](int own) {
    for (int round = 0; round < 20; ++round) {
      cells[own] += x;
      barrier.arrive_and_wait();
      use(cells[(own + 1) % 3]);
      barrier.arrive_and_wait();
    }
  };
  Threads threads;
  for (int i = 0; i < 3; ++i) threads.run([&, i] { body(i); });
}

RACE_CASE(NoRaceCountingSemaphore) {
  std::counting_semaphore<4> full(0);
  std::counting_semaphore<4> empty(4);
  int ring[4] = {};
  Threads threads;
  threads.run([&] {
    for (int i = 0; i < 100; ++i) {
      empty.acquire();
      ring[i % 4] = i;
      full.release();
    }
  });
  threads.run([&] {
    for (int i = 0; i < 100; ++i) {
      while (!full.try_acquire_for(1ms)) sched_yield();
      use(ring[i % 4]);
      empty.release();
    }
  });
}

RACE_CASE(NoRaceAtomicWait) {
  std::atomic<int> turn{0};
  Threads threads;
  for (int own = 0; own < 2; ++own) {
    threads.run([&, own] {
      for (int i = 0; i < 100; ++i) {
        for (int now = turn.load(); now % 2 != own; now = turn.load()) turn.wait(now);
        ++x;
        turn.fetch_add(1);
        turn.notify_all();
      }
    });
  }
}

// The callback runs in the thread that asks to stop, or in the one that registers it.
RACE_CASE(NoRaceStopToken) {
  int stopped = 0;
  std::atomic<int> running{0};
  {
    std::jthread worker([&](const std::stop_token& stop) {
      const std::stop_callback on_stop(stop, [&] { read_x(); });
      running.store(1, std::memory_order_relaxed);
      while (!stop.stop_requested()) sched_yield();
      read_x();
      ++stopped;
    });
    while (running.load(std::memory_order_relaxed) == 0) sched_yield();
    write_x();
    worker.request_stop();
  }
  use(stopped);
}

RACE_CASE(NoRaceStopTokenOfAConditionVariable) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::jthread worker([&](const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
    read_x();
  });
  {
    std::lock_guard guard(mutex);
    write_x();
  }
  worker.request_stop();
}

RACE_CASE(NoRaceC11Threads) {
  static mtx_t mutex;
  static once_flag once = ONCE_FLAG_INIT;
  static tss_t key;
  mtx_init(&mutex, mtx_timed | mtx_recursive);
  tss_create(&key, [](void*) {
    mtx_lock(&mutex);
    ++x;
    mtx_unlock(&mutex);
  });
  thrd_t threads[3];
  for (thrd_t& thread : threads) {
    auto body = [](void*) {
      call_once(&once, write_x);
      tss_set(key, &x);
      timespec until;
      timespec_get(&until, TIME_UTC);
      until.tv_sec += 100;
      if (mtx_timedlock(&mutex, &until) != thrd_success) return 1;
      ++x;
      mtx_unlock(&mutex);
      return 0;
    };
    thrd_create(&thread, body, nullptr);
  }
  for (const thrd_t thread : threads) thrd_join(thread, nullptr);
  if (x != 7) abort();
  mtx_destroy(&mutex);
}

RACE_CASE(NoRaceConditionWithAClock) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t changed;
  static bool ready;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&changed, &attributes);
  Threads threads;
  for (int i = 0; i < 2; ++i) {
    threads.run([i] {
      timespec until;
      clock_gettime(CLOCK_MONOTONIC, &until);
      until.tv_sec += 100;
      pthread_mutex_lock(&mutex);
      while (!ready) {
        if (i == 0) {
          pthread_cond_timedwait(&changed, &mutex, &until);
        } else {
          pthread_cond_clockwait(&changed, &mutex, CLOCK_MONOTONIC, &until);
        }
      }
      pthread_mutex_unlock(&mutex);
      read_x();
    });
  }
  threads.run([] {
    write_x();
    pthread_mutex_lock(&mutex);
    ready = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  });
}

RACE_CASE(NoRacePipe) {
  int ends[2];
  if (pipe(ends) != 0) abort();
  Threads threads;
  threads.run([&] {
    write_x();
    use(write(ends[1], "x", 1));
  });
  threads.run([&] {
    char byte;
    use(read(ends[0], &byte, 1));
    read_x();
  });
}

// What happens before sigaction() happens before the handler, whichever thread runs it.
int handled;
RACE_CASE(NoRaceSignalBySigaction) {
  handled = opaque(1);
  struct sigaction action{};
  static std::atomic<bool> done{false};
  action.sa_handler = [](int) {
    use(handled);
    done.store(true, std::memory_order_release);
  };
  Threads threads;
  threads.run([&] {
    handled = opaque(2);
    sigaction(SIGUSR1, &action, nullptr);
    kill(getpid(), SIGUSR1);
    while (!done.load(std::memory_order_acquire)) sched_yield();
    handled = 3;
    keep(handled);
  });
}

// The child has a copy; what it does orders and disturbs nothing here.
RACE_CASE(NoRaceFork) {
  write_x();
  const pid_t child = fork();
  if (child == 0) {
    std::mutex mutex;
    {
      Threads threads;
      for (int i = 0; i < 2; ++i) {
        threads.run([&] {
          std::lock_guard guard(mutex);
          write_x();
        });
      }
    }
    _exit(x == 1 ? 0 : 1);
  }
  std::thread(write_x).join();
  int status = 1;
  waitpid(child, &status, 0);
  if (status != 0) abort();
}

// The other threads are not in the child, whose memory is as they left it: it may make anew what they were using.
RACE_CASE(NoRaceForkedChildTakesOver) {
  std::mutex mutex;
  Signal used, forked;
  Threads threads;
  threads.run([&] {
    {
      std::lock_guard guard(mutex);
      write_x();
    }
    used.give();
    forked.wait();
  });
  used.wait();
  const pid_t child = fork();
  if (child == 0) {
    std::destroy_at(&mutex);
    std::construct_at(&mutex);
    std::lock_guard guard(mutex);
    write_x();
    std::thread(write_x).join();
    _exit(0);
  }
  forked.give();
  int status = 1;
  waitpid(child, &status, 0);
  if (status != 0) abort();
}

// The distribution's libstdc++: facets and the streams' buffers are made by whoever needs them first.
RACE_CASE(NoRaceStreamsOfTheDistribution) {
  std::mutex mutex;
  std::ofstream file("/dev/null");
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([&, i] {
      std::ostringstream text;
      text << std::fixed << std::setprecision(3) << 1.5 * i << ' ' << std::boolalpha << (i % 2 == 0);
      std::istringstream parsed(text.str());
      double number = 0;
      parsed >> number;
      text << number << std::stod("2.5");
      std::lock_guard guard(mutex);
      file << text.str() << std::endl;
      std::cerr << std::flush;
    });
  }
}

}  // namespace
}  // namespace gorace::conformance
