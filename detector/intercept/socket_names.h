// SocketNames: what a socket and its peer are called, as keys (clock_numbers.h). Two spellings of one address have one
// key: an IPv4 address inside IPv6, "any address" for this host, whatever stands in bytes that the kernel ignores.
//
// A client of a Unix-domain socket has no name unless it binds one, so nothing would tell two connections to one
// listener apart. Where the listener is this program's own, the detector has the kernel name the client before it
// connects, as the kernel does itself for a socket with SO_PASSCRED, and hides that name again from the program.
//
// Thread safety: any thread. errno is kept.
#ifndef GORACE_DETECTOR_INTERCEPT_SOCKET_NAMES_H_
#define GORACE_DETECTOR_INTERCEPT_SOCKET_NAMES_H_

#include <sys/socket.h>

#include <cstdint>

namespace gorace::detector {

// No key: the socket has no such name.
inline constexpr uint64_t kNoKey = 0;

enum class SocketKind : uint8_t { kNoSocket, kOther, kStream, kDatagram };
// Of the families whose names are known here; kOther: any other socket.
SocketKind socket_kind(int fd);

// The two directions of a connection, the same numbers at both ends; kNoKey for both when it is not connected.
struct Flow {
  uint64_t sent;
  uint64_t received;
};
Flow flow_of(int fd);

// What a connection's maker and its acceptor both know: the maker's name, or else the address it connects to.
uint64_t connecting_key(int fd, const void* address, socklen_t bytes);
uint64_t accepted_key(int fd);

// A client of TCP gets its name inside connect, unless it has bound one. With it, and one of the keys above, each
// connection to a listener has a key of its own: by the maker's socket and by the accepted one. kNoKey: no name (yet).
bool gets_its_name_by_connecting(int fd, const void* address, socklen_t bytes);
uint64_t connection_key(uint64_t listener, int maker);
uint64_t accepted_connection_key(uint64_t listener, int fd);

// Where datagrams go. A receiver at "any address" of a port gets those for each address of it.
struct Mailbox {
  uint64_t exact;
  uint64_t any;  // kNoKey for a Unix-domain socket
};
Mailbox mailbox_of(const void* address, socklen_t bytes);
Mailbox own_mailbox(int fd);
Mailbox peer_mailbox(int fd);

// After listen: a listener of this program.
void note_listener(int fd);
// Before connect: gives an unnamed client of such a listener a name.
void name_client(int fd, const void* address, socklen_t bytes);
// After bind: a name that the program has taken is no longer hidden.
void note_bound(int fd);

// hide_name makes a name given by name_client the one of an unnamed socket, in a buffer that the kernel has filled.
// unnamed_bytes: what the kernel says of an unnamed one, 2 (the family) or 0 by the call.
void hide_name(sockaddr* name, socklen_t* bytes, socklen_t unnamed_bytes);

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_SOCKET_NAMES_H_
