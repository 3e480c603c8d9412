// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %fuzz options
// Intent: whatever stands in MAPSAN_OPTIONS, its reader comes through, and what
// it describes afterwards can be read again.

#include "entry/mapsan_flags.h"
#include "sanitizer_common/sanitizer_common.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace __mapsan;
  std::string text(reinterpret_cast<const char *>(data), size);
  Flags flags;
  flags.SetDefaults();
  flags.Parse(text.c_str(), "fuzzer");
  if (flags.report_frames < 0 || flags.max_reports < 0 || !flags.stack_depth ||
      flags.stack_depth > flag_type::kMostFrames)
    std::abort();
  __sanitizer::InternalScopedString description;
  flags.Describe(&description);
  if (!description.length())
    std::abort();
  return 0;
}
