# Build-wide settings: language, warnings, sanitizers, output folders, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

set(GORACE_SANITIZE "" CACHE STRING "Sanitizers for gorace's own code: 'address,undefined' or 'thread'")

# The compiler plugin and the command need clang and LLVM 19; under a sanitizer or with g++ only what is linked into
# user programs is built and tested.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND GORACE_SANITIZE STREQUAL "")
  set(GORACE_BUILD_TOOLCHAIN_DEFAULT ON)
else()
  set(GORACE_BUILD_TOOLCHAIN_DEFAULT OFF)
endif()
option(GORACE_BUILD_TOOLCHAIN "Build the compiler plugin and the gorace command" ${GORACE_BUILD_TOOLCHAIN_DEFAULT})

find_program(GORACE_CCACHE ccache)
if(GORACE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${GORACE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GORACE_CCACHE})
endif()

# Frame pointers everywhere: stacks of parked goroutines, profiles and race reports are walked by them.
add_compile_options(-Wall -Wextra -Werror -fno-omit-frame-pointer -fno-optimize-sibling-calls)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wimplicit-fallthrough> $<$<COMPILE_LANGUAGE:CXX>:-Wshadow-uncaptured-local>)
endif()

if(GORACE_SANITIZE)
  add_compile_options(-fsanitize=${GORACE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GORACE_SANITIZE})
endif()
