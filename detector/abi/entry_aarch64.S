/* Entry points of the inline check for aarch64 (abi.h). LLVM's preserve_most convention there: the address in x0; x0 to
 * x8 belong to the callee, x9 to x15 are preserved beside the callee-saved ones; vector registers are not. */
#if defined(__aarch64__)

        .text
        .hidden gorace_read_slow
        .hidden gorace_write_slow

.macro ENTRY name, slow, bytes
        .globl  \name
        .type   \name, %function
        .p2align 4
\name:
        .cfi_startproc
        hint    #34                     /* bti c */
        stp     x29, x30, [sp, #-80]!
        .cfi_def_cfa_offset 80
        .cfi_offset x29, -80
        .cfi_offset x30, -72
        stp     x9, x10, [sp, #16]
        stp     x11, x12, [sp, #32]
        stp     x13, x14, [sp, #48]
        str     x15, [sp, #64]
        mov     x1, #\bytes
        mov     x2, x30                 /* return address: which access */
        mov     x3, x29                 /* the accessing function's frame */
        mov     x29, sp
        bl      \slow
        ldp     x9, x10, [sp, #16]
        ldp     x11, x12, [sp, #32]
        ldp     x13, x14, [sp, #48]
        ldr     x15, [sp, #64]
        ldp     x29, x30, [sp], #80
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
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

        .section .note.GNU-stack, "", %progbits
