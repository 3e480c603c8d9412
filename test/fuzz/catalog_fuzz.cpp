// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %fuzz catalog
// Intent: whatever stands in a catalog, its reader comes through: each error has
// its place in the file, and what is sound can be looked up.

#include "Catalog.h"
#include "CatalogMatcher.h"
#include "CatalogReader.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace mapsan;
  std::string text(reinterpret_cast<const char *>(data), size);
  Catalog rows;
  CatalogErrors errors;
  readCatalog(llvm::MemoryBufferRef(text, "fuzzer.yaml"), rows, errors);
  for (const CatalogError &error : errors)
    if (error.Reason.empty() || error.text().empty())
      std::abort();
  CatalogMatcher matcher(rows);
  return 0;
}
