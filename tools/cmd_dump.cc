// gorace dump: the goroutines of a running program.
#include <unistd.h>

#include <climits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/base/message.h"
#include "tools/commands.h"
#include "tools/dump_client.h"

namespace gorace::tools {

std::string help_dump() {
  return "usage: gorace dump PID\n\nPrints every goroutine of process PID: id, what it waits for, stack, and where it "
         "was created. The program\n"
         "goes on. It must have been built with gorace; other programs are left alone.\n";
}

int cmd_dump(const std::vector<std::string>& args) {
  if (args.size() != 1) return fail(kExitMisuse, "takes one process id; `gorace help dump` tells more");
  int pid = 0;
  if (!absl::SimpleAtoi(args[0], &pid) || pid <= 0)
    return fail(kExitMisuse, absl::StrCat("'", args[0], "' is not a process id"));
  absl::Status status = check_dumpable(pid);
  if (status.ok()) status = request_dump(pid, STDOUT_FILENO);
  return status.ok() ? kExitOk : fail(kExitFailed, status.message());
}

}  // namespace gorace::tools
