// VectorClock: a persistent map slot -> epoch (missing: 0), as a tree of reference-counted nodes that clocks share.
// Copying costs one reference; join() skips subtrees that both sides share; a node referenced once is changed in place.
// So cost follows what differs, not how many strands exist.
//
// The tree is as high as its highest slot needs: up to 16 slots one leaf, up to 256 two levels, 2^20 five.
//
// Thread safety: a VectorClock has one owner at a time; nodes shared between clocks are immutable, their counts atomic.
// Source: the idea of sharing by persistence; tree clocks (Mathur et al., ASPLOS 2022) were weighed against it
// (README.md).
#ifndef GORACE_DETECTOR_CLOCK_VECTOR_CLOCK_H_
#define GORACE_DETECTOR_CLOCK_VECTOR_CLOCK_H_

#include <cstdint>
#include <utility>

#include "detector/clock/node_pool.h"

namespace gorace::detector {

class VectorClock {
 public:
  static constexpr uint32_t kMaxSlots = uint32_t{1} << 20;

  VectorClock() = default;
  ~VectorClock() { clear(); }
  VectorClock(const VectorClock& other) : root_(reference(other.root_)), height_(other.height_) {}
  VectorClock& operator=(const VectorClock& other);
  VectorClock(VectorClock&& other) noexcept
      : root_(std::exchange(other.root_, 0)), height_(std::exchange(other.height_, uint8_t{0})) {}
  VectorClock& operator=(VectorClock&& other) noexcept;

  uint32_t get(uint32_t slot) const {
    if (slot >> (4 * (height_ + 1)) != 0) return 0;
    NodeIndex node = root_;
    for (int level = height_; node != 0; --level) {
      const uint32_t word = node_at(node).word[(slot >> (4 * level)) & 15];
      if (level == 0) return word;
      node = word;
    }
    return 0;
  }

  // assign is operator= for clocks that follow each other again and again: where only this one holds its nodes they
  // are changed in place, so that neither side must copy its path at the next raise().
  void assign(const VectorClock& other);

  // unite joins two clocks with each other: both become the maximum. As a.join(b), b.assign(a), in one pass over what
  // differs.
  static void unite(VectorClock& a, VectorClock& b);

  // unite_in_one_leaf does the same, and raises the slot's epoch in both, in the case of channels between few strands:
  // what differs is in the slot's own leaf, every node on the way there is its clock's own, and `a` does not have that
  // epoch yet. False: it is another case, and nothing has changed.
  static bool unite_in_one_leaf(VectorClock& a, VectorClock& b, uint32_t slot, uint32_t epoch);

  // raise sets the slot's epoch to max(present, epoch).
  void raise(uint32_t slot, uint32_t epoch);

  // join takes the maximum slot by slot. `known` is a clock that this one contains already: what `other` shares with it
  // is passed over, so that joining similar clocks one after the other costs what they differ in.
  void join(const VectorClock& other) { join(other, VectorClock()); }
  void join(const VectorClock& other, const VectorClock& known);

  bool shares_root_with(const VectorClock& other) const { return root_ == other.root_; }
  bool empty() const { return root_ == 0; }
  bool is_one_leaf() const { return height_ == 0; }
  void clear() {
    if (root_ != 0) unreference(root_, height_);
    root_ = 0;
    height_ = 0;
  }

 private:
  friend class PackedClock;

  void grow_to(int height);

  NodeIndex root_ = 0;
  uint8_t height_ = 0;  // 0: the root is a leaf
};

// PackedClock: a clock that is put away, in four bytes.
class PackedClock {
 public:
  PackedClock() = default;
  ~PackedClock() { clear(); }
  PackedClock(const PackedClock&) = delete;
  PackedClock& operator=(const PackedClock&) = delete;

  void put(VectorClock&& clock) {
    clear();
    bits_ = std::exchange(clock.root_, 0) | uint32_t{std::exchange(clock.height_, uint8_t{0})} << kRootBits;
  }
  // take leaves it empty.
  VectorClock take() {
    VectorClock clock;
    clock.root_ = bits_ & ((1u << kRootBits) - 1);
    clock.height_ = static_cast<uint8_t>(bits_ >> kRootBits);
    bits_ = 0;
    return clock;
  }
  void clear() {
    if (bits_ != 0) take();
  }

 private:
  static constexpr int kRootBits = 28;
  static_assert(kMaxClockNodes <= uint32_t{1} << kRootBits);

  uint32_t bits_ = 0;
};

}  // namespace gorace::detector

#endif  // GORACE_DETECTOR_CLOCK_VECTOR_CLOCK_H_
