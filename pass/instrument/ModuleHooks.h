// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a module announce itself, its sites and what its catalog says of other
// modules to the runtime when it is loaded, and take its sites back when it is
// unloaded.

#ifndef MAPSAN_PASS_INSTRUMENT_MODULEHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_MODULEHOOKS_H

#include "Callbacks.h"
#include "catalog/Catalog.h"

namespace mapsan {

void hookModule(llvm::Module &M, Callbacks &Calls, const Catalog &Rows);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_MODULEHOOKS_H
