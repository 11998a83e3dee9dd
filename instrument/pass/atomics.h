// Atomics: operations of C11/C++ atomics become calls of __tsan_atomic*, which perform and record them.
//
// Left as they are, and not recorded: operations and fences of single-thread scope (signal handlers: they order nothing
// between threads), and operations wider than 16 bytes or not aligned to their size, which LLVM itself turns into calls
// of libatomic.
#ifndef GORACE_INSTRUMENT_PASS_ATOMICS_H_
#define GORACE_INSTRUMENT_PASS_ATOMICS_H_

#include "instrument/pass/runtime_functions.h"
#include "llvm/IR/Instructions.h"

namespace gorace::instrument {

bool is_synchronising_atomic(const llvm::Instruction& instruction);

// strongest_order returns the order of a synchronising atomic; of a compare-exchange, the join of both its orders.
llvm::AtomicOrdering strongest_order(const llvm::Instruction& instruction);

// atomic_address returns where a synchronising atomic operates; null for a fence.
const llvm::Value* atomic_address(const llvm::Instruction& instruction);

// order_number is compiler-rt's number of an order (morder).
llvm::ConstantInt* order_number(llvm::IRBuilder<>& builder, llvm::AtomicOrdering order);

// replace_atomic replaces the operation by a call.
void replace_atomic(llvm::Instruction* instruction, RuntimeFunctions& runtime);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_ATOMICS_H_
