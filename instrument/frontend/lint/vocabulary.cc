#include "instrument/frontend/lint/vocabulary.h"

#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace gorace::instrument::lint {
namespace {

struct Entry {
  const char* name;
  Op op;
};

constexpr Entry kEntries[] = {
    {"gorace::go", Op::kGo},
    {"gorace::WaitGroup::go", Op::kGroupGo},
    {"gorace::Group::go", Op::kGroupGo},
    {"gorace::Group::try_go", Op::kGroupGo},
    {"gorace::after_func", Op::kLater},
    {"std::thread::thread", Op::kThread},
    {"std::jthread::jthread", Op::kThread},
    {"std::vector::emplace_back", Op::kThreadEmplace},
    {"std::deque::emplace_back", Op::kThreadEmplace},
    {"std::list::emplace_back", Op::kThreadEmplace},

    {"gorace::WaitGroup::add", Op::kAdd},
    {"gorace::WaitGroup::done", Op::kDone},
    {"gorace::WaitGroup::wait", Op::kWait},
    {"gorace::Group::wait", Op::kWait},

    {"gorace::Mutex::lock", Op::kLock},
    {"gorace::Mutex::try_lock", Op::kTryLock},
    {"gorace::Mutex::unlock", Op::kUnlock},
    {"gorace::RWMutex::lock", Op::kLock},
    {"gorace::RWMutex::try_lock", Op::kTryLock},
    {"gorace::RWMutex::unlock", Op::kUnlock},
    {"gorace::RWMutex::lock_shared", Op::kLock},
    {"gorace::RWMutex::try_lock_shared", Op::kTryLock},
    {"gorace::RWMutex::unlock_shared", Op::kUnlock},
    {"std::mutex::lock", Op::kLock},
    {"std::mutex::try_lock", Op::kTryLock},
    {"std::mutex::unlock", Op::kUnlock},
    {"std::recursive_mutex::lock", Op::kLock},
    {"std::recursive_mutex::try_lock", Op::kTryLock},
    {"std::recursive_mutex::unlock", Op::kUnlock},
    {"std::timed_mutex::lock", Op::kLock},
    {"std::timed_mutex::try_lock", Op::kTryLock},
    {"std::timed_mutex::unlock", Op::kUnlock},
    {"std::shared_mutex::lock", Op::kLock},
    {"std::shared_mutex::try_lock", Op::kTryLock},
    {"std::shared_mutex::unlock", Op::kUnlock},
    {"std::shared_mutex::lock_shared", Op::kLock},
    {"std::shared_mutex::try_lock_shared", Op::kTryLock},
    {"std::shared_mutex::unlock_shared", Op::kUnlock},
    {"std::unique_lock::lock", Op::kLock},
    {"std::unique_lock::try_lock", Op::kTryLock},
    {"std::unique_lock::unlock", Op::kUnlock},
    {"std::shared_lock::lock", Op::kLock},
    {"std::shared_lock::try_lock", Op::kTryLock},
    {"std::shared_lock::unlock", Op::kUnlock},
    {"absl::Mutex::Lock", Op::kLock},
    {"absl::Mutex::TryLock", Op::kTryLock},
    {"absl::Mutex::Unlock", Op::kUnlock},
    {"absl::Mutex::ReaderLock", Op::kLock},
    {"absl::Mutex::ReaderTryLock", Op::kTryLock},
    {"absl::Mutex::ReaderUnlock", Op::kUnlock},
    {"absl::Mutex::WriterLock", Op::kLock},
    {"absl::Mutex::WriterUnlock", Op::kUnlock},

    {"gorace::internal::SendSide::send", Op::kSend},
    {"gorace::internal::SendSide::operator<<", Op::kSend},
    {"gorace::internal::SendSide::try_send", Op::kTrySend},
    {"gorace::internal::SendSide::close", Op::kClose},
    {"gorace::internal::RecvSide::recv", Op::kRecv},
    {"gorace::internal::RecvSide::operator>>", Op::kRecv},
    {"gorace::internal::RecvSide::begin", Op::kRecv},
    {"gorace::internal::RecvIterator::operator++", Op::kRecv},
    {"gorace::internal::RecvSide::try_recv", Op::kTryRecv},
    {"gorace::select", Op::kSelect},
    {"gorace::send", Op::kCaseSend},
    {"gorace::recv", Op::kCaseRecv},
    {"gorace::after", Op::kAfter},
    {"gorace::After::chan", Op::kAfterChan},
    {"gorace::sleep", Op::kSleep},
    {"gorace::yield", Op::kYield},
    {"gorace::blocking", Op::kBlocking},
    {"gorace::Cond::wait", Op::kCondWait},
    {"gorace::Semaphore::acquire", Op::kCondWait},
    {"gorace::Semaphore::try_acquire", Op::kTryOther},
    {"gorace::Once::call", Op::kJoin},
    {"gorace::num_goroutine", Op::kAtomicRead},
    {"gorace::lock_os_thread", Op::kLockOsThread},
    {"gorace::Context::done", Op::kContextDone},
    {"gorace::Context::err", Op::kContextDone},
    {"gorace::with_cancel", Op::kWithCancel},
    {"gorace::with_cancel_cause", Op::kWithCancel},
    {"gorace::with_deadline", Op::kWithCancel},
    {"gorace::with_timeout", Op::kWithCancel},
    {"gorace::CancelFunc::release", Op::kRelease},
    {"gorace::CancelFunc::operator()", Op::kCancel},

    {"gorace::make_chan", Op::kNeutral},
    {"gorace::background", Op::kNeutral},
    {"gorace::todo", Op::kNeutral},
    {"gorace::with_value", Op::kNeutral},
    {"gorace::without_cancel", Op::kNeutral},
    {"gorace::Group::set_limit", Op::kNeutral},
    {"gorace::Group::context", Op::kNeutral},
    {"gorace::internal::ChanHandle::len", Op::kAtomicRead},
    {"gorace::internal::ChanHandle::cap", Op::kNeutral},
    {"gorace::Cond::signal", Op::kNeutral},
    {"gorace::Cond::broadcast", Op::kNeutral},
    {"gorace::Semaphore::release", Op::kNeutral},
    {"gorace::gomaxprocs", Op::kNeutral},
    {"gorace::goroutine_id", Op::kNeutral},
    {"gorace::set_goroutine_name", Op::kNeutral},

    // The classes that std::atomic and atomic_ref are made of in the libraries go by its name (see look_up).
    {"std::atomic::load", Op::kAtomicRead},
    {"std::atomic::exchange", Op::kAtomicUpdate},
    {"std::atomic::compare_exchange_weak", Op::kAtomicUpdate},
    {"std::atomic::compare_exchange_strong", Op::kAtomicUpdate},
    {"std::atomic::fetch_add", Op::kAtomicUpdate},
    {"std::atomic::fetch_sub", Op::kAtomicUpdate},
    {"std::atomic::fetch_and", Op::kAtomicUpdate},
    {"std::atomic::fetch_or", Op::kAtomicUpdate},
    {"std::atomic::fetch_xor", Op::kAtomicUpdate},
    {"std::atomic::operator++", Op::kAtomicUpdate},
    {"std::atomic::operator--", Op::kAtomicUpdate},
    {"std::atomic::operator+=", Op::kAtomicUpdate},
    {"std::atomic::operator-=", Op::kAtomicUpdate},
    {"std::atomic::wait", Op::kOsBlocking},
    {"std::atomic_flag::test", Op::kAtomicRead},
    {"std::atomic_flag::test_and_set", Op::kAtomicUpdate},
    {"std::atomic_flag::wait", Op::kOsBlocking},
    {"std::atomic_load", Op::kAtomicRead},
    {"std::atomic_load_explicit", Op::kAtomicRead},
    {"std::atomic_exchange", Op::kAtomicUpdate},
    {"std::atomic_exchange_explicit", Op::kAtomicUpdate},
    {"std::atomic_compare_exchange_weak", Op::kAtomicUpdate},
    {"std::atomic_compare_exchange_weak_explicit", Op::kAtomicUpdate},
    {"std::atomic_compare_exchange_strong", Op::kAtomicUpdate},
    {"std::atomic_compare_exchange_strong_explicit", Op::kAtomicUpdate},
    {"std::atomic_fetch_add", Op::kAtomicUpdate},
    {"std::atomic_fetch_add_explicit", Op::kAtomicUpdate},
    {"std::atomic_fetch_sub", Op::kAtomicUpdate},
    {"std::atomic_fetch_sub_explicit", Op::kAtomicUpdate},
    {"std::atomic_flag_test", Op::kAtomicRead},
    {"std::atomic_flag_test_and_set", Op::kAtomicUpdate},
    {"std::atomic_flag_test_and_set_explicit", Op::kAtomicUpdate},

    // Thread-safety aside, `if (t.joinable()) t.join()` is how threads are joined.
    {"std::thread::joinable", Op::kAtomicRead},
    {"std::jthread::joinable", Op::kAtomicRead},
    {"std::latch::try_wait", Op::kAtomicRead},
    {"std::counting_semaphore::try_acquire", Op::kAtomicRead},
    {"std::counting_semaphore::try_acquire_for", Op::kOsBlocking},
    {"std::counting_semaphore::try_acquire_until", Op::kOsBlocking},
    {"std::timed_mutex::try_lock_for", Op::kTryLock},
    {"std::timed_mutex::try_lock_until", Op::kTryLock},
    {"std::recursive_timed_mutex::lock", Op::kLock},
    {"std::recursive_timed_mutex::try_lock", Op::kTryLock},
    {"std::recursive_timed_mutex::unlock", Op::kUnlock},
    {"std::shared_timed_mutex::lock", Op::kLock},
    {"std::shared_timed_mutex::try_lock", Op::kTryLock},
    {"std::shared_timed_mutex::unlock", Op::kUnlock},
    {"std::shared_timed_mutex::lock_shared", Op::kLock},
    {"std::shared_timed_mutex::try_lock_shared", Op::kTryLock},
    {"std::shared_timed_mutex::unlock_shared", Op::kUnlock},
    {"pthread_mutex_lock", Op::kLock},
    {"pthread_mutex_trylock", Op::kTryLock},
    {"pthread_mutex_timedlock", Op::kTryLock},
    {"pthread_mutex_unlock", Op::kUnlock},
    {"pthread_rwlock_rdlock", Op::kLock},
    {"pthread_rwlock_wrlock", Op::kLock},
    {"pthread_rwlock_tryrdlock", Op::kTryLock},
    {"pthread_rwlock_trywrlock", Op::kTryLock},
    {"pthread_rwlock_unlock", Op::kUnlock},
    {"pthread_spin_lock", Op::kLock},
    {"pthread_spin_trylock", Op::kTryLock},
    {"pthread_spin_unlock", Op::kUnlock},
    {"sem_trywait", Op::kAtomicRead},
    {"sem_getvalue", Op::kAtomicRead},

    {"std::thread::join", Op::kOsBlocking},
    {"std::jthread::join", Op::kOsBlocking},
    {"std::future::get", Op::kOsBlocking},
    {"std::__basic_future::wait", Op::kOsBlocking},
    {"std::__basic_future::wait_for", Op::kOsBlocking},
    {"std::__basic_future::wait_until", Op::kOsBlocking},
    {"std::shared_future::get", Op::kOsBlocking},
    {"std::condition_variable::wait", Op::kOsBlocking},
    {"std::condition_variable::wait_for", Op::kOsBlocking},
    {"std::condition_variable::wait_until", Op::kOsBlocking},
    {"std::condition_variable_any::wait", Op::kOsBlocking},
    {"std::condition_variable_any::wait_for", Op::kOsBlocking},
    {"std::condition_variable_any::wait_until", Op::kOsBlocking},
    {"std::latch::wait", Op::kOsBlocking},
    {"std::latch::arrive_and_wait", Op::kOsBlocking},
    {"std::barrier::wait", Op::kOsBlocking},
    {"std::barrier::arrive_and_wait", Op::kOsBlocking},
    {"std::counting_semaphore::acquire", Op::kOsBlocking},
    {"std::this_thread::sleep_for", Op::kOsBlocking},
    {"std::this_thread::sleep_until", Op::kOsBlocking},
    {"sleep", Op::kOsBlocking},
    {"usleep", Op::kOsBlocking},
    {"nanosleep", Op::kOsBlocking},
    {"clock_nanosleep", Op::kOsBlocking},
    {"pause", Op::kOsBlocking},
    {"read", Op::kOsBlocking},
    {"readv", Op::kOsBlocking},
    {"recv", Op::kOsBlocking},
    {"recvfrom", Op::kOsBlocking},
    {"recvmsg", Op::kOsBlocking},
    {"accept", Op::kOsBlocking},
    {"accept4", Op::kOsBlocking},
    {"connect", Op::kOsBlocking},
    {"poll", Op::kOsBlocking},
    {"ppoll", Op::kOsBlocking},
    {"select", Op::kOsBlocking},
    {"pselect", Op::kOsBlocking},
    {"epoll_wait", Op::kOsBlocking},
    {"epoll_pwait", Op::kOsBlocking},
    {"wait", Op::kOsBlocking},
    {"waitpid", Op::kOsBlocking},
    {"system", Op::kOsBlocking},
    {"flock", Op::kOsBlocking},
    {"fsync", Op::kOsBlocking},
    {"getaddrinfo", Op::kOsBlocking},
    {"pthread_join", Op::kOsBlocking},
    {"pthread_cond_wait", Op::kOsBlocking},
    {"pthread_cond_timedwait", Op::kOsBlocking},
    {"pthread_barrier_wait", Op::kOsBlocking},
    {"sem_wait", Op::kOsBlocking},
    {"sem_timedwait", Op::kOsBlocking},
    {"absl::SleepFor", Op::kOsBlocking},
    {"absl::CondVar::Wait", Op::kOsBlocking},
    {"absl::CondVar::WaitWithTimeout", Op::kOsBlocking},
    {"absl::CondVar::WaitWithDeadline", Op::kOsBlocking},
    {"absl::Mutex::Await", Op::kOsBlocking},
    {"absl::Mutex::LockWhen", Op::kOsBlocking},
    {"absl::Notification::WaitForNotification", Op::kOsBlocking},
    {"absl::BlockingCounter::Wait", Op::kOsBlocking},
    {"absl::Notification::HasBeenNotified", Op::kAtomicRead},

    {"memcpy", Op::kCopyBytes},
    {"memmove", Op::kCopyBytes},
    {"memset", Op::kCopyBytes},
    {"bzero", Op::kCopyBytes},
    {"std::memcpy", Op::kCopyBytes},
    {"std::memmove", Op::kCopyBytes},
    {"std::memset", Op::kCopyBytes},
    {"__builtin_memcpy", Op::kCopyBytes},
    {"__builtin_memmove", Op::kCopyBytes},
    {"__builtin_memset", Op::kCopyBytes},
};

llvm::StringRef last_component(llvm::StringRef name) {
  const size_t colons = name.rfind("::");
  return colons == llvm::StringRef::npos ? name : name.substr(colons + 2);
}

const llvm::StringMap<Op>& by_qualified_name() {
  static const auto* const map = [] {
    auto* made = new llvm::StringMap<Op>;
    for (const Entry& entry : kEntries) (*made)[entry.name] = entry.op;
    return made;
  }();
  return *map;
}

// Most calls are of functions whose simple name is not in the vocabulary: for them no qualified name is made.
const llvm::StringSet<>& simple_names() {
  static const auto* const set = [] {
    auto* made = new llvm::StringSet<>;
    for (const Entry& entry : kEntries) made->insert(last_component(entry.name));
    return made;
  }();
  return *set;
}

std::string simple_name(const clang::NamedDecl* declaration) {
  if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(declaration)) {
    return constructor->getParent()->getName().str();
  }
  return declaration->getDeclName().getAsString();
}

