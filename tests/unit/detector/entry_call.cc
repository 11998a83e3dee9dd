#include "tests/unit/detector/entry_call.h"

#if defined(__x86_64__)
asm(R"(
        .text
        .globl gorace_test_call_entry, gorace_test_entry_returns_to
        .type gorace_test_call_entry, @function
gorace_test_call_entry:
        pushq %rbp
        movq %rdx, %rbp
        call *%rsi
gorace_test_entry_returns_to:
        popq %rbp
        ret
        .size gorace_test_call_entry, . - gorace_test_call_entry

        .globl gorace_test_step_entry, gorace_test_step_returns_to
        .type gorace_test_step_entry, @function
gorace_test_step_entry:
        pushq %rbp
        movq %rdx, %rbp
        pushfq
        orq $0x100, (%rsp)
        popfq
        call *%rsi
gorace_test_step_returns_to:
        pushfq
        andq $~0x100, (%rsp)
        popfq
        popq %rbp
        ret
        .size gorace_test_step_entry, . - gorace_test_step_entry

        .globl gorace_test_set_trap_flag, gorace_test_clear_trap_flag
        .type gorace_test_set_trap_flag, @function
gorace_test_set_trap_flag:
        pushfq
        orq $0x100, (%rsp)
        popfq
        ret
        .size gorace_test_set_trap_flag, . - gorace_test_set_trap_flag
        .type gorace_test_clear_trap_flag, @function
gorace_test_clear_trap_flag:
        pushfq
        andq $~0x100, (%rsp)
        popfq
        ret
        .size gorace_test_clear_trap_flag, . - gorace_test_clear_trap_flag
)");
#endif
