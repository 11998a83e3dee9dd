// Work that Qt runs elsewhere: its thread pool, QtConcurrent, events, queued calls and signals. The argument names the
// case.
#include <QCoreApplication>
#include <QEvent>
#include <QFutureWatcher>
#include <QObject>
#include <QRunnable>
#include <QThread>
#include <QThreadPool>
#include <QtConcurrent>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

// Of the detector, for what no model can tell.
extern "C" void __tsan_acquire(void* object);
extern "C" void __tsan_release(void* object);

struct Item {
  std::string text;
};
Q_DECLARE_METATYPE(Item)

namespace {

long value = 0;
int places[8];

void expect(bool holds) {
  if (!holds) abort();
}

class Task : public QRunnable {
 public:
  explicit Task(int number) : number_(number) {}
  void run() override { places[number_] = places[number_] + 1; }

 private:
  int number_;
};
// QRunnable is not its first base: the pool calls run() through a thunk.
struct Named {
  virtual ~Named() = default;
  std::string name = "task";
};
class NamedTask : public Named, public QRunnable {
 public:
  void run() override { places[7] += static_cast<int>(name.size()); }
};

void pooled() {
  QThreadPool pool;
  for (int i = 0; i < 4; ++i) {
    places[i] = i;
    pool.start(new Task(i));
  }
  pool.start(new NamedTask);
  expect(pool.waitForDone());
  for (int i = 0; i < 4; ++i) expect(places[i] == i + 1);
  expect(places[7] == 4);
}
void pooled_functions() {
  QThreadPool pool;
  value = 3;
  std::string text = "text of more than fifteen characters";
  pool.start([text] { places[0] = static_cast<int>(text.size() + value); });
  expect(pool.waitForDone());
  expect(places[0] == 39);
  pool.start([] { places[1] = places[0]; });
  QRunnable* created = QRunnable::create([&text] { places[2] = static_cast<int>(text.size()); });
  text = "other";
  pool.start(created);
  expect(pool.waitForDone());
  expect(places[1] == 39 && places[2] == 5);
}
void pool_ended() {
  {
    QThreadPool pool;
    pool.start(new Task(0));
  }
  expect(places[0] == 1);
}
void concurrently() {
  for (int i = 0; i < 20; ++i) {
    value = i;
    QFuture<std::string> future = QtConcurrent::run([i] {
      places[0] = i;
      return std::to_string(value) + " of more than fifteen characters";
    });
    expect(future.result().size() > 20);
    expect(places[0] == i);
    QFuture<void> other = QtConcurrent::run([] { ++value; });
    other.waitForFinished();
    expect(value == i + 1);
  }
}
int length(const Item& item) { return static_cast<int>(item.text.size()); }
void add(int& all, int one) { all += one; }
void mapped() {
  std::vector<Item> items(40);
  for (Item& item : items) item.text = "a";
  QtConcurrent::blockingMap(items, [](Item& item) { item.text += "bcdefghijklmnopqrstuvwxyz"; });
  for (const Item& item : items) expect(item.text.size() == 26);
  QFuture<int> sizes = QtConcurrent::mapped(items, length);
  sizes.waitForFinished();
  for (int i = 0; i < 40; ++i) expect(sizes.resultAt(i) == 26);
  QFuture<void> cleared = QtConcurrent::map(items, [](Item& item) { item.text.clear(); });
  cleared.waitForFinished();
  for (const Item& item : items) expect(item.text.empty());
}
// Qt's own header has a race here: ReduceKernel::shouldThrottle reads without the mutex what runReduce writes with it.
void reduced() {
  std::vector<Item> items(40);
  for (Item& item : items) item.text = "b";
  expect(QtConcurrent::blockingMappedReduced<int>(items, length, add) == 40);
}

const QEvent::Type kKnock = static_cast<QEvent::Type>(QEvent::User + 1);
struct Knock : QEvent {
  explicit Knock(std::string said) : QEvent(kKnock), text(std::move(said)) {}
  std::string text;
};

class Receiver : public QObject {
  Q_OBJECT
 public:
  bool event(QEvent* event) override {
    if (event->type() == kKnock) places[0] += static_cast<int>(static_cast<Knock*>(event)->text.size() + value);
    return QObject::event(event);
  }
  Q_INVOKABLE void named(const Item& item) { places[1] = static_cast<int>(item.text.size() + value); }

 public slots:
  void take(const Item& item) { places[2] = static_cast<int>(item.text.size() + value); }
  void answer(const Item& item) {
    places[6] = static_cast<int>(item.text.size() + value);
    __tsan_release(this);
  }
};
class Sender : public QObject {
  Q_OBJECT
 signals:
  void sent(const Item& item);
};

// A receiver that lives in a thread of its own, with an event loop.
struct Elsewhere {
  QThread thread;
  Receiver* receiver = new Receiver;
  Elsewhere() {
    receiver->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, receiver, &QObject::deleteLater);
    thread.start();
  }
  // After what was sent before.
  void end() {
    QMetaObject::invokeMethod(receiver, [] { QThread::currentThread()->quit(); }, Qt::QueuedConnection);
    expect(thread.wait());
  }
};

