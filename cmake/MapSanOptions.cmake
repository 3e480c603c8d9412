# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The options of the build, each with its reason, and what must be known before
# project(): where we may build, for which LLVM, with which compiler.

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_BINARY_DIR)
  message(FATAL_ERROR
    "MapSan does not build inside its source folder, as lit would mistake "
    "build products for tests: use scripts/build, or cmake -B build/llvm-19.")
endif()

# Lines of llvm-versions.txt that are not comments.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/llvm-versions.txt MAPSAN_LLVM_VERSIONS
     REGEX "^[0-9]+$")
list(GET MAPSAN_LLVM_VERSIONS 0 MAPSAN_DEFAULT_LLVM_VERSION)

set(MAPSAN_LLVM_VERSION ${MAPSAN_DEFAULT_LLVM_VERSION} CACHE STRING
    "Major version of the clang that will load the plugin")
set_property(CACHE MAPSAN_LLVM_VERSION PROPERTY STRINGS ${MAPSAN_LLVM_VERSIONS})
if(NOT MAPSAN_LLVM_VERSION IN_LIST MAPSAN_LLVM_VERSIONS)
  list(JOIN MAPSAN_LLVM_VERSIONS ", " known)
  message(FATAL_ERROR
    "MAPSAN_LLVM_VERSION=${MAPSAN_LLVM_VERSION} is not supported: the "
    "supported versions are ${known}.")
endif()

# Tests are part of our own build only, never of a parent project's.
get_property(parent DIRECTORY PROPERTY PARENT_DIRECTORY)
if(parent OR PROJECT_NAME)
  set(MAPSAN_IS_TOP_LEVEL FALSE)
else()
  set(MAPSAN_IS_TOP_LEVEL TRUE)
endif()
option(MAPSAN_BUILD_TESTS "Build the unit tests and the lit configuration"
       ${MAPSAN_IS_TOP_LEVEL})

set(MAPSAN_COMPILER_RT_DIR "" CACHE PATH
    "A compiler-rt source folder; empty: the one that scripts/setup fetched")
set(MAPSAN_LIBCXX_DIR "" CACHE PATH
    "An unpacked libc++ of this LLVM version for tests; empty: scripts/setup's")
set(MAPSAN_OPENMP_DIR "" CACHE PATH
    "An unpacked libomp of this LLVM version for tests; empty: scripts/setup's")

# The plugin and the runtime are built by the clang that will load them: what
# tests see is then one compiler, and no gcc is needed.
if(MAPSAN_IS_TOP_LEVEL)
  foreach(language IN ITEMS C CXX)
    if(NOT CMAKE_${language}_COMPILER)
      if(language STREQUAL C)
        set(CMAKE_C_COMPILER clang-${MAPSAN_LLVM_VERSION})
      else()
        set(CMAKE_CXX_COMPILER clang++-${MAPSAN_LLVM_VERSION})
      endif()
    endif()
  endforeach()
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  find_program(MAPSAN_CCACHE ccache DOC "Compiles again only what changed")
  if(MAPSAN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # One build tree may use what another compiled: the tests build us again.
    set(CMAKE_C_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 ${MAPSAN_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
  endif()
endif()
