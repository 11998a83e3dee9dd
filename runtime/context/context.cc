// The functions behind <gorace/context.h>.
#include <gorace/context.h>

#include <string>

#include "runtime/base/no_destructor.h"
#include "runtime/context/context_node.h"

namespace gorace {

using internal::ContextNode;

namespace {

class ContextCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "context"; }
  std::string message(int value) const override {
    switch (static_cast<ContextErrc>(value)) {
      case ContextErrc::kCanceled:
        return "context canceled";
      case ContextErrc::kDeadlineExceeded:
        return "context deadline exceeded";
    }
    return "unknown context error";
  }
};

ContextNode* canceler_of(const Context& context) { return context.node() == nullptr ? nullptr : context.node()->canceler(); }

// A clock's time_point of a steady_clock counts CLOCK_MONOTONIC's nanoseconds in libstdc++ and libc++.
int64_t to_ns(Context::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

CancelableContext make_cancelable(const Context& parent, int64_t deadline_ns, std::exception_ptr cause = nullptr) {
  auto* node = new ContextNode(ContextNode::Kind::kCancel, parent.node());
  Context context(node);
  node->set_deadline(deadline_ns, std::move(cause));
  node->join_parent();
  node->start_deadline();
  return {context, CancelFunc(context)};
}

}  // namespace

const std::error_category& context_category() noexcept {
  static const runtime::NoDestructor<ContextCategory> category;
  return category.value;
}

std::error_code make_error_code(ContextErrc error) noexcept { return {static_cast<int>(error), context_category()}; }

RecvChan<Unit> Context::done() const {
  ContextNode* canceler = canceler_of(*this);
  if (canceler == nullptr) return {};
  return Chan<Unit>::adopt(canceler->done_channel());
}

std::error_code Context::err() const noexcept {
  ContextNode* canceler = canceler_of(*this);
  if (canceler == nullptr) return {};
  const ContextErrc error = canceler->error();
  return error == ContextErrc{} ? std::error_code() : make_error_code(error);
}

std::exception_ptr Context::cause() const {
  const std::error_code error = err();
  if (!error) return nullptr;
  if (std::exception_ptr cause = canceler_of(*this)->cause()) return cause;
  return std::make_exception_ptr(std::system_error(error));
}

std::optional<Context::Clock::time_point> Context::deadline() const noexcept {
  ContextNode* canceler = canceler_of(*this);
  if (canceler == nullptr || canceler->deadline_ns() == internal::kNoDeadline) return std::nullopt;
  return Clock::time_point(std::chrono::nanoseconds(canceler->deadline_ns()));
}

const void* Context::find_value(const void* key) const noexcept {
  return node_ == nullptr ? nullptr : node_->find_value(key);
}

CancelFunc& CancelFunc::operator=(CancelFunc&& other) noexcept {
  if (this != &other) {
    (*this)();
    context_ = std::move(other.context_);
  }
  return *this;
}

CancelFunc::~CancelFunc() { (*this)(); }

void CancelFunc::operator()(std::exception_ptr cause) const {
  if (context_.node() != nullptr) context_.node()->end(ContextErrc::kCanceled, std::move(cause));
}

CancelableContext with_cancel(const Context& parent) { return make_cancelable(parent, internal::kNoDeadline); }

CancelableContext with_deadline_cause(const Context& parent, Context::Clock::time_point deadline,
                                      std::exception_ptr cause) {
  return make_cancelable(parent, to_ns(deadline), std::move(cause));
}

CancelableContext with_timeout_cause(const Context& parent, std::chrono::nanoseconds timeout,
                                     std::exception_ptr cause) {
  const int64_t now = runtime::now_ns();
  const bool beyond_the_clock = timeout.count() > internal::kNoDeadline - now;
  return make_cancelable(parent, beyond_the_clock ? internal::kNoDeadline : now + timeout.count(), std::move(cause));
}

Context without_cancel(const Context& parent) {
  return Context(new ContextNode(ContextNode::Kind::kWithoutCancel, parent.node()));
}

namespace internal {

void context_retain(ContextNode* node) noexcept { node->retain(); }
void context_release(ContextNode* node) noexcept { node->release(); }

Context context_with_value(const Context& parent, const void* key, std::shared_ptr<const void> value) {
  auto* node = new ContextNode(ContextNode::Kind::kValue, parent.node());
  node->set_value(key, std::move(value));
  return Context(node);
}

}  // namespace internal

}  // namespace gorace
