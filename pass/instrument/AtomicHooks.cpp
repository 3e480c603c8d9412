// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets atomic accesses and announces fences.

#include "AtomicHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "analysis/AtomicAccesses.h"

using namespace llvm;

namespace mapsan {

// operation | order << 4 | failure order << 8; folds to a constant but for
// orders that are computed.
static Value *whatWord(IRBuilder<> &Builder, MapsanAtomic What, Value *Order,
                       Value *Failure) {
  Type *I32 = Builder.getInt32Ty();
  auto Shifted = [&](Value *Order, unsigned Bits) {
    return Builder.CreateShl(Builder.CreateZExtOrTrunc(Order, I32), Bits);
  };
  Value *Word = Builder.CreateOr(Builder.getInt32(What), Shifted(Order, 4));
  return Failure ? Builder.CreateOr(Word, Shifted(Failure, 8)) : Word;
}

// Whether a compare-exchange stored; every other access did what it does.
static Value *doneWord(IRBuilder<> &Builder, const AtomicAccess &A,
                       Instruction *At) {
  if (A.What != MapsanAtomicCas)
    return Builder.getInt32(1);
  Value *Stored = isa<AtomicCmpXchgInst>(At) ? Builder.CreateExtractValue(At, 1)
                                             : Builder.CreateIsNotNull(At);
  return Builder.CreateZExt(Stored, Builder.getInt32Ty());
}

bool hookAtomic(const AtomicAccess &A, Callbacks &Calls) {
  auto *Call = dyn_cast<CallBase>(A.At);
  if (Call && (hasNoCallEdges(*Call) || Call->isMustTailCall()))
    return false;
  const DebugLoc Where = hookLocation(*A.At);
  IRBuilder<> Builder(A.At);
  Builder.SetCurrentDebugLocation(Where);
  Value *What = whatWord(Builder, A.What, A.Order, A.Failure);
  Value *Token = Calls.call(Builder, Callback::atomic_begin, {A.Address, What});

  Instruction *At = A.At;
  Instruction *After = nullptr, *Unwind = nullptr;
  if (Call) {
    CallEdges Edges = *openCallEdges(*Call);
    At = Edges.Call;
    After = Edges.Normal;
    Unwind = Edges.Unwind;
  } else {
    After = At->getNextNode();
  }
  Builder.SetInsertPoint(After);
  Builder.SetCurrentDebugLocation(Where);
  Calls.call(Builder, Callback::atomic_end,
             {A.Address, What, Token, doneWord(Builder, A, At)});
  if (Unwind) {
    // libatomic does not throw; a declaration that does not say so still must
    // not leave the access open.
    Builder.SetInsertPoint(Unwind);
    Builder.SetCurrentDebugLocation(Where);
    Calls.call(Builder, Callback::atomic_end,
               {A.Address, What, Token, Builder.getInt32(0)});
  }
  return true;
}

bool hookLockedAccess(const LockedAccess &A, Callbacks &Calls) {
  Instruction *Place = A.At;
  if (A.After) {
    if (hasNoCallEdges(*A.At) || A.At->isMustTailCall())
      return false;
    Place = openCallEdges(*A.At)->Normal;
  }
  IRBuilder<> Builder(Place);
  Builder.SetCurrentDebugLocation(hookLocation(*A.At));
  Value *Done = A.Done;
  if (auto *Variable = dyn_cast<AllocaInst>(Done))
    Done = Builder.CreateIsNotNull(
        Builder.CreateLoad(Variable->getAllocatedType(), Variable));
  Calls.call(Builder, Callback::locked_access,
             {A.Object, whatWord(Builder, A.What, A.Order, A.Failure),
              Builder.CreateZExt(Done, Builder.getInt32Ty())});
  return true;
}

void hookFence(FenceInst &Fence, Callbacks &Calls) {
  IRBuilder<> Builder(&Fence);
  Builder.SetCurrentDebugLocation(hookLocation(Fence));
  Calls.call(Builder, Callback::atomic_fence,
             {orderValue(Fence.getContext(), Fence.getOrdering())});
}

} // namespace mapsan
