// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a module announce its sites to the runtime when it is loaded, and take
// them back when it is unloaded.

#ifndef MAPSAN_PASS_INSTRUMENT_MODULEHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_MODULEHOOKS_H

#include "Callbacks.h"

namespace mapsan {

void hookModule(llvm::Module &M, Callbacks &Calls);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_MODULEHOOKS_H
