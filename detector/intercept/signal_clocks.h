// SignalClocks: the sync objects of signals that are waited for. What a thread does before it sends a signal happens
// before the return of the wait that takes it (sigwait and its kin, a read from a signalfd), and of the sigsuspend or
// pause that its handler ended.
//
// There is one for each signal number of the process and one for each of a thread: what was sent to another thread does
// not order. Of several sends of one number the kernel tells no more than that there were some, so a wait is ordered
// after all so far, as it is with a semaphore.
//
// A handler acquires none of them: by the C++ standard what interrupts a thread is ordered after nothing (signals.cc).
//
// Thread safety: any thread, signal handlers too.
#ifndef GORACE_DETECTOR_INTERCEPT_SIGNAL_CLOCKS_H_
#define GORACE_DETECTOR_INTERCEPT_SIGNAL_CLOCKS_H_

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace gorace::detector {

inline constexpr int kSignals = 65;  // 0 is none

// SignalNumbers: a set of signal numbers; bit n is number n. 64 has the place of 0.
using SignalNumbers = uint64_t;
inline constexpr SignalNumbers signal_bit(int number) { return SignalNumbers{1} << (number & 63); }

// Before a signal is sent: to this process, to a thread by its handle, to a thread by the kernel's number.
void on_signal_to_process(int number);
void on_signal_to_thread(pthread_t thread, int number);
void on_signal_to_thread_id(pid_t thread_id, int number);

// on_signal_taken: the calling thread's wait returned this one. `code` is its si_code.
void on_signal_taken(int number, int code);
// on_signals_seen: it may have been any of these, sent either way.
void on_signals_seen(SignalNumbers numbers);

// A new thread takes over the handle, or the kernel's number, of one that ended: forgets what was sent to that one.
// Before anybody can send to the new one.
void forget_signals_of(pthread_t thread);
void forget_signals_of_this_thread_id();

// note_handled: the calling thread has run the program's handler for it. HandledSignals tells which those were since
// its construction: what ended a sigsuspend.
void note_handled(int number);
class HandledSignals {
 public:
  HandledSignals();
  ~HandledSignals();
  HandledSignals(const HandledSignals&) = delete;
  HandledSignals& operator=(const HandledSignals&) = delete;

  SignalNumbers numbers() const;

 private:
  SignalNumbers before_;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_INTERCEPT_SIGNAL_CLOCKS_H_
