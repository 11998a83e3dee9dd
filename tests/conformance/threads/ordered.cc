// Programs without a race that peers report, or that a detector may take for one: each orders its accesses in a way of
// its own.
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <sstream>
#include <stdexcept>
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

RACE_CASE(NoRaceExceptionPtr) {
  std::exception_ptr error;
  std::thread([&] {
    try {
      throw std::runtime_error("a text that is long enough to be on the heap");
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  Threads threads;
  for (int i = 0; i < 3; ++i) {
    threads.run([error] {
      try {
        std::rethrow_exception(error);
      } catch (const std::runtime_error& caught) {
        use(caught.what()[0]);
      }
    });
  }
}

// The last owner destroys the object: ordered by the reference count alone.
RACE_CASE(NoRaceSharedPtr) {
  auto object = std::make_shared<int>(1);
  Threads threads;
  for (int i = 0; i < 4; ++i) threads.run([own = object]() mutable { use(*std::exchange(own, nullptr)); });
  object.reset();
}

RACE_CASE(NoRaceSharedTimedMutex) {
  std::shared_timed_mutex mutex;
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([&, i] {
      if (i % 2 == 0) {
        while (!mutex.try_lock_for(1ms)) sched_yield();
        write_x();
        mutex.unlock();
      } else {
        while (!mutex.try_lock_shared_for(1ms)) sched_yield();
        use(x);
        mutex.unlock_shared();
      }
    });
  }
}

RACE_CASE(NoRaceRecursiveTimedMutex) {
  std::recursive_timed_mutex mutex;
  auto body = [&] {
    while (!mutex.try_lock_until(std::chrono::steady_clock::now() + 1ms)) sched_yield();
    mutex.lock();
    write_x();
    mutex.unlock();
    write_x();
    mutex.unlock();
  };
  Threads threads;
  threads.run(body);
  threads.run(body);
}

RACE_CASE(NoRaceConditionVariableWithTimeout) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool ready = false;
  Threads threads;
  threads.run([&] {
    std::unique_lock lock(mutex);
    while (!ready) changed.wait_for(lock, 1ms);
    use(x);
  });
  threads.run([&] {
    write_x();
    std::lock_guard guard(mutex);
    ready = true;
    changed.notify_one();
  });
}

RACE_CASE(NoRaceFlockfile) {
  FILE* const file = tmpfile();
  auto body = [file] {
    flockfile(file);
    write_x();
    funlockfile(file);
  };
  Threads threads;
  threads.run(body);
  threads.run(body);
}

RACE_CASE(NoRaceSemClockwait) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  {
    Threads threads;
    threads.run([&] {
      write_x();
      sem_post(&semaphore);
    });
    threads.run([&] {
      timespec until;
      clock_gettime(CLOCK_MONOTONIC, &until);
      until.tv_sec += 100;
      if (sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until) == 0) use(x);
    });
  }
  sem_destroy(&semaphore);
}

RACE_CASE(NoRaceRwlockClocks) {
  static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 100;
  Threads threads;
  threads.run([until] {
    if (pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &until) != 0) return;
    write_x();
    pthread_rwlock_unlock(&lock);
  });
  threads.run([until] {
    if (pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &until) != 0) return;
    use(x);
    pthread_rwlock_unlock(&lock);
  });
}

// The owner dies with the lock; the next one gets EOWNERDEAD, and all that the owner did.
RACE_CASE(NoRaceRobustMutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  static pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  static Signal locked;
  Threads threads;
  threads.run([] {
    pthread_mutex_lock(&mutex);
    write_x();
    locked.give();
  });
  threads.run([] {
    locked.wait();
    if (pthread_mutex_lock(&mutex) == EOWNERDEAD) pthread_mutex_consistent(&mutex);
    write_x();
    pthread_mutex_unlock(&mutex);
  });
}

RACE_CASE(NoRaceEventfd) {
  const int event = eventfd(0, 0);
  Threads threads;
  threads.run([event] {
    write_x();
    eventfd_write(event, 1);
  });
  threads.run([event] {
    eventfd_t value;
    eventfd_read(event, &value);
    use(x);
  });
}

