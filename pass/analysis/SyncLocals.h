// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Local variables that synchronise and have no constructor to say that they
// are new: C's atomics and statically initialised pthread objects.

#ifndef MAPSAN_PASS_ANALYSIS_SYNCLOCALS_H
#define MAPSAN_PASS_ANALYSIS_SYNCLOCALS_H

#include "HookSites.h"
#include "llvm/ADT/ArrayRef.h"

namespace mapsan {

std::vector<llvm::AllocaInst *>
findSyncLocals(llvm::Function &F, llvm::ArrayRef<AtomicAccess> Atomics);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_SYNCLOCALS_H
