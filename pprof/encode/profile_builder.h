// build_profile: a raw profile and a FrameSource become a symbolized profile.proto message.
//
//  - A location is one pc; its lines are the functions inlined there, innermost first. Its address is pc - 1, which
//  lies inside
//    the call that a return address follows.
//  - Mappings keep the program's order (the executable first) and say that functions, files, lines and inline frames
//  are there, so
//    that pprof never looks for the binary.
//  - A frame without a name gets no line at all: a line with function 0 makes a profile malformed.
#ifndef GORACE_PPROF_ENCODE_PROFILE_BUILDER_H_
#define GORACE_PPROF_ENCODE_PROFILE_BUILDER_H_

#include "pprof/encode/frame_source.h"
#include "pprof/encode/raw_profile_parser.h"
#include "profile.pb.h"

namespace gorace::pprof {

perftools::profiles::Profile build_profile(const RawProfile& raw, FrameSource& source);

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_ENCODE_PROFILE_BUILDER_H_
