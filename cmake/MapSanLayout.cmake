# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The build tree has the shape of an installed prefix. Everything below the
# top-level directory lands there without saying so.

set(MAPSAN_PREFIX_DIR ${PROJECT_BINARY_DIR})
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${MAPSAN_PREFIX_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${MAPSAN_PREFIX_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${MAPSAN_PREFIX_DIR}/lib)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON) # for clang-tidy and editors

# Files that are installed as they are: the public header and the catalog.
function(mapsan_mirror pattern destination)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${pattern})
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME)
    configure_file(${file} ${MAPSAN_PREFIX_DIR}/${destination}/${name} COPYONLY)
  endforeach()
  if(files)
    install(FILES ${files} DESTINATION ${destination})
  endif()
endfunction()
mapsan_mirror(include/mapsan/interface.h include/mapsan)
mapsan_mirror(include/mapsan/uthash.h include/mapsan)
mapsan_mirror(catalog/*.yaml share/mapsan/catalog)
