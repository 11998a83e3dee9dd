// The library's side of select(), without types. Not for direct use: include <gorace/select.h>.
#ifndef GORACE_INTERNAL_SELECT_CORE_H_
#define GORACE_INTERNAL_SELECT_CORE_H_

#include <cstddef>
#include <cstdint>

#include <gorace/internal/chan_core.h>

namespace gorace::internal {

enum class SelectKind : uint8_t { kRecv, kSend, kTimeout, kOtherwise };

// SelectRecord: one case. `element` is as in chan_send and chan_recv.
struct SelectRecord {
  ChanCore* chan = nullptr;  // null: nil channel, never ready
  void* element = nullptr;
  int64_t deadline_ns = 0;  // timeout only, CLOCK_MONOTONIC
  SelectKind kind = SelectKind::kRecv;
};

struct SelectResult {
  int index;      // of the case that took place
  bool received;  // receive: false when the channel is closed and drained
};

SelectResult select_wait(const SelectRecord* records, size_t count);

}  // namespace gorace::internal

#endif  // GORACE_INTERNAL_SELECT_CORE_H_
