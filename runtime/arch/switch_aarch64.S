// void* gorace_switch_stack(void** save_sp, void* load_sp, void* value): context.h has the contract, SavedFrame the layout.
//
// AAPCS64: x19-x28, x29, x30, the low halves of v8-v15 and fpcr are the callee's to keep. fpcr is written only when it differs:
// the write synchronises the pipeline.
#if defined(__aarch64__)
    .text
    .globl gorace_switch_stack
    .hidden gorace_switch_stack
    .type gorace_switch_stack, %function
    .p2align 5
gorace_switch_stack:
    .cfi_startproc
    sub sp, sp, #176
    .cfi_def_cfa_offset 176
    mrs x9, fpcr
    str x9, [sp, #0]
    stp d8, d9, [sp, #16]
    stp d10, d11, [sp, #32]
    stp d12, d13, [sp, #48]
    stp d14, d15, [sp, #64]
    stp x19, x20, [sp, #80]
    stp x21, x22, [sp, #96]
    stp x23, x24, [sp, #112]
    stp x25, x26, [sp, #128]
    stp x27, x28, [sp, #144]
    stp x29, x30, [sp, #160]
    .cfi_offset x19, -96
    .cfi_offset x20, -88
    .cfi_offset x21, -80
    .cfi_offset x22, -72
    .cfi_offset x23, -64
    .cfi_offset x24, -56
    .cfi_offset x25, -48
    .cfi_offset x26, -40
    .cfi_offset x27, -32
    .cfi_offset x28, -24
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov x10, sp
    str x10, [x0]
    // Both stacks have the same layout here, so the call frame information holds on either side of this line.
    mov sp, x1
    ldr x11, [sp, #0]
    cmp x9, x11
    b.eq 1f
    msr fpcr, x11
1:
    ldp d8, d9, [sp, #16]
    ldp d10, d11, [sp, #32]
    ldp d12, d13, [sp, #48]
    ldp d14, d15, [sp, #64]
    ldp x19, x20, [sp, #80]
    ldp x21, x22, [sp, #96]
    ldp x23, x24, [sp, #112]
    ldp x25, x26, [sp, #128]
    ldp x27, x28, [sp, #144]
    ldp x29, x30, [sp, #160]
    add sp, sp, #176
    .cfi_def_cfa_offset 0
    mov x0, x2
    ret
    .cfi_endproc
    .size gorace_switch_stack, .-gorace_switch_stack

    // First instruction of every new stack. x19: the entry (prepare_stack), x0: value.
    .globl gorace_start_stack
    .hidden gorace_start_stack
    .type gorace_start_stack, %function
    .p2align 4
gorace_start_stack:
    .cfi_startproc
    .cfi_undefined x30
    mov x29, xzr
    mov x30, xzr
    blr x19
    brk #1
    .cfi_endproc
    .size gorace_start_stack, .-gorace_start_stack
#endif

    .section .note.GNU-stack,"",%progbits
