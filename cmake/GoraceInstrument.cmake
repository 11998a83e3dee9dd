# gorace_instrument(<target>): builds a target with race detection. Its sources are compiled with gorace's plugin; an executable is linked with
# the detector too. Libraries of any kind get the compile step only: the detector belongs to the program.
#
# Needs clang of the major version that the plugin was built for (GORACE_LLVM_MAJOR).
function(gorace_instrument target)
  foreach(language C CXX)
    if(CMAKE_${language}_COMPILER_LOADED)
      gorace_require_compiler(${target} ${language})
    endif()
  endforeach()

  # Both flags name one file: ccache looks at that of -fplugin only.
  set(plugin $<TARGET_FILE:gorace-plug>)
  set(flags -fplugin=${plugin} -fpass-plugin=${plugin} -g -fno-omit-frame-pointer)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C,CXX>:${flags}>)
  add_dependencies(${target} gorace-plug)
  gorace_recompile_with_plugin(${target})

  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    # Whole: nothing names the interceptors, but they must be there to be found before libc's.
    target_link_libraries(${target} PRIVATE -Wl,--whole-archive $<TARGET_FILE:gorace_race> -Wl,--no-whole-archive
      gorace_race gorace)
    # As `gorace c++` does: observers that start themselves, what instrumented shared libraries refer to, and the id by which symbols are found.
    target_link_options(${target} PRIVATE -Wl,-u,__gorace_profiles -Wl,-u,__gorace_leak_check
      -Wl,--export-dynamic-symbol=__gorace_* -Wl,--build-id)
    add_dependencies(${target} gorace_race)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS $<TARGET_FILE:gorace_race>)
  endif()
endfunction()

function(gorace_require_compiler target language)
  set(id ${CMAKE_${language}_COMPILER_ID})
  set(version ${CMAKE_${language}_COMPILER_VERSION})
  if(NOT id STREQUAL "Clang" OR NOT version MATCHES "^${GORACE_LLVM_MAJOR}\\.")
    message(FATAL_ERROR "gorace_instrument(${target}): needs clang ${GORACE_LLVM_MAJOR} as the ${language} compiler (this build "
      "uses ${id} ${version}): gorace's plugin loads only into the version that it was built for. "
      "Configure with CC=clang-${GORACE_LLVM_MAJOR} CXX=clang++-${GORACE_LLVM_MAJOR}.")
  endif()
endfunction()

# A new plugin generates other code: objects are out of date when it is newer.
function(gorace_recompile_with_plugin target)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    if(source MATCHES "\\.(c|cc|cpp|cxx|C)$")
      set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${CMAKE_BINARY_DIR}/lib/gorace-plug.so)
    endif()
  endforeach()
endfunction()
