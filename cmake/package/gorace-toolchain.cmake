# cmake -DCMAKE_TOOLCHAIN_FILE=<prefix>/lib/cmake/gorace/gorace-toolchain.cmake: everything is built with race detection.
get_filename_component(gorace_bin "${CMAKE_CURRENT_LIST_DIR}/../../../bin" ABSOLUTE)
set(CMAKE_C_COMPILER ${gorace_bin}/gorace-cc)
set(CMAKE_CXX_COMPILER ${gorace_bin}/gorace-c++)
