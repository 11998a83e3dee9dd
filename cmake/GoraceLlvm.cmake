# LLVM and clang, of the major version that the compiler plugin is built for. An installation can hold a plugin for each of several versions, from
# one build tree each (docs/build-systems.md).
#
# The version follows the compiler when that is clang, so that the plugin can be tried with the compiler of the build.
set(gorace_default_llvm 19)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  string(REGEX MATCH "^[0-9]+" gorace_default_llvm "${CMAKE_CXX_COMPILER_VERSION}")
endif()
set(GORACE_LLVM_MAJOR ${gorace_default_llvm} CACHE STRING "Major version of the LLVM that the plugin is built for: 16 to 22")
set(GORACE_LLVM_DIR "" CACHE PATH "Folder of LLVMConfig.cmake, when it is not found by itself")

if(GORACE_LLVM_MAJOR LESS 16)
  message(FATAL_ERROR "gorace: the compiler plugin needs LLVM 16 or newer, and is to be built for ${GORACE_LLVM_MAJOR}: "
    "configure with CXX=clang++-19 (or 16), or with -DGORACE_BUILD_TOOLCHAIN=OFF for the runtime alone")
endif()

# LLVM's version files accept no other minor version (`find_package(LLVM 19)` is refused by 19.1): found without, then compared.
find_package(LLVM REQUIRED CONFIG
  HINTS ${GORACE_LLVM_DIR} /usr/lib/llvm-${GORACE_LLVM_MAJOR}/lib/cmake/llvm)
if(NOT LLVM_VERSION_MAJOR EQUAL GORACE_LLVM_MAJOR)
  message(FATAL_ERROR "gorace: found LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_DIR}, but the plugin is to be built for LLVM "
    "${GORACE_LLVM_MAJOR}: install llvm-${GORACE_LLVM_MAJOR}-dev or set GORACE_LLVM_DIR")
endif()
find_package(Clang REQUIRED CONFIG HINTS ${LLVM_DIR}/../clang)
separate_arguments(gorace_llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")

# Plugins lie in a folder for each version, beside the libraries: lib/llvm19/ here, lib/gorace/llvm19/ when installed.
set(GORACE_PLUGIN_FOLDER llvm${GORACE_LLVM_MAJOR})
