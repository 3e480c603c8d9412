// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %fuzz names
// Intent: whatever a symbolizer says a function, a type or a file is called, it
// is made short without harm, and no longer than it was.

#include "report/mapsan_names.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace __mapsan;
  std::string text(reinterpret_cast<const char *>(data), size);
  text = text.c_str();
  TextArena arena;
  const char *function = ShortFunction(&arena, text.c_str());
  // ("<...>" stands for more than it is long.)
  if (function && std::strlen(function) > text.size())
    std::abort();
  const char *type = ShortType(&arena, text.c_str());
  if (!type || std::strlen(type) > text.size())
    std::abort();
  if (!ShortPath(text.c_str()))
    std::abort();
  IsLibraryFrame(text.c_str(), text.c_str(), text.c_str());
  IsSystemFile(text.c_str());
  return 0;
}
