// A detector that records only: it keeps the shadow as detector/abi/abi.h says, so that inline checks pass as they would, and lists the calls that
// reach it. Compiled without instrumentation.
#include "tests/unit/instrument/stub_runtime.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "detector/abi/abi.h"
#include "detector/abi/check_calls.h"

// Library calls pass through: __gorace_<name> is libc's <name>.
#if defined(__x86_64__)
#define FORWARD(name) asm(".globl __gorace_" #name "\n__gorace_" #name ": jmp " #name "@PLT");
#else
#define FORWARD(name) asm(".globl __gorace_" #name "\n__gorace_" #name ": b " #name);
#endif

asm(".text");
#if defined(__x86_64__)
asm(R"(
        .globl __gorace_enter
__gorace_enter:
        movq %fs:__gorace_tls@tpoff+8, %r11
        addq %r11, %r10
        imulq stub_multiplier(%rip), %r10
        movq %r10, %fs:__gorace_tls@tpoff+8
        ret
)");
extern "C" const uint64_t stub_multiplier = GORACE_CONTEXT_MULTIPLIER;
#endif

// clang-format off
FORWARD(strlen) FORWARD(strnlen) FORWARD(strcmp) FORWARD(strncmp) FORWARD(strcasecmp) FORWARD(strncasecmp)
FORWARD(strchr) FORWARD(strrchr) FORWARD(strstr) FORWARD(strspn) FORWARD(strcspn) FORWARD(strpbrk) FORWARD(memchr)
FORWARD(memrchr) FORWARD(memcmp) FORWARD(bcmp) FORWARD(strcpy) FORWARD(stpcpy) FORWARD(strncpy) FORWARD(stpncpy)
FORWARD(strcat) FORWARD(strncat) FORWARD(strdup) FORWARD(strndup) FORWARD(sprintf) FORWARD(snprintf) FORWARD(vsprintf)
FORWARD(vsnprintf) FORWARD(fread) FORWARD(fwrite) FORWARD(fgets) FORWARD(fputs) FORWARD(puts) FORWARD(strtol)
FORWARD(strtoll) FORWARD(strtoul) FORWARD(strtoull) FORWARD(strtod) FORWARD(strtof) FORWARD(atoi) FORWARD(atol)
FORWARD(atoll) FORWARD(atof)
// clang-format on
#undef FORWARD

extern "C" {
__thread GoraceTls __gorace_tls = {(uint64_t{1} << GORACE_IDENTITY_SHIFT) | GORACE_BYTE_MASK, 0x1234, nullptr, nullptr,
                                   GORACE_ACCESS_MASKS};
}

namespace {

uint32_t g_module_flags = 0;

std::vector<StubCall>& calls() {
  static thread_local auto* list = new std::vector<StubCall>;
  return *list;
}
std::vector<const char*>& events() {
  static thread_local auto* list = new std::vector<const char*>;
  return *list;
}

void map_shadow() {
  static const void* const mapping = [] {
    void* wanted = reinterpret_cast<void*>(GORACE_SHADOW_BASE);
    void* got = mmap(wanted, GORACE_SHADOW_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != wanted) {
      std::perror("stub detector: cannot map the shadow");
      std::exit(2);
    }
    return got;
  }();
  (void)mapping;
}

void touch(uintptr_t address, bool is_write) {
  auto* word = reinterpret_cast<uint64_t*>(((address & GORACE_APP_MASK & ~uintptr_t{7}) << 1) + GORACE_SHADOW_BASE) + !is_write;
  const uint64_t identity = __gorace_tls.current & GORACE_IDENTITY_MASK;
  const uint64_t old_mask = (*word & GORACE_IDENTITY_MASK) == identity ? *word & GORACE_BYTE_MASK : 0;
  *word = identity | (0x5a5a5ul << GORACE_ORIGIN_SHIFT) | old_mask | (1u << (address & 7));
}

void record(bool is_write, const void* address, uint64_t bytes) {
  for (uint64_t i = 0; i < bytes; ++i) touch(reinterpret_cast<uintptr_t>(address) + i, is_write);
  if (calls().size() < 1000) calls().push_back({is_write, address, bytes, __gorace_tls.calling_context});
}

void record_event(const char* name) { events().push_back(name); }

}  // namespace

const std::vector<StubCall>& stub_calls() { return calls(); }
const std::vector<const char*>& stub_events() { return events(); }
void stub_clear() {
  calls().clear();
  events().clear();
}
void stub_new_epoch() { __gorace_tls.current += uint64_t{1} << GORACE_IDENTITY_SHIFT; }
uint32_t stub_module_flags() { return g_module_flags; }
uint64_t stub_calling_context() { return __gorace_tls.calling_context; }

