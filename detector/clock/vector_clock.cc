#include "detector/clock/vector_clock.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "runtime/base/check.h"

namespace gorace::detector {
namespace {

constexpr int kWidth = ClockNode::kWidth;

// Trees up to this height (4,096 slots, at most 17 KB) keep leaves of their own and change them in place; in higher
// ones clocks that have met share their leaves again, or each of 100,000 strands would come to own a whole tree.
constexpr int kHighestOwner = 2;
// assign_owned copies where at most so many words of an inner node differ, and shares the node otherwise. In a tree of
// five levels that is at most 31 nodes.
constexpr int most_copied(bool share_leaves) { return share_leaves ? 2 : 4; }

// Epochs have at most 24 bits: signed comparisons do, which SSE2 has.
bool leaf_covers(const ClockNode& a, const ClockNode& b) {
  uint32_t behind = 0;
  for (int i = 0; i < kWidth; ++i) behind |= static_cast<int32_t>(a.word[i]) < static_cast<int32_t>(b.word[i]);
  return behind == 0;
}

void leaf_maximum(ClockNode& result, const ClockNode& a, const ClockNode& b) {
  for (int i = 0; i < kWidth; ++i) {
    const auto left = static_cast<int32_t>(a.word[i]);
    const auto right = static_cast<int32_t>(b.word[i]);
    result.word[i] = static_cast<uint32_t>(left > right ? left : right);
  }
}

// unite_leaves makes both the maximum.
inline void unite_leaves(ClockNode& a, ClockNode& b) {
  using Quarter [[gnu::vector_size(16)]] = int32_t;
  constexpr int kQuarters = sizeof(ClockNode) / sizeof(Quarter);
  Quarter joined[kQuarters];
  for (int i = 0; i < kQuarters; ++i) {
    Quarter left;
    Quarter right;
    __builtin_memcpy(&left, a.word + 4 * i, sizeof(left));
    __builtin_memcpy(&right, b.word + 4 * i, sizeof(right));
    joined[i] = left > right ? left : right;
  }
  for (int i = 0; i < kQuarters; ++i) {
    __builtin_memcpy(a.word + 4 * i, &joined[i], sizeof(Quarter));
    __builtin_memcpy(b.word + 4 * i, &joined[i], sizeof(Quarter));
  }
}

NodeIndex join_leaves(NodeIndex a, NodeIndex b) {
  const ClockNode& left = node_at(a);
  const ClockNode& right = node_at(b);
  if (leaf_covers(left, right)) return reference(a);
  if (leaf_covers(right, left)) return reference(b);
  const NodeIndex joined = allocate_node();
  leaf_maximum(node_at(joined), left, right);
  return joined;
}

// difference_mask: bit i is set where the two nodes' words i differ.
inline uint32_t difference_mask(const ClockNode& a, const ClockNode& b) {
#if defined(__SSE2__)
  const auto equal = [&](int quarter) {
    return _mm_cmpeq_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(a.word) + quarter),
                           _mm_load_si128(reinterpret_cast<const __m128i*>(b.word) + quarter));
  };
  const __m128i low = _mm_packs_epi32(equal(0), equal(1));
  const __m128i high = _mm_packs_epi32(equal(2), equal(3));
  return ~static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high))) & 0xffff;
#else
  uint32_t mask = 0;
  for (int i = 0; i < kWidth; ++i) mask |= static_cast<uint32_t>(a.word[i] != b.word[i]) << i;
  return mask;
#endif
}

// for_each_difference calls visit(i, a's word, b's word) where the two nodes' words differ: mostly in one or two.
template <class Visit>
[[gnu::always_inline]] inline void for_each_difference(const ClockNode& a, const ClockNode& b, Visit&& visit) {
  for (uint32_t mask = difference_mask(a, b); mask != 0; mask &= mask - 1) {
    const int i = __builtin_ctz(mask);
    visit(i, a.word[i], b.word[i]);
  }
}

// In the joins `known` is a node that `a` contains already (0: none): what `b` shares with it need not be looked at.
NodeIndex child_of(NodeIndex known, int i) { return known == 0 ? 0 : node_at(known).word[i]; }