RACE_CASE(NoRaceSocketpair) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return;
  Threads threads;
  threads.run([&] {
    write_x();
    char byte = 1;
    use(::send(ends[0], &byte, 1, 0));
    use(::recv(ends[0], &byte, 1, 0));
    use(x);
  });
  threads.run([&] {
    char byte;
    use(::recv(ends[1], &byte, 1, 0));
    write_x();
    use(::send(ends[1], &byte, 1, 0));
  });
}

RACE_CASE(NoRaceThreadExitKeys) {
  static pthread_key_t key;
  pthread_key_create(&key, [](void* value) { delete static_cast<int*>(value); });
  thread_local std::unique_ptr<std::string> local;
  Threads threads;
  for (int i = 0; i < 8; ++i) {
    threads.run([] {
      pthread_setspecific(key, new int(1));
      local = std::make_unique<std::string>("destroyed when the thread ends, after its last line");
    });
  }
}

// Memory that is used again is not the memory that it was.
RACE_CASE(NoRaceMallocReuse) {
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([] {
      for (int round = 0; round < 200; ++round) {
        auto block = std::make_unique<int[]>(static_cast<size_t>(opaque(16)));
        block[0] = round;
        keep(block[0]);
      }
    });
  }
}
RACE_CASE(NoRaceMmapReuse) {
  constexpr size_t kBytes = 1 << 16;
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([] {
      for (int round = 0; round < 50; ++round) {
        auto* block =
            static_cast<char*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        block[round] = 1;
        keep(block[round]);
        munmap(block, kBytes);
      }
    });
  }
}
RACE_CASE(NoRaceThreadStackReuse) {
  static Signal done;
  for (int i = 1; i <= 50; ++i) {
    std::thread([] {
      char array[1000];
      array[opaque(10)] = 1;
      keep(array);
      done.give();
    }).detach();
    done.wait(i);
  }
}
RACE_CASE(NoRaceGoroutineStackReuse) {
  Goroutines goroutines;
  for (int i = 0; i < 500; ++i) {
    goroutines.go([] {
      char array[1000];
      array[opaque(10)] = 1;
      keep(array);
      yield();
    });
  }
}

[[gnu::noinline]] void jump(jmp_buf& back, int depth) {
  char frame[64];
  frame[opaque(5)] = 1;
  keep(frame);
  if (depth == 0) longjmp(back, 1);
  jump(back, depth - 1);
}
[[gnu::noinline]] void throw_from(int depth) {
  std::string frame(40, 'x');
  keep(frame);
  if (depth == 0) throw std::logic_error("deep");
  throw_from(depth - 1);
}
RACE_CASE(NoRaceLongjmp) {
  std::mutex mutex;
  auto body = [&] {
    for (int i = 0; i < 100; ++i) {
      jmp_buf back;
      if (setjmp(back) == 0) jump(back, 20);
      std::lock_guard guard(mutex);
      write_x();
    }
  };
  Threads threads;
  threads.run(body);
  threads.run(body);
}
RACE_CASE(NoRaceExceptions) {
  std::mutex mutex;
  auto body = [&] {
    for (int i = 0; i < 100; ++i) {
      try {
        throw_from(20);
      } catch (const std::logic_error&) {
        std::lock_guard guard(mutex);
        write_x();
      }
    }
  };
  Threads threads;
  threads.run(body);
  threads.run(body);
}

// The distribution's libstdc++ is not instrumented; what it does for each thread alone must not look shared.
RACE_CASE(NoRaceStringsAndStreams) {
  const std::string shared = "a string that all threads copy and compare";
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.run([&, i] {
      std::ostringstream out;
      for (int round = 0; round < 100; ++round) {
        std::string copy = shared;
        copy += std::to_string(i * round);
        out << copy << ' ' << round << '\n';
        if (copy == shared) return;
      }
      std::clog << "";
      std::cout << "";
      use(out.str().size());
    });
  }
}

RACE_CASE(NoRaceStdFunctionHandedOver) {
  std::function<void()> work;
  std::mutex mutex;
  Signal set;
  Threads threads;
  threads.run([&] {
    std::lock_guard guard(mutex);
    work = [text = std::string("captured on the heap because it is long")] { use(text[0]); };
    set.give();
  });
  threads.run([&] {
    set.wait();
    std::lock_guard guard(mutex);
    work();
  });
}

}  // namespace
}  // namespace gorace::conformance
