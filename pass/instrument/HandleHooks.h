// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gives iterators and references that a function holds their handles, and their
// uses hooks.

#ifndef MAPSAN_PASS_INSTRUMENT_HANDLEHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_HANDLEHOOKS_H

#include "Callbacks.h"
#include "Descriptors.h"
#include "analysis/Handles.h"

namespace mapsan {

// A handle is a variable of the function's beside that which it belongs to, and
// is copied when that is. To be called before the calls of the function get
// their hooks, so that these come between a call and what is told of its
// result.
void hookHandles(llvm::Function &F, const Handles &Held, Callbacks &Calls,
                 Descriptors &Data);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_HANDLEHOOKS_H