// join_shared borrows both trees and returns a new reference to their maximum: one of the two where it is the maximum,
// so that sharing is kept.
NodeIndex join_shared(NodeIndex a, NodeIndex b, NodeIndex known, int height) {
  if (a == b || b == 0 || b == known) return reference(a);
  if (a == 0) return reference(b);
  if (height == 0) return join_leaves(a, b);
  // Children that come from a or b are borrowed until it is sure that they are needed: most joins end with one of the
  // two.
  NodeIndex children[kWidth];
  __builtin_memcpy(children, node_at(a).word, sizeof(children));
  uint32_t made = 0;  // bits of those that are joins, with a reference
  bool all_of_a = true;
  bool all_of_b = true;
  for_each_difference(node_at(a), node_at(b), [&](int i, NodeIndex left, NodeIndex right) {
    if (left == 0) {
      children[i] = right;
    } else if (right != 0 && right != child_of(known, i)) {
      children[i] = join_shared(left, right, child_of(known, i), height - 1);
      made |= 1u << i;
    }
    all_of_a &= children[i] == left;
    all_of_b &= children[i] == right;
  });
  if (all_of_a || all_of_b) {
    for (; made != 0; made &= made - 1) unreference(children[__builtin_ctz(made)], height - 1);
    return reference(all_of_a ? a : b);
  }
  const NodeIndex joined = allocate_node();
  for (int i = 0; i < kWidth; ++i) {
    if ((made >> i & 1) == 0) reference(children[i]);
  }
  __builtin_memcpy(node_at(joined).word, children, sizeof(children));
  return joined;
}

// join_owned consumes the caller's reference to `a`, which lets it change `a` in place when that is the only one;
// borrows `b`. Unless `share_leaves`, own nodes stay own ones, but for leaves that are equal: these hold nobody who is
// at work now, and once shared they are skipped.
NodeIndex join_owned(NodeIndex a, NodeIndex b, NodeIndex known, int height, bool share_leaves) {
  if (a == b || b == 0 || b == known) return a;
  if (a == 0) return reference(b);
  if (!is_unique(a)) {
    const NodeIndex joined = join_shared(a, b, known, height);
    unreference(a, height);
    return joined;
  }
  if (height == 0) {
    if (share_leaves ? leaf_covers(node_at(b), node_at(a)) : difference_mask(node_at(a), node_at(b)) == 0) {
      unreference(a, 0);
      return reference(b);
    }
    leaf_maximum(node_at(a), node_at(a), node_at(b));
    return a;
  }
  bool all_of_b = true;
  for_each_difference(node_at(a), node_at(b), [&](int i, NodeIndex left, NodeIndex right) {
    const NodeIndex joined = join_owned(left, right, child_of(known, i), height - 1, share_leaves);
    node_at(a).word[i] = joined;
    all_of_b &= joined == right;
  });
  if (!all_of_b || !share_leaves) return a;
  unreference(a, height);
  return reference(b);
}

// assign_leaf is assign_owned for leaves that may be copied. Equal ones are shared: nobody in them is at work now.
NodeIndex assign_leaf(NodeIndex a, NodeIndex b) {
  const bool own = is_unique(a);
  if ((own || is_unique(b)) && difference_mask(node_at(a), node_at(b)) != 0) {
    if (!own) {
      unreference(a, 0);
      a = allocate_node();
    }
    node_at(a) = node_at(b);
    return a;
  }
  unreference(a, 0);
  return reference(b);
}

// assign_owned consumes the caller's reference to `a`, borrows `b`, and returns a reference to a node equal to `b`: one
// of a's own where little differs, so that neither has to copy before it changes it, else `b`.
NodeIndex assign_owned(NodeIndex a, NodeIndex b, int height, bool share_leaves) {
  if (a == b) return a;
  if (a != 0 && b != 0) {
    if (height == 0) {
      if (!share_leaves) return assign_leaf(a, b);
    } else if (is_unique(a) &&
               __builtin_popcount(difference_mask(node_at(a), node_at(b))) <= most_copied(share_leaves)) {
      for_each_difference(node_at(a), node_at(b), [&](int i, NodeIndex left, NodeIndex right) {
        node_at(a).word[i] = assign_owned(left, right, height - 1, share_leaves);
      });
      return a;
    }
  }
  const NodeIndex shared = reference(b);
  unreference(a, height);
  return shared;
}

// share_equal makes two references to equal leaves references to one of them, to the lower one whoever asks: then all
// clocks that meet come to have the same. (With the one clock's always kept, a channel's slot would change between its
// users' for ever, and every meeting of these would have two leaves to look at.)
void share_equal(NodeIndex& a, NodeIndex& b) {
  NodeIndex& higher = a < b ? b : a;
  const NodeIndex lower = a < b ? a : b;
  unreference(higher, 0);
  higher = reference(lower);
}

// unite_owned makes `a` and `b`, references of its callers, references to equal nodes: their maximum.
void unite_owned(NodeIndex& a, NodeIndex& b, int height, bool share_leaves) {
  if (a == b) return;
  if (height == 0 && a != 0 && b != 0 && difference_mask(node_at(a), node_at(b)) == 0) {
    share_equal(a, b);
    return;
  }
  if (a == 0 || b == 0 || share_leaves || !is_unique(a) || !is_unique(b)) {
    a = join_owned(a, b, 0, height, share_leaves);
    b = assign_owned(b, a, height, share_leaves);
    return;
  }
  ClockNode& left = node_at(a);
  ClockNode& right = node_at(b);
  if (height == 0) {
    unite_leaves(left, right);
    return;
  }
  for (uint32_t mask = difference_mask(left, right); mask != 0; mask &= mask - 1) {
    const int i = __builtin_ctz(mask);
    unite_owned(left.word[i], right.word[i], height - 1, share_leaves);
  }
}