extern "C" {

void __gorace_module_init(uint32_t abi_version, uint32_t flags) {
  if (abi_version != GORACE_ABI_VERSION) std::abort();
  g_module_flags |= flags;
  map_shadow();
}
void __gorace_module_code(const GoraceCode*, const GoraceCode*) {}

// abi.h declares these for no particular convention, which C++ could not define: other names in C++, the same symbols.
#define STUB_ENTRY(bytes)                                                                                  \
  [[clang::preserve_most]] void stub_read##bytes(const void* a) __asm__("__gorace_read" #bytes);           \
  [[clang::preserve_most]] void stub_read##bytes(const void* a) { record(false, a, bytes); }               \
  [[clang::preserve_most]] void stub_write##bytes(void* a) __asm__("__gorace_write" #bytes);               \
  [[clang::preserve_most]] void stub_write##bytes(void* a) { record(true, a, bytes); }
// The check as a call: passes where the inline check would, or records.
bool is_touched(const void* address, uint64_t bytes, bool is_write) {
  for (auto a = reinterpret_cast<uintptr_t>(address), end = a + bytes; a < end; ++a) {
    const auto* word = reinterpret_cast<const uint64_t*>(((a & GORACE_APP_MASK & ~uintptr_t{7}) << 1) + GORACE_SHADOW_BASE) + !is_write;
    if (((*word ^ __gorace_tls.current) & (GORACE_IDENTITY_MASK | 1u << (a & 7))) != 0) return false;
  }
  return true;
}
#define STUB_CHECK(bytes)                                                                                  \
  [[clang::preserve_most]] void stub_check_read##bytes(const void* a) __asm__("__gorace_check_read" #bytes); \
  [[clang::preserve_most]] void stub_check_read##bytes(const void* a) {                                    \
    if (!is_touched(a, bytes, false)) record(false, a, bytes);                                             \
  }                                                                                                        \
  [[clang::preserve_most]] void stub_check_write##bytes(void* a) __asm__("__gorace_check_write" #bytes);   \
  [[clang::preserve_most]] void stub_check_write##bytes(void* a) {                                         \
    if (!is_touched(a, bytes, true)) record(true, a, bytes);                                               \
  }
STUB_CHECK(1)
STUB_CHECK(2)
STUB_CHECK(4)
STUB_CHECK(8)
STUB_CHECK(16)
STUB_CHECK(24)
STUB_CHECK(32)
STUB_CHECK(40)
STUB_CHECK(48)
STUB_CHECK(56)
STUB_CHECK(64)
STUB_ENTRY(1)
STUB_ENTRY(2)
STUB_ENTRY(4)
STUB_ENTRY(8)
STUB_ENTRY(16)

void __gorace_read_range(const void* address, uint64_t bytes) { record(false, address, bytes); }
void __gorace_write_range(void* address, uint64_t bytes) { record(true, address, bytes); }

void __tsan_vptr_update(void** address, void* value) {
  record_event("vptr_update");
  if (*address != value) record(true, address, sizeof(void*));
}

void* __tsan_memcpy(void* to, const void* from, uint64_t bytes) {
  record_event("memcpy");
  return std::memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, uint64_t bytes) {
  record_event("memmove");
  return std::memmove(to, from, bytes);
}
void* __tsan_memset(void* to, int value, uint64_t bytes) {
  record_event("memset");
  return std::memset(to, value, bytes);
}

void __tsan_atomic_thread_fence(int) {
  record_event("fence");
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#define STUB_FETCH(bits, type, name)                                         \
  type __tsan_atomic##bits##_fetch_##name(volatile type* a, type v, int) {   \
    record_event("fetch_" #name);                                            \
    return __atomic_fetch_##name(a, v, __ATOMIC_SEQ_CST);                    \
  }
#define STUB_ATOMIC(bits, type)                                                                                      \
  type __tsan_atomic##bits##_load(const volatile type* a, int) {                                                     \
    record_event("load");                                                                                            \
    return __atomic_load_n(a, __ATOMIC_SEQ_CST);                                                                     \
  }                                                                                                                  \
  void __tsan_atomic##bits##_store(volatile type* a, type v, int) {                                                  \
    record_event("store");                                                                                           \
    __atomic_store_n(a, v, __ATOMIC_SEQ_CST);                                                                        \
  }                                                                                                                  \
  type __tsan_atomic##bits##_exchange(volatile type* a, type v, int) {                                               \
    record_event("exchange");                                                                                        \
    return __atomic_exchange_n(a, v, __ATOMIC_SEQ_CST);                                                              \
  }                                                                                                                  \
  type __tsan_atomic##bits##_compare_exchange_val(volatile type* a, type c, type v, int, int) {                      \
    record_event("compare_exchange");                                                                                \
    __atomic_compare_exchange_n(a, &c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                                \
    return c;                                                                                                        \
  }                                                                                                                  \
  STUB_FETCH(bits, type, add) STUB_FETCH(bits, type, sub) STUB_FETCH(bits, type, and) STUB_FETCH(bits, type, or)     \
  STUB_FETCH(bits, type, xor) STUB_FETCH(bits, type, nand)
STUB_ATOMIC(8, uint8_t)
STUB_ATOMIC(16, uint16_t)
STUB_ATOMIC(32, uint32_t)
STUB_ATOMIC(64, uint64_t)

}  // extern "C"
