# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Run by cmake -P at build time: reads the merged runtime's symbols and writes
# the list of public ones, so that no second list of intercepted functions
# exists. An interceptor of f is the pair `__interceptor_f` and `f`.
#
# Arguments: NM, OBJECT, and the files to write: KEEP (for objcopy), DYNAMIC
# (ld's --dynamic-list, for executables), VERSION (ld's --version-script).

cmake_minimum_required(VERSION 3.20)

execute_process(COMMAND ${NM} --defined-only --extern-only --format=posix
                        ${OBJECT}
  OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${output}")
set(defined "")
foreach(line IN LISTS lines)
  string(REGEX REPLACE " .*" "" symbol "${line}")
  list(APPEND defined ${symbol})
endforeach()

set(public "")
foreach(symbol IN LISTS defined)
  if(symbol MATCHES "^__mapsan_")
    list(APPEND public ${symbol})
  elseif(symbol MATCHES "^__interceptor_(.+)$")
    list(APPEND public ${symbol})
    if(CMAKE_MATCH_1 IN_LIST defined)
      list(APPEND public ${CMAKE_MATCH_1})
    endif()
  elseif(symbol STREQUAL "ompt_start_tool") # OpenMP looks us up by this name
    list(APPEND public ${symbol})
  endif()
endforeach()
list(SORT public)
list(REMOVE_DUPLICATES public)

list(JOIN public "\n" keep)
file(WRITE ${KEEP} "${keep}\n")
list(JOIN public ";\n  " names)
file(WRITE ${DYNAMIC} "{\n  ${names};\n};\n")
file(WRITE ${VERSION} "{\nglobal:\n  ${names};\nlocal:\n  *;\n};\n")
