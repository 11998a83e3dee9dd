// A program without goroutines: std::thread, and a flag that is not atomic. gorace watches ordinary threads too.
//
// Run:    gorace run samples/thread_race.cc
// Exit:   66
// Stderr: ^WARNING: DATA RACE$
// Stderr: by thread [0-9]+
// Stderr: by main thread:$
// Stderr: thread_race.cc:(20|21|23)
#include <cstdio>
#include <thread>

struct Message {
  int value = 0;
  bool ready = false;
};

int main() {
  auto* message = new Message;
  std::thread writer([message] {
    message->value = 42;
    message->ready = true;
  });
  const bool ready = message->ready;
  writer.join();
  std::printf("%s\n", ready ? "ready" : "not ready");
  delete message;
}
