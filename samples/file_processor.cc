// A concurrent file processor: a Group runs one goroutine a file, four at a time, and gives back the first error.
//
// Run:    gorace run samples/file_processor.cc
// Exit:   0
// Stdout: ^8 files, 36 lines$
#include <gorace/gorace.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace fs = std::filesystem;

long count_lines(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  long lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

fs::path make_input() {
  std::string name = (fs::temp_directory_path() / "gorace-sample-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
  for (int file = 1; file <= 8; ++file) {
    std::ofstream out(fs::path(name) / (std::to_string(file) + ".txt"));
    for (int line = 0; line < file; ++line) out << "line " << line << "\n";
  }
  return name;
}

int main() {
  const fs::path folder = make_input();
  std::vector<fs::path> files(fs::directory_iterator(folder), {});

  std::atomic<long> lines{0};
  gorace::Group group;
  group.set_limit(4);
  for (const fs::path& file : files) {
    group.go([&lines, file] {
      const long n = gorace::blocking([&] { return count_lines(file); });
      lines.fetch_add(n, std::memory_order_relaxed);
    });
  }
  group.wait();  // rethrows the first exception
  std::printf("%zu files, %ld lines\n", files.size(), lines.load());
  fs::remove_all(folder);
}
