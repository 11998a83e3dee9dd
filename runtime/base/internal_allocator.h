// Memory for gorace's own records: straight from mmap, never from the program's malloc, so that it works inside malloc,
// before main and after the program's heap is corrupt. Blocks of a power-of-two size class are recycled; memory is not
// given back to the kernel.
//
// Thread safety: all functions may be called from any thread; they take one spin lock per size class.
#ifndef GORACE_RUNTIME_BASE_INTERNAL_ALLOCATOR_H_
#define GORACE_RUNTIME_BASE_INTERNAL_ALLOCATOR_H_

#include <cstddef>
#include <new>
#include <utility>

namespace gorace::runtime {

// internal_alloc returns zeroed memory of at least `bytes`, aligned to 16 (64 from 64 bytes on). Dies with one line that names
// the size when the kernel refuses.
void* internal_alloc(size_t bytes);

// internal_free takes back a block of internal_alloc; `bytes` must be what was asked for.
void internal_free(void* block, size_t bytes);

// Around fork(), in the process that forks: no other thread is inside the allocator then, so the child finds it whole. The second is called in
// parent and child.
void lock_internal_allocator();
void unlock_internal_allocator();

template <class T, class... Args>
T* internal_new(Args&&... args) {
  return new (internal_alloc(sizeof(T))) T(std::forward<Args>(args)...);
}

template <class T>
void internal_delete(T* object) {
  if (object == nullptr) return;
  object->~T();
  internal_free(object, sizeof(T));
}

// InternalVector: a growing array on internal_alloc. Trivially copyable elements only. Not thread safe.
template <class T>
class InternalVector {
 public:
  InternalVector() = default;
  ~InternalVector() { internal_free_storage(); }
  InternalVector(const InternalVector&) = delete;
  InternalVector& operator=(const InternalVector&) = delete;

  void push_back(const T& value) {
    if (size_ == capacity_) grow(capacity_ == 0 ? 8 : capacity_ * 2);
    data_[size_++] = value;
  }
  void reserve(size_t n) {
    if (n > capacity_) grow(n);
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& back() { return data_[size_ - 1]; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  static_assert(__is_trivially_copyable(T));
  void grow(size_t capacity) {
    T* grown = static_cast<T*>(internal_alloc(capacity * sizeof(T)));
    if (size_ != 0) __builtin_memcpy(static_cast<void*>(grown), data_, size_ * sizeof(T));
    internal_free_storage();
    data_ = grown;
    capacity_ = capacity;
  }
  void internal_free_storage() {
    if (data_ != nullptr) internal_free(data_, capacity_ * sizeof(T));
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_INTERNAL_ALLOCATOR_H_
