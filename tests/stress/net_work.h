// The rounds of work.h that wait for the network: a loopback echo server, its clients, and what goes wrong with both.
#ifndef GORACE_TESTS_STRESS_NET_WORK_H_
#define GORACE_TESTS_STRESS_NET_WORK_H_

#include "tests/stress/work.h"

namespace gorace::stress {

// start_echo_server listens on a loopback port and echoes in goroutines; stop_echo_server closes it.
void start_echo_server();
void stop_echo_server();

// echo_round: a client that gets back what it sends, with a deadline that is far away.
void echo_round(Random& random);
// late_echo_round: reads that no data will end: a deadline, a close, or a deadline that another goroutine moves does.
void late_echo_round(Random& random);
// dial_round: dials under a context that may end before, during or after.
void dial_round(Random& random);

}  // namespace gorace::stress

#endif  // GORACE_TESTS_STRESS_NET_WORK_H_
