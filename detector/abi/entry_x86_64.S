/* Entry points of the inline check for x86-64 (abi.h). LLVM's preserve_most convention: the address in rdi; every
 * general register except r11 is preserved; vector registers are not. The caller has a frame pointer, and makes calls,
 * so it has no red zone.
 *
 * Of a granule whose history is in a record, the inline check knows nothing; that this very access was made in this
 * epoch is then in the thread's cache (shadow/own_access.h), which is looked at first, in a few instructions: data that
 * several strands read passes here each time.
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
        .text

/* The detector is in the executable, so its thread_local has a constant offset. */
#define TLS_WORD(offset) %fs:__gorace_tls@tpoff + (offset)

/* r11: the shadow of the byte at rdi. */
.macro SHADOW_OF_ADDRESS
        movq    %rdi, %r11
        shlq    $20, %r11
        shrq    $19, %r11
        addq    .Lshadow_base(%rip), %r11
.endm

/* holds_own_access() for the bytes in the granule'th granule from rdi's on: goes on if the cache has the access, to 1 if
 * not. Changes r11 and rax. What is no tag is not in the cache; an empty cell, which is like the word of a granule
 * without a history, has no identity. */
.macro LOOK_UP_OWN bytes, is_write, granule
        SHADOW_OF_ADDRESS
        andq    $-16, %r11
        movq    16 * \granule(%r11), %r11       /* word 0: perhaps a tag */
        movl    %r11d, %eax
        andl    $(GORACE_OWN_ACCESSES - 1), %eax
        shll    $5, %eax
        addq    TLS_WORD(GORACE_TLS_THREAD_STATE), %rax
        cmpq    GORACE_STATE_OWN_ACCESSES + 16 * \is_write(%rax), %r11
        jne     1f
        movq    GORACE_STATE_OWN_ACCESSES + 16 * \is_write + 8(%rax), %r11
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

/* Returns if the cache has the whole access. rax is kept below the stack pointer: nothing is called meanwhile. */
.macro RETURN_IF_OWN bytes, is_write
        movq    %rax, -8(%rsp)
        cmpq    $0, TLS_WORD(GORACE_TLS_THREAD_STATE)
        je      1f
        LOOK_UP_OWN \bytes, \is_write, 0
.if \bytes == 16
        LOOK_UP_OWN \bytes, \is_write, 1
.endif
        movq    -8(%rsp), %rax
        ret
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
