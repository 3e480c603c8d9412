// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %fuzz suppressions
// Intent: whatever stands in a suppressions file, its reader comes through: no
// line gets to sanitizer_common's, which ends the process on what it does not
// understand.

#include "report/mapsan_suppressions.h"

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  __mapsan::AddSuppressions(text.c_str(), "fuzzer");
  return 0;
}
