# cmake -DCMAKE_TOOLCHAIN_FILE=<prefix>/lib/cmake/gorace/gorace-toolchain.cmake: everything is built with race detection.
get_filename_component(gorace_bin "${CMAKE_CURRENT_LIST_DIR}/../../../bin" ABSOLUTE)
set(CMAKE_C_COMPILER ${gorace_bin}/gorace-cc)
set(CMAKE_CXX_COMPILER ${gorace_bin}/gorace-c++)

# Archives of -flto's objects need LLVM's archiver, which CMake would look for by the compiler's prefix: gorace-llvm-ar.
file(GLOB gorace_plugins LIST_DIRECTORIES FALSE "${CMAKE_CURRENT_LIST_DIR}/../../gorace/llvm*/gorace-plug.so")
list(SORT gorace_plugins COMPARE NATURAL ORDER DESCENDING)
foreach(gorace_tool ar ranlib)
  set(gorace_names "")
  foreach(gorace_plugin IN LISTS gorace_plugins)
    string(REGEX REPLACE ".*/llvm([0-9]+)/gorace-plug.so$" "llvm-${gorace_tool}-\\1" gorace_name "${gorace_plugin}")
    list(APPEND gorace_names ${gorace_name})
  endforeach()
  string(TOUPPER ${gorace_tool} gorace_variable)
  find_program(CMAKE_CXX_COMPILER_${gorace_variable} NAMES ${gorace_names} llvm-${gorace_tool} DOC "LLVM's ${gorace_tool}")
  set(CMAKE_C_COMPILER_${gorace_variable} "${CMAKE_CXX_COMPILER_${gorace_variable}}" CACHE FILEPATH "LLVM's ${gorace_tool}")
endforeach()
