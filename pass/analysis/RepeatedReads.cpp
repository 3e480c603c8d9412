// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds reads that only repeat the operation just before them.

#include "RepeatedReads.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace mapsan {

// Nothing happens there that another thread, or the clock, could notice.
static bool isQuiet(const Instruction &I) {
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&I))
    return Intrinsic->isAssumeLikeIntrinsic();
  return !isa<CallBase>(I) && !I.isAtomic();
}

// The call that has just returned whenever `I` is reached, with quiet
// instructions in between; or null.
static const CallBase *callBefore(const Instruction &I) {
  for (const Instruction *At = I.getPrevNode(); At; At = At->getPrevNode()) {
    if (auto *Call = dyn_cast<CallInst>(At); Call && !isQuiet(*At))
      return Call;
    if (!isQuiet(*At))
      return nullptr;
  }
  const BasicBlock *Before = I.getParent()->getSinglePredecessor();
  auto *Invoke =
      Before ? dyn_cast<InvokeInst>(Before->getTerminator()) : nullptr;
  return Invoke && Invoke->getNormalDest() == I.getParent() ? Invoke : nullptr;
}

// What both are called on is `this`, or the one argument that is a map.
static bool repeats(const MapOperation &Later, const MapOperation &Earlier) {
  if (Later.Maps.size() != 1 || Earlier.Maps.size() != 1)
    return false;
  const MapArgument &Now = Later.Maps.front(), &Then = Earlier.Maps.front();
  return Now.Of == Then.Of && Now.Effect == MapsanEffectRead &&
         Then.Effect != MapsanEffectDestroy &&
         // (a report tells an iteration from another read)
         (!Now.Iterates || Then.Iterates);
}

void findRepeatedReads(std::vector<MapCall> &Calls) {
  DenseMap<const CallBase *, const MapOperation *> Known;
  for (MapCall &Later : Calls) {
    Known[Later.Call] = Later.Does;
    const CallBase *Before = callBefore(*Later.Call);
    auto Earlier = Known.find(Before);
    if (Before && Earlier != Known.end() &&
        repeats(*Later.Does, *Earlier->second))
      Later.Repeats =
          Before->getArgOperand(Earlier->second->Maps.front().Argument);
  }
}

} // namespace mapsan
