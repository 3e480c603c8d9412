// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds what is done with iterators, by value: see IteratorValues.h.

#include "IteratorValues.h"
#include "Callee.h"
#include "HandleMoves.h"
#include "HookSites.h"
#include "PrivateLocals.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace mapsan {

// A reference is no iterator, and a number or nothing is none.
static bool mayReturnIterator(const CallBase &Call) {
  if (Call.hasStructRetAttr())
    return true;
  const Type *Result = Call.getType();
  return Result->isPointerTy() ? !Call.getRetDereferenceableBytes()
                               : Result->isStructTy();
}

static void findOf(CallBase &Call, const IteratorOperation &Op,
                   const Family &Of, bool HasHandle,
                   std::vector<IteratorValue> &Into) {
  auto Add = [&](IteratorValue::Kind Does, unsigned Number,
                 bool InResult = false) {
    Value *Address = Call.getArgOperand(Op.Iterators[Number]);
    Into.push_back({Does, &Call, nullptr, Address, InResult, &Op, &Of});
  };
  if (!HasHandle)
    for (unsigned N = 0; N < Op.Iterators.size(); ++N)
      Add(IteratorValue::Used, N);
  if (Op.Does == IteratorOperation::Step)
    Add(IteratorValue::Stepped, 0);
  else if (Op.Does == IteratorOperation::Another && mayReturnIterator(Call))
    Add(IteratorValue::Stepped, 0, /*InResult=*/true);
}

std::vector<IteratorValue> findIteratorValues(Function &F,
                                              const std::vector<MapCall> &Maps,
                                              const Handles &Held,
                                              CatalogMatcher &Matcher,
                                              PrivateLocals &Locals) {
  std::vector<IteratorValue> Found;
  SmallPtrSet<const Instruction *, 16> HasHandle;
  for (const HandleEvent &E : Held.Events)
    if (E.Does == HandleEvent::Used)
      HasHandle.insert(E.At);
  SmallPtrSet<const Instruction *, 16> MapCalls;
  for (const MapCall &Site : Maps) {
    // (Nothing may follow a musttail call.)
    const MapArgument &Map = Site.Does->Maps.front();
    MapCalls.insert(Site.Call);
    if (returnsHandle(*Site.Call, *Site.Does) && Map.Of->Iterators->Nodes &&
        mayReturnIterator(*Site.Call) && !Site.Call->isMustTailCall() &&
        !Locals.isPrivate(Site.Call->getArgOperand(Map.Argument)))
      Found.push_back({IteratorValue::Made, Site.Call, Site.Does});
  }
  for (Instruction &I : instructions(F)) {
    auto *Call = dyn_cast<CallBase>(&I);
    const Function *Callee = Call ? directCallee(*Call) : nullptr;
    if (!Callee || Callee->isIntrinsic() || MapCalls.contains(Call) ||
        Call->isMustTailCall())
      continue;
    const IteratorOperation *Op = Matcher.iteratorOperation(*Callee);
    // (The steps of std::advance are in its body.)
    if (!Op || !Op->Of || Op->Of->Base || !Op->Of->Nodes ||
        Op->Iterators.empty() || Op->Count != IteratorOperation::One)
      continue;
    if (Op->Does != IteratorOperation::Step &&
        Op->Does != IteratorOperation::Dereference &&
        Op->Does != IteratorOperation::Read &&
        Op->Does != IteratorOperation::Compare &&
        Op->Does != IteratorOperation::Another)
      continue;
    // (A method of the container's own is the library's business.)
    const Family *Of = Matcher.familyOf(*Op->Of);
    if (Of && !Matcher.isInternal(*Of, F))
      findOf(*Call, *Op, *Of, HasHandle.contains(Call), Found);
  }
  return Found;
}

} // namespace mapsan
