# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Run as `cmake -P`: writes OUTPUT, a .cpp that defines mapsan::BuiltinCatalog
# from FILES (catalog YAML files separated by |, in the order they are read).

string(REPLACE "|" ";" FILES "${FILES}")
set(text "// Generated from catalog/*.yaml by EmbedCatalog.cmake.\n")
string(APPEND text "#include \"BuiltinCatalog.h\"\n\nnamespace mapsan {\n\n")
string(APPEND text "const EmbeddedFile BuiltinCatalog[] = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" yaml)
  string(APPEND text "{\"catalog/${name}\", R\"yaml(${yaml})yaml\"},\n")
endforeach()
string(APPEND text "{nullptr, nullptr},\n};\n\n} // namespace mapsan\n")
file(WRITE "${OUTPUT}" "${text}")
