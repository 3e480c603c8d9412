# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How the runtime's own code is compiled, and how objects become one object
# with few public names.
#
# Hidden visibility is not enough: in one static link our call to
# __sanitizer::Printf would run AddressSanitizer's copy of it, of another
# version and with another state. So everything is merged into one relocatable
# object in which all symbols but the public ones are local:
#
#   sanitizer_common/*.o --+                      +-> lib/libmapsan_rt.a
#                          +-- ld -r -- objcopy --+
#   runtime/*/*.o ---------+                      +-> lib/libmapsan_rt.so

# mapsan_add_runtime_objects(<target> SOURCES <file>... [OPTIONS <flag>...])
# An object library of our own sources, with the runtime's ground rules as
# compiler flags. A frame may hold one BufferedStackTrace (2088 bytes) and
# little else: we run on other people's stacks. OPTIONS come after the usual ones.
function(mapsan_add_runtime_objects target)
  cmake_parse_arguments(arg "" "" "SOURCES;OPTIONS" ${ARGN})
  add_library(${target} OBJECT ${arg_SOURCES})
  target_compile_features(${target} PRIVATE cxx_std_17)
  target_include_directories(${target} PRIVATE
    ${PROJECT_SOURCE_DIR}/runtime ${PROJECT_SOURCE_DIR}/include)
  target_include_directories(${target} SYSTEM PRIVATE
    ${MAPSAN_RUNTIME_INCLUDE_DIRS})
  target_compile_options(${target} PRIVATE
    ${MAPSAN_RUNTIME_COMPILE_OPTIONS}
    # (exchanges of 16 bytes: maps/mapsan_access.h)
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-mcx16>
    -Wall -Wextra -Wno-unused-parameter -Wglobal-constructors
    -Wframe-larger-than=2560 ${arg_OPTIONS})
endfunction()

# mapsan_write_object_list(<file> <object library>...)
# The libraries' objects as a response file for the linker.
function(mapsan_write_object_list file)
  set(objects "")
  foreach(target IN LISTS ARGN)
    string(APPEND objects "$<JOIN:$<TARGET_OBJECTS:${target}>,\n>\n")
  endforeach()
  file(GENERATE OUTPUT ${file} CONTENT "${objects}")
endfunction()

# mapsan_add_runtime_archive(<archive> NAME <name> OBJECTS <object library>...)
# The archive of one merged object in which only the public names are global,
# and beside it <archive>.syms, those names as ld's --dynamic-list. What it is
# made of stays in the binary folder: <name>.o and <name>.map, a version script.
function(mapsan_add_runtime_archive archive)
  cmake_parse_arguments(arg "" "NAME" "OBJECTS" ${ARGN})
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME})
  mapsan_write_object_list(${stem}.rsp ${arg_OBJECTS})
  set(objects "")
  foreach(target IN LISTS arg_OBJECTS)
    list(APPEND objects $<TARGET_OBJECTS:${target}>)
  endforeach()
  get_filename_component(folder ${archive} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${archive} ${archive}.syms ${stem}.map ${stem}.o
    COMMAND ${MAPSAN_LD_BFD} -r --force-group-allocation -o ${stem}.merged.o
            @${stem}.rsp
    COMMAND ${CMAKE_COMMAND} -DNM=${MAPSAN_NM} -DOBJECT=${stem}.merged.o
            -DKEEP=${stem}.keep -DDYNAMIC=${archive}.syms -DVERSION=${stem}.map
            -P ${PROJECT_SOURCE_DIR}/cmake/ExportList.cmake
    COMMAND ${MAPSAN_OBJCOPY} --keep-global-symbols=${stem}.keep
            ${stem}.merged.o ${stem}.o
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} rcs ${archive} ${stem}.o
    DEPENDS ${arg_OBJECTS} ${stem}.rsp ${objects}
            ${PROJECT_SOURCE_DIR}/cmake/ExportList.cmake
    VERBATIM COMMENT "Archiving ${archive}")
endfunction()

# mapsan_merge_objects(<name> TARGETS <object library>...
#                      KEEP <pattern>... RESULT <variable>)
# One relocatable object of all objects of the libraries, in which only the
# symbols that match a pattern are global. --force-group-allocation resolves COMDAT
# groups for good: a local symbol in a group that a later link throws away
# would be a link error.
function(mapsan_merge_objects name)
  cmake_parse_arguments(arg "" "RESULT" "TARGETS;KEEP" ${ARGN})
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/${name})
  mapsan_write_object_list(${stem}.rsp ${arg_TARGETS})
  list(TRANSFORM arg_KEEP PREPEND --keep-global-symbol=)
  set(objects "")
  foreach(target IN LISTS arg_TARGETS)
    list(APPEND objects $<TARGET_OBJECTS:${target}>)
  endforeach()
  add_custom_command(OUTPUT ${stem}.o
    COMMAND ${MAPSAN_LD_BFD} -r --force-group-allocation -o ${stem}.merged.o
            @${stem}.rsp
    COMMAND ${MAPSAN_OBJCOPY} --wildcard ${arg_KEEP} ${stem}.merged.o
            ${stem}.o
    DEPENDS ${arg_TARGETS} ${objects} ${stem}.rsp
    VERBATIM COMMENT "Merging ${name}.o")
  set(${arg_RESULT} ${stem}.o PARENT_SCOPE)
endfunction()
