# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# compiler-rt's sanitizer_common, compiled from its own source folder: the part
# of it that a Linux runtime with a symbolizer needs. None of it is in this
# repository.

# As in compiler-rt's own lists, less what is empty on Linux and less coverage.
set(MAPSAN_SANITIZER_COMMON_SOURCES
  # core
  sanitizer_allocator.cpp sanitizer_common.cpp sanitizer_deadlock_detector1.cpp
  sanitizer_errno.cpp sanitizer_file.cpp sanitizer_flag_parser.cpp
  sanitizer_flags.cpp sanitizer_libc.cpp sanitizer_libignore.cpp
  sanitizer_linux.cpp sanitizer_mutex.cpp sanitizer_platform_limits_linux.cpp
  sanitizer_platform_limits_posix.cpp sanitizer_posix.cpp sanitizer_printf.cpp
  sanitizer_procmaps_common.cpp sanitizer_procmaps_linux.cpp
  sanitizer_range.cpp sanitizer_suppressions.cpp sanitizer_termination.cpp
  sanitizer_thread_arg_retval.cpp sanitizer_thread_registry.cpp
  sanitizer_tls_get_addr.cpp sanitizer_type_traits.cpp
  # with libc
  sanitizer_allocator_checks.cpp sanitizer_common_libcdep.cpp sanitizer_dl.cpp
  sanitizer_linux_libcdep.cpp sanitizer_posix_libcdep.cpp
  sanitizer_stoptheworld_linux_libcdep.cpp
  # symbolizer and stacks
  sanitizer_allocator_report.cpp sanitizer_chained_origin_depot.cpp
  sanitizer_stack_store.cpp sanitizer_stackdepot.cpp sanitizer_stacktrace.cpp
  sanitizer_stacktrace_libcdep.cpp sanitizer_stacktrace_printer.cpp
  sanitizer_symbolizer.cpp sanitizer_symbolizer_libbacktrace.cpp
  sanitizer_symbolizer_libcdep.cpp sanitizer_symbolizer_markup.cpp
  sanitizer_symbolizer_posix_libcdep.cpp sanitizer_symbolizer_report.cpp
  sanitizer_unwind_linux_libcdep.cpp)
list(TRANSFORM MAPSAN_SANITIZER_COMMON_SOURCES
     PREPEND ${MAPSAN_COMPILER_RT_DIR}/lib/sanitizer_common/)

# Code that runs inside a program it does not know: no exceptions, no RTTI, no
# C++ library, nothing exported that is not meant to be, TLS that needs no
# allocation, frames that a frame-pointer unwinder can walk.
set(MAPSAN_RUNTIME_COMPILE_OPTIONS
  -O2 -g1 -fPIC -fvisibility=hidden -fno-exceptions -fno-rtti
  -fno-builtin -fno-lto -fno-stack-protector -fno-sanitize=all
  -fno-omit-frame-pointer -ftls-model=initial-exec
  -funwind-tables -fno-threadsafe-statics -nostdinc++)
set(MAPSAN_RUNTIME_INCLUDE_DIRS
  ${MAPSAN_COMPILER_RT_DIR}/lib ${MAPSAN_COMPILER_RT_DIR}/include)

# mapsan_add_sanitizer_common(<target> [OPTIONS <flag>...])
# An object library; OPTIONS come after the usual ones.
function(mapsan_add_sanitizer_common target)
  cmake_parse_arguments(arg "" "" "OPTIONS" ${ARGN})
  add_library(${target} OBJECT ${MAPSAN_SANITIZER_COMMON_SOURCES})
  target_compile_features(${target} PRIVATE cxx_std_17)
  target_compile_definitions(${target} PRIVATE HAVE_RPC_XDR_H=0)
  target_include_directories(${target} SYSTEM PRIVATE
                             ${MAPSAN_RUNTIME_INCLUDE_DIRS})
  # Its warnings are its own house's business, and there are some with newer
  # clangs than its own.
  target_compile_options(${target} PRIVATE
                         ${MAPSAN_RUNTIME_COMPILE_OPTIONS} -w ${arg_OPTIONS})
endfunction()
