// A stand-in for `gorace symbolize --server`, so that the client is tested without debug information. Answers CODE by
// the distance from FAKE_BASE (hexadecimal file offset) in steps of 16; see fake_server.h.
//
// FAKE_MODE: "die" ends at the first request; "die-once" does so unless the file FAKE_STATE exists, which it makes.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

void answer_code(unsigned long offset) {
  const unsigned long base = strtoul(variable("FAKE_BASE").c_str(), nullptr, 16);
  const unsigned long step = (offset + 1 - base) / 16;
  switch (step) {
    case 1:
      std::cout << "worker(int)\t/src/worker.cc\t12\t3\t10\n";
      break;
    case 2:
      std::cout << "inner(int)\t/src/inner.h\t5\t1\t3\nouter()\t/src/outer.cc\t9\t1\t7\n";
      break;
    case 3:
      std::cout << "gorace::runtime::park(gorace::runtime::WaitReason)\t/lib/park.cc\t80\t1\t70\n";
      break;
    case 4:
      std::cout << "std::optional<int> gorace::Chan<int>::recv()\t/inc/chan.h\t40\t1\t38\n";
      break;
    case 5:
      std::cout << "main\t/src/main.cc\t30\t2\t25\n";
      break;
    case 6:
      std::cout << "??\t\t\t\t\n";
      break;
    default:
      std::cout << "deep(int)\t/src/deep.cc\t" << step << "\t1\t1\n";
  }
}

int open_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 3;  // ".", ".." and the folder's own
}

bool is_ignored(int signal) {
  struct sigaction action{};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

void answer_probe() {
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  std::cout << "descriptors " << open_descriptors() << "\nsession leader " << (getsid(0) == getpid())
            << "\nSIGPIPE ignored " << is_ignored(SIGPIPE) << "\nSIGUSR1 blocked " << sigismember(&blocked, SIGUSR1)
            << "\nLD_PRELOAD '" << variable("LD_PRELOAD") << "'\n";
}

bool should_die() {
  const std::string mode = variable("FAKE_MODE");
  if (mode == "die") return true;
  return mode == "die-once" && open(variable("FAKE_STATE").c_str(), O_CREAT | O_EXCL, 0600) >= 0;
}

void answer_profile() {
  size_t bytes = 0;
  for (std::string line; std::getline(std::cin, line) && !line.empty();) bytes += line.size() + 1;
  std::cout << "ok " << bytes << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string(argv[1]) != "symbolize" || std::string(argv[2]) != "--server") return 2;
  for (std::string line; std::getline(std::cin, line);) {
    if (should_die()) return 1;
    if (line.starts_with("CODE\t")) {
      answer_code(strtoul(line.c_str() + line.rfind('\t') + 1, nullptr, 16));
    } else if (line.starts_with("DATA\t")) {
      std::cout << "counter\t" << variable("FAKE_BASE") << "\t8\t/src/counter.cc\t3\n";
    } else if (line == "PROBE") {
      answer_probe();
    } else if (line == "PID") {
      std::cout << getpid() << '\n';
    } else if (line.starts_with("PROFILE")) {
      answer_profile();
    }
    std::cout << std::endl;
  }
  return 0;
}
