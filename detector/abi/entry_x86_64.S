/* Entry points of the inline check for x86-64 (abi.h). LLVM's preserve_most convention: the address in rdi; every
 * general register except r11 is preserved; vector registers are not. The caller has a frame pointer, and makes calls,
 * so it has no red zone.
 *
 * Of a granule whose history is in a record, the inline check knows nothing; that this very access was made in this
 * epoch is then in the thread's cache (shadow/own_access.h), which is looked at first, in a few instructions: data that
 * several strands read passes here each time. Of a granule without a record, the strand's own last access in the same
 * direction is renewed, without the granule's lock (RENEW_OWN): most first accesses of an epoch are such.
 *
 * Otherwise each entry calls gorace_read_slow or gorace_write_slow with (address, bytes, return address, caller's rbp).
 * It has a frame of its own, so that the unwinder and frame-pointer walks pass through. */
#include "detector/abi/abi.h"

#if defined(__x86_64__)

        .text
        .hidden gorace_read_slow
        .hidden gorace_write_slow

        .section .rodata
        .p2align 3
.Lshadow_base:
        .quad   GORACE_SHADOW_BASE
.Lcontext_multiplier:
        .quad   GORACE_CONTEXT_MULTIPLIER
.Lorigin_key_multiplier:
        .quad   GORACE_ORIGIN_KEY_MULTIPLIER
.Lleast_tag:
        .quad   0xfff << (64 - 12)
        .text

/* The detector is in the executable, so its thread_local has a constant offset. */
#define TLS_WORD(offset) %fs:__gorace_tls@tpoff + (offset)

/* detector::g_is_sampled_program (sampling/sampling.h) */
#define SAMPLED_PROGRAM _ZN6gorace8detector20g_is_sampled_programE
/* detector::g_lock_handovers (origin/held_locks.h) */
#define LOCK_HANDOVERS _ZN6gorace8detector16g_lock_handoversE
/* detector::g_known_pages and its kShadowKnown (shadow/fault_ahead.h) */
#define KNOWN_PAGES _ZN6gorace8detector13g_known_pagesE
#define SHADOW_KNOWN 1
/* detector::g_page_flags and its kPageOneFree (shadow/page_flags.h) */
#define PAGE_FLAGS _ZN6gorace8detector12g_page_flagsE
#define PAGE_ONE_FREE 4

/* r11: the shadow of the byte at rdi. */
.macro SHADOW_OF_ADDRESS
        movq    %rdi, %r11
        shlq    $20, %r11
        shrq    $19, %r11
        addq    .Lshadow_base(%rip), %r11
.endm

/* holds_own_access() for the bytes in a granule, whose word 0 is in rax, and is perhaps a tag: goes on if the cache has the
 * access, to 1 if not. Changes r11 and rax. What is no tag is not in the cache; an empty cell, which is like the word
 * of a granule without a history, has no identity. */
.macro LOOK_UP_OWN bytes, is_write
        movl    %eax, %r11d
        andl    $(GORACE_OWN_ACCESSES - 1), %r11d
        shll    $5, %r11d
        addq    TLS_WORD(GORACE_TLS_THREAD_STATE), %r11
        cmpq    GORACE_STATE_OWN_ACCESSES + 16 * \is_write(%r11), %rax
        jne     1f
        movq    GORACE_STATE_OWN_ACCESSES + 16 * \is_write + 8(%r11), %r11
        xorq    TLS_WORD(GORACE_TLS_CURRENT), %r11
.if \bytes >= 8
        testq   $(-(1 << GORACE_IDENTITY_SHIFT) + GORACE_BYTE_MASK), %r11
.else
        movl    %edi, %eax
        andl    $7, %eax
        testq   %r11, TLS_WORD(GORACE_TLS_ACCESS_MASKS + 64 * (\bytes / 2))(,%rax,8)
.endif
        jne     1f
.endm

/* r8: the number of the page of the byte at rdi. */
.macro PAGE_OF_ADDRESS
        movq    %rdi, %r8
        shlq    $20, %r8
        shrq    $32, %r8
.endm

/* Goes to `otherwise` if the word is not of the running strand, of whatever epoch. Changes rdx. */
.macro CHECK_OWN word, otherwise
        movq    GORACE_CONTEXT_CURRENT(%rcx), %rdx
        xorq    \word, %rdx
        testq   %rdx, GORACE_CONTEXT_SLOT_MASK(%rcx)
        jne     \otherwise
.endm

