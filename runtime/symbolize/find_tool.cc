#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "runtime/base/own_process.h"
#include "runtime/symbolize/server.h"

namespace gorace::runtime {
namespace {

bool is_program(const char* path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

// Writes folder + "/gorace" to path; false when it does not fit or is not a program.
bool is_tool_in(const char* folder, size_t length, char* path, size_t bytes) {
  constexpr char kName[] = "/gorace";
  if (length == 0 || length + sizeof kName > bytes) return false;
  memmove(path, folder, length);
  memcpy(path + length, kName, sizeof kName);
  return is_program(path);
}

bool find_beside_executable(char* path, size_t bytes) {
  const long length = read_executable_link(path, bytes - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  const char* slash = strrchr(path, '/');
  return slash != nullptr && is_tool_in(path, static_cast<size_t>(slash - path), path, bytes);
}

bool find_in_path(char* path, size_t bytes) {
  const char* folders = getenv("PATH");
  while (folders != nullptr && *folders != '\0') {
    const char* end = strchrnul(folders, ':');
    // A relative entry means another folder after each chdir(); no program is run from there.
    if (*folders == '/' && is_tool_in(folders, static_cast<size_t>(end - folders), path, bytes)) return true;
    folders = *end == ':' ? end + 1 : end;
  }
  return false;
}

}  // namespace

bool find_tool(char* path, size_t bytes) {
  if (getauxval(AT_SECURE) != 0) return false;
  // Named outright: that one or none.
  if (const char* named = getenv("GORACE_TOOL"); named != nullptr && *named != '\0') {
    if (strlen(named) >= bytes || !is_program(named)) return false;
    memcpy(path, named, strlen(named) + 1);
    return true;
  }
  return find_beside_executable(path, bytes) || find_in_path(path, bytes);
}

}  // namespace gorace::runtime
