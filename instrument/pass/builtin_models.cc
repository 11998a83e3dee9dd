// The models that come with gorace, in the format of docs/models.md. Functions that the libraries' headers define
// inline are compiled, and so instrumented, with the program: only what stays in the library is named here.
#include "instrument/pass/model_file.h"

namespace gorace::instrument {

const char kBuiltinModels[] = R"(
# Abseil. Its mutex evaluates waiting threads' conditions wherever it likes while it is held, in Unlock too: quiet.
absl::**::Mutex::Lock                        = lock this, quiet
absl::**::Mutex::lock                        = lock this, quiet
absl::**::Mutex::Unlock                      = unlock this, quiet
absl::**::Mutex::unlock                      = unlock this, quiet
absl::**::Mutex::TryLock                     = lock this if true, quiet
absl::**::Mutex::try_lock                    = lock this if true, quiet
absl::**::Mutex::ReaderLock                  = lock_shared this, quiet
absl::**::Mutex::lock_shared                 = lock_shared this, quiet
absl::**::Mutex::ReaderUnlock                = unlock_shared this, quiet
absl::**::Mutex::unlock_shared               = unlock_shared this, quiet
absl::**::Mutex::ReaderTryLock               = lock_shared this if true, quiet
absl::**::Mutex::try_lock_shared             = lock_shared this if true, quiet
absl::**::Mutex::LockWhen                    = lock this, quiet
absl::**::Mutex::LockWhenWithTimeout         = lock this, quiet
absl::**::Mutex::LockWhenWithDeadline        = lock this, quiet
absl::**::Mutex::ReaderLockWhen              = lock_shared this, quiet
absl::**::Mutex::ReaderLockWhenWithTimeout   = lock_shared this, quiet
absl::**::Mutex::ReaderLockWhenWithDeadline  = lock_shared this, quiet
# How the caller holds it, shared or not, is not known here: what matters is that it had been let go and was taken again.
absl::**::Mutex::Await                       = release this, acquire this, quiet
absl::**::Mutex::AwaitWithTimeout            = release this, acquire this, quiet
absl::**::Mutex::AwaitWithDeadline           = release this, acquire this, quiet
absl::**::Mutex::~Mutex                      = destroy this
absl::**::CondVar::Wait                      = release arg1, acquire arg1, quiet
absl::**::CondVar::WaitWithTimeout           = release arg1, acquire arg1, quiet
absl::**::CondVar::WaitWithDeadline          = release arg1, acquire arg1, quiet
absl::**::CondVar::Signal                    = quiet
absl::**::CondVar::SignalAll                 = quiet
# HasBeenNotified() is inline: an atomic load of the flag behind the mutex, which Notify() sets in the library.
absl::**::Notification::Notify                           = release this, release this+8, quiet
absl::**::Notification::WaitForNotification              = acquire this, quiet
absl::**::Notification::WaitForNotificationWithTimeout   = acquire this if true, quiet
absl::**::Notification::WaitForNotificationWithDeadline  = acquire this if true, quiet
absl::**::BlockingCounter::DecrementCount    = release this, acquire this if true, quiet
absl::**::BlockingCounter::Wait              = acquire this, quiet
absl::**::Barrier::Block                     = release this, acquire this, quiet
# The slow halves of call_once() and SpinLock; the fast ones are inline.
absl::**::base_internal::SpinLockWait        = acquire arg0
absl::**::base_internal::SpinLock::SlowLock  = acquire this

# Qt 5 and 6. Fast paths are inline atomics on the same word. A QReadWriteLock makes what waits in it when it first does,
# and hands it over by atomics in the library: quiet.
QMutex::lock                                 = lock this
QMutex::unlock                               = unlock this
QMutex::tryLock                              = lock this if true
QMutex::try_lock                             = lock this if true
QMutex::lockInternal                         = acquire this
QMutex::unlockInternal                       = release this
QBasicMutex::lockInternal                    = acquire this
QBasicMutex::unlockInternal                  = release this
QRecursiveMutex::lock                        = lock this
QRecursiveMutex::unlock                      = unlock this
QRecursiveMutex::tryLock                     = lock this if true
QReadWriteLock::lockForRead                  = lock_shared this, quiet
QReadWriteLock::lockForWrite                 = lock this, quiet
QReadWriteLock::tryLockForRead               = lock_shared this if true, quiet
QReadWriteLock::tryLockForWrite              = lock this if true, quiet
QReadWriteLock::unlock                       = unlock this, quiet
QSemaphore::acquire                          = acquire this
QSemaphore::tryAcquire                       = acquire this if true
QSemaphore::release                          = release this
QWaitCondition::wait                         = release arg1, acquire arg1, quiet
# The thread's end: abi.h, GORACE_THREAD_END.
QThread::wait                                = acquire this+1 if true
QThread::isFinished                          = acquire this+1 if true

# GLib: its mutexes are futexes. Its others are pthread's, made at their first use and handed over by atomics in the
# library: quiet.
g_mutex_lock          = lock arg0
g_mutex_trylock       = lock arg0 if true
g_mutex_unlock        = unlock arg0
g_mutex_clear         = destroy arg0
g_rw_lock_writer_lock    = lock arg0, quiet
g_rw_lock_writer_trylock = lock arg0 if true, quiet
g_rw_lock_writer_unlock  = unlock arg0, quiet
g_rw_lock_reader_lock    = lock_shared arg0, quiet
g_rw_lock_reader_trylock = lock_shared arg0 if true, quiet
g_rw_lock_reader_unlock  = unlock_shared arg0, quiet
g_rw_lock_clear          = destroy arg0, quiet
g_rec_mutex_lock         = lock arg0, quiet
g_rec_mutex_trylock      = lock arg0 if true, quiet
g_rec_mutex_unlock       = unlock arg0, quiet
g_rec_mutex_clear        = destroy arg0, quiet
g_bit_lock               = lock arg0
g_bit_trylock            = lock arg0 if true
g_bit_unlock             = unlock arg0
g_pointer_bit_lock       = lock arg0
g_pointer_bit_trylock    = lock arg0 if true
g_pointer_bit_unlock     = unlock arg0
g_cond_wait           = release arg1, acquire arg1
g_cond_wait_until     = release arg1, acquire arg1
g_once_init_enter     = acquire arg0
g_once_init_leave     = release arg0
g_async_queue_push        = release arg0
g_async_queue_push_front  = release arg0
g_async_queue_pop         = acquire arg0
g_async_queue_try_pop     = acquire arg0 if nonzero
g_async_queue_timeout_pop = acquire arg0 if nonzero

# Boost: its threads, mutexes and conditions are pthread's, which are intercepted; call_once is its own.
boost::thread_detail::enter_once_region      = acquire arg0
boost::thread_detail::commit_once_region     = release arg0
)";

}  // namespace gorace::instrument
