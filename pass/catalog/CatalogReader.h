// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads catalog files into a Catalog. A malformed entry is reported with its
// place and left out; the sound rest of the file is in force.

#ifndef MAPSAN_PASS_CATALOG_CATALOGREADER_H
#define MAPSAN_PASS_CATALOG_CATALOGREADER_H

#include "Catalog.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace mapsan {

struct CatalogError {
  std::string File;
  unsigned Line = 0, Column = 0; // 0: the file as a whole
  std::string Reason;

  std::string text() const; // "file:line:column: reason"
};

using CatalogErrors = std::vector<CatalogError>;

// Adds the text's entries to the catalog. Method sets of files read earlier
// can be used by their names, so a user's file can build on the built-in one.
void readCatalog(llvm::MemoryBufferRef Text, Catalog &Into,
                 CatalogErrors &Errors);

// The same for a file; one that cannot be read is an error, too.
void readCatalogFile(llvm::StringRef Path, Catalog &Into,
                     CatalogErrors &Errors);

// The catalog that is compiled into the plugin (catalog/*.yaml). Of sequences
// (catalog/sequences.yaml) only if that is asked for.
void readBuiltinCatalog(Catalog &Into, CatalogErrors &Errors,
                        bool Sequences = false);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CATALOGREADER_H
