// A program's own operator new and delete win.
// expect: clean
// expect-output: ^own: [1-9]
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <thread>

static thread_local int allocations = 0;

void* operator new(size_t bytes) {
  ++allocations;
  if (void* block = malloc(bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }

int main() {
  auto number = std::make_unique<int>(5);
  std::thread([&number] { ++*number; }).join();
  printf("own: %d\n", *number == 6 ? allocations : 0);
}
