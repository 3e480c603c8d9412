// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the runtime of accesses to elements of maps.

#ifndef MAPSAN_PASS_INSTRUMENT_ELEMENTHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_ELEMENTHOOKS_H

#include "Callbacks.h"
#include "Descriptors.h"
#include "analysis/ElementUses.h"

namespace mapsan {

// To be called before the calls of the function get their hooks.
void hookElements(llvm::Function &F, const std::vector<ElementUse> &Uses,
                  Callbacks &Calls, Descriptors &Data);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_ELEMENTHOOKS_H
