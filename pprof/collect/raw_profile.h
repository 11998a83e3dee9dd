// RawProfile: what a program hands to the gorace command to be symbolized and written as profile.proto. Text, a record
// a line, fields separated by tabs, so that a program needs no Protocol Buffers:
//
//   time <unix ns>            duration <ns>            period <type> <unit> <value>          default <type>
//   type <name> <unit>                                  one for each value of a sample, in order
//   comment <text>
//   module <hex start> <hex end> <hex file offset> <hex load bias> <path> <build id or ->      first: the executable
//   sample <value>,<value>... <hex pc>,<hex pc>...  [<key>=<text> | <key>:<number>:<unit>]...  pcs are return
//   addresses, leaf first
//
// An empty line ends the profile.
#ifndef GORACE_PPROF_COLLECT_RAW_PROFILE_H_
#define GORACE_PPROF_COLLECT_RAW_PROFILE_H_

namespace gorace::pprof {

// write_profile_at_exit subscribes what GORACE's profile= asks for; called once at start by the library itself.
void start_profiles();

// write_profile collects the named profile ("goroutine", "heap") now and has the gorace command write it, gzipped, to
// `path`. Returns null, or a message that says why not (static storage).
const char* write_profile(const char* name, const char* path);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_COLLECT_RAW_PROFILE_H_
