// malloc and new fail as ever: null, errno, bad_alloc, the new-handler.
// expect: clean
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>

int handler_calls = 0;
void give_up() {
  ++handler_calls;
  std::set_new_handler(nullptr);
}

// Through volatile, so that the compiler does not leave calls out.
void* (*volatile allocate)(size_t) = malloc;
void* (*volatile allocate_zeroed)(size_t, size_t) = calloc;
void* (*volatile reallocate)(void*, size_t) = realloc;

int main() {
  volatile size_t huge = SIZE_MAX / 2;
  errno = 0;
  if (allocate(huge) != nullptr || errno != ENOMEM) return 1;
  if (allocate_zeroed(huge, 16) != nullptr || reallocarray(nullptr, huge, 16) != nullptr) return 2;
  void* kept = allocate(10);
  if (reallocate(kept, huge) != nullptr) return 3;
  static_cast<char*>(kept)[9] = 1;
  free(kept);
  void* aligned = nullptr;
  if (posix_memalign(&aligned, 3, 8) != EINVAL || posix_memalign(&aligned, 64, 8) != 0) return 4;
  if (reinterpret_cast<uintptr_t>(aligned) % 64 != 0) return 5;
  free(aligned);
  std::set_new_handler(give_up);
  try {
    ::operator delete(::operator new(huge));
    return 6;
  } catch (const std::bad_alloc&) {
  }
  if (handler_calls != 1 || ::operator new(huge, std::nothrow) != nullptr) return 7;
  struct alignas(128) Wide {
    char bytes[128];
  };
  auto* wide = new Wide[3];
  const bool is_aligned = reinterpret_cast<uintptr_t>(wide) % 128 == 0;
  delete[] wide;
  return is_aligned ? 0 : 8;
}
