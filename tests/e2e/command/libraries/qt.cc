// Each of Qt's ways to synchronise that has a model. The argument names the case.
#include <QMutex>
#include <QReadWriteLock>
#include <QSemaphore>
#include <QThread>
#include <QWaitCondition>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

namespace {

long value = 0;
bool ready = false;
int places[4];
QMutex mutex;
QRecursiveMutex recursive;
QReadWriteLock rwlock;
QWaitCondition changed;
QSemaphore items(0);
QSemaphore room(4);

void expect(bool holds) {
  if (!holds) abort();
}

class Strand : public QThread {
 public:
  explicit Strand(std::function<void()> body) : body_(std::move(body)) {}
  void run() override { body_(); }

 private:
  std::function<void()> body_;
};

void locked(int) {
  for (int i = 0; i < 300; ++i) {
    QMutexLocker lock(&mutex);
    ++value;
  }
}
void tried(int number) {
  for (int done = 0; done < 100;) {
    if (!(number % 2 == 0 ? mutex.tryLock() : mutex.tryLock(1))) continue;
    ++value;
    ++done;
    mutex.unlock();
  }
}
void recursed(int) {
  for (int i = 0; i < 100; ++i) {
    recursive.lock();
    if (recursive.tryLock()) {
      ++value;
      recursive.unlock();
    }
    recursive.unlock();
  }
}
void read_or_written(int number) {
  for (int i = 0; i < 200; ++i) {
    if (number < 2) {
      QWriteLocker lock(&rwlock);
      ++value;
    } else if (i % 2 == 0) {
      QReadLocker lock(&rwlock);
      expect(value >= 0);
    } else if (rwlock.tryLockForRead()) {
      expect(value >= 0);
      rwlock.unlock();
    }
  }
}
void semaphored(int number) {
  for (int i = 0; i < 200 && number < 2; ++i) {
    if (number == 0) {
      room.acquire();
      places[i % 4] = i;
      items.release();
    } else {
      if (i % 3 == 0) {
        items.acquire();
      } else {
        while (!items.tryAcquire(1, 1000)) {
        }
      }
      expect(places[i % 4] == i);
      room.release();
    }
  }
}
void waited(int number) {
  QMutexLocker lock(&mutex);
  if (number == 0) {
    ready = true;
    changed.wakeAll();
  }
  while (!ready) {
    if (number == 1) {
      changed.wait(&mutex);
    } else {
      changed.wait(&mutex, 1000);
    }
  }
  ++value;
}
void waited_with_rwlock(int number) {
  QWriteLocker lock(&rwlock);
  if (number == 0) {
    ready = true;
    changed.wakeAll();
  }
  while (!ready) changed.wait(&rwlock);
  ++value;
}
void joined(int number) { places[number] = number; }
void half_locked(int number) {
  if (number == 0) {
    ++value;
    return;
  }
  QMutexLocker lock(&mutex);
  ++value;
}
void written_by_readers(int) {
  QReadLocker lock(&rwlock);
  value = value + 1;
}

const struct {
  const char* name;
  void (*body)(int);
} cases[] = {{"locked", locked},
             {"tried", tried},
             {"recursed", recursed},
             {"read_or_written", read_or_written},
             {"semaphored", semaphored},
             {"waited", waited},
             {"waited_with_rwlock", waited_with_rwlock},
             {"joined", joined},
             {"half_locked", half_locked},
             {"written_by_readers", written_by_readers}};

}  // namespace

int main(int, char** arguments) {
  for (const auto& each : cases) {
    if (strcmp(each.name, arguments[1]) != 0) continue;
    std::vector<std::unique_ptr<Strand>> strands;
    for (int i = 0; i < 4; ++i) {
      strands.push_back(std::make_unique<Strand>([&each, i] { each.body(i); }));
      strands.back()->start();
    }
    for (auto& strand : strands) expect(strand->wait());
    for (const int place : places) value += place;
    return value >= 0 ? 0 : 1;
  }
  return 1;
}
