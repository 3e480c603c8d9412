// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets the calls of the catalog's `sync:` section and announces new
// objects that synchronise.

#ifndef MAPSAN_PASS_INSTRUMENT_SYNCHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_SYNCHOOKS_H

#include "Callbacks.h"
#include "analysis/HookSites.h"

namespace mapsan {

// False where the call has no edges to put hooks on.
bool hookSyncCall(const SyncCall &Site, Callbacks &Calls);
// What happens as the function's body begins.
void hookSyncEntry(llvm::Function &F, const SyncOperation &Does,
                   Callbacks &Calls);
// The object, as the runtime is told of it, that a row finds at an argument.
// `Part`: null, or the value that tells it from others there.
llvm::Value *objectAddress(llvm::IRBuilder<> &Builder, llvm::Value *Argument,
                           const SyncRow &Row, llvm::Value *Part);
void hookSyncLocals(llvm::ArrayRef<llvm::AllocaInst *> Locals,
                    Callbacks &Calls);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_SYNCHOOKS_H
