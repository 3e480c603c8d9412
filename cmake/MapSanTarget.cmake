# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Defines MapSan::MapSan for a prefix: the build tree or an installed one.

# mapsan_define_target(<target> <prefix> [<target that builds the prefix>...])
# Compiling: the plugin. Linking an executable: the runtime, whole, and its
# public names as dynamic symbols, so that instrumented shared libraries and
# the C++ library bind to it. Linking a shared library: nothing, it finds the
# runtime in the executable.
function(mapsan_define_target target prefix)
  string(MAKE_C_IDENTIFIER ${target} plain)
  add_library(${plain} INTERFACE)
  add_library(${target} ALIAS ${plain})
  target_include_directories(${plain} SYSTEM INTERFACE ${prefix}/include)
  target_compile_options(${plain} INTERFACE
    $<$<COMPILE_LANGUAGE:C,CXX>:-fpass-plugin=${prefix}/lib/libMapSanPass.so>
    $<$<COMPILE_LANGUAGE:C,CXX>:-fno-omit-frame-pointer>)

  set(runtime ${prefix}/lib/libmapsan_rt.a)
  set(is_executable $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
  string(CONCAT link
    "SHELL:-Xlinker --whole-archive -Xlinker \"${runtime}\" "
    "-Xlinker --no-whole-archive -Xlinker \"--dynamic-list=${runtime}.syms\"")
  target_link_options(${plain} INTERFACE "$<${is_executable}:${link}>")
  target_link_libraries(${plain} INTERFACE
    $<${is_executable}:pthread> $<${is_executable}:dl> $<${is_executable}:m>)
  set_property(TARGET ${plain} PROPERTY INTERFACE_LINK_DEPENDS
    $<${is_executable}:${runtime}>)
  if(ARGN)
    add_dependencies(${plain} ${ARGN})
  endif()
endfunction()
