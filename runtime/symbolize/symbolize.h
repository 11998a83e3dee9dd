// Symbolize: return addresses of this process to functions, files and lines.
//
// The work is done out of process by the gorace command ("gorace symbolize --server", LLVM's symbolizer), started at
// the first need and kept for the life of the process. It is found through the environment variable GORACE_TOOL (set by
// `gorace run`), then beside the executable, then in PATH. When it is not there, names come from the dynamic symbol
// table alone, and a line says so once.
//
// Thread safety: any thread; calls are serialised. Allocates nothing from the program's malloc. Not async-signal-safe:
// dumps run on a thread of the runtime's own.
//
// Protocol, one request a line on the server's stdin, fields separated by a tab; the reply ends with an empty line:
//   CODE <module path> <hex offset>   -> per frame, innermost inlined function first: function, file, line, column,
//   start line
//   LOCAL <offset from the cfa> <bytes of the frame> <module path> <hex offset>   -> function, variable, its offset
//   from the cfa, size, file, line DATA <module path> <hex offset>   -> name, hex start offset, decimal size, file,
//   line PROFILE <type> <output path>      -> followed by the raw profile (pprof/collect/raw_profile.h), ended by an
//   empty line;
//                                        reply: "ok" or "error <tab> message"
// Offsets are virtual addresses as in the module's ELF file (run-time address minus load bias). Unknown: one line "??"
// with empty fields.
#ifndef GORACE_RUNTIME_SYMBOLIZE_SYMBOLIZE_H_
#define GORACE_RUNTIME_SYMBOLIZE_SYMBOLIZE_H_

#include <cstddef>
#include <cstdint>

namespace gorace::runtime {

struct Frame {
  const char* function = "??";  // demangled, without parameters; "??" when unknown
  const char* file = "";        // strip_path_prefix already removed; "" when unknown
  int line = 0;
  uintptr_t pc = 0;               // the address that was asked for
  uintptr_t function_offset = 0;  // pc minus the function's start where known, for Go's "+0x43"; 0 unknown
  bool inlined = false;           // true for all but the last frame of one pc
};

// symbolize_pc calls visit for each frame at `pc`, a return address (the call before it is what is looked up),
// innermost first. The strings are valid during the call only.
void symbolize_pc(uintptr_t pc, void (*visit)(const Frame&, void*), void* argument);

struct DataSymbol {
  char name[256];
  uintptr_t address;
  size_t bytes;
  char file[512];
  int line;
};
// symbolize_data fills *out for the global variable that contains `address`; false when there is none.
bool symbolize_data(uintptr_t address, DataSymbol* out);

// StackVariable: a variable of a function's frame. `offset` is where it begins, counted from the frame's cfa.
struct StackVariable {
  char function[256];
  char name[256];  // "" when only the function is known
  ptrdiff_t offset;
  size_t bytes;
  char file[512];
  int line;
};
// symbolize_stack fills *out for the byte at `offset` from the cfa (the caller's stack pointer before the call) of the
// frame whose function goes on at `pc`, with its stack pointer `frame_bytes` below the cfa (0: not known); false when
// not even the function is known.
bool symbolize_stack(uintptr_t pc, ptrdiff_t offset, size_t frame_bytes, StackVariable* out);

// is_internal_frame tells frames that a user does not want to read: the runtime's own functions below its public API,
// and the standard library's call wrappers (std::__invoke_impl, std::function ...).
bool is_internal_frame(const char* function);

// is_operation_frame tells functions that stand for what the user's code does with an object: gorace's public API,
// std::atomic's operators, std's locks. Inlined or not, they lie between an access and the line that the user wrote.
bool is_operation_frame(const char* function);
// name_operation writes the name of the outermost such function of gorace's at the top of a stack, "" when there is
// none, and returns `out`.
const char* name_operation(const uintptr_t* pcs, int count, char* out, size_t bytes);

class RawWriter;
// StackStyle: Go's two layouts. kTraceback (dumps, panics): "main.f(...)" newline TAB "file:line +0x43". kRace (race
// reports): "  f()" newline six spaces "file:line +0x43". kAccess: the same without the operations at the top, so that
// the user's own frame comes first.
enum class StackStyle { kTraceback, kRace, kAccess };
// print_stack symbolizes and prints a stack of return addresses, internal frames hidden (unless nothing else is left).
void print_stack(RawWriter& out, const uintptr_t* pcs, int count, StackStyle style);

// symbolizer_request sends raw protocol lines and calls visit for each reply line, without the ending empty line.
// False: no server.
bool symbolizer_request(const char* request, size_t bytes, void (*visit)(const char* line, void*), void* argument);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SYMBOLIZE_SYMBOLIZE_H_
