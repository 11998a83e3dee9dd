#include "tools/symbolize_server.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "pprof/encode/encode.h"
#include "tools/base/message.h"

namespace gorace::tools {
namespace {

constexpr char kUnknown[] = "??\t\t\t\t\n\n";
constexpr char kGarbage[] = "??\n\n";

// No request is longer; the bytes beyond are skipped rather than kept.
constexpr size_t kMostLineBytes = 64 << 20;

// field makes a text fit into the protocol, whose fields end at tabs and newlines.
std::string field(std::string text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n') c = ' ';
  }
  return text;
}

// asking_process returns the process behind `in`. The runtime gives one end of a socket pair and has no child of its
// own to be the parent of; a pipe comes from the parent.
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

// LineReader gives the lines of a descriptor one by one. Of a line longer than kMostLineBytes only the beginning is
// kept.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  // next returns false at the end of input; a last line without newline is dropped: it may be half a request.
  bool next(std::string* line) {
    line->clear();
    for (;;) {
      const absl::string_view rest = absl::string_view(buffer_, filled_).substr(used_);
      const size_t end = rest.find('\n');
      const size_t kept = std::min(end == absl::string_view::npos ? rest.size() : end, kMostLineBytes - line->size());
      line->append(rest.data(), kept);
      if (end != absl::string_view::npos) {
        used_ += end + 1;
        return true;
      }
      if (!fill()) return false;
    }
  }

 private:
  bool fill() {
    ssize_t bytes;
    while ((bytes = read(fd_, buffer_, sizeof buffer_)) < 0 && errno == EINTR) {
    }
    used_ = 0;
    filled_ = bytes > 0 ? static_cast<size_t>(bytes) : 0;
    return bytes > 0;
  }

  const int fd_;
  size_t used_ = 0;
  size_t filled_ = 0;
  char buffer_[65536];
};

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
  if (fields.size() == 5 && fields[0] == "LOCAL") return local(fields);
  return kGarbage;
}

std::string SymbolizeServer::code(absl::string_view module, absl::string_view offset) {
  uint64_t address = 0;
  if (!absl::SimpleHexAtoi(offset, &address)) return kUnknown;
  std::string reply;
  for (const pprof::SourceFrame& frame : symbolizer_.frames(std::string(module), address)) {
    absl::StrAppend(&reply, field(frame.function), "\t", field(frame.file), "\t", frame.line, "\t", frame.column, "\t",
                    frame.start_line, "\n");
  }
  return reply.empty() ? kUnknown : reply + "\n";
}

std::string SymbolizeServer::data(absl::string_view module, absl::string_view offset) {
  uint64_t address = 0;
  if (!absl::SimpleHexAtoi(offset, &address)) return kUnknown;
  const std::optional<SourceVariable> variable = symbolizer_.variable(std::string(module), address);
  if (!variable.has_value()) return kUnknown;
  return absl::StrCat(field(variable->name), "\t", absl::Hex(variable->start), "\t", variable->bytes, "\t",
                      field(variable->file), "\t", variable->line, "\n\n");
}

std::string SymbolizeServer::local(const std::vector<absl::string_view>& fields) {
  uint64_t address = 0;
  int64_t in_frame = 0;
  uint64_t frame_bytes = 0;
  if (!absl::SimpleAtoi(fields[1], &in_frame) || !absl::SimpleAtoi(fields[2], &frame_bytes) ||
      !absl::SimpleHexAtoi(fields[4], &address)) {
    return kUnknown;
  }
  const std::optional<StackVariable> variable =
      symbolizer_.stack_variable(std::string(fields[3]), address, in_frame, frame_bytes);
  if (!variable.has_value()) return kUnknown;
  return absl::StrCat(field(variable->function), "\t", field(variable->name), "\t", variable->offset, "\t",
                      variable->bytes, "\t", field(variable->file), "\t", variable->line, "\n\n");
}

std::string SymbolizeServer::end_profile() {
  const std::unique_ptr<Incoming> profile = std::move(profile_);
  if (profile->path.empty()) return "error\tPROFILE takes a type and an output path\n\n";
  const absl::Status status = pprof::encode_profile(profile->parser, symbolizer_, profile->path);
  if (status.ok()) return "ok\n\n";
  return absl::StrCat("error\t", field(std::string(status.message())), "\n\n");
}

int serve_symbols(int in, int out) {
  // The program may be printing a report because of one of these, sent to its whole group; the server's end is the end
  // of its input.
  for (int ignored : {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGTSTP}) signal(ignored, SIG_IGN);
  SymbolizeServer server(asking_process(in));
  LineReader lines(in);
  for (std::string line; lines.next(&line);) {
    if (!write_all(out, server.add_line(line))) return kExitFailed;
  }
  server.finish_input();
  return kExitOk;
}

}  // namespace gorace::tools
