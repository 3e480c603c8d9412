// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of catalog/*.yaml, embedded by cmake/EmbedCatalog.cmake.

#ifndef MAPSAN_PASS_CATALOG_BUILTINCATALOG_H
#define MAPSAN_PASS_CATALOG_BUILTINCATALOG_H

namespace mapsan {

struct EmbeddedFile {
  const char *Name; // "catalog/libstdcxx.yaml"; null ends the list
  const char *Text;
};

extern const EmbeddedFile BuiltinCatalog[];

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_BUILTINCATALOG_H
