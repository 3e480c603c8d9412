// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds what a function contains that wants a hook.

#include "HookSites.h"
#include "AtomicAccesses.h"
#include "Callee.h"
#include "HandleReturns.h"
#include "LockedAccesses.h"
#include "PrivateLocals.h"
#include "SyncLocals.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/AtomicOrdering.h"

using namespace llvm;

namespace mapsan {

// Such a function chooses an implementation while the program is still being
// relocated: it can call nothing yet.
static bool resolvesIfunc(const Function &F) {
  return any_of(F.getParent()->ifuncs(), [&](const GlobalIFunc &I) {
    return I.getResolverFunction() == &F;
  });
}

// What clang makes for the copies of a variable in a reduction over OpenMP's
// tasks. One thread of libomp runs them for all threads' copies, and tells
// nobody of the order in which these get there.
static bool makesTaskReductionCopies(const Function &F) {
  return F.getName().starts_with(".red_init.") ||
         F.getName().starts_with(".red_fini.");
}

Value *mapValue(const MapCall &Site) {
  const MapArgument &Map = Site.Does->Maps.front();
  return Map.IsResult ? Site.Call : Site.Call->getArgOperand(Map.Argument);
}

bool wantsHooks(const Function &F) {
  return !F.isDeclaration() && !F.hasFnAttribute(Attribute::Naked) &&
         !F.hasFnAttribute(Attribute::DisableSanitizerInstrumentation) &&
         !F.getName().starts_with("__mapsan_") &&
         !makesTaskReductionCopies(F) && !resolvesIfunc(F);
}

// Keeps of an access what the catalog lets it count for.
static void addAtomic(AtomicAccess A, AtomicsCount Count, HookSites &Sites) {
  if (Count == AtomicsCount::Nothing)
    return;
  if (Count == AtomicsCount::ReleaseOnly) {
    auto *Order = dyn_cast<ConstantInt>(A.Order);
    if (A.What == MapsanAtomicLoad || !Order || Order->getZExtValue() < 3)
      return; // relaxed, consume, acquire: releases nothing
    A.Order = orderValue(A.At->getContext(), AtomicOrdering::Release);
    if (A.Failure)
      A.Failure = orderValue(A.At->getContext(), AtomicOrdering::Monotonic);
  }
  Sites.Atomics.push_back(A);
}

HookSites findHookSites(Function &F, CatalogMatcher &Matcher, QuietCalls &Quiet,
                        const HandleReturns &Returns,
                        const PassOptions &Options) {
  HookSites Sites;
  Sites.Entry = Matcher.syncEntry(F);
  const AtomicsCount Count = Matcher.atomicsOf(F);
  for (BasicBlock &BB : F) {
    for (Instruction &I : BB) {
      if (I.hasMetadata(LLVMContext::MD_nosanitize))
        continue;
      if (auto Access = atomicAccess(I)) {
        addAtomic(*Access, Count, Sites);
        continue;
      }
      if (auto *Fence = dyn_cast<FenceInst>(&I)) {
        if (Fence->getSyncScopeID() != SyncScope::SingleThread)
          Sites.Fences.push_back(Fence);
        continue;
      }
      auto *Call = dyn_cast<CallBase>(&I);
      const Function *Callee = Call ? directCallee(*Call) : nullptr;
      if (!Callee || Callee->isIntrinsic())
        continue;
      if (const MapOperation *Map = Matcher.mapOperation(*Callee)) {
        if (!Matcher.isInternal(*Map->Maps.front().Of, F))
          Sites.Maps.push_back({Call, Map, {}});
      } else if (const SyncOperation *Sync =
                     Matcher.syncOperation(*Callee, F)) {
        Sites.Syncs.push_back({Call, Sync});
      } else if (auto Access = libatomicAccess(*Call, Callee->getName())) {
        addAtomic(*Access, Count, Sites);
      } else if (auto Event = exceptionEvent(*Call, *Callee)) {
        Sites.Exceptions.push_back({Call, *Event});
      }
    }
  }
  PrivateLocals Locals(F, Matcher);
  SmallVector<const Family *, 2> Kept;
  if (Options.Iterators)
    Sites.Held =
        findHandles(F, Sites.Maps, Matcher, Quiet, Locals, Returns, Kept);
  if (Options.AllIterators)
    Sites.IteratorValues =
        findIteratorValues(F, Sites.Maps, Sites.Held, Matcher, Locals);
  if (Options.Elements)
    Sites.Elements = findElementUses(F, Sites.Maps, Matcher, Quiet, Locals);
  if (!Options.Locals)
    dropPrivateLocals(Locals, Kept, Sites);
  Sites.Locked = findLockedAccesses(F, Matcher);
  Sites.SyncLocals = findSyncLocals(F, Sites.Atomics);
  return Sites;
}

} // namespace mapsan
