// A program that knows where its own code and data lie: it prints, a line each, a name and the address in the ELF file
// that the symbolizer is to be asked for. The tests look up the lines marked below by their markers.
#include <link.h>

#include <cstdint>
#include <cstdio>
#include <string>

#pragma GCC diagnostic ignored "-Wunused-function"

namespace app {

int counter[4] = {1, 2, 3, 4};  // MARK data

template <class T>
struct Cache {
  __attribute__((noinline)) uintptr_t outer(const T& key);
  inline __attribute__((always_inline)) uintptr_t middle(const T& key);
};

}  // namespace app

namespace {

volatile int g_sink;

// own_pc returns an address inside the call that its caller makes.
__attribute__((noinline)) uintptr_t own_pc() {
  g_sink = g_sink + 1;
  return reinterpret_cast<uintptr_t>(__builtin_return_address(0)) - 1;
}

inline __attribute__((always_inline)) uintptr_t innermost() {
  const uintptr_t pc = own_pc();  // MARK innermost
  g_sink = g_sink + 1;
  return pc;
}

int add_bias(dl_phdr_info* info, size_t, void* bias) {
  *static_cast<uintptr_t*>(bias) = info->dlpi_addr;
  return 1;  // the program comes first
}

}  // namespace

template <class T>
uintptr_t app::Cache<T>::middle(const T& key) {
  g_sink = static_cast<int>(key.size());
  return innermost();  // MARK middle
}

template <class T>
uintptr_t app::Cache<T>::outer(const T& key) {
  return middle(key);  // MARK outer
}

int main(int argc, char**) {
  uintptr_t bias = 0;
  dl_iterate_phdr(add_bias, &bias);
  app::Cache<std::string> cache;
  printf("code %zx\n", cache.outer("key") - bias);
  printf("data %zx\n", reinterpret_cast<uintptr_t>(&app::counter[2]) - bias);
  fflush(stdout);
  if (argc > 1) getchar();  // stays until its input ends
}
