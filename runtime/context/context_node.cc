#include "runtime/context/context_node.h"

#include <mutex>

#include "runtime/chan/chan_core.h"
#include "runtime/hooks.h"

namespace gorace::internal {
namespace {

using runtime::Hooks;
using runtime::observe;

using Guard = std::lock_guard<runtime::SpinLock>;

}  // namespace

ContextNode::ContextNode(Kind kind, ContextNode* parent)
    : kind_(kind),
      parent_(parent),
      canceler_(parent == nullptr || kind == Kind::kWithoutCancel ? nullptr : parent->canceler()),
      deadline_ns_(canceler_ == nullptr ? kNoDeadline : canceler_->deadline_ns_) {
  if (parent_ != nullptr) parent_->retain();
}

ContextNode::~ContextNode() {
  unlink_from_parent();
  if (done_ != nullptr) chan_release(done_);
  observe<&Hooks::object_dead>(static_cast<const void*>(this), sizeof *this);
  if (parent_ != nullptr) parent_->release();
}

void ContextNode::release() noexcept {
  // Told to observers too: the last release destroys the user's value, after whatever the others did with it.
  runtime::G* const g = observed_g();
  if (g != nullptr) observe<&Hooks::release_merge>(g, static_cast<const void*>(&references_));
  // acq_rel: the last release sees what the others did before theirs.
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (g != nullptr) observe<&Hooks::acquire>(g, static_cast<const void*>(&references_));
  delete this;
}

bool ContextNode::retain_if_alive() noexcept {
  size_t count = references_.load(std::memory_order_relaxed);
  while (count != 0) {
    if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

const void* ContextNode::find_value(const void* key) const noexcept {
  for (const ContextNode* node = this; node != nullptr; node = node->parent_) {
    if (node->key_ == key) return node->value_.get();
  }
  return nullptr;
}

void ContextNode::join_parent() {
  if (canceler_ == nullptr) return;
  {
    const Guard guard(canceler_->lock_);
    if (!canceler_->ending_) {
      linked_ = true;
      next_sibling_ = canceler_->first_child_;
      if (next_sibling_ != nullptr) next_sibling_->previous_sibling_ = this;
      canceler_->first_child_ = this;
      return;
    }
  }
  // ending_ is set before the cause is, and error_ last: an end in progress is waited for by error()'s caller, not
  // here.
  end(canceler_->error() == ContextErrc::kDeadlineExceeded ? ContextErrc::kDeadlineExceeded : ContextErrc::kCanceled,
      canceler_->cause());
}

void ContextNode::unlink_from_parent() noexcept {
  if (canceler_ == nullptr || kind_ != Kind::kCancel) return;
  const Guard guard(canceler_->lock_);
  if (!linked_) return;
  linked_ = false;
  if (previous_sibling_ == nullptr) {
    canceler_->first_child_ = next_sibling_;
  } else {
    previous_sibling_->next_sibling_ = next_sibling_;
  }
  if (next_sibling_ != nullptr) next_sibling_->previous_sibling_ = previous_sibling_;
}

// Takes the first child that is still alive out of the list and returns it with a reference. One whose last reference
// has just gone is in its destructor, waiting for our lock to take itself out: it is unlinked here, which its
// destructor finds done.
ContextNode* ContextNode::take_child() noexcept {
  const Guard guard(lock_);
  while (ContextNode* child = first_child_) {
    first_child_ = child->next_sibling_;
    if (first_child_ != nullptr) first_child_->previous_sibling_ = nullptr;
    child->linked_ = false;
    if (child->retain_if_alive()) return child;
  }
  return nullptr;
}

void ContextNode::set_deadline(int64_t deadline_ns, std::exception_ptr cause) {
  if (deadline_ns < deadline_ns_) {
    deadline_ns_ = deadline_ns;
    deadline_cause_ = std::move(cause);
    has_own_deadline_ = true;
  }
}

// The armed timer owns a reference: the node outlives its callback. end() stops the timer and gives the reference back.
void ContextNode::start_deadline() {
  if (!has_own_deadline_) return;
  if (deadline_ns_ <= runtime::now_ns()) {
    end(ContextErrc::kDeadlineExceeded, deadline_cause_);
    return;
  }
  timer_.when_ns = deadline_ns_;
  timer_.callback = on_deadline;
  timer_.argument = this;
  // Under the lock: the parent may end this node at this very moment.
  const Guard guard(lock_);
  if (ending_) return;
  retain();
  armed_ = true;
  runtime::start_timer(&timer_);
}

void ContextNode::on_deadline(void* argument) {
  auto* node = static_cast<ContextNode*>(argument);
  node->end(ContextErrc::kDeadlineExceeded, node->deadline_cause_);  // finds the timer not to be stopped any more
  node->release();
}

ChanCore* ContextNode::done_channel() {
  const Guard guard(lock_);
  if (done_ == nullptr) {
    done_ = chan_make(kElementType<Unit>, 0);
    // Made after the end: closed at once, in the name of a goroutine that has seen the end.
    if (ending_) {
      G* const g = observed_g();
      if (g != nullptr) observe<&Hooks::acquire>(g, static_cast<const void*>(this));
      done_->try_close(g);
    }
  }
  done_->retain();
  return done_;
}

ContextErrc ContextNode::error() const noexcept {
  const int error = error_.load(std::memory_order_acquire);
  if (error != 0) {
    // The end that set the error holds the lock until the channel is closed too: nobody shall see the one without the
    // other.
    const Guard guard(lock_);
    if (G* g = observed_g()) observe<&Hooks::acquire>(g, static_cast<const void*>(this));
  }
  return static_cast<ContextErrc>(error);
}

std::exception_ptr ContextNode::cause() {
  const Guard guard(lock_);
  return cause_;
}

void ContextNode::end(ContextErrc error, std::exception_ptr cause) noexcept {
  G* const g = runtime::g_observer_count == 0 ? nullptr : runtime::current_g_or_null();  // null in a timer's callback
  Callback* callback = nullptr;
  bool stop = false;
  {
    const Guard guard(lock_);
    if (ending_) return;
    ending_ = true;
    cause_ = std::move(cause);
    if (g != nullptr) observe<&Hooks::release>(g, static_cast<const void*>(this));
    // release: pairs with error()'s acquire. Before the channel is closed: who sees it closed must find the error.
    error_.store(static_cast<int>(error), std::memory_order_release);
    if (done_ != nullptr) done_->try_close(g);
    callback = std::exchange(first_callback_, nullptr);
    for (Callback* one = callback; one != nullptr; one = one->next) one->queued = false;
    stop = std::exchange(armed_, false);
  }
  while (callback != nullptr) {
    Callback* const next = callback->next;
    callback->run(callback);
    callback = next;
  }
  while (ContextNode* child = take_child()) {
    child->end(error, cause_);
    child->release();
  }
  unlink_from_parent();
  if (stop && runtime::stop_timer(&timer_)) release();
}

bool ContextNode::add_callback(Callback* callback) {
  const Guard guard(lock_);
  if (ending_) return false;
  callback->queued = true;
  callback->previous = nullptr;
  callback->next = first_callback_;
  if (first_callback_ != nullptr) first_callback_->previous = callback;
  first_callback_ = callback;
  return true;
}

bool ContextNode::remove_callback(Callback* callback) {
  const Guard guard(lock_);
  if (!callback->queued) return false;
  callback->queued = false;
  if (callback->previous == nullptr) {
    first_callback_ = callback->next;
  } else {
    callback->previous->next = callback->next;
  }
  if (callback->next != nullptr) callback->next->previous = callback->previous;
  return true;
}

}  // namespace gorace::internal
