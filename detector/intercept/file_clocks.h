// FileClocks: the sync objects of file descriptors. What is written to a pipe, socket or eventfd happens before the
// read that returns it.
//
// Each descriptor has a clock that its writes release to and one that its reads acquire: the two ends of a pipe share
// one, a socket pair has one each way, a connected socket one for each (from, to) pair of names (socket_names.h), so
// that both ends of a connection inside this process find each other and different connections stay apart. A datagram
// goes to the clock of the name that it is sent to. A regular file or named pipe has one, by device and inode,
// whichever descriptor it is used through. Other descriptors have one of their own: what is written through it happens
// before what is read through it.
//
// A clock is named by an address in a range that holds nothing else (clock_numbers.h). Descriptors from 65536 on share
// clocks, which can add an edge and not lose one; counted.
//
// A signalfd has none: reading it orders as sigwait does (signal_clocks.h), and so does the poll that says it can be
// read.
//
// Thread safety: any thread. A descriptor that is closed while another thread uses it is the program's mistake.
#ifndef GORACE_DETECTOR_INTERCEPT_FILE_CLOCKS_H_
#define GORACE_DETECTOR_INTERCEPT_FILE_CLOCKS_H_

#include <cstddef>

#include "detector/intercept/signal_clocks.h"

namespace gorace::detector {

// Before data leaves the program, and after it came in.
void on_file_release(int fd);
void on_file_acquire(int fd);
// The same for a message to an address, or to the socket's peer when that is null.
void on_message_release(int fd, const void* address, unsigned address_bytes);

// on_file_read: `bytes` came in from the file, to `data`.
void on_file_read(int fd, const void* data, size_t bytes);

// New descriptors.
void on_pipe(int read_end, int write_end);
void on_socket_pair(int one, int other);
void on_file_opened(int fd);                         // whatever stood for this number before is gone
void on_signal_file(int fd, SignalNumbers signals);  // opened, or changed
void on_file_duplicated(int from, int to);

// epoll: from now on what happens before a write that reaches `fd` happens before the epoll's next wait too. Which of
// its files made it return the detector cannot tell, so all that were written do.
void on_file_watched(int epoll_fd, int fd);

// After bind and listen: the socket has a name that others can reach.
void on_bound(int fd);
void on_listening(int fd);

// Before close: the other end's reader sees the end of file.
void on_file_closing(int fd);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_FILE_CLOCKS_H_
