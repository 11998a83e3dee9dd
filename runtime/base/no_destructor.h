// NoDestructor: a global whose destructor never runs: threads of the runtime go on while the process exits.
#ifndef GORACE_RUNTIME_BASE_NO_DESTRUCTOR_H_
#define GORACE_RUNTIME_BASE_NO_DESTRUCTOR_H_

namespace gorace::runtime {

template <class T>
union NoDestructor {
  constexpr NoDestructor() : value() {}
  ~NoDestructor() {}
  NoDestructor(const NoDestructor&) = delete;
  NoDestructor& operator=(const NoDestructor&) = delete;

  T value;
};

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_BASE_NO_DESTRUCTOR_H_
