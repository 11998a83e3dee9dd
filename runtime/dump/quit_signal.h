// SIGQUIT: the handler.
#ifndef GORACE_RUNTIME_DUMP_QUIT_SIGNAL_H_
#define GORACE_RUNTIME_DUMP_QUIT_SIGNAL_H_

namespace gorace::runtime {

// install_quit_handler takes SIGQUIT over unless somebody handles it already; a handler that the program installs later
// replaces it. Called once by the library's constructor.
void install_quit_handler();

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_DUMP_QUIT_SIGNAL_H_