/* Renews the strand's own word of an earlier epoch by a compare-and-exchange, and looks at the other word after it: why
 * that is exact is in shadow/README.md. A write to memory without a history, in a page whose shadow is known, goes the
 * same way; it looks for frees at work in the page as well, as is_overwritten() does (granule.h). The granule's shadow
 * words are at r11, and word 0, which is no tag, is in rax.
 * Returns if it was done; goes on, at 1, if this is another case, or somebody else is at the granule: then the slow
 * path does the access as if nothing had been done here. What is recorded is what access_in_granule() would, for a
 * strand that recording_context() gives: fast_access.h.
 * Registers are kept below the stack pointer: nothing is called meanwhile. */
.macro RENEW_OWN bytes, is_write
        movq    %rcx, -16(%rsp)
        movq    %rdx, -24(%rsp)
        movq    %rsi, -32(%rsp)
        movq    %r8, -40(%rsp)
.if !\is_write
        movq    %r9, -48(%rsp)
.endif
        movq    TLS_WORD(GORACE_TLS_CONTEXT), %rcx
        testq   %rcx, %rcx
        je      2f
        movq    TLS_WORD(GORACE_TLS_THREAD_STATE), %rsi
.if \is_write
        testq   %rax, %rax              /* a word of zeros may look like the first slot's */
        je      3f
        CHECK_OWN %rax, 2f
4:
.else
        /* The write is ordered: own, none, or by whoever was last known to be. Beside none, or somebody else's, there must
         * be an own read: over a granule of another strand's words alone, a free may be passing (shadow/freed.cc). */
        movq    %rax, %r9
        movq    8(%r11), %rax
        testq   %rax, %rax
        je      3f
        CHECK_OWN %rax, 2f
        testq   %r9, %r9
        je      4f
        movq    GORACE_CONTEXT_KNOWN_WORD(%rcx), %rdx
        xorq    %r9, %rdx
        shrq    $GORACE_IDENTITY_SHIFT, %rdx
        je      4f
3:      testq   %r9, %r9
        je      2f
        CHECK_OWN %r9, 2f
4:
.endif
.if \bytes < 8
        /* All bytes of the old word are touched now. */
        movl    %edi, %r8d
        andl    $7, %r8d
        movq    TLS_WORD(GORACE_TLS_ACCESS_MASKS + 64 * (\bytes / 2))(,%r8,8), %rdx
        notq    %rdx
        testb   %al, %dl
        jne     2f
.endif
        cmpq    $0, GORACE_CONTEXT_IGNORES(%rcx)
        jne     2f
        cmpb    $0, SAMPLED_PROGRAM(%rip)
        jne     2f
        cmpq    $0, GORACE_STATE_LOCKED_GRANULE(%rsi)
        jne     2f
        cmpq    GORACE_CONTEXT_STACK_MARK(%rcx), %rsp
        jb      2f
        /* The origin: access_key() and the thread's cache. */
        movq    GORACE_CONTEXT_LOCKS_KEY(%rcx), %rdx
        testq   %rdx, %rdx
        jne     .Lcheck_locks_\@
.Llocks_checked_\@:
        addq    8(%rbp), %rdx
        addq    TLS_WORD(GORACE_TLS_CALLING_CONTEXT), %rdx
        imulq   .Lcontext_multiplier(%rip), %rdx
        addq    (%rsp), %rdx
        imulq   .Lorigin_key_multiplier(%rip), %rdx
        movq    %rdx, %r8
        shrq    $(64 - GORACE_ORIGIN_CACHE_BITS), %r8
        shll    $4, %r8d
        cmpq    %rdx, GORACE_STATE_ORIGINS(%rsi,%r8)
        jne     2f
        movl    GORACE_STATE_ORIGINS + 8(%rsi,%r8), %edx
        shlq    $GORACE_ORIGIN_SHIFT, %rdx
        movq    GORACE_CONTEXT_CURRENT(%rcx), %rsi
.if \bytes < 8
        movl    %edi, %r8d
        andl    $7, %r8d
        andq    TLS_WORD(GORACE_TLS_ACCESS_MASKS + 64 * (\bytes / 2))(,%r8,8), %rsi
.endif
        orq     %rsi, %rdx
        /* note_use() */
        movl    GORACE_CONTEXT_EPOCH(%rcx), %esi
        movq    %rdi, %r8
        subq    GORACE_CONTEXT_STACK_LOW(%rcx), %r8
        cmpq    GORACE_CONTEXT_STACK_BYTES(%rcx), %r8
        jb      5f
        movl    %esi, GORACE_CONTEXT_LAST_USED_EPOCH(%rcx)
6:
        lock cmpxchgq %rdx, 8 * !\is_write(%r11)
        jne     2f
.if \is_write
        testq   %rax, %rax
        je      8f
