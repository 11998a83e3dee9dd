// after_func: a function that runs in a goroutine of its own once a context has ended.
//
// The goroutine is not started before that: one that waited would show in dumps and count as leaked. The end may come
// from a timer's callback on a scheduler's stack, which may start goroutines but not block.
#include <gorace/context.h>
#include <gorace/go.h>

#include "runtime/context/context_node.h"
#include "runtime/sync/observed.h"

namespace gorace {

// Owned by the AfterFunc handles and, while it is registered, by itself.
struct AfterFunc::Registration : internal::ContextNode::Callback {
  Context context;
  std::function<void()> function;
  std::shared_ptr<Registration> self;

  Registration() = default;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() {
    if (internal::observed()) internal::tell_dead(this, sizeof *this);
  }

  static void start(Callback* callback) {
    auto* registration = static_cast<Registration*>(callback);
    go([keep = std::move(registration->self), function = std::move(registration->function)] {
      internal::note_acquire(keep.get());
      function();
    });
  }
};

AfterFunc::AfterFunc() noexcept = default;
AfterFunc::AfterFunc(const AfterFunc& other) noexcept = default;
AfterFunc::AfterFunc(AfterFunc&& other) noexcept = default;
AfterFunc& AfterFunc::operator=(AfterFunc other) noexcept {
  registration_ = std::move(other.registration_);
  return *this;
}
AfterFunc::~AfterFunc() = default;

AfterFunc after_func(const Context& ctx, std::function<void()> f) {
  AfterFunc handle;
  handle.registration_ = std::make_shared<AfterFunc::Registration>();
  AfterFunc::Registration& registration = *handle.registration_;
  registration.context = ctx;
  registration.function = std::move(f);
  registration.run = AfterFunc::Registration::start;
  internal::ContextNode* canceler = ctx.node() == nullptr ? nullptr : ctx.node()->canceler();
  if (canceler == nullptr) return handle;  // never ends
  registration.self = handle.registration_;
  internal::note_release(&registration);  // the function was made before it runs, whoever ends the context
  if (!canceler->add_callback(&registration)) AfterFunc::Registration::start(&registration);
  return handle;
}

bool AfterFunc::stop() {
  if (registration_ == nullptr || registration_->context.node() == nullptr) return false;
  internal::ContextNode* canceler = registration_->context.node()->canceler();
  if (canceler == nullptr || !canceler->remove_callback(registration_.get())) return false;
  registration_->self.reset();
  return true;
}

}  // namespace gorace
