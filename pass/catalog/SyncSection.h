// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the catalog's sections on synchronisation, entry by entry.

#ifndef MAPSAN_PASS_CATALOG_SYNCSECTION_H
#define MAPSAN_PASS_CATALOG_SYNCSECTION_H

#include "Catalog.h"
#include "YamlTree.h"

namespace mapsan {

// Each adds the rows of one entry; what is faulty is reported and left out.
void readSync(const YamlNode &Entry, Catalog &Into, YamlErrorHandler Report);
void readAtomics(const YamlNode &Entry, Catalog &Into, YamlErrorHandler Report);
void readLocked(const YamlNode &Entry, Catalog &Into, YamlErrorHandler Report);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_SYNCSECTION_H
