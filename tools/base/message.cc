#include "tools/base/message.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace gorace::tools {
namespace {

std::string& command_name() {
  static auto* name = new std::string("gorace");
  return *name;
}

}  // namespace

void set_command_name(absl::string_view name) { command_name() = std::string(name); }

void say(absl::string_view text) {
  // One write, so that lines of processes that share stderr do not interleave.
  const std::string line = absl::StrCat(command_name(), ": ", text, "\n");
  for (size_t done = 0; done < line.size();) {
    const ssize_t written = write(STDERR_FILENO, line.data() + done, line.size() - done);
    if (written <= 0) return;
    done += static_cast<size_t>(written);
  }
}

int fail(int code, absl::string_view text) {
  say(text);
  return code;
}

}  // namespace gorace::tools
