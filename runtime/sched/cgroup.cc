#include "runtime/sched/cgroup.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "runtime/base/internal_allocator.h"

namespace gorace::runtime {
namespace {

using std::string_view;

constexpr size_t kMaxMounts = size_t{1} << 20;  // bytes of /proc/self/mountinfo that are read; the rest is passed over

// Path: a C string made of parts; too long a one names no file.
class Path {
 public:
  Path(string_view a, string_view b, string_view c = {}) {
    for (const string_view part : {a, b, c}) {
      if (part.empty()) continue;  // its data may be null
      if (used_ + part.size() >= sizeof text_) {
        used_ = 0;
        break;
      }
      memcpy(text_ + used_, part.data(), part.size());
      used_ += part.size();
    }
    text_[used_] = '\0';
  }
  const char* c_str() const { return text_; }

 private:
  size_t used_ = 0;
  char text_[8192];
};

// read_file reads at most `size` bytes; empty on any error.
string_view read_file(const Path& path, char* buffer, size_t size) {
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd < 0) return {};
  size_t used = 0;
  while (used < size) {
    const long got = syscall(SYS_read, fd, buffer + used, size - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used += static_cast<size_t>(got);
  }
  syscall(SYS_close, fd);
  return {buffer, used};
}

// cut takes the text before the first `separator` off *rest, and the separator too.
string_view cut(string_view* rest, char separator) {
  const size_t end = rest->find(separator);
  const string_view head = rest->substr(0, end);
  rest->remove_prefix(end == string_view::npos ? rest->size() : end + 1);
  return head;
}

bool lists(string_view list, string_view word) {
  while (!list.empty()) {
    if (cut(&list, ',') == word) return true;
  }
  return false;
}

bool read_number(string_view text, long long* out) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

// unescape undoes what mountinfo does to blanks and backslashes (\040). In place; returns the new length.
size_t unescape(char* text, size_t size) {
  size_t out = 0;
  for (size_t in = 0; in < size; ++in, ++out) {
    if (text[in] == '\\' && in + 3 < size) {
      text[out] = static_cast<char>((text[in + 1] - '0') * 64 + (text[in + 2] - '0') * 8 + (text[in + 3] - '0'));
      in += 3;
    } else {
      text[out] = text[in];
    }
  }
  return out;
}

double ratio(long long quota, long long period) {
  return quota > 0 && period > 0 ? static_cast<double>(quota) / static_cast<double>(period) : 0;
}

}  // namespace

// Lines are hierarchy:controllers:path. Version 2's controllers are empty; a version 1 hierarchy that has the
// controller wins, since then version 2 does not have it.
bool CpuCgroup::read_membership(string_view root) {
  char buffer[16384];
  string_view rest = read_file({root, "/proc/self/cgroup"}, buffer, sizeof buffer);
  version_ = 0;
  while (!rest.empty() && version_ != 1) {
    string_view line = cut(&rest, '\n');
    const string_view hierarchy = cut(&line, ':');
    const string_view controllers = cut(&line, ':');
    const bool first_version = lists(controllers, "cpu");
    if ((!first_version && (hierarchy != "0" || !controllers.empty())) || line.size() >= kMaxPath) continue;
    version_ = first_version ? 1 : 2;
    memcpy(path_, line.data(), line.size());
    path_[line.size()] = '\0';
  }
  return version_ != 0;
}

// A line is: id parent major:minor root mount-point options [optional fields] - type source super-options.
bool CpuCgroup::use_mount(string_view line, string_view root) {
  const size_t dash = line.find(" - ");
  if (dash == string_view::npos) return false;
  string_view tail = line.substr(dash + 3);
  const string_view type = cut(&tail, ' ');
  cut(&tail, ' ');
  if (version_ == 2 ? type != "cgroup2" : type != "cgroup" || !lists(tail, "cpu")) return false;
  for (int skipped = 0; skipped < 3; ++skipped) cut(&line, ' ');
  char top[kMaxPath];
  char point[kMaxPath];
  const string_view top_text = cut(&line, ' ');
  const string_view point_text = cut(&line, ' ');
  if (top_text.size() >= kMaxPath || point_text.size() >= kMaxPath) return false;
  memcpy(top, top_text.data(), top_text.size());
  memcpy(point, point_text.data(), point_text.size());
  const string_view shown(top, unescape(top, top_text.size()));
  const string_view mounted(point, unescape(point, point_text.size()));
  string_view below = path_;  // of the cgroup, below what the mount shows
  if (shown != "/") {
    if (!below.starts_with(shown) || (below.size() > shown.size() && below[shown.size()] != '/')) return false;
    below.remove_prefix(shown.size());
  }
  if (below == "/") below = {};
  const Path whole(root, mounted, below);
  const size_t length = strlen(whole.c_str());
  if (length == 0 || length >= kMaxPath) return false;
  memcpy(path_, whole.c_str(), length + 1);
  mount_point_length_ = root.size() + mounted.size();
  return true;
}

bool CpuCgroup::read_mounts(string_view root) {
  auto* buffer = static_cast<char*>(internal_alloc(kMaxMounts));
  string_view rest = read_file({root, "/proc/self/mountinfo"}, buffer, kMaxMounts);
  bool found = false;
  while (!rest.empty() && !found) found = use_mount(cut(&rest, '\n'), root);
  internal_free(buffer, kMaxMounts);
  return found;
}

bool CpuCgroup::find(string_view root) {
  if (read_membership(root) && read_mounts(root)) return true;
  version_ = 0;
  return false;
}

double CpuCgroup::limit_in(string_view directory) const {
  char buffer[64];
  long long quota = 0;
  long long period = 0;
  if (version_ == 1) {
    if (!read_number(read_file({directory, "/cpu.cfs_quota_us"}, buffer, sizeof buffer), &quota)) return 0;
    if (!read_number(read_file({directory, "/cpu.cfs_period_us"}, buffer, sizeof buffer), &period)) return 0;
    return ratio(quota, period);
  }
  string_view text = read_file({directory, "/cpu.max"}, buffer, sizeof buffer);
  const string_view first = cut(&text, ' ');  // "max": no limit
  return read_number(first, &quota) && read_number(text, &period) ? ratio(quota, period) : 0;
}

double CpuCgroup::limit() const {
  if (version_ == 0) return 0;
  double least = 0;
  string_view directory = path_;
  for (;;) {
    const double here = limit_in(directory);
    if (here > 0 && (least == 0 || here < least)) least = here;
    const size_t slash = directory.rfind('/');
    if (directory.size() <= mount_point_length_ || slash == string_view::npos) return least;
    directory = directory.substr(0, std::max(slash, mount_point_length_));
  }
}

int processors_allowed(int processors, double limit) {
  if (limit <= 0 || limit >= processors) return processors;
  int whole = static_cast<int>(limit);
  if (whole < limit) ++whole;
  return std::min(processors, std::max(whole, 2));
}

}  // namespace gorace::runtime
