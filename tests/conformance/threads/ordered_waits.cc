// Waiting for descriptors, message queues, System V's semaphores.
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "tests/conformance/threads/threads.h"

namespace gorace::conformance {
namespace {

int x;

void write_x() {
  x = x + 1;
  keep(x);
}

// One thread writes x and gives, the other writes it when it has taken; nothing but the two calls orders them.
template <class Give, class Take>
void hand_over(Give give, Take take) {
  Threads threads;
  threads.run([&] {
    write_x();
    give();
  });
  threads.run([&] {
    take();
    write_x();
  });
}

struct Pipe {
  Pipe() {
    if (pipe(ends) != 0) abort();
  }
  void send() const { use(write(ends[1], "x", 1)); }
  int ends[2];
};

// Who waits reads nothing: it is the wait that orders.
RACE_CASE(NoRacePoll) {
  const Pipe line;
  hand_over([&] { line.send(); },
            [&] {
              pollfd wanted{.fd = line.ends[0], .events = POLLIN, .revents = 0};
              use(poll(&wanted, 1, -1));
            });
}
RACE_CASE(NoRacePpoll) {
  const Pipe line;
  hand_over([&] { line.send(); },
            [&] {
              pollfd wanted{.fd = line.ends[0], .events = POLLIN, .revents = 0};
              use(ppoll(&wanted, 1, nullptr, nullptr));
            });
}
RACE_CASE(NoRaceSelect) {
  const Pipe line;
  hand_over([&] { line.send(); },
            [&] {
              fd_set wanted;
              FD_ZERO(&wanted);
              FD_SET(line.ends[0], &wanted);
              use(select(line.ends[0] + 1, &wanted, nullptr, nullptr, nullptr));
            });
}
// A pipe that is not ready orders nothing, though it is waited for and has been written to before.
RACE_CASE(RaceWithTheWriterOfAPipeThatIsNotReady) {
  const Pipe ready;
  const Pipe other;
  ready.send();
  after(
      [&] {
        write_x();
        other.send();
        char byte;
        use(read(other.ends[0], &byte, 1));
      },
      [&] {
        std::array<pollfd, 2> wanted{{{.fd = other.ends[0], .events = POLLIN, .revents = 0},
                                      {.fd = ready.ends[0], .events = POLLIN, .revents = 0}}};
        use(poll(wanted.data(), 2, -1));
        write_x();
      });
}
// The kernel writes what it found.
RACE_CASE(RaceOfPollAndAReadOfWhatItFound) {
  static pollfd wanted;
  const Pipe line;
  line.send();
  wanted = {.fd = line.ends[0], .events = POLLIN, .revents = 0};
  after([] { use(poll(&wanted, 1, -1)); }, [] { use(wanted.revents); });
}

RACE_CASE(NoRacePosixMessageQueue) {
  const std::string name = "/gorace-conformance-" + std::to_string(getpid());
  mq_attr attributes{};
  attributes.mq_maxmsg = 1;
  attributes.mq_msgsize = 8;
  const mqd_t queue = mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
  if (queue < 0) return;  // a system without them
  const mqd_t same_queue = mq_open(name.c_str(), O_RDWR);
  mq_unlink(name.c_str());
  hand_over([&] { use(mq_send(queue, "x", 1, 0)); },
            [&] {
              char message[8];
              use(mq_receive(same_queue, message, sizeof message, nullptr));
            });
}

struct Message {
  long type = 1;
  char text[8] = {};
};
RACE_CASE(NoRaceSystemVMessageQueue) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  if (queue < 0) return;
  hand_over(
      [&] {
        const Message message;
        use(msgsnd(queue, &message, sizeof message.text, 0));
      },
      [&] {
        Message message;
        use(msgrcv(queue, &message, sizeof message.text, 0, 0));
      });
  msgctl(queue, IPC_RMID, nullptr);
}

int change(int semaphore, short by) {
  sembuf operation{.sem_num = 0, .sem_op = by, .sem_flg = 0};
  return semop(semaphore, &operation, 1);
}
RACE_CASE(NoRaceSystemVSemaphore) {
  const int semaphore = semget(IPC_PRIVATE, 1, 0600);
  if (semaphore < 0) return;
  hand_over([&] { use(change(semaphore, 1)); }, [&] { use(change(semaphore, -1)); });
  semctl(semaphore, 0, IPC_RMID);
}
RACE_CASE(NoRaceWaitForZeroOfASystemVSemaphore) {
  const int semaphore = semget(IPC_PRIVATE, 1, 0600);
  if (semaphore < 0) return;
  use(change(semaphore, 1));
  hand_over([&] { use(change(semaphore, -1)); }, [&] { use(change(semaphore, 0)); });
  semctl(semaphore, 0, IPC_RMID);
}

}  // namespace
}  // namespace gorace::conformance
