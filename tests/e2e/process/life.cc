// life MODE [LIBRARY]: a process whose goroutines run while it ends, forks, is signalled, or loads a library.
#include <dlfcn.h>
#include <gorace/gorace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

// Late uses the whole runtime when it is destroyed, on whichever stack that is.
struct Late {
  ~Late() {
    auto chan = gorace::make_chan<int>(0);
    gorace::go([=] { chan << 5; });
    const int received = *chan.recv();
    gorace::WaitGroup group;
    group.go([] { gorace::sleep(1us); });
    group.wait();
    std::printf("static destructor received %d\n", received);
  }
};
Late g_late;

std::atomic<bool> g_stop{false};
gorace::WaitGroup& g_workers = *new gorace::WaitGroup;  // outlives its goroutines, whichever way the process ends

// Goroutines that yield, sleep, and lock, until the end: so timers run while the process ends or forks.
void start_workers() {
  static gorace::Mutex mutex;
  for (int i = 0; i < 12; ++i) {
    g_workers.go([=] {
      while (!g_stop) {
        mutex.lock();
        mutex.unlock();
        if (i % 2 == 0) {
          gorace::yield();
        } else {
          gorace::sleep(50us);
        }
      }
    });
  }
}
int stop_workers() {
  g_stop = true;
  g_workers.wait();
  return 0;
}

[[noreturn]] void wait_for_ever() {
  gorace::make_chan<int>(0).recv();
  std::abort();
}

int wait_for(pid_t child) {
  int status = 0;
  gorace::blocking([&] { waitpid(child, &status, 0); });
  return WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

// Children that end at once, by way of the exit handlers, or as another program.
int fork_from_goroutines() {
  int good = 0;
  for (int i = 0; i < 30; ++i) {
    auto code = gorace::make_chan<int>(0);
    gorace::go([=] {
      const pid_t child = fork();
      if (child == 0) {
        if (i % 3 == 0) _exit(7);
        if (i % 3 == 1) std::exit(7);
        execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
      }
      code << wait_for(child);
    });
    if (*code.recv() == 7) ++good;
  }
  std::printf("%d children\n", good);
  return stop_workers();
}

// The child has the goroutine that forked, and may start others, on threads of its own: timers, blocking calls and
// channels work there. Nothing waits for a sleep but its own goroutine.
int fork_and_go() {
  for (int i = 0; i < 100; ++i) g_workers.go([] { gorace::yield(); });  // most wait for their first run
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    auto chan = gorace::make_chan<int>(0);
    for (int i = 0; i < 9; ++i) {
      gorace::go([=] {
        gorace::sleep(100us);
        gorace::blocking([] { usleep(100); });
        chan << 1;
      });
    }
    int sum = 0;
    while (sum < 9) sum += *chan.recv();
    _exit(gorace::num_goroutine() > 20 ? 1 : sum);
  }
  std::printf("the child received %d\n", wait_for(child));
  return stop_workers();
}

std::atomic<int> g_signals{0};
static_assert(std::atomic<int>::is_always_lock_free);

// One after the other: signals of one kind that wait become one.
int signals() {
  std::signal(SIGUSR1, [](int) { g_signals.fetch_add(1); });
  for (int sent = 0; sent < 1000; ++sent) {
    kill(getpid(), SIGUSR1);
    while (g_signals <= sent) gorace::yield();
  }
  std::printf("%d signals\n", g_signals.load());
  return stop_workers();
}

// A handler without SA_RESTART ends the system call of a goroutine inside blocking(), and errno is the goroutine's.
// Nobody outside can know when the thread is inside read(): so it is signalled again and again until it was.
int interrupt() {
  struct sigaction action{};
  action.sa_handler = [](int) { g_signals.fetch_add(1); };
  sigaction(SIGUSR2, &action, nullptr);
  auto thread = gorace::make_chan<pthread_t>(1);
  auto error = gorace::make_chan<int>(0);
  gorace::go([=] {
    gorace::lock_os_thread();
    thread << pthread_self();
    int pipe_ends[2];
    char byte;
    if (pipe(pipe_ends) == 0 && read(pipe_ends[0], &byte, 1) < 0) {
      gorace::yield();
      error << errno;
    }
  });
  const pthread_t target = *thread.recv();
  int got = 0;
  while (gorace::select(gorace::recv(error, got), gorace::after(1ms)) == 1) pthread_kill(target, SIGUSR2);
  std::puts(got == EINTR ? "interrupted" : "another error");
  return stop_workers();
}

int load(const char* path) {
  auto added = gorace::make_chan<int>(0);
  gorace::go([=] {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      std::puts(dlerror());
      std::exit(1);
    }
    auto* add = reinterpret_cast<int (*)(int)>(dlsym(library, "add_in_goroutines"));
    const int sum = add(42);
    dlclose(library);
    added << sum;
  });
  std::printf("the library received %d\n", *added.recv());
  return stop_workers();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  std::at_quick_exit([] {
    std::puts("at_quick_exit");
    std::fflush(stdout);
  });
  start_workers();
  if (mode == "return") return 5;
  if (mode == "fork") return fork_from_goroutines();
  if (mode == "fork_and_go") return fork_and_go();
  if (mode == "signals") return signals();
  if (mode == "interrupt") return interrupt();
  if (mode == "load" && argc > 2) return load(argv[2]);
  if (mode == "thread") std::thread([] { std::exit(6); }).detach();
  if (mode == "exit") gorace::go([] { std::exit(3); });
  if (mode == "quick_exit") gorace::go([] { std::quick_exit(4); });
  wait_for_ever();
}
