// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a function contains that wants a hook, as plain data: found here,
// instrumented in instrument/.

#ifndef MAPSAN_PASS_ANALYSIS_HOOKSITES_H
#define MAPSAN_PASS_ANALYSIS_HOOKSITES_H

#include "ElementUses.h"
#include "ExceptionSites.h"
#include "Handles.h"
#include "IteratorValues.h"
#include "PassOptions.h"
#include "catalog/CatalogMatcher.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/ValueHandle.h"
#include <memory>
#include <vector>

namespace mapsan {

struct MapCall {
  llvm::CallBase *Call;
  const MapOperation *Does;
  // The map of the operation just before: on the same one, this is a read that
  // needs no hooks (RepeatedReads.h). Or null. (It may be a call's result, and
  // calls are replaced when they get hooks.)
  llvm::WeakTrackingVH Repeats;
};

// The value that is the first map of the call, or leads to it.
llvm::Value *mapValue(const MapCall &Site);

struct SyncCall {
  llvm::CallBase *Call;
  const SyncOperation *Does;
};

// A load, store, rmw or cmpxchg instruction, or a call of libatomic's.
struct AtomicAccess {
  llvm::Instruction *At;
  llvm::Value *Address;
  MapsanAtomic What;
  // Orders as in <stdatomic.h>; values, because libatomic takes them as
  // arguments. Failure is null but for a compare-exchange.
  llvm::Value *Order;
  llvm::Value *Failure;
};

// An atomic access that is made under a library's own lock, at the call that
// unlocks.
struct LockedAccess {
  llvm::CallBase *At;
  bool After; // it: the access is made by the call
  llvm::Value *Object;
  MapsanAtomic What;
  llvm::Value *Order;
  llvm::Value *Failure; // null but for a compare-exchange
  // Whether that stored: the variable that the function returns, or a constant.
  llvm::Value *Done;
};

struct HookSites {
  const SyncOperation *Entry = nullptr; // of the function itself
  std::vector<MapCall> Maps;
  Handles Held;
  std::vector<IteratorValue> IteratorValues; // if the options ask for them
  std::vector<ElementUse> Elements;          // if the options ask for them
  // Operations whose other map needs no hooks (PrivateLocals.h); `Does` of
  // their calls point here.
  std::vector<std::unique_ptr<MapOperation>> Reduced;
  unsigned Private = 0; // so many were dropped there
  std::vector<SyncCall> Syncs;
  std::vector<AtomicAccess> Atomics;
  std::vector<LockedAccess> Locked;
  std::vector<llvm::FenceInst *> Fences;
  std::vector<ExceptionSite> Exceptions;
  std::vector<llvm::AllocaInst *> SyncLocals; // of the entry block

  bool empty() const {
    return !Entry && Maps.empty() && Held.empty() && IteratorValues.empty() &&
           Elements.empty() && Syncs.empty() && Atomics.empty() &&
           Locked.empty() && Fences.empty() && Exceptions.empty() &&
           SyncLocals.empty();
  }
};

// May this function be instrumented at all?
bool wantsHooks(const llvm::Function &F);

// `Options` may ask for what only concerns local variables that nobody else can
// reach, too, and for iterators and references to be left alone.
HookSites findHookSites(llvm::Function &F, CatalogMatcher &Matcher,
                        QuietCalls &Quiet, const HandleReturns &Returns,
                        const PassOptions &Options);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_HOOKSITES_H
