/* Entry points of the inline check for x86-64 (abi.h). LLVM's preserve_most convention: the address in rdi; every
 * general register except r11 is preserved; vector registers are not. The caller has a frame pointer, and makes calls,
 * so it has no red zone.
 *
 * Each entry calls gorace_read_slow or gorace_write_slow with (address, bytes, return address, caller's rbp). It has a
 * frame of its own, so that the unwinder and frame-pointer walks pass through. */
#if defined(__x86_64__)

        .text
        .hidden gorace_read_slow
        .hidden gorace_write_slow

.macro ENTRY name, slow, bytes
        .globl  \name
        .type   \name, @function
        .p2align 4
\name:
        .cfi_startproc
        endbr64
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
        .size   \name, . - \name
.endm

        ENTRY   __gorace_read1, gorace_read_slow, 1
        ENTRY   __gorace_read2, gorace_read_slow, 2
        ENTRY   __gorace_read4, gorace_read_slow, 4
        ENTRY   __gorace_read8, gorace_read_slow, 8
        ENTRY   __gorace_read16, gorace_read_slow, 16
        ENTRY   __gorace_write1, gorace_write_slow, 1
        ENTRY   __gorace_write2, gorace_write_slow, 2
        ENTRY   __gorace_write4, gorace_write_slow, 4
        ENTRY   __gorace_write8, gorace_write_slow, 8
        ENTRY   __gorace_write16, gorace_write_slow, 16

#endif

        .section .note.GNU-stack, "", @progbits
