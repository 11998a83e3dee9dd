// Ordinary code on Abseil and the standard library: nothing to say.
#include <absl/base/thread_annotations.h>
#include <absl/strings/str_cat.h>
#include <absl/synchronization/blocking_counter.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

class Queue {
 public:
  void push(int value) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    values_.push_back(value);
  }
  int pop() {
    mutex_.LockWhen(absl::Condition(this, &Queue::has_values));
    const int value = values_.front();
    values_.pop_front();
    mutex_.Unlock();
    return value;
  }
  bool try_pop(int* value) {
    mutex_.Lock();
    if (values_.empty()) {
      mutex_.Unlock();
      return false;
    }
    *value = values_.front();
    values_.pop_front();
    mutex_.Unlock();
    return true;
  }
  // As LevelDB does: gives the lock up for a while.
  void compact() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    mutex_.Unlock();
    std::this_thread::yield();
    mutex_.Lock();
  }

 private:
  bool has_values() const { return !values_.empty(); }
  absl::Mutex mutex_;
  std::deque<int> values_ ABSL_GUARDED_BY(mutex_);
};

class Pool {
 public:
  explicit Pool(int n) {
    for (int i = 0; i < n; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  template <class F>
  std::future<void> submit(F f) {
    auto task = std::make_shared<std::packaged_task<void()>>(std::move(f));
    std::future<void> result = task->get_future();
    std::lock_guard lock(mutex_);
    tasks_.push_back([task] { (*task)(); });
    changed_.notify_one();
    return result;
  }

 private:
  void run(int) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
};

int parallel() {
  Pool pool(4);
  std::vector<int> results(8);
  std::vector<std::future<void>> futures;
  for (int i = 0; i < 8; ++i) futures.push_back(pool.submit([&results, i] { results[i] = i; }));
  for (auto& future : futures) future.get();
  int sum = 0;
  for (int result : results) sum += result;
  return sum;
}

int notified() {
  int answer = 0;
  absl::Notification done;
  std::thread thread([&] {
    answer = 42;
    done.Notify();
  });
  done.WaitForNotification();
  const int result = answer;
  thread.join();
  return result;
}

std::string counted() {
  absl::BlockingCounter counter(4);
  absl::Mutex mutex;
  std::string text;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      {
        absl::MutexLock lock(&mutex);
        absl::StrAppend(&text, i);
      }
      counter.DecrementCount();
    });
  }
  counter.Wait();
  for (auto& thread : threads) thread.join();
  return text;
}

int asynchronous() {
  int x = 1;
  auto future = std::async(std::launch::async, [&] { return x + 1; });
  return future.get();
}
