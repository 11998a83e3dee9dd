// Each of Boost's ways to synchronise. The argument names the case.
#define BOOST_THREAD_PROVIDES_FUTURE
#include <boost/thread.hpp>
#include <boost/thread/barrier.hpp>
#include <boost/thread/future.hpp>
#include <boost/thread/latch.hpp>
#include <boost/thread/once.hpp>
#include <boost/thread/sync_queue.hpp>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace {

long value = 0;
bool ready = false;
int places[4];
boost::mutex mutex;
boost::recursive_mutex recursive;
boost::timed_mutex timed_mutex;
boost::shared_mutex shared_mutex;
boost::upgrade_mutex upgrade_mutex;
boost::condition_variable changed;
boost::once_flag flag = BOOST_ONCE_INIT;
boost::barrier barrier(4);
boost::latch latch(4);
boost::promise<int> promise;
boost::sync_queue<std::shared_ptr<int>> queue;

void expect(bool holds) {
  if (!holds) abort();
}

void locked(int) {
  for (int i = 0; i < 200; ++i) {
    boost::lock_guard<boost::mutex> lock(mutex);
    ++value;
  }
}
void recursed(int) {
  for (int i = 0; i < 200; ++i) {
    boost::lock_guard<boost::recursive_mutex> lock(recursive);
    boost::lock_guard<boost::recursive_mutex> again(recursive);
    ++value;
  }
}
void timed(int) {
  for (int done = 0; done < 50;) {
    if (!timed_mutex.try_lock_for(boost::chrono::milliseconds(50))) continue;
    ++value;
    ++done;
    timed_mutex.unlock();
  }
}
void read_or_written(int number) {
  for (int i = 0; i < 100; ++i) {
    if (number < 2) {
      boost::unique_lock<boost::shared_mutex> lock(shared_mutex);
      ++value;
    } else {
      boost::shared_lock<boost::shared_mutex> lock(shared_mutex);
      expect(value >= 0);
    }
  }
}
void upgraded(int) {
  for (int i = 0; i < 100; ++i) {
    boost::upgrade_lock<boost::upgrade_mutex> lock(upgrade_mutex);
    expect(value >= 0);
    boost::upgrade_to_unique_lock<boost::upgrade_mutex> unique(lock);
    ++value;
  }
}
void waited(int number) {
  boost::unique_lock<boost::mutex> lock(mutex);
  if (number == 0) {
    ready = true;
    changed.notify_all();
  }
  while (!ready) {
    if (number == 1) {
      changed.wait(lock);
    } else {
      changed.wait_for(lock, boost::chrono::milliseconds(1));
    }
  }
  ++value;
}
void once(int) {
  boost::call_once(flag, [] {
    for (int i = 0; i < 1000; ++i) ++value;
  });
  expect(value == 1000);
}
void met(int number) {
  places[number] = number;
  barrier.wait();
  expect(places[(number + 1) % 4] == (number + 1) % 4);
}
void latched(int number) {
  places[number] = number;
  latch.count_down_and_wait();
  expect(places[(number + 1) % 4] == (number + 1) % 4);
}
void promised(int number) {
  if (number == 0) {
    places[0] = 4;
    promise.set_value(3);
  } else if (number == 1) {
    value = promise.get_future().get() + places[0];
  }
}
void queued(int number) {
  for (int i = 0; i < 50; ++i) {
    if (number < 2) {
      queue.push(std::make_shared<int>(i));
    } else {
      std::shared_ptr<int> item = queue.pull();
      expect(*item < 50);
      *item = -1;
    }
  }
}
void half_locked(int number) {
  if (number == 0) {
    ++value;
    return;
  }
  boost::lock_guard<boost::mutex> lock(mutex);
  ++value;
}

const struct {
  const char* name;
  void (*body)(int);
} cases[] = {{"locked", locked},     {"recursed", recursed}, {"timed", timed},   {"read_or_written", read_or_written},
             {"upgraded", upgraded}, {"waited", waited},     {"once", once},     {"met", met},
             {"latched", latched},   {"promised", promised}, {"queued", queued}, {"half_locked", half_locked}};

}  // namespace

int main(int, char** arguments) {
  for (const auto& each : cases) {
    if (strcmp(each.name, arguments[1]) != 0) continue;
    boost::thread_group strands;
    for (int i = 0; i < 4; ++i) strands.create_thread([&each, i] { each.body(i); });
    strands.join_all();
    for (const int place : places) value += place;
    return value >= 0 ? 0 : 1;
  }
  return 1;
}
