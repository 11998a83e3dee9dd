// Connects: what the maker of a connection did before connect happens before the accept that returns this connection,
// and before no other.
//
// Both know the maker's name. A Unix-domain client has one before it connects (socket_names.h). A TCP client gets its
// name from the kernel inside connect, and may be accepted before connect returns. So a connect that is under way
// stands in a table, with a clock of its own: accept looks there for the socket which has the name of its peer by now.
// A connect that has returned has left a clock under the pair of names.
//
// Thread safety: any thread.
#ifndef GORACE_DETECTOR_INTERCEPT_CONNECTS_H_
#define GORACE_DETECTOR_INTERCEPT_CONNECTS_H_

#include <cstdint>

namespace gorace::detector {

class UnderWay;

// Connect: one call of connect, from before it to after it.
class Connect {
 public:
  Connect(int fd, const void* address, unsigned address_bytes);
  Connect(const Connect&) = delete;
  Connect& operator=(const Connect&) = delete;
  // Also when the thread is canceled while it waits.
  ~Connect();

  // returned: what connect says, with errno, which is kept.
  void returned(int result);

 private:
  const int fd_;
  uint64_t listener_ = 0;
  UnderWay* entry_ = nullptr;
};

// on_connection_accepted: after accept, for the descriptor that it returned.
void on_connection_accepted(int fd);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_CONNECTS_H_
