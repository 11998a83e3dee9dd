// Panic: what gorace throws where Go panics, with Go's text. It can be caught like any exception; one that leaves a
// goroutine's function ends the program as in Go: the panic, the goroutine's stack, exit code 2.
#ifndef GORACE_PANIC_H_
#define GORACE_PANIC_H_

#include <gorace/internal/language.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace gorace {

class Panic : public std::exception {
 public:
  explicit Panic(std::string text) : text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

// panic throws Panic(text).
[[noreturn]] void panic(std::string_view text);

}  // namespace gorace

#endif  // GORACE_PANIC_H_