NodeIndex empty_node() {
  const NodeIndex node = allocate_node();
  __builtin_memset(node_at(node).word, 0, sizeof(ClockNode));
  return node;
}

// own makes `index` (a node of the given height, or 0) the caller's only reference, by copying when it is shared.
NodeIndex own(NodeIndex index, int height) {
  if (index == 0) return empty_node();
  if (is_unique(index)) return index;
  const NodeIndex copy = allocate_node();
  node_at(copy) = node_at(index);
  if (height > 0) {
    for (uint32_t child : node_at(copy).word) reference(child);
  }
  unreference(index, height);
  return copy;
}

}  // namespace

VectorClock& VectorClock::operator=(const VectorClock& other) {
  if (root_ == other.root_) return *this;  // equal roots have equal heights
  const NodeIndex root = reference(other.root_);
  clear();
  root_ = root;
  height_ = other.height_;
  return *this;
}

VectorClock& VectorClock::operator=(VectorClock&& other) noexcept {
  if (this == &other) return *this;
  clear();
  root_ = std::exchange(other.root_, 0);
  height_ = std::exchange(other.height_, uint8_t{0});
  return *this;
}

void VectorClock::assign(const VectorClock& other) {
  if (height_ != other.height_) {
    *this = other;
    return;
  }
  root_ = assign_owned(root_, other.root_, height_, height_ > kHighestOwner);
  if (root_ == 0) height_ = 0;
}

void VectorClock::unite(VectorClock& a, VectorClock& b) {
  if (a.height_ != b.height_) {
    a.join(b);
    b.assign(a);
    return;
  }
  unite_owned(a.root_, b.root_, a.height_, a.height_ > kHighestOwner);
}

bool VectorClock::unite_in_one_leaf(VectorClock& a, VectorClock& b, uint32_t slot, uint32_t epoch) {
  const int height = a.height_;
  if (height != b.height_ || height > kHighestOwner || slot >> (4 * (height + 1)) != 0) return false;
  NodeIndex left = a.root_;
  NodeIndex right = b.root_;
  for (int level = height;; --level) {
    if (left == 0 || right == 0 || left == right || !is_unique(left) || !is_unique(right)) return false;
    if (level == 0) break;
    const uint32_t place = (slot >> (4 * level)) & 15;
    if ((difference_mask(node_at(left), node_at(right)) & ~(1u << place)) != 0) return false;
    left = node_at(left).word[place];
    right = node_at(right).word[place];
  }
  ClockNode& mine = node_at(left);
  ClockNode& theirs = node_at(right);
  const uint32_t place = slot & 15;
  if (mine.word[place] >= epoch) return false;
  const uint32_t present = theirs.word[place];
  unite_leaves(mine, theirs);
  // The single word last: written before, it would have to leave the store buffer first.
  mine.word[place] = theirs.word[place] = present > epoch ? present : epoch;
  return true;
}

void VectorClock::grow_to(int height) {
  if (root_ == 0) height_ = static_cast<uint8_t>(height);
  while (height_ < height) {
    const NodeIndex parent = empty_node();
    node_at(parent).word[0] = root_;
    root_ = parent;
    ++height_;
  }
}

void VectorClock::raise(uint32_t slot, uint32_t epoch) {
  GORACE_CHECK_VALUE(slot < kMaxSlots, slot);
  if (get(slot) >= epoch) return;
  int height = height_;
  while (slot >> (4 * (height + 1)) != 0) ++height;
  grow_to(height);
  // Parents are owned before their children, so a node reached here is shared only when its own count says so.
  NodeIndex* link = &root_;
  for (int level = height_;; --level) {
    *link = own(*link, level);
    uint32_t& word = node_at(*link).word[(slot >> (4 * level)) & 15];
    if (level == 0) {
      word = epoch;
      return;
    }
    link = &word;
  }
}

void VectorClock::join(const VectorClock& other, const VectorClock& known) {
  if (other.root_ == 0 || root_ == other.root_) return;
  if (root_ == 0) {
    *this = other;
    return;
  }
  grow_to(other.height_);
  NodeIndex* link = &root_;
  for (int level = height_; level > other.height_; --level) {
    *link = own(*link, level);
    link = &node_at(*link).word[0];
  }
  const NodeIndex shared = known.height_ == other.height_ ? known.root_ : 0;
  *link = join_owned(*link, other.root_, shared, other.height_, height_ > kHighestOwner);
}

}  // namespace gorace::detector
