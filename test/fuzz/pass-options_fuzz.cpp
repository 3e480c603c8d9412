// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %fuzz pass-options
// Intent: whatever stands in MAPSAN_PASS_OPTIONS, its reader comes through.

#include "../../pass/PassOptions.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  setenv("MAPSAN_PASS_OPTIONS", text.c_str(), 1);
  mapsan::PassOptions options = mapsan::PassOptions::fromEnvironment();
  for (const std::string &file : options.Catalogs)
    if (file.empty())
      std::abort();
  return 0;
}
