# gorace_instrument(<target>): builds a target with race detection. Its sources are compiled with gorace's plugin; an executable is linked with
# the detector too. Libraries of any kind get the compile step only: the detector belongs to the program.
#
# The same file serves gorace's own build and find_package(gorace). Whoever includes it defines the target gorace::race (what an instrumented program is
# linked with) and these global properties, visible in every folder that calls the function:
#   gorace_plugin_root   the folder with llvm<major>/gorace-plug.so for each version of clang that there is a plugin for
#   gorace_include       the folder of gorace's public headers
function(gorace_instrument target)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "gorace_instrument(${target}): there is no such target")
  endif()
  foreach(language C CXX)
    if(NOT CMAKE_${language}_COMPILER_LOADED)
      continue()
    endif()
    # gorace-c++ as the compiler does all this for every target.
    if(CMAKE_${language}_COMPILER MATCHES "/gorace-(c\\+\\+|cc)$")
      return()
    endif()
    gorace_find_plugin(plugin ${target} ${language})
    # Both flags name one file: ccache looks at that of -fplugin only.
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:${language}>:-fplugin=${plugin};-fpass-plugin=${plugin};-g;-fno-omit-frame-pointer>")
  endforeach()
  get_property(include GLOBAL PROPERTY gorace_include)
  target_include_directories(${target} SYSTEM PRIVATE ${include})
  if(TARGET gorace-plug)
    gorace_recompile_with_plugin(${target} ${plugin})
  endif()

  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_link_libraries(${target} PRIVATE gorace::race)
    set_property(TARGET ${target} PROPERTY LINKER_LANGUAGE CXX)  # the runtime is C++
  endif()
endfunction()

# gorace_find_plugin(<variable> <target> <language>): the plugin for the compiler of that language. A plugin loads only into the clang
# that it was built for, so that any other compiler is refused here, by its name.
function(gorace_find_plugin variable target language)
  get_property(root GLOBAL PROPERTY gorace_plugin_root)
  set(id ${CMAKE_${language}_COMPILER_ID})
  set(version ${CMAKE_${language}_COMPILER_VERSION})
  string(REGEX MATCH "^[0-9]+" major "${version}")
  set(plugin ${root}/llvm${major}/gorace-plug.so)
  if(id STREQUAL "Clang" AND (EXISTS ${plugin} OR (TARGET gorace-plug AND major EQUAL GORACE_LLVM_MAJOR)))
    set(${variable} ${plugin} PARENT_SCOPE)
    return()
  endif()
  file(GLOB versions RELATIVE ${root} ${root}/llvm*/gorace-plug.so)
  list(TRANSFORM versions REPLACE "^llvm([0-9]+)/.*" "\\1")
  if(TARGET gorace-plug)
    set(versions ${GORACE_LLVM_MAJOR})
  endif()
  list(GET versions -1 newest)
  list(JOIN versions " or " versions)
  message(FATAL_ERROR "gorace_instrument(${target}): needs clang ${versions} as the ${language} compiler (this build "
    "uses ${id} ${version}): gorace's plugin loads only into the version that it was built for. "
    "Configure with CC=clang-${newest} CXX=clang++-${newest}.")
endfunction()

# In gorace's own build a new plugin generates other code: objects are out of date when it is newer.
function(gorace_recompile_with_plugin target plugin)
  add_dependencies(${target} gorace-plug)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    if(source MATCHES "\\.(c|cc|cpp|cxx|C)$")
      set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${plugin})
    endif()
  endforeach()
endfunction()