// std::atomic, atomic_ref, and what libstdc++ and libc++ derive them from: __atomic_base, __atomic_float, __atomic_ref,
// __atomic_ref_base ...
bool is_member_of_std_atomic(const clang::FunctionDecl* callee) {
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  const clang::CXXRecordDecl* record = method == nullptr ? nullptr : method->getParent();
  return record != nullptr && record->getIdentifier() != nullptr && record->isInStdNamespace() &&
         record->getName().contains("atomic") && record->getName() != "atomic_flag";
}

Op look_up(const clang::FunctionDecl* callee) {
  const clang::DeclarationName name = callee->getDeclName();
  if (name.isIdentifier() && !simple_names().contains(name.getAsIdentifierInfo()->getName())) return Op::kNone;
  if (name.getNameKind() == clang::DeclarationName::CXXConversionFunctionName) {
    // `if (flag)` on a std::atomic<bool>.
    return is_member_of_std_atomic(callee) ? Op::kAtomicRead : Op::kNone;
  }
  const std::string simple = simple_name(callee);
  if (!simple_names().contains(simple)) return Op::kNone;
  const auto& map = by_qualified_name();
  const auto found = map.find(is_member_of_std_atomic(callee) ? "std::atomic::" + simple : qualified_name(callee));
  return found == map.end() ? Op::kNone : found->second;
}

}  // namespace

