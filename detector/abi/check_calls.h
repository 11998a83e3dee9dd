/* Checks that are calls altogether, and the entry of functions; the rest of the contract is abi.h. (They came after its version 3, to which they
 * only add: objects of an older plugin need none of them.)
 *
 * Where an inline check is not worth its code, a call of __gorace_check_<read or write><bytes> does the same.
 * Convention and rules of abi.h's entry points (preserve_most, argument in rdi), but the address may have any
 * alignment. x86-64 only, in assembly: not callable from C.
 */
#ifndef GORACE_DETECTOR_ABI_CHECK_CALLS_H_
#define GORACE_DETECTOR_ABI_CHECK_CALLS_H_

#ifdef __cplusplus
#include <cstdint>
extern "C" {
#else
#include <stdint.h>
#endif

void __gorace_check_read1(const void* address);
void __gorace_check_read2(const void* address);
void __gorace_check_read4(const void* address);
void __gorace_check_read8(const void* address);
void __gorace_check_read16(const void* address);
void __gorace_check_read24(const void* address);
void __gorace_check_read32(const void* address);
void __gorace_check_read40(const void* address);
void __gorace_check_read48(const void* address);
void __gorace_check_read56(const void* address);
void __gorace_check_read64(const void* address);
void __gorace_check_write1(void* address);
void __gorace_check_write2(void* address);
void __gorace_check_write4(void* address);
void __gorace_check_write8(void* address);
void __gorace_check_write16(void* address);
void __gorace_check_write24(void* address);
void __gorace_check_write32(void* address);
void __gorace_check_write40(void* address);
void __gorace_check_write48(void* address);
void __gorace_check_write56(void* address);
void __gorace_check_write64(void* address);

/* What a function that calls others does at its entry, as abi.h says, without a register or a constant of its own: its
 * return address in r10; returns the caller's context in r11 and the function's own in r10, preserves all else. In code
 * of the executable only. */
void __gorace_enter(void);

#ifdef __cplusplus
}
#endif

#endif /* GORACE_DETECTOR_ABI_CHECK_CALLS_H_ */
