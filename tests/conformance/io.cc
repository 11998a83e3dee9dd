// Go's io_test.go: who reads what another goroutine wrote to a file comes after it.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "tests/conformance/harness.h"

namespace gorace::conformance {
namespace {

// has_content tells whether the file is there and something can be read from it.
bool has_content(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::array<char, 100> buffer;
  const ssize_t n = read(file, buffer.data(), buffer.size());
  close(file);
  return n > 0;
}

RACE_CASE(NoRaceIOFile) {
  const std::string path = std::filesystem::temp_directory_path() / ("gorace_conformance." + std::to_string(getpid()));
  int x = 0;
  Goroutines goroutines;
  goroutines.go([&] {
    x = 42;
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    use(write(file, "done", 4));
    close(file);
  });
  while (!has_content(path)) yield();
  use(x);
  unlink(path.c_str());
}

}  // namespace
}  // namespace gorace::conformance