std::string qualified_name(const clang::NamedDecl* declaration) {
  std::string result = simple_name(declaration);
  for (const clang::DeclContext* context = declaration->getDeclContext(); context != nullptr;
       context = context->getParent()) {
    if (context->isInlineNamespace() || context->isTransparentContext()) continue;
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(context);
    if (named == nullptr) continue;
    result = named->getDeclName().getAsString() + "::" + result;
  }
  return result;
}

Op Vocabulary::meaning(const clang::FunctionDecl* callee) {
  const auto [place, inserted] = known_.try_emplace(callee, Op::kNone);
  if (inserted) place->second = look_up(callee);
  return place->second;
}

bool is_os_lock(const clang::CXXRecordDecl* record) {
  const llvm::StringRef name = record->getName();
  if (name == "Mutex") return qualified_name(record) == "absl::Mutex";
  if (!name.ends_with("mutex")) return false;
  return record->isInStdNamespace();
}

bool is_lock_guard(const clang::CXXRecordDecl* record) {
  if (record->getIdentifier() == nullptr) return false;
  static constexpr llvm::StringRef kGuards[] = {"std::lock_guard",      "std::unique_lock", "std::scoped_lock",
                                                "std::shared_lock",     "absl::MutexLock",  "absl::WriterMutexLock",
                                                "absl::ReaderMutexLock"};
  return llvm::is_contained(kGuards, qualified_name(record));
}

}  // namespace gorace::instrument::lint
