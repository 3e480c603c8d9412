// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Classes that say in the program itself what their methods do: the
// MAPSAN_READS and its like of mapsan/interface.h, which are Clang's `annotate`
// attributes.

#ifndef MAPSAN_PASS_CATALOG_ANNOTATEDCLASSES_H
#define MAPSAN_PASS_CATALOG_ANNOTATEDCLASSES_H

#include "Catalog.h"
#include "CatalogReader.h"
#include "llvm/IR/Module.h"

namespace mapsan {

// Adds a family for each class that has annotated methods, called by the
// class's name, with a row for each of these; or rows to the family that has
// the class. An annotation goes before a row of a catalog. Others' annotations
// are left alone; of those that begin with "mapsan:", what is wrong is an error
// at the method's place.
void readAnnotations(const llvm::Module &M, Catalog &Into,
                     CatalogErrors &Errors);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_ANNOTATEDCLASSES_H
