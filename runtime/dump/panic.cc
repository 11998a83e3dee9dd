// Uncaught exceptions as Go's panics.
//
// An exception that nobody catches leaves the stack as it was: the unwinder's search phase reaches the end of the stack
// (main's caller, or a goroutine's root), and __cxa_throw calls std::terminate on top of the frames that threw. So the
// traceback shows the place of the throw.
#include <cxxabi.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <typeinfo>

#include "runtime/base/exit_hooks.h"
#include "runtime/base/raw_writer.h"
#include "runtime/dump/death.h"
#include "runtime/dump/dump.h"
#include "runtime/sched/goroutine.h"

namespace gorace::runtime {
namespace {

// gorace::Panic carries Go's text; the runtime does not know its class (it is public API above), only its name.
constexpr char kPanicType[] = "N6gorace5PanicE";

std::terminate_handler g_former_handler = nullptr;

bool same_text(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

// Go indents the further lines of a message, so that none of them looks like a part of the dump.
void print_message(RawWriter& out, const char* message) {
  for (; *message != '\0'; ++message) {
    out << *message;
    if (*message == '\n') out << '\t';
  }
}

void print_type(RawWriter& out, const std::type_info& type) {
  int status = 0;
  // The one allocation from malloc: the names of types are demangled only here.
  char* demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  out << (demangled != nullptr ? demangled : type.name());
  free(demangled);
}

// Prints "panic: ..." for the exception that is being handled.
void print_exception(RawWriter& out, const std::type_info& type) {
  out << "panic: ";
  try {
    throw;
  } catch (const std::exception& exception) {
    if (!same_text(type.name(), kPanicType)) {
      print_type(out, type);
      out << ": ";
    }
    print_message(out, exception.what());
  } catch (const char* text) {
    print_message(out, text == nullptr ? "(null)" : text);
  } catch (...) {
    print_type(out, type);
  }
  out << "\n\n";
}

[[gnu::noinline]] void on_terminate() {
  claim_death();
  {
    RawWriter out(2);
    if (const std::type_info* type = abi::__cxa_current_exception_type()) {
      print_exception(out, *type);
    } else {
      // A joinable std::thread was destroyed, or the program called it.
      out << "fatal error: std::terminate called without an active exception\n\n";
    }
    out.flush();  // the cause is told even if naming the frames fails
    print_own_goroutine(out, __builtin_return_address(0));
  }
  if (g_former_handler != nullptr) g_former_handler();
  end_process(kFatalExitCode, /*flush=*/true);
}

// The C++ library's own handler prints "terminate called after throwing..." and aborts: not the program's.
bool is_library_handler(std::terminate_handler handler) {
  return handler == nullptr || handler == std::terminate_handler(abort) ||
         handler == std::terminate_handler(__gnu_cxx::__verbose_terminate_handler);
}

}  // namespace

void install_terminate_handler() {
  const std::terminate_handler former = std::set_terminate(on_terminate);
  if (former != on_terminate && !is_library_handler(former)) g_former_handler = former;
}

void die_of_exception(G*) { on_terminate(), __builtin_unreachable(); }

}  // namespace gorace::runtime
