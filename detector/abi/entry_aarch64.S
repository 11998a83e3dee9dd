/* Entry points of the inline check for aarch64 (abi.h). LLVM's preserve_most convention there: the address in x0; x0 to x8 belong to the
 * callee, x9 to x15 are preserved beside the callee-saved ones; vector registers are not. */
#if defined(__aarch64__)

        .text
        .hidden gorace_access_slow

.macro ENTRY name, bytes_and_direction
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
        mov     x1, #\bytes_and_direction
        mov     x2, x30                 /* return address: which access */
        mov     x3, x29                 /* the accessing function's frame */
        mov     x29, sp
        bl      gorace_access_slow
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

        ENTRY   __gorace_read1, 2
        ENTRY   __gorace_read2, 4
        ENTRY   __gorace_read4, 8
        ENTRY   __gorace_read8, 16
        ENTRY   __gorace_read16, 32
        ENTRY   __gorace_write1, 3
        ENTRY   __gorace_write2, 5
        ENTRY   __gorace_write4, 9
        ENTRY   __gorace_write8, 17
        ENTRY   __gorace_write16, 33

#endif

        .section .note.GNU-stack, "", %progbits
