# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Finds what the build stands on, and says in a sentence what is missing: the
# right clang, LLVM's headers, binutils, compiler-rt's source.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR
   NOT CMAKE_CXX_COMPILER_VERSION MATCHES "^${MAPSAN_LLVM_VERSION}\\.")
  message(FATAL_ERROR
    "MapSan for LLVM ${MAPSAN_LLVM_VERSION} is built by clang "
    "${MAPSAN_LLVM_VERSION}, but the compiler is ${CMAKE_CXX_COMPILER_ID} "
    "${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER}): set "
    "CMAKE_CXX_COMPILER=clang++-${MAPSAN_LLVM_VERSION} and "
    "CMAKE_C_COMPILER=clang-${MAPSAN_LLVM_VERSION}, or another "
    "MAPSAN_LLVM_VERSION.")
endif()
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  message(FATAL_ERROR "MapSan runs on Linux only, not on ${CMAKE_SYSTEM_NAME}.")
endif()

find_program(MAPSAN_LLVM_CONFIG
  NAMES llvm-config-${MAPSAN_LLVM_VERSION}
  HINTS /usr/lib/llvm-${MAPSAN_LLVM_VERSION}/bin
  DOC "llvm-config of the LLVM that will load the plugin")
if(NOT MAPSAN_LLVM_CONFIG)
  message(FATAL_ERROR
    "llvm-config-${MAPSAN_LLVM_VERSION} was not found: install "
    "llvm-${MAPSAN_LLVM_VERSION}-dev (scripts/setup does), or set "
    "MAPSAN_LLVM_CONFIG.")
endif()
function(mapsan_llvm_config what result)
  execute_process(COMMAND ${MAPSAN_LLVM_CONFIG} --${what}
    OUTPUT_VARIABLE value OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  set(${result} ${value} PARENT_SCOPE)
endfunction()
mapsan_llvm_config(includedir MAPSAN_LLVM_INCLUDE_DIR)
mapsan_llvm_config(libdir MAPSAN_LLVM_LIBRARY_DIR)
mapsan_llvm_config(bindir MAPSAN_LLVM_TOOLS_DIR)
if(NOT EXISTS ${MAPSAN_LLVM_INCLUDE_DIR}/llvm/IR/PassManager.h)
  message(FATAL_ERROR
    "LLVM ${MAPSAN_LLVM_VERSION}'s headers are not in "
    "${MAPSAN_LLVM_INCLUDE_DIR}: install llvm-${MAPSAN_LLVM_VERSION}-dev.")
endif()

# GNU binutils on purpose: `ld -r --force-group-allocation` and objcopy's
# wildcards are what hides sanitizer_common from another sanitizer's copy.
foreach(tool IN ITEMS ld.bfd objcopy nm)
  string(MAKE_C_IDENTIFIER MAPSAN_${tool} variable)
  string(TOUPPER ${variable} variable)
  find_program(${variable} NAMES ${tool} DOC "GNU ${tool}")
  if(NOT ${variable})
    message(FATAL_ERROR "GNU ${tool} was not found: install binutils.")
  endif()
endforeach()

# Where scripts/setup keeps what it fetched: the scripts compute the same path
# and hand it over. A cache variable, as a later reconfiguration by ninja may
# run in another environment.
if(DEFINED ENV{MAPSAN_CACHE_DIR})
  set(cache_dir $ENV{MAPSAN_CACHE_DIR})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(cache_dir $ENV{XDG_CACHE_HOME}/mapsan)
else()
  set(cache_dir $ENV{HOME}/.cache/mapsan)
endif()
set(MAPSAN_CACHE_DIR ${cache_dir} CACHE PATH "What scripts/setup fetched")
if(NOT MAPSAN_COMPILER_RT_DIR)
  set(MAPSAN_COMPILER_RT_DIR ${MAPSAN_CACHE_DIR}/compiler-rt-19.1.7)
endif()
if(NOT EXISTS
   ${MAPSAN_COMPILER_RT_DIR}/lib/sanitizer_common/sanitizer_common.cpp)
  message(FATAL_ERROR
    "compiler-rt's source is not in ${MAPSAN_COMPILER_RT_DIR}: run "
    "scripts/setup, which fetches it, or set MAPSAN_COMPILER_RT_DIR.")
endif()
if(NOT MAPSAN_LIBCXX_DIR)
  set(MAPSAN_LIBCXX_DIR ${MAPSAN_CACHE_DIR}/libcxx-${MAPSAN_LLVM_VERSION})
endif()
if(NOT MAPSAN_OPENMP_DIR)
  set(MAPSAN_OPENMP_DIR ${MAPSAN_CACHE_DIR}/openmp-${MAPSAN_LLVM_VERSION})
endif()
