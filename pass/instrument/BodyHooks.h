// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets functions of the program's that a library calls (bodies of the
// catalog's `sync:` section).

#ifndef MAPSAN_PASS_INSTRUMENT_BODYHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_BODYHOOKS_H

#include "Callbacks.h"
#include "catalog/CatalogMatcher.h"

namespace mapsan {

// At the function's entry, and before each way out of it, by exception too.
void hookBody(llvm::Function &F, const SyncOperation &Body, Callbacks &Calls);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_BODYHOOKS_H
