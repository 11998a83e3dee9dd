// ProfileText: builds a raw profile (raw_profile.h) in memory of gorace's own, and hands it to the gorace command.
//
// Thread safety: one thread at a time.
#ifndef GORACE_PPROF_COLLECT_PROFILE_TEXT_H_
#define GORACE_PPROF_COLLECT_PROFILE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/base/internal_allocator.h"

namespace gorace::pprof {

class ProfileText {
 public:
  ProfileText& operator<<(std::string_view text);
  ProfileText& operator<<(char c) { return *this << std::string_view(&c, 1); }
  ProfileText& operator<<(int64_t number);
  ProfileText& hex(uint64_t number);

  // begin writes the request line and what describes a profile: the present time and the loaded modules.
  void begin(const char* name, const char* path);
  void period(const char* type, const char* unit, int64_t value);
  void value_type(const char* name, const char* unit);

  // begin_sample is followed by add_value for each type, add_stack, any labels, and end_sample.
  void begin_sample() { *this << "sample\t", first_value_ = true; }
  void add_value(int64_t value);
  void add_stack(const uintptr_t* pcs, int count);  // return addresses, leaf first
  void add_label(const char* key, const char* text);
  void add_label(const char* key, int64_t number, const char* unit);
  void end_sample() { *this << '\n'; }

  std::string_view text() const { return {text_.begin(), text_.size()}; }

  // send ends the profile and has it written. Returns null, or what went wrong (static storage).
  const char* send();

 private:
  runtime::InternalVector<char> text_;
  bool first_value_ = true;
};

}  // namespace gorace::pprof

#endif  // GORACE_PPROF_COLLECT_PROFILE_TEXT_H_
