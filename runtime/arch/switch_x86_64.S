// void* gorace_switch_stack(void** save_sp, void* load_sp, void* value): context.h has the contract, SavedFrame the layout.
//
// System V: rbx, rbp, r12-r15, the control bits of mxcsr and the x87 control word are the callee's to keep. Loading
// mxcsr or the control word stalls the pipeline, so they are loaded only when they differ; mxcsr's low six bits are
// sticky status flags, volatile over calls.
//
// It leaves by `ret`, not by an indirect jump: nearly every switch is made by the same call instruction, so the processor's return
// predictor, primed by this side's call, guesses the other side's return address right.
#if defined(__x86_64__)
    .text
    .globl gorace_switch_stack
    .hidden gorace_switch_stack
    .type gorace_switch_stack, @function
    .p2align 5
gorace_switch_stack:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movl (%rsp), %ecx
    movzwl 4(%rsp), %r8d
    movq %rsp, (%rdi)
    // Both stacks have the same layout here, so the call frame information holds on either side of this line.
    movq %rsi, %rsp
    xorl (%rsp), %ecx
    testl $0xffffffc0, %ecx
    jne .Lload_mxcsr
.Lmxcsr_done:
    cmpw 4(%rsp), %r8w
    jne .Lload_x87
.Lx87_done:
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    movq %rdx, %rax
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    ret
    .cfi_adjust_cfa_offset 56
    .cfi_rel_offset %rbp, 48
    .cfi_rel_offset %rbx, 40
    .cfi_rel_offset %r12, 32
    .cfi_rel_offset %r13, 24
    .cfi_rel_offset %r14, 16
    .cfi_rel_offset %r15, 8
.Lload_mxcsr:
    ldmxcsr (%rsp)
    jmp .Lmxcsr_done
.Lload_x87:
    fldcw 4(%rsp)
    jmp .Lx87_done
    .cfi_endproc
    .size gorace_switch_stack, .-gorace_switch_stack

    // First instruction of every new stack. rbx: the entry (prepare_stack), rax: value.
    .globl gorace_start_stack
    .hidden gorace_start_stack
    .type gorace_start_stack, @function
    .p2align 4
gorace_start_stack:
    .cfi_startproc
    .cfi_undefined %rip
    xorl %ebp, %ebp
    movq %rax, %rdi
    callq *%rbx
    ud2
    .cfi_endproc
    .size gorace_start_stack, .-gorace_start_stack
#endif

    .section .note.GNU-stack,"",@progbits