9:
        movq    8(%r11), %rax
        testq   %rax, %rax
        je      7f
        xorq    GORACE_CONTEXT_CURRENT(%rcx), %rax
        shrq    $GORACE_IDENTITY_SHIFT, %rax
        jne     2f
.else
        cmpq    %r9, (%r11)
        jne     2f
        cmpq    %rdx, 8(%r11)
        jne     2f
.endif
7:
        RESTORE_FOR_RENEWAL \is_write
        movq    -8(%rsp), %rax
        ret
5:
        movl    %esi, GORACE_CONTEXT_LAST_STACK_EPOCH(%rcx)
        jmp     6b
.Lcheck_locks_\@:
        movl    LOCK_HANDOVERS(%rip), %r8d
        cmpl    %r8d, GORACE_CONTEXT_LOCKS_CHECKED(%rcx)
        je      .Llocks_checked_\@
        jmp     2f
.if \is_write
3:
        cmpq    %rax, 8(%r11)
        jne     2f
        movq    KNOWN_PAGES(%rip), %rdx
        PAGE_OF_ADDRESS
        testb   $SHADOW_KNOWN, (%rdx,%r8)
        jne     4b
        jmp     2f
8:
        movq    PAGE_FLAGS(%rip), %rsi
        PAGE_OF_ADDRESS
        cmpb    $PAGE_ONE_FREE, (%rsi,%r8)
        jae     8f
        cmpq    %rdx, (%r11)
        je      9b
        jmp     2f
8:
        /* The slow path will wait for the free, which may not have seen this word: it must be gone. */
        movq    %rdx, %rax
        xorl    %edx, %edx
        lock cmpxchgq %rdx, (%r11)
.endif
2:
        RESTORE_FOR_RENEWAL \is_write
.endm

.macro RESTORE_FOR_RENEWAL is_write
        movq    -16(%rsp), %rcx
        movq    -24(%rsp), %rdx
        movq    -32(%rsp), %rsi
        movq    -40(%rsp), %r8
.if !\is_write
        movq    -48(%rsp), %r9
.endif
.endm

/* Returns if the cache has the whole access, or it is a renewal. */
.macro RETURN_IF_OWN bytes, is_write
        movq    %rax, -8(%rsp)
        cmpq    $0, TLS_WORD(GORACE_TLS_THREAD_STATE)
        je      1f
        SHADOW_OF_ADDRESS
        andq    $-16, %r11
        movq    (%r11), %rax
.if \bytes <= 8
        cmpq    .Lleast_tag(%rip), %rax
        jb      8f
.endif
        LOOK_UP_OWN \bytes, \is_write
.if \bytes == 16
        SHADOW_OF_ADDRESS
        andq    $-16, %r11
        movq    16(%r11), %rax
        LOOK_UP_OWN \bytes, \is_write
.endif
        movq    -8(%rsp), %rax
        ret
.if \bytes <= 8
8:
        RENEW_OWN \bytes, \is_write
.endif
1:
        movq    -8(%rsp), %rax
.endm

.macro ENTRY name, slow, bytes, is_write
        .globl  \name
        .type   \name, @function
        SLOW_ENTRY \name, \slow, \bytes, \is_write
        .size   \name, . - \name
.endm

.macro SLOW_ENTRY name, slow, bytes, is_write
        .p2align 4
\name:
        .cfi_startproc
        endbr64
.if \bytes <= 16
        RETURN_IF_OWN \bytes, \is_write
.endif
.Lslow_\slow\()_\bytes:
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10                    /* 8 registers: the stack is aligned to 16 again */
        movl    $\bytes, %esi
        movq    8(%rbp), %rdx           /* return address: which access */
        movq    (%rbp), %rcx            /* the accessing function's frame */
        call    \slow
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rcx
        popq    %rax
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
.endm

        ENTRY   __gorace_read1, gorace_read_slow, 1, 0
        ENTRY   __gorace_read2, gorace_read_slow, 2, 0
        ENTRY   __gorace_read4, gorace_read_slow, 4, 0
        ENTRY   __gorace_read8, gorace_read_slow, 8, 0
        ENTRY   __gorace_read16, gorace_read_slow, 16, 0
        ENTRY   __gorace_write1, gorace_write_slow, 1, 1
        ENTRY   __gorace_write2, gorace_write_slow, 2, 1
        ENTRY   __gorace_write4, gorace_write_slow, 4, 1
        ENTRY   __gorace_write8, gorace_write_slow, 8, 1
        ENTRY   __gorace_write16, gorace_write_slow, 16, 1

/* The check as a call (__gorace_check_*, check_calls.h): the inline check of abi.h, which ends in the entry above. What is not aligned
 * goes to its slow path at once. */

.macro START_CHECK name
        .globl  __gorace_check_\name
        .type   __gorace_check_\name, @function
        .p2align 4
