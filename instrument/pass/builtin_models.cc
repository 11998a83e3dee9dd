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

# Qt's thread pool. A task without an object of one's own is known by the function that it runs; one that QRunnable::create made
# sees whatever was done before any start.
QThreadPool::start(QRunnable*, int)                              = release arg1, release @QThreadPool_start
QThreadPool::tryStart(QRunnable*)                                = release arg1, release @QThreadPool_start
QThreadPool::startOnReservedThread(QRunnable*)                   = release arg1, release @QThreadPool_start
QThreadPool::start(std::function<void ()>, int)                  = task arg1 before @QThreadPool_end
QThreadPool::tryStart(std::function<void ()>)                    = task arg1 before @QThreadPool_end
QThreadPool::startOnReservedThread(std::function<void ()>)       = task arg1 before @QThreadPool_end
QRunnable::create(std::function<void ()>)                        = task arg0 after @QThreadPool_start before @QThreadPool_end
override QRunnable::run                                          = acquire this, release @QThreadPool_end
QThreadPool::waitForDone                                         = acquire @QThreadPool_end if true, quiet
QThreadPool::~QThreadPool                                        = acquire @QThreadPool_end, quiet
# Futures share what the pointer in them points to.
QFutureInterfaceBase::reportFinished                             = release [this+8], release @Qt_signal
QFutureInterfaceBase::reportResultsReady                         = release [this+8], release @Qt_signal
QFutureInterfaceBase::reportException                            = release [this+8], release @Qt_signal
QFutureInterfaceBase::reportCanceled                             = release [this+8], release @Qt_signal
QFutureInterfaceBase::cancel                                     = release [this+8]
QFutureInterfaceBase::derefT                                     = release [this+8], acquire [this+8] if false
QFutureInterfaceBase::~QFutureInterfaceBase                      = quiet
QFutureInterfaceBase::waitForFinished                            = acquire [this+8]
QFutureInterfaceBase::waitForResult                              = acquire [this+8]
QFutureInterfaceBase::waitForNextResult                          = acquire [this+8]
QFutureInterfaceBase::isFinished                                 = acquire [this+8] if true
QFutureInterfaceBase::isCanceled                                 = acquire [this+8] if true
QFutureInterfaceBase::isResultReadyAt                            = acquire [this+8] if true
QFutureInterfaceBase::queryState                                 = acquire [this+8] if true
# QtConcurrent::map() and its kin: the engine is started once for each thread.
QtConcurrent::ThreadEngineBase::startBlocking                    = release this, acquire this
QtConcurrent::ThreadEngineBase::startThread                      = release this
override QtConcurrent::ThreadEngineBase::shouldStartThread       = acquire this
override QtConcurrent::ThreadEngineBase::shouldThrottleThread    = acquire this
override QtConcurrent::ThreadEngineBase::threadFunction          = acquire this, release this
override QtConcurrent::ThreadEngineBase::finish                  = acquire this
override QtConcurrent::ThreadEngineBase::asynchronousFinish      = acquire this
# Events: who handles one sees what was done before it was posted.
QCoreApplication::postEvent                                      = release arg1
override QObject::event                                          = acquire arg1
override QObject::customEvent                                    = acquire arg1
override QObject::eventFilter                                    = acquire arg2
override QCoreApplication::notify                                = acquire arg2
override QEvent::~QEvent                                         = acquire this
QObject::deleteLater                                             = release this
override QObject::~QObject                                       = acquire this
# invokeMethod(): the functor, or the receiver. Qt::BlockingQueuedConnection is 3.
QMetaObject::invokeMethodImpl                                    = release arg1, acquire arg0 if arg2 is 3
QMetaObject::invokeMethod                                        = release arg0, acquire arg0 if arg2 is 3
# Signals: their receivers are not known where they are sent. Arguments of queued ones are copied within activate().
QMetaObject::activate                                            = release @Qt_signal
callback QtPrivate::QSlotObject::impl                            = acquire arg1, acquire @Qt_signal, release arg2
callback QtPrivate::QFunctorSlotObject::impl                     = acquire arg1, acquire @Qt_signal, release arg2
callback QtPrivate::QCallableObject::impl                        = acquire arg1, acquire @Qt_signal, release arg2
callback **::qt_static_metacall                                  = acquire arg0, acquire @Qt_signal, release arg0
callback QtMetaTypePrivate::QMetaTypeFunctionHelper::Construct   = release @Qt_signal
callback QtPrivate::QMetaTypeForType::**::__invoke               = release @Qt_signal
# What a thread's finished() tells.
override QThread::run                                            = release @Qt_signal
# Event loops end when they are told to.
QThread::quit             = release this
QThread::exit             = release this
QThread::exec             = acquire this
QEventLoop::quit          = release this
QEventLoop::exit          = release this
QEventLoop::exec          = acquire this
QCoreApplication::quit    = release @QCoreApplication
QCoreApplication::exit    = release @QCoreApplication
QCoreApplication::exec    = acquire @QCoreApplication
QCoreApplication::~QCoreApplication = acquire @QThreadPool_end, quiet

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
# The macro g_once() reads the status inline, which the library wrote: docs/models.md.
g_once_impl                   = acquire arg1
callback arg1 of g_once_impl  = release function
g_async_queue_push        = release arg0
g_async_queue_push_front  = release arg0
g_async_queue_pop         = acquire arg0
g_async_queue_try_pop     = acquire arg0 if nonzero
g_async_queue_timeout_pop = acquire arg0 if nonzero
# Thread pools; the last argument of g_thread_pool_free() tells whether it waits.
g_thread_pool_push                        = release arg1
callback arg0 of g_thread_pool_new        = acquire arg0, release @GThreadPool
callback arg0 of g_thread_pool_new_full   = acquire arg0, release @GThreadPool
g_thread_pool_free                        = acquire @GThreadPool if arg2 is 1
# The main loop: what is done before a function is given to it is seen by that function.
g_idle_add                                = release arg0
g_idle_add_full                           = release arg1
g_timeout_add                             = release arg1
g_timeout_add_full                        = release arg2
g_timeout_add_seconds                     = release arg1
g_timeout_add_seconds_full                = release arg2
g_main_context_invoke                     = release arg1
g_main_context_invoke_full                = release arg2
g_source_set_callback                     = release arg1
g_source_attach                           = release @GSource
callback arg0 of g_idle_add                  = acquire function
callback arg1 of g_idle_add_full             = acquire function
callback arg1 of g_timeout_add               = acquire function
callback arg2 of g_timeout_add_full          = acquire function
callback arg1 of g_timeout_add_seconds       = acquire function
callback arg2 of g_timeout_add_seconds_full  = acquire function
callback arg1 of g_main_context_invoke       = acquire function
callback arg2 of g_main_context_invoke_full  = acquire function
callback arg1 of g_source_set_callback       = acquire function, acquire @GSource
g_main_loop_quit                          = release arg0
g_main_loop_run                           = acquire arg0
# GIO's tasks.
g_task_run_in_thread                      = release arg0
g_task_run_in_thread_sync                 = release arg0, acquire arg0
callback arg1 of g_task_run_in_thread        = acquire arg0, release arg0
callback arg1 of g_task_run_in_thread_sync   = acquire arg0, release arg0
g_task_return_pointer                     = release arg0
g_task_return_boolean                     = release arg0
g_task_return_int                         = release arg0
g_task_return_error                       = release arg0
callback arg2 of g_task_new                  = acquire arg1
g_task_propagate_pointer                  = acquire arg0
g_task_propagate_boolean                  = acquire arg0
g_task_propagate_int                      = acquire arg0

# Boost: its threads, mutexes and conditions are pthread's, which are intercepted; call_once is its own.
boost::thread_detail::enter_once_region      = acquire arg0
boost::thread_detail::commit_once_region     = release arg0
)";

}  // namespace gorace::instrument
