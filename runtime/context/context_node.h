// ContextNode: one node of a tree of contexts.
//
// Structure: a node holds a reference to its parent. A node that can end by itself (cancel node) is in the list of its nearest cancelable
// ancestor, without a reference: its destructor takes it out. value nodes and without_cancel nodes are in no list.
//
// Locks: a node's lock guards its list of children, its callbacks, its done channel and its end. Never two nodes' locks at once: cancel takes
// the children out one by one, each with a reference.
//
// End: error_ goes once from 0 to a ContextErrc; whoever makes that step closes the done channel, runs the callbacks and
// ends the children. The done channel is made at the first call of done(): most contexts of a tree are never asked.
#ifndef GORACE_RUNTIME_CONTEXT_CONTEXT_NODE_H_
#define GORACE_RUNTIME_CONTEXT_CONTEXT_NODE_H_

#include <gorace/context.h>

#include <atomic>
#include <cstdint>

#include "runtime/base/spin_lock.h"
#include "runtime/sched/sched.h"

namespace gorace::internal {

class ChanCore;

inline constexpr int64_t kNoDeadline = INT64_MAX;

class ContextNode {
 public:
  enum class Kind : uint8_t { kCancel, kValue, kWithoutCancel };

  // Callback: runs once after the end, on the thread that ended the node, possibly on a scheduler's stack: it must not block.
  struct Callback {
    void (*run)(Callback*) = nullptr;
    Callback* next = nullptr;
    Callback* previous = nullptr;
    bool queued = false;
  };

  ContextNode(Kind kind, ContextNode* parent);
  ContextNode(const ContextNode&) = delete;
  ContextNode& operator=(const ContextNode&) = delete;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;

  // The nearest node, from this one up, that can end; null: none.
  ContextNode* canceler() noexcept { return kind_ == Kind::kCancel ? this : canceler_; }
  int64_t deadline_ns() const noexcept { return deadline_ns_; }
  const void* find_value(const void* key) const noexcept;

  // The rest is for cancel nodes.
  void join_parent();                       // once, by the maker: links in the parent, or ends with it
  // before join_parent. cause: of the end by this deadline; null: the error itself.
  void set_deadline(int64_t deadline_ns, std::exception_ptr cause);
  void start_deadline();                    // after join_parent
  ChanCore* done_channel();                 // a new reference
  ContextErrc error() const noexcept;
  std::exception_ptr cause();
  void end(ContextErrc error, std::exception_ptr cause) noexcept;
  // add_callback returns false, and does not keep it, when the node has ended.
  bool add_callback(Callback* callback);
  bool remove_callback(Callback* callback);  // true when it will not run

  void set_value(const void* key, std::shared_ptr<const void> value) {
    key_ = key;
    value_ = std::move(value);
  }

 private:
  ~ContextNode();
  bool retain_if_alive() noexcept;
  void unlink_from_parent() noexcept;
  ContextNode* take_child() noexcept;
  static void on_deadline(void* node);

  // Constant once shared.
  const Kind kind_;
  ContextNode* const parent_;    // a reference, or null
  ContextNode* const canceler_;  // of the parent
  int64_t deadline_ns_ = kNoDeadline;
  const void* key_ = nullptr;
  std::shared_ptr<const void> value_;

  std::atomic<size_t> references_{1};

  // release by end() when all of the end is visible; acquire by readers.
  std::atomic<int> error_{0};

  mutable runtime::SpinLock lock_;
  // Under lock_.
  bool ending_ = false;
  bool armed_ = false;  // timer_ is started, and holds a reference
  std::exception_ptr cause_;
  ChanCore* done_ = nullptr;
  ContextNode* first_child_ = nullptr;
  Callback* first_callback_ = nullptr;
  // Links in the parent's list, under the parent's (canceler_'s) lock.
  bool linked_ = false;
  ContextNode* next_sibling_ = nullptr;
  ContextNode* previous_sibling_ = nullptr;

  runtime::RuntimeTimer timer_;
  std::exception_ptr deadline_cause_;  // constant once shared
  bool has_own_deadline_ = false;  // constant once shared; false: an ancestor's deadline comes first, or there is none
};

}  // namespace gorace::internal

#endif  // GORACE_RUNTIME_CONTEXT_CONTEXT_NODE_H_