__gorace_check_\name:
        .cfi_startproc
        endbr64
.endm

.macro END_CHECK name
        .cfi_endproc
        .size   __gorace_check_\name, . - __gorace_check_\name
.endm

/* abi.h's entry of a function, which has its return address in r10: the caller's context to r11, its own to r10. All
 * other registers are preserved. */
        .globl  __gorace_enter
        .type   __gorace_enter, @function
        .p2align 4
__gorace_enter:
        .cfi_startproc
        endbr64
        movq    TLS_WORD(GORACE_TLS_CALLING_CONTEXT), %r11
        addq    %r11, %r10
        imulq   .Lcontext_multiplier(%rip), %r10
        movq    %r10, TLS_WORD(GORACE_TLS_CALLING_CONTEXT)
        ret
        .cfi_endproc
        .size   __gorace_enter, . - __gorace_enter

.macro CHECK_PART direction, bytes, is_write
        START_CHECK \direction\bytes
.if \bytes > 1
        testb   $(\bytes - 1), %dil
        jne     .Lslow_gorace_\direction\()_slow_\bytes
.endif
        SHADOW_OF_ADDRESS
        andq    $-16, %r11
        movq    8 * !\is_write(%r11), %r11
        xorq    TLS_WORD(GORACE_TLS_CURRENT), %r11
        movq    %rax, -8(%rsp)
        movl    %edi, %eax
        andl    $7, %eax
.if \bytes == 1
        andq    TLS_WORD(GORACE_TLS_ACCESS_MASKS)(,%rax,8), %r11
.elseif \bytes == 2
        andq    TLS_WORD(GORACE_TLS_ACCESS_MASKS + 64)(,%rax,8), %r11
.else
        andq    TLS_WORD(GORACE_TLS_ACCESS_MASKS + 128)(,%rax,8), %r11
.endif
        movq    -8(%rsp), %rax
        jne     __gorace_\direction\bytes
        ret
        END_CHECK \direction\bytes
.endm

.macro CHECK_GRANULE direction, bytes, is_write
        START_CHECK \direction\bytes
        testb   $7, %dil
        jne     .Lslow_gorace_\direction\()_slow_\bytes
        SHADOW_OF_ADDRESS
        movq    8 * !\is_write(%r11), %r11
        xorq    TLS_WORD(GORACE_TLS_CURRENT), %r11
        testq   $(-(1 << GORACE_IDENTITY_SHIFT) + GORACE_BYTE_MASK), %r11
        jne     __gorace_\direction\bytes
        ret
        END_CHECK \direction\bytes
.endm

.macro CHECK_GRANULES direction, bytes, is_write
        START_CHECK \direction\bytes
        testb   $7, %dil
        jne     .Lslow_gorace_\direction\()_slow_\bytes
        SHADOW_OF_ADDRESS
        movq    %rax, -8(%rsp)
        .set    .Lgranule, 0
.rept \bytes / 8
        movq    16 * .Lgranule + 8 * !\is_write(%r11), %rax
        xorq    TLS_WORD(GORACE_TLS_CURRENT), %rax
        testq   $(-(1 << GORACE_IDENTITY_SHIFT) + GORACE_BYTE_MASK), %rax
        jne     1f
        .set    .Lgranule, .Lgranule + 1
.endr
        movq    -8(%rsp), %rax
        ret
1:
        movq    -8(%rsp), %rax
        jmp     .Lslow_gorace_\direction\()_slow_\bytes
        END_CHECK \direction\bytes
.endm

/* Wider ones are checked as calls only: their slow paths have no name that others could call. */
.macro CHECK_WIDE bytes
        SLOW_ENTRY .L__gorace_read\bytes, gorace_read_slow, \bytes, 0
        SLOW_ENTRY .L__gorace_write\bytes, gorace_write_slow, \bytes, 1
        CHECK_GRANULES read, \bytes, 0
        CHECK_GRANULES write, \bytes, 1
.endm

        CHECK_PART read, 1, 0
        CHECK_PART read, 2, 0
        CHECK_PART read, 4, 0
        CHECK_GRANULE read, 8, 0
        CHECK_GRANULES read, 16, 0
        CHECK_PART write, 1, 1
        CHECK_PART write, 2, 1
        CHECK_PART write, 4, 1
        CHECK_GRANULE write, 8, 1
        CHECK_GRANULES write, 16, 1
        CHECK_WIDE 24
        CHECK_WIDE 32
        CHECK_WIDE 40
        CHECK_WIDE 48
        CHECK_WIDE 56
        CHECK_WIDE 64

#endif

        .section .note.GNU-stack, "", @progbits
