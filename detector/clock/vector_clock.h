// VectorClock: a persistent map slot -> epoch (missing: 0), as a tree of reference-counted nodes that clocks share. Copying costs one
// reference; join() skips subtrees that both sides share; a node referenced once is changed in place. So cost follows what differs,
// not how many strands exist.
//
// Thread safety: a VectorClock has one owner at a time; nodes shared between clocks are immutable, their counts atomic.
// Source: the idea of sharing by persistence; tree clocks (Mathur et al., ASPLOS 2022) were weighed against it (README.md).
#ifndef GORACE_DETECTOR_CLOCK_VECTOR_CLOCK_H_
#define GORACE_DETECTOR_CLOCK_VECTOR_CLOCK_H_

#include <cstdint>
#include <utility>

namespace gorace::detector {

class VectorClock {
 public:
  struct Node;

  VectorClock() = default;
  ~VectorClock() { clear(); }
  VectorClock(const VectorClock& other);
  VectorClock& operator=(const VectorClock& other);
  VectorClock(VectorClock&& other) noexcept : root_(std::exchange(other.root_, nullptr)) {}
  VectorClock& operator=(VectorClock&& other) noexcept;

  uint32_t get(uint32_t slot) const;
  // raise sets the slot's epoch to max(present, epoch).
  void raise(uint32_t slot, uint32_t epoch);
  // join takes the maximum slot by slot.
  void join(const VectorClock& other);
  bool shares_root_with(const VectorClock& other) const { return root_ == other.root_; }
  bool empty() const { return root_ == nullptr; }
  void clear();

 private:
  Node* root_ = nullptr;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CLOCK_VECTOR_CLOCK_H_
