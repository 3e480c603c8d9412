// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets atomic accesses, so that the runtime changes an object's clock in
// one step with its value, and announces fences.

#ifndef MAPSAN_PASS_INSTRUMENT_ATOMICHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_ATOMICHOOKS_H

#include "Callbacks.h"
#include "analysis/HookSites.h"

namespace mapsan {

bool hookAtomic(const AtomicAccess &Access, Callbacks &Calls);
// False where the call has no edges to put a hook on.
bool hookLockedAccess(const LockedAccess &A, Callbacks &Calls);
void hookFence(llvm::FenceInst &Fence, Callbacks &Calls);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_ATOMICHOOKS_H
