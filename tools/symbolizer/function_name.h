// Function names for people: demangled, without return type, parameters and ABI tags; template arguments kept.
//   _ZN3app5CacheIiE3getERKi            app::Cache<int>::get
//   _ZNSt6vectorINSt7__cxx1112basic_stringI...E9push_backE...   std::vector<std::string, ...>::push_back
#ifndef GORACE_TOOLS_SYMBOLIZER_FUNCTION_NAME_H_
#define GORACE_TOOLS_SYMBOLIZER_FUNCTION_NAME_H_

#include <string>

namespace gorace::tools {

// function_name returns the readable form of a function's linkage name; a name that is not mangled comes back as it is.
std::string function_name(const std::string& linkage_name);

// variable_name does the same for a global variable.
std::string variable_name(const std::string& linkage_name);

}  // namespace gorace::tools

#endif  // GORACE_TOOLS_SYMBOLIZER_FUNCTION_NAME_H_
