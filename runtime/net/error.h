// How Errors are made: Go's net.OpError in words.
#ifndef GORACE_RUNTIME_NET_ERROR_H_
#define GORACE_RUNTIME_NET_ERROR_H_

#include <gorace/net.h>

#include <string>
#include <string_view>
#include <system_error>

namespace gorace::net {

struct Error::Detail {
  std::error_code code;
  std::string text;
};

namespace internal {

// Cause: an error code, and the words for it.
struct Cause {
  std::error_code code;
  std::string text;
};

// system_cause: "connect: connection refused". `error` is an errno value, `call` the system call.
Cause system_cause(const char* call, int error);
Cause cause(Errc code);
Cause cause(Errc code, std::string text);

// op_error: "dial tcp 127.0.0.1:1: connect: connection refused". `where` may be empty.
Error op_error(std::string_view op, std::string_view network, std::string_view where, const Cause& cause);

}  // namespace internal
}  // namespace gorace::net

#endif  // GORACE_RUNTIME_NET_ERROR_H_
