/* The contract between instrumented code (instrument/pass emits it) and the detector (this folder implements it). C, so
 * that the compiler pass, assembly and the detector read one file.
 *
 * Shadow. Granule = 8 aligned bytes of application memory. Each has two 64-bit shadow words at
 *     shadow(a) = ((a & 0x0fffffffffff & ~7) << 1) + GORACE_SHADOW_BASE
 * word 0: the last write, word 1: the last read. A word is
 *     bits 63..28 identity (who and when)   bits 27..8 origin (which stack)   bits 7..0 mask of the granule's bytes
 * touched zero: never accessed.
 *
 * Inline check of an access that lies in one granule (size 1, 2, 4, 8 at natural alignment): with w = the word for its
 * direction and m = its byte mask, nothing needs doing when
 *     ((w ^ __gorace_tls.current) & (GORACE_IDENTITY_MASK | m)) == 0
 * since __gorace_tls.current holds the running goroutine's identity, zero origin and a full mask. Otherwise the code
 * calls the entry point of that size. The entry points use LLVM's preserve_most convention: argument in rdi, every
 * general register but r11 is preserved, vector registers are not. The return address identifies the access; frame
 * pointers must be on ("frame-pointer"="all"), so that [rbp+8] of the accessing function is its own return address.
 *
 * Accesses of 16 bytes at 16-byte alignment do the same with both granules. All others (unaligned, odd, wider) call
 * __gorace_read_range / __gorace_write_range, in the ordinary C convention.
 *
 * Calling context. Every function that calls another keeps a hash of the calls that led to it: at entry
 *     saved = __gorace_tls.calling_context;  __gorace_tls.calling_context = (saved + return address) *
 * GORACE_CONTEXT_MULTIPLIER and at every exit (return, resume, and after each landing pad: the function's own value) it
 * stores `saved` (or its own value) back (check_calls.h has the entry as a call). The multiplier is even, and so is
 * every context but that which a function leaves for a call of itself (instrument/pass/calling_context.h). A function
 * that calls nothing may leave it alone: the entry points add the accessing function's own return address.
 *
 * __gorace_tls is initial-exec and changes when a goroutine migrates to another thread: code must read it through the
 * thread pointer each time, and never keep its address over a call.
 *
 * Atomic operations, fences and memory intrinsics call the __tsan_* functions of compiler-rt's ABI, which the detector
 * implements for code compiled with -fsanitize=thread too.
 */
#ifndef GORACE_DETECTOR_ABI_ABI_H_
#define GORACE_DETECTOR_ABI_ABI_H_

#define GORACE_ABI_VERSION 3

#define GORACE_APP_MASK 0x00000ffffffffffful
#define GORACE_SHADOW_BASE 0x100000000000
#define GORACE_SHADOW_BYTES 0x200000000000ul
#define GORACE_META_BASE 0x300000000000ul
#define GORACE_META_BYTES 0x040000000000ul

#define GORACE_IDENTITY_SHIFT 28
#define GORACE_IDENTITY_MASK 0xfffffffff0000000ul
#define GORACE_ORIGIN_SHIFT 8
#define GORACE_ORIGIN_BITS 20
#define GORACE_BYTE_MASK 0xfful

#define GORACE_CONTEXT_MULTIPLIER 0x3c6ef372fe94f82aul

/* Offsets in __gorace_tls, for the pass and the assembly entry points. */
#define GORACE_TLS_CURRENT 0
#define GORACE_TLS_CALLING_CONTEXT 8
#define GORACE_TLS_CONTEXT 16
#define GORACE_TLS_THREAD_STATE 24
#define GORACE_TLS_ACCESS_MASKS 64

/* The detector's own, for its assembly: places in its ThreadState... */
#define GORACE_STATE_OWN_ACCESSES 0
#define GORACE_OWN_ACCESSES 128
#define GORACE_STATE_ORIGINS 4096
#define GORACE_STATE_LOCKED_GRANULE 20480
#define GORACE_ORIGIN_CACHE_BITS 10
/* ... and in its Context. */
#define GORACE_CONTEXT_CURRENT 0
#define GORACE_CONTEXT_SLOT_MASK 8
#define GORACE_CONTEXT_KNOWN_WORD 16
#define GORACE_CONTEXT_STACK_MARK 24
#define GORACE_CONTEXT_STACK_LOW 32
#define GORACE_CONTEXT_STACK_BYTES 40
#define GORACE_CONTEXT_IGNORES 48
#define GORACE_CONTEXT_EPOCH 56
#define GORACE_CONTEXT_LAST_USED_EPOCH 60
#define GORACE_CONTEXT_LAST_STACK_EPOCH 64
#define GORACE_CONTEXT_LOCKS_KEY 72
#define GORACE_CONTEXT_LOCKS_CHECKED 80

