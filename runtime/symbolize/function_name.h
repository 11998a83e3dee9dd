// Names of functions as reports and dumps show them.
//
// Thread safety: pure functions. No allocation.
#ifndef GORACE_RUNTIME_SYMBOLIZE_FUNCTION_NAME_H_
#define GORACE_RUNTIME_SYMBOLIZE_FUNCTION_NAME_H_

#include <cstddef>

namespace gorace::runtime {

// simplify_function_name writes a demangled name without return type, parameters and qualifiers:
//   "void ns::f<int>(int) const [clone .cold]"   ->  "ns::f<int>"
//   "main::'lambda'(int)::operator()(int) const" ->  "main::'lambda'::operator()"
// What it cannot read stays as it is. A name that does not fit ends in "...".
void simplify_function_name(const char* name, char* out, size_t bytes);

// demangle_plain_name does the same for a mangled name, as the dynamic symbol table has it, of the commonest kind:
// namespaces and classes without template arguments ("_ZN2ns1C1fEi" -> "ns::C::f"). Others, and names that are not
// mangled, are copied. For want of the server; abi::__cxa_demangle allocates from the program's malloc.
void demangle_plain_name(const char* name, char* out, size_t bytes);

}  // namespace gorace::runtime

#endif  // GORACE_RUNTIME_SYMBOLIZE_FUNCTION_NAME_H_
