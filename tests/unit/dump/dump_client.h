// The tool's side of `gorace dump`.
#ifndef GORACE_TESTS_UNIT_DUMP_DUMP_CLIENT_H_
#define GORACE_TESTS_UNIT_DUMP_DUMP_CLIENT_H_

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "tests/unit/dump/child.h"

namespace gorace::testing {

// What `gorace dump` does. Returns what the program wrote.
inline std::string request_dump(pid_t pid) {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "gorace-dump-" + std::to_string(pid) + "-" + std::to_string(getpid());
  memcpy(address.sun_path + 1, name.data(), name.size());
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  EXPECT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), bytes), 0);
  EXPECT_EQ(listen(listener, 4), 0);
  sigval value{};
  value.sival_int = getpid();
  EXPECT_EQ(sigqueue(pid, SIGQUIT, value), 0);
  const int connection = accept(listener, nullptr, nullptr);
  const std::string text = read_to_end(connection);
  close(connection);
  close(listener);
  return text;
}

}  // namespace gorace::testing

#endif  // GORACE_TESTS_UNIT_DUMP_DUMP_CLIENT_H_
