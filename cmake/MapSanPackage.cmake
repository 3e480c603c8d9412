# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# MapSan::MapSan, the one target that carries everything a consumer needs, for
# add_subdirectory here and for find_package from an installed prefix. It is
# written by hand in MapSanTarget.cmake, not by install(EXPORT): what it
# refers to are a plugin and an archive in a prefix that may be moved.

include(CMakePackageConfigHelpers)
set(MAPSAN_PACKAGE_DIR lib/cmake/MapSan)

# The build tree is a prefix too: find_package works on either.
configure_file(${PROJECT_SOURCE_DIR}/cmake/MapSanConfig.cmake.in
               ${MAPSAN_PREFIX_DIR}/${MAPSAN_PACKAGE_DIR}/MapSanConfig.cmake @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/cmake/MapSanTarget.cmake
               ${MAPSAN_PREFIX_DIR}/${MAPSAN_PACKAGE_DIR}/MapSanTarget.cmake COPYONLY)
write_basic_package_version_file(
  ${MAPSAN_PREFIX_DIR}/${MAPSAN_PACKAGE_DIR}/MapSanConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES
  ${MAPSAN_PREFIX_DIR}/${MAPSAN_PACKAGE_DIR}/MapSanConfig.cmake
  ${MAPSAN_PREFIX_DIR}/${MAPSAN_PACKAGE_DIR}/MapSanTarget.cmake
  ${MAPSAN_PREFIX_DIR}/${MAPSAN_PACKAGE_DIR}/MapSanConfigVersion.cmake
  DESTINATION ${MAPSAN_PACKAGE_DIR})

if(TARGET MapSanPass)
  install(TARGETS MapSanPass LIBRARY DESTINATION lib)
endif()
if(TARGET mapsan-catalog)
  # It finds libLLVM where it was built with it.
  set_target_properties(mapsan-catalog PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS mapsan-catalog RUNTIME DESTINATION bin)
endif()

# For a parent project that adds us as a subdirectory. The detour over a custom
# target matters: ninja lets objects wait for custom targets, but never for a
# library to be linked, and they need the plugin to be there.
add_custom_target(mapsan_prefix)
foreach(target IN ITEMS MapSanPass mapsan_rt mapsan_debug_rt mapsan-catalog)
  if(TARGET ${target})
    add_dependencies(mapsan_prefix ${target})
  endif()
endforeach()
include(MapSanTarget)
mapsan_define_target(MapSan::MapSan ${MAPSAN_PREFIX_DIR} mapsan_prefix)