#define GORACE_ORIGIN_KEY_MULTIPLIER 0xff51afd7ed558ccdul

/* Flags of __gorace_module_init. */
#define GORACE_MODULE_HAS_FENCES 1

#ifndef __ASSEMBLER__

#ifdef __cplusplus
#include <cstdint>
extern "C" {
#else
#include <stdint.h>
#endif

/* Where in its argument, as an address, the end of a thread stands for models: QThread::wait = acquire this+1. */
#define GORACE_THREAD_END 1

struct GoraceTls {
  uint64_t current;         /* identity of the running goroutine in its present epoch, mask 0xff; 0: not watched */
  uint64_t calling_context; /* hash of the calls that led here */
  void* context;            /* detector::Context of what runs; null in the scheduler and in gorace's own threads */
  void* thread_state;       /* detector::ThreadState of the OS thread: the detector's own */
  /* GORACE_IDENTITY_MASK | m for accesses of 1, 2 and 4 bytes at each place in the granule: a look into the cache line
   * beside `current` is shorter and quicker than shifting by a variable. Constant. */
  uint64_t access_masks[3][8] __attribute__((aligned(64)));
};
#define GORACE_ACCESS_MASK_(bytes) (GORACE_IDENTITY_MASK | (bytes))
#define GORACE_ACCESS_MASKS_AT_(first, second, third, fourth) \
  GORACE_ACCESS_MASK_(first), GORACE_ACCESS_MASK_(second), GORACE_ACCESS_MASK_(third), GORACE_ACCESS_MASK_(fourth)
/* The initial value of access_masks. What is not aligned does not come so far. */
#define GORACE_ACCESS_MASKS                                                                                   \
  {                                                                                                           \
    {GORACE_ACCESS_MASKS_AT_(0x01, 0x02, 0x04, 0x08), GORACE_ACCESS_MASKS_AT_(0x10, 0x20, 0x40, 0x80)},       \
        {GORACE_ACCESS_MASKS_AT_(0x03, 0xff, 0x0c, 0xff), GORACE_ACCESS_MASKS_AT_(0x30, 0xff, 0xc0, 0xff)}, { \
      GORACE_ACCESS_MASKS_AT_(0x0f, 0xff, 0xff, 0xff), GORACE_ACCESS_MASKS_AT_(0xf0, 0xff, 0xff, 0xff)        \
    }                                                                                                         \
  }
/* __thread: a C++ thread_local of another file would be reached through a wrapper that looks for a dynamic initialiser.
 */
extern __attribute__((tls_model("initial-exec"))) __thread struct GoraceTls __gorace_tls;

/* Called by a constructor (priority 0) of every instrumented module. */
void __gorace_module_init(uint32_t abi_version, uint32_t flags);

/* One function that was compiled with the plugin: `start` is relative to its own place. They lie in the section
 * "gorace_code" (LLVM's PC sections), from which the constructor tells the detector next: reports name code that is not
 * instrumented. Both ends null: the module has no such section. */
struct GoraceCode {
  int32_t start;
  uint32_t bytes;
};
void __gorace_module_code(const struct GoraceCode* begin, const struct GoraceCode* end);

/* Entry points of the inline check (preserve_most; see above). Implemented in assembly: not callable from C. */
void __gorace_read1(const void* address);
void __gorace_read2(const void* address);
void __gorace_read4(const void* address);
void __gorace_read8(const void* address);
void __gorace_read16(const void* address);
void __gorace_write1(void* address);
void __gorace_write2(void* address);
void __gorace_write4(void* address);
void __gorace_write8(void* address);
void __gorace_write16(void* address);

/* Any number of bytes at any address, C convention. */
void __gorace_read_range(const void* address, uint64_t bytes);
void __gorace_write_range(void* address, uint64_t bytes);

/* Around calls into libraries that are not instrumented, as the pass's models say. Null: nothing happened. */
void __gorace_model_acquire(void* object);
void __gorace_model_release(void* object);
void __gorace_model_lock(void* object);
void __gorace_model_unlock(void* object);
void __gorace_model_lock_shared(void* object);
void __gorace_model_unlock_shared(void* object);
void __gorace_model_destroy(void* object);
/* `function` is a libstdc++ std::function<void()> that is about to be handed over: whatever thread calls it, or a copy,
   sees what the caller of this has done, and what was released on `acquired`; its end is released on `released` (either
   may be null). Allocates as std::function does. */
void __gorace_model_task(void* function, void* acquired, void* released);
/* Between these, the running goroutine's accesses and synchronisation are not watched. */
void __gorace_model_quiet_begin(void);
void __gorace_model_quiet_end(void);

#ifdef __cplusplus
}
#endif

#endif /* __ASSEMBLER__ */

#endif /* GORACE_DETECTOR_ABI_ABI_H_ */
