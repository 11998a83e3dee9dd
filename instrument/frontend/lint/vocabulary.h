// Vocabulary: what a call means for concurrency, decided by the callee's qualified name. Both gorace's API and the
// standard one.
#ifndef GORACE_INSTRUMENT_FRONTEND_LINT_VOCABULARY_H_
#define GORACE_INSTRUMENT_FRONTEND_LINT_VOCABULARY_H_

#include <cstdint>
#include <string>

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/DenseMap.h"

namespace gorace::instrument::lint {

enum class Op : uint8_t {
  kNone,           // not in the vocabulary
  kNeutral,        // known, waits for nobody
  kGo,             // starts a goroutine: the free function go
  kGroupGo,        // WaitGroup::go, Group::go, Group::try_go
  kLater,          // after_func: a goroutine that starts by itself
  kThread,         // constructor of std::thread or std::jthread
  kThreadEmplace,  // may start a thread: emplace_back on a vector of them
  kAdd,
  kDone,
  kWait,  // WaitGroup::wait, Group::wait
  kJoin,  // waits for a thread, a future, a latch, a barrier, a once
  kLock,
  kUnlock,
  kTryLock,
  kSend,
  kRecv,
  kTrySend,
  kTryRecv,
  kTryOther,  // try_acquire, try_go
  kClose,
  kSelect,
  kCaseSend,
  kCaseRecv,
  kAfter,
  kAfterChan,
  kCondWait,
  kAtomicRead,    // looks at what other strands change: a load, joinable(), try_wait()
  kAtomicUpdate,  // exchange, fetch_add ...: a look too, when its result is used
  kSleep,
  kYield,
  kBlocking,
  kOsBlocking,  // blocks the OS thread
  kContextDone,
  kWithCancel,
  kRelease,  // CancelFunc::release
  kCancel,   // CancelFunc::operator()
  kLockOsThread,
  kCopyBytes,  // memcpy and its kind
};

constexpr uint64_t bit(Op op) { return uint64_t{1} << static_cast<unsigned>(op); }

// Operations that may let the goroutine go on on another thread.
constexpr uint64_t kParks = bit(Op::kWait) | bit(Op::kSend) | bit(Op::kRecv) | bit(Op::kSelect) | bit(Op::kSleep) |
                            bit(Op::kYield) | bit(Op::kBlocking);

// qualified_name without template arguments and inline namespaces: "gorace::internal::SendSide::send".
std::string qualified_name(const clang::NamedDecl* declaration);

class Vocabulary {
 public:
  Op meaning(const clang::FunctionDecl* callee);

 private:
  llvm::DenseMap<const clang::FunctionDecl*, Op> known_;
};

// True for locks that block the OS thread and belong to it: std::mutex and its kin, absl::Mutex.
bool is_os_lock(const clang::CXXRecordDecl* record);
// True for classes that hold a lock from construction to destruction: lock_guard, unique_lock, scoped_lock,
// shared_lock, absl::MutexLock.
bool is_lock_guard(const clang::CXXRecordDecl* record);

}  // namespace gorace::instrument::lint

#endif  // GORACE_INSTRUMENT_FRONTEND_LINT_VOCABULARY_H_
