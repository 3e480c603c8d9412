// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds functions that return iterators and references: see HandleReturns.h.

#include "HandleReturns.h"
#include "Callee.h"
#include "HookSites.h"
#include "PrivateLocals.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace mapsan {

// Through so many functions one may be returned.
static const unsigned MaxDepth = 4;

// In a register or two. (Those in memory, of the callee's caller, are not
// followed there.)
static bool mayReturnHandle(const Function &F) {
  return F.getReturnType()->isPointerTy() || F.getReturnType()->isStructTy();
}

static std::vector<MapCall> findMapCalls(Function &F, CatalogMatcher &Matcher) {
  std::vector<MapCall> Maps;
  for (Instruction &I : instructions(F)) {
    auto *Call = dyn_cast<CallBase>(&I);
    const Function *Callee = Call ? directCallee(*Call) : nullptr;
    if (!Callee || Callee->isIntrinsic())
      continue;
    const MapOperation *Map = Matcher.mapOperation(*Callee);
    if (Map && !Matcher.isInternal(*Map->Maps.front().Of, F))
      Maps.push_back({Call, Map, {}});
  }
  return Maps;
}

// Those that call one of these.
static SetVector<Function *> callersOf(ArrayRef<Function *> Callees) {
  SetVector<Function *> Callers;
  for (Function *Callee : Callees)
    for (User *U : Callee->users())
      if (auto *Call = dyn_cast<CallBase>(U))
        if (directCallee(*Call) == Callee && wantsHooks(*Call->getFunction()))
          Callers.insert(Call->getFunction());
  return Callers;
}

void HandleReturns::find(Module &M, CatalogMatcher &Matcher,
                         QuietCalls &Quiet) {
  std::vector<Function *> New;
  auto Look = [&](Function &F, const std::vector<MapCall> &Maps) {
    PrivateLocals Locals(F, Matcher);
    auto Handle = findReturnedHandle(F, Maps, Matcher, Quiet, Locals, *this);
    if (!Handle)
      return;
    Known[&F] = std::make_unique<ReturnedHandle>(std::move(*Handle));
    New.push_back(&F);
  };
  for (Function &F : M) {
    if (!mayReturnHandle(F) || !wantsHooks(F))
      continue;
    const std::vector<MapCall> Maps = findMapCalls(F, Matcher);
    if (any_of(Maps, [](const MapCall &Site) {
          return Site.Does->Maps.front().Of->Iterators;
        }))
      Look(F, Maps);
  }
  std::vector<Function *> All = New;
  for (unsigned Depth = 1; Depth < MaxDepth && !New.empty(); ++Depth) {
    const SetVector<Function *> Callers = callersOf(std::exchange(New, {}));
    for (Function *F : Callers)
      if (!of(*F) && mayReturnHandle(*F))
        Look(*F, findMapCalls(*F, Matcher));
    All.insert(All.end(), New.begin(), New.end());
  }
  // Who asks; if that is one that returns what it is told, only if it is asked.
  SetVector<Function *> Asking = callersOf(All);
  Callers.insert(Asking.begin(), Asking.end());
  while (!Asking.empty()) {
    Function *F = Asking.pop_back_val();
    PrivateLocals Locals(*F, Matcher);
    SmallVector<const Family *, 2> Kept;
    const Handles Of = findHandles(*F, findMapCalls(*F, Matcher), Matcher,
                                   Quiet, Locals, *this, Kept);
    for (const HandleEvent &E : Of.Events) {
      if (E.Does != HandleEvent::Made || !E.By.Received)
        continue;
      auto *Callee = const_cast<Function *>(directCallee(*E.By.Call));
      if (Wanted.insert(Callee).second && Callee != F)
        Asking.insert(Callee);
    }
  }
}

} // namespace mapsan