void posted() {
  Elsewhere there;
  value = 2;
  for (int i = 0; i < 5; ++i) QCoreApplication::postEvent(there.receiver, new Knock("said"));
  there.end();
  expect(places[0] == 30);
}
void invoked() {
  Elsewhere there;
  value = 2;
  QMetaObject::invokeMethod(there.receiver, [] { places[3] = static_cast<int>(value); }, Qt::QueuedConnection);
  QMetaObject::invokeMethod(there.receiver, "named", Qt::QueuedConnection, Q_ARG(Item, Item{"item"}));
  value =
      QMetaObject::invokeMethod(there.receiver, [] { places[4] = places[3]; }, Qt::BlockingQueuedConnection) ? 7 : 8;
  expect(places[4] == 2);
  expect(places[1] == 6);
  value = 9;
  QMetaObject::invokeMethod(there.receiver, "named", Qt::BlockingQueuedConnection, Q_ARG(Item, Item{"another"}));
  expect(places[1] == 16);
  there.end();
}
void signalled() {
  Elsewhere there;
  Sender sender;
  QObject::connect(&sender, &Sender::sent, there.receiver, &Receiver::take);
  QObject::connect(&sender, &Sender::sent, there.receiver,
                   [](const Item& item) { places[5] = static_cast<int>(item.text.size() + value); });
  QObject::connect(&sender, SIGNAL(sent(Item)), there.receiver, SLOT(take(Item)));
  value = 2;
  emit sender.sent(Item{"item of more than fifteen characters"});
  there.end();
  expect(places[2] == 38 && places[5] == 38);
}
// The sender waits for the slot by a semaphore inside of Qt.
void answered() {
  Elsewhere there;
  Sender sender;
  QObject::connect(&sender, &Sender::sent, there.receiver, &Receiver::answer, Qt::BlockingQueuedConnection);
  value = 2;
  emit sender.sent(Item{"item"});
  __tsan_acquire(there.receiver);
  expect(places[6] == 6);
  there.end();
}
void watched() {
  QFutureWatcher<void> watcher;
  QObject::connect(&watcher, &QFutureWatcher<void>::finished, [] {
    expect(value == 5);
    QCoreApplication::quit();
  });
  watcher.setFuture(QtConcurrent::run([] { value = 5; }));
  QCoreApplication::exec();
}
void pool_races() {
  QThreadPool pool;
  pool.start(new Task(0));
  ++places[0];
  expect(pool.waitForDone());
}
void function_races() {
  QThreadPool pool;
  pool.start([] { ++places[0]; });
  ++places[0];
  expect(pool.waitForDone());
}
void future_races() {
  QFuture<void> future = QtConcurrent::run([] { ++places[0]; });
  ++places[0];
  future.waitForFinished();
}

// The write after the hand-over comes after the other one in time, and nothing orders them: had it come first, the
// event loop's own descriptor might, when a later event wakes the loop.
std::atomic<bool> has_run = false;
void touch() {
  ++places[0];
  has_run.store(true, std::memory_order_relaxed);
}
void touch_unordered() {
  while (!has_run.load(std::memory_order_relaxed)) {
  }
  ++places[0];
}
void call_races() {
  Elsewhere there;
  QMetaObject::invokeMethod(there.receiver, touch, Qt::QueuedConnection);
  touch_unordered();
  there.end();
}
void signal_races() {
  Elsewhere there;
  Sender sender;
  QObject::connect(&sender, &Sender::sent, there.receiver, [](const Item&) { touch(); });
  emit sender.sent(Item{"item"});
  touch_unordered();
  there.end();
}

const struct {
  const char* name;
  void (*body)();
} cases[] = {{"pooled", pooled},
             {"pooled_functions", pooled_functions},
             {"pool_ended", pool_ended},
             {"concurrently", concurrently},
             {"mapped", mapped},
             {"reduced", reduced},
             {"posted", posted},
             {"invoked", invoked},
             {"signalled", signalled},
             {"answered", answered},
             {"watched", watched},
             {"pool_races", pool_races},
             {"function_races", function_races},
             {"future_races", future_races},
             {"call_races", call_races},
             {"signal_races", signal_races}};

}  // namespace

int main(int count, char** arguments) {
  QCoreApplication application(count, arguments);
  qRegisterMetaType<Item>("Item");
  for (const auto& each : cases) {
    if (count == 2 && strcmp(each.name, arguments[1]) == 0) {
      each.body();
      return 0;
    }
  }
  return 1;
}

#include "qt_tasks.moc"
