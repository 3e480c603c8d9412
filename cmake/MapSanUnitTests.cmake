# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Unit tests of the runtime's rooms, each in three flavours: plain, and with
# its own code instrumented by AddressSanitizer and by ThreadSanitizer.
#
# Only clock/, maps/ and the data side of report/ are linked: no interceptors
# and no entry points, so that a test is an ordinary program whose threads and
# locks are the C library's own.
#
# The sanitizer of a flavour brings a sanitizer_common of its own. Ours lives
# in a renamed namespace here (__sanitizer becomes __mapsan_unit_sanitizer),
# which lets tests call it too; its C names are localised.

# <flavour>|<flags for our rooms and the tests>|<flags for sanitizer_common>
# Under ThreadSanitizer sanitizer_common is instrumented too: its mutexes and
# its allocator order our accesses, and ThreadSanitizer must see them do it.
# Under AddressSanitizer it is not: it reads stacks that are not its own.
set(MAPSAN_UNIT_FLAVOURS plain asan tsan)
set(MAPSAN_UNIT_FLAGS_plain "")
# (fuzzer-no-link: test/fuzz links the same object)
set(MAPSAN_UNIT_FLAGS_asan -fsanitize=address,undefined,fuzzer-no-link
    # sanitizer_common counts backwards over pointers in a header of its own.
    -fno-sanitize=pointer-overflow -fno-sanitize-recover=undefined)
set(MAPSAN_UNIT_FLAGS_tsan -fsanitize=thread)
set(MAPSAN_UNIT_COMMON_FLAGS_plain "")
set(MAPSAN_UNIT_COMMON_FLAGS_asan "")
set(MAPSAN_UNIT_COMMON_FLAGS_tsan -fsanitize=thread)

set(MAPSAN_UNIT_RENAME -D__sanitizer=__mapsan_unit_sanitizer)

# mapsan_add_unit_flavour(<flavour> SOURCES <runtime source>...)
# mapsan_unit_<flavour>.o: everything that the tests of a flavour link.
function(mapsan_add_unit_flavour flavour)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  mapsan_add_sanitizer_common(mapsan_unit_common_${flavour}
    OPTIONS ${MAPSAN_UNIT_RENAME} ${MAPSAN_UNIT_COMMON_FLAGS_${flavour}})
  mapsan_add_runtime_objects(mapsan_unit_rooms_${flavour}
    SOURCES ${arg_SOURCES}
    OPTIONS ${MAPSAN_UNIT_RENAME} -O1 -Wno-frame-larger-than
            ${MAPSAN_UNIT_FLAGS_${flavour}})
  mapsan_merge_objects(mapsan_unit_${flavour}
    # Ours first: where both define an inline function, the instrumented one stays.
    TARGETS mapsan_unit_rooms_${flavour} mapsan_unit_common_${flavour}
    KEEP *__mapsan*
    RESULT object)
  add_custom_target(mapsan_unit_object_${flavour} DEPENDS ${object})
  set(MAPSAN_UNIT_OBJECT_${flavour} ${object} PARENT_SCOPE)
endfunction()

# mapsan_add_unit_test(<name> SOURCES <file>... [OPTIONS <flag>...])
# Programs <tree>/unit/<name>-<flavour>, run by check-mapsan-unit.
function(mapsan_add_unit_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;OPTIONS" ${ARGN})
  foreach(flavour IN LISTS MAPSAN_UNIT_FLAVOURS)
    set(program ${name}-${flavour})
    add_executable(${program} ${arg_SOURCES} ${MAPSAN_UNIT_OBJECT_${flavour}})
    add_dependencies(${program} mapsan_unit_object_${flavour})
    set_target_properties(${program} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${MAPSAN_PREFIX_DIR}/unit)
    target_compile_features(${program} PRIVATE cxx_std_17)
    target_compile_options(${program} PRIVATE
      ${MAPSAN_UNIT_RENAME} -DSANITIZER_COMMON_NO_REDEFINE_BUILTINS
      -O1 -g1 -fno-omit-frame-pointer -Wall -Wextra -Wno-unused-parameter
      ${MAPSAN_UNIT_FLAGS_${flavour}} ${arg_OPTIONS})
    target_link_options(${program} PRIVATE ${MAPSAN_UNIT_FLAGS_${flavour}})
    target_include_directories(${program} PRIVATE
      ${PROJECT_SOURCE_DIR}/runtime ${PROJECT_SOURCE_DIR}/include)
    target_include_directories(${program} SYSTEM PRIVATE
      ${MAPSAN_RUNTIME_INCLUDE_DIRS})
    target_link_libraries(${program} PRIVATE GTest::gtest_main Threads::Threads dl m)
    add_custom_target(run-${program}
      COMMAND ${program} --gtest_brief=1 DEPENDS ${program} USES_TERMINAL)
    add_dependencies(check-mapsan-unit run-${program})
  endforeach()
endfunction()
