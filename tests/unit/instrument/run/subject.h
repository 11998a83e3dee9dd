// Functions that are compiled with the pass, for run_test.cc.
#ifndef GORACE_TESTS_UNIT_INSTRUMENT_RUN_SUBJECT_H_
#define GORACE_TESTS_UNIT_INSTRUMENT_RUN_SUBJECT_H_

#include <csetjmp>
#include <cstdint>

#pragma pack(push, 1)
struct Packed {
  char pad;
  uint32_t value;
};
#pragma pack(pop)

void write1(uint8_t* p);
void write2(uint16_t* p);
void write4(uint32_t* p);
void write8(uint64_t* p);
uint64_t read8(const uint64_t* p);
void write16(__int128* p);
void write_long_double(long double* p);
void write_packed(Packed* p);
void add_one_to_each(float* p, int n);
void increment(uint64_t* p);

using Callback = void (*)();
void call(Callback f);
void call_twice(Callback f, Callback g);
void call_catching(Callback thrower, Callback handler);
void call_after_longjmp(std::jmp_buf& buffer, Callback jumper, Callback after);
int checked(int index);
int atomics(int* word);
float add_floating(float* word, float value);

#endif  // GORACE_TESTS_UNIT_INSTRUMENT_RUN_SUBJECT_H_
