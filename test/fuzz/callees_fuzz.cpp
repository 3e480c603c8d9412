// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %fuzz callees
// Intent: whatever a symbol or a demangled name looks like, it is taken apart
// without harm, and a canonical name stays what it is.

#include "CalleeName.h"
#include "CanonicalName.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace mapsan;
  std::string text(reinterpret_cast<const char *>(data), size);
  CalleeName name;
  name.parse(text);
  name.qualified();
  std::string canonical = canonicalName(text);
  if (canonical.size() > text.size())
    std::abort();
  stripArguments(text);
  splitList(text);
  if (!text.empty()) {
    size_t length = groupLength(text);
    if (length == 0 || length > text.size())
      std::abort();
  }
  return 0;
}
