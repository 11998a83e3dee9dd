#include "pprof/encode/profile_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/gzip_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"

namespace gorace::pprof {
namespace {

using google::protobuf::io::FileInputStream;
using google::protobuf::io::FileOutputStream;
using google::protobuf::io::GzipInputStream;
using google::protobuf::io::GzipOutputStream;

absl::Status failed(absl::string_view verb, const std::string& path, int error) {
  return absl::UnavailableError(absl::StrCat("cannot ", verb, " ", path, ": ", strerror(error)));
}

// write_gzip returns 0 or the errno value.
int write_gzip(const perftools::profiles::Profile& profile, int fd) {
  FileOutputStream file(fd);
  {
    GzipOutputStream gzip(&file);
    const bool written = profile.SerializeToZeroCopyStream(&gzip) && gzip.Close();
    if (!written) return file.GetErrno() != 0 ? file.GetErrno() : EIO;
  }
  return file.Flush() ? 0 : file.GetErrno();
}

}  // namespace

absl::Status write_profile_file(const perftools::profiles::Profile& profile, const std::string& path) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return failed("write", path, errno);
  int error = write_gzip(profile, fd);
  // mkostemp makes files that their owner alone may read; a profile follows the umask like any output.
  const mode_t mask = umask(0);
  umask(mask);
  if (error == 0 && fchmod(fd, 0666 & ~mask) != 0) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  unlink(temporary.c_str());
  return failed("write", path, error);
}

absl::StatusOr<perftools::profiles::Profile> read_profile_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("read", path, errno);
  FileInputStream file(fd);
  file.SetCloseOnDelete(true);
  GzipInputStream gzip(&file);
  perftools::profiles::Profile profile;
  // What is not gzip looks like the end of the stream to the parser, and no bytes are a valid message; the stream's own
  // end mark tells.
  const bool whole = profile.ParseFromZeroCopyStream(&gzip) && gzip.ZlibErrorCode() == Z_STREAM_END;
  if (!whole) return absl::DataLossError(absl::StrCat(path, " is not a profile"));
  return profile;
}

}  // namespace gorace::pprof
