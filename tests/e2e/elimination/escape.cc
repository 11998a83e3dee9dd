// What is written into an object before others can know of it: ordered when the address is handed over by a release,
// and a race when it is not, which must be reported. On the heap and on the stack.
//
// expect: race
// expect-report: escape.cc:33
// expect-report: escape.cc:39
// expect-report: escape.cc:46
// expect-no-report: escape.cc:(5[0-9]|6[0-4])
#include <atomic>
#include <thread>

namespace {

struct Message {
  long value;
  long other;
};
std::atomic<Message*> box{nullptr};
std::atomic<bool> done{false};
long sum = 0;

Message* wait_for(std::memory_order order) {
  Message* message;
  while ((message = box.load(order)) == nullptr) std::this_thread::yield();
  return message;
}
void wait_until_read() {
  while (!done.load(std::memory_order_acquire)) std::this_thread::yield();
}

void send_unordered() {
  auto* message = new Message;
  message->value = 7;
  box.store(message, std::memory_order_relaxed);
  wait_until_read();
  delete message;
}
void send_unordered_from_the_stack() {
  Message message{.value = 7, .other = 8};
  box.store(&message, std::memory_order_relaxed);
  wait_until_read();
}
void receive_unordered() {
  Message* message = wait_for(std::memory_order_relaxed);
  // Only this: the wait orders the end.
  sum += message->value;
  done.store(true, std::memory_order_release);
}
void send() {
  auto* message = new Message;
  message->value = 7;
  box.store(message, std::memory_order_release);
  wait_until_read();
  delete message;
}
void send_from_the_stack() {
  Message message{.value = 7, .other = 8};
  box.store(&message, std::memory_order_release);
  wait_until_read();
}
void receive() {
  sum += wait_for(std::memory_order_acquire)->value;
  done.store(true, std::memory_order_release);
}

void meet(void (*one)(), void (*other)()) {
  box = nullptr;
  done = false;
  std::thread first(one), second(other);
  first.join();
  second.join();
}

}  // namespace

int main() {
  meet(send_unordered, receive_unordered);
  meet(send_unordered_from_the_stack, receive_unordered);
  meet(send, receive);
  meet(send_from_the_stack, receive);
  return sum != 28;
}
