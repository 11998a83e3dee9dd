#include "tools/symbolize_server.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "pprof/encode/encode.h"
#include "tools/base/message.h"

namespace gorace::tools {
namespace {

constexpr char kUnknownCode[] = "??\t\t\t\t\n\n";
constexpr char kUnknownData[] = "??\t\t\t\t\n\n";
constexpr char kGarbage[] = "??\n\n";

// Longer lines are not requests; their bytes are skipped rather than kept.
constexpr size_t kMostLineBytes = 64 << 20;

// field makes a text fit into the protocol, whose fields end at tabs and newlines.
std::string field(std::string text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n') c = ' ';
  }
  return text;
}

// asking_process returns the process behind `in`. The runtime gives one end of a socket pair and has no child of its own to be the
// parent of; a pipe comes from the parent.
int asking_process(int in) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  const bool is_socket = getsockopt(in, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0;
  return is_socket ? peer.pid : getppid();
}

bool write_all(int fd, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t written = write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

}  // namespace

std::string SymbolizeServer::add_line(absl::string_view line) {
  if (profile_ != nullptr) {
    if (line.empty()) return end_profile();
    profile_->parser.add_line(line);
    return "";
  }
  if (line.empty()) return "";
  const std::vector<absl::string_view> fields = absl::StrSplit(line, '\t');
  if (fields[0] == "PROFILE") {
    profile_ = std::make_unique<Incoming>();
    if (fields.size() == 3) profile_->path = std::string(fields[2]);
    return "";
  }
  if (fields.size() == 3 && fields[0] == "CODE") return code(fields[1], fields[2]);
  if (fields.size() == 3 && fields[0] == "DATA") return data(fields[1], fields[2]);
  return kGarbage;
}

std::string SymbolizeServer::code(absl::string_view module, absl::string_view offset) {
  uint64_t address = 0;
  if (!absl::SimpleHexAtoi(offset, &address)) return kUnknownCode;
  std::string reply;
  for (const pprof::SourceFrame& frame : symbolizer_.frames(std::string(module), address)) {
    absl::StrAppend(&reply, field(frame.function), "\t", field(frame.file), "\t", frame.line, "\t", frame.column, "\t", frame.start_line,
                    "\n");
  }
  return reply.empty() ? kUnknownCode : reply + "\n";
}

std::string SymbolizeServer::data(absl::string_view module, absl::string_view offset) {
  uint64_t address = 0;
  if (!absl::SimpleHexAtoi(offset, &address)) return kUnknownData;
  const std::optional<SourceVariable> variable = symbolizer_.variable(std::string(module), address);
  if (!variable.has_value()) return kUnknownData;
  return absl::StrCat(field(variable->name), "\t", absl::Hex(variable->start), "\t", variable->bytes, "\t", field(variable->file), "\t",
                      variable->line, "\n\n");
}

std::string SymbolizeServer::end_profile() {
  const std::unique_ptr<Incoming> profile = std::move(profile_);
  if (profile->path.empty()) return "error\tPROFILE takes a type and an output path\n\n";
  const absl::Status status = pprof::encode_profile(profile->parser, symbolizer_, profile->path);
  if (status.ok()) return "ok\n\n";
  return absl::StrCat("error\t", field(std::string(status.message())), "\n\n");
}

int serve_symbols(int in, int out) {
  // The program may be printing a report because of one of these, sent to its whole group; the server's end is the end of its input.
  for (int ignored : {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGTSTP}) signal(ignored, SIG_IGN);
  SymbolizeServer server(asking_process(in));
  std::string pending;
  bool skipping = false;  // inside a line that is too long
  char buffer[65536];
  for (;;) {
    const ssize_t bytes = read(in, buffer, sizeof buffer);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) break;
    pending.append(buffer, static_cast<size_t>(bytes));
    size_t start = 0;
    for (size_t end; (end = pending.find('\n', start)) != std::string::npos; start = end + 1) {
      const absl::string_view line = skipping ? "?" : absl::string_view(pending).substr(start, end - start);
      skipping = false;
      if (!write_all(out, server.add_line(line))) return kExitFailed;
    }
    pending.erase(0, start);
    if (pending.size() > kMostLineBytes) {
      pending.clear();
      skipping = true;
    }
  }
  server.finish_input();
  return kExitOk;
}

}  // namespace gorace::tools
