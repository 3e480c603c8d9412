// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets atomic accesses and announces fences.

#include "AtomicHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "ShortcutFields.h"
#include "analysis/AtomicAccesses.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace mapsan {

// operation | order << 4 | failure order << 8 | MAPSAN_ATOMIC_CALL; folds to a
// constant but for orders that are computed.
static Value *whatWord(IRBuilder<> &Builder, unsigned What, Value *Order,
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

// Whether a hook is to be called: what does not load asks whether the program
// has used a map,
//
//     %used = load atomic i8, ptr @__mapsan_map_used monotonic
//     %asks = icmp ne i8 %used, 0
//
// and a load whether there is anything that this thread might not know.
//
//     %news = load atomic i64, ptr @__mapsan_news monotonic
//     %known = load i64, (@__mapsan_shortcuts)->news
//     %asks = icmp ne i64 %news, %known
static Value *asks(IRBuilder<> &Builder, Callbacks &Calls, bool Loads) {
  if (!Loads)
    return Calls.stands(Builder, Flag::map_used);
  Module &M = *Builder.GetInsertBlock()->getModule();
  ShortcutFields Fields(M);
  Type *const I64 = Builder.getInt64Ty();
  // Not dso_local: the runtime may be in another module.
  LoadInst *News = quiet(Builder.CreateAlignedLoad(
      I64, M.getOrInsertGlobal("__mapsan_news", I64), Align(8)));
  News->setAtomic(AtomicOrdering::Monotonic);
  return Builder.CreateICmpNE(
      News, Fields.load(Builder, Fields.own(Builder), shortcut_field::news));
}

// Before `At`: what `Emit` emits runs only if the code `asks`.
//
//     br %asks, %hook, %on           (unlikely)
//   hook:
//     ...
//     br %on
//   on:
//     At
static Instruction *ifAsked(Instruction *At, const DebugLoc &Where,
                            Callbacks &Calls, bool Loads,
                            function_ref<void(IRBuilder<> &)> Emit) {
  IRBuilder<> Builder(At);
  Builder.SetCurrentDebugLocation(Where);
  Instruction *End = SplitBlockAndInsertIfThen(
      asks(Builder, Calls, Loads), At, /*Unreachable=*/false,
      MDBuilder(At->getContext()).createUnlikelyBranchWeights());
  End->getParent()->getSinglePredecessor()->getTerminator()->setDebugLoc(Where);
  End->setDebugLoc(Where);
  Builder.SetInsertPoint(End);
  Builder.SetCurrentDebugLocation(Where);
  Emit(Builder);
  return End;
}

static bool isAcquire(const Value *Order) {
  auto *Known = dyn_cast<ConstantInt>(Order);
  return Known && (Known->getZExtValue() == 2 || Known->getZExtValue() >= 4);
}

// A relaxed load that a fence will make an acquire: the flag is asked after it.
static bool wantsFence(const AtomicAccess &A) {
  return A.What != MapsanAtomicStore &&
         !(isAcquire(A.Order) && (!A.Failure || isAcquire(A.Failure)));
}

bool hookAtomic(const AtomicAccess &A, Callbacks &Calls) {
  auto *Call = dyn_cast<CallBase>(A.At);
  if (Call && (hasNoCallEdges(*Call) || Call->isMustTailCall()))
    return false;
  const DebugLoc Where = hookLocation(*A.At);
  const unsigned Kind = Call ? A.What | MAPSAN_ATOMIC_CALL : A.What;
  const bool Loads = A.What == MapsanAtomicLoad && !Call;
  Value *Begun;
  Instruction *Hook =
      ifAsked(A.At, Where, Calls, Loads, [&](IRBuilder<> &Builder) {
        Begun = Calls.call(
            Builder, Callback::atomic_begin,
            {A.Address, whatWord(Builder, Kind, A.Order, A.Failure)});
      });
  IRBuilder<> Builder(A.At);
  Builder.SetCurrentDebugLocation(Where);
  PHINode *Token = Builder.CreatePHI(Builder.getInt64Ty(), 2);
  Token->addIncoming(Begun, Hook->getParent());
  Token->addIncoming(Builder.getInt64(MAPSAN_ATOMIC_UNWATCHED),
                     Hook->getParent()->getSinglePredecessor());

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
  auto EndAt = [&](Instruction *Edge, bool Returned) {
    if (wantsFence(A)) {
      Builder.SetInsertPoint(Edge);
      Builder.SetCurrentDebugLocation(Where);
      Builder.CreateFence(AtomicOrdering::Acquire);
    }
    ifAsked(Edge, Where, Calls, Loads, [&](IRBuilder<> &Builder) {
      Value *Word = whatWord(Builder, Kind, A.Order, A.Failure);
      Value *Done = Returned ? doneWord(Builder, A, At) : Builder.getInt32(0);
      Calls.call(Builder, Callback::atomic_end, {A.Address, Word, Token, Done});
    });
  };
  // libatomic does not throw; a declaration that does not say so still must
  // not leave the access open.
  if (Unwind)
    EndAt(Unwind, false);
  EndAt(After, true);
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
  ifAsked(&Fence, hookLocation(Fence), Calls, /*Loads=*/false,
          [&](IRBuilder<> &Builder) {
            Calls.call(Builder, Callback::atomic_fence,
                       {orderValue(Fence.getContext(), Fence.getOrdering())});
          });
}

} // namespace mapsan
