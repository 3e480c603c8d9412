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

// Before `At`: what `Emit` emits runs only if a map has been used.
//
//     %used = load atomic i8, ptr @__mapsan_map_used monotonic
//     br (%used != 0), %hook, %on    (unlikely)
//   hook:
//     ...
//     br %on
//   on:
//     At
static Instruction *ifMapUsed(Instruction *At, const DebugLoc &Where,
                              Callbacks &Calls,
                              function_ref<void(IRBuilder<> &)> Emit) {
  IRBuilder<> Builder(At);
  Builder.SetCurrentDebugLocation(Where);
  Instruction *End = SplitBlockAndInsertIfThen(
      Calls.stands(Builder, Flag::map_used), At, /*Unreachable=*/false,
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

// A call of libatomic: bracketed, where a map has been used.
static bool hookAtomicCall(const AtomicAccess &A, CallBase &Call,
                           Callbacks &Calls) {
  if (hasNoCallEdges(Call) || Call.isMustTailCall())
    return false;
  const DebugLoc Where = hookLocation(Call);
  const unsigned Kind = A.What | MAPSAN_ATOMIC_CALL;
  Value *Begun;
  Instruction *Hook = ifMapUsed(&Call, Where, Calls, [&](IRBuilder<> &Builder) {
    Begun =
        Calls.call(Builder, Callback::atomic_begin,
                   {A.Address, whatWord(Builder, Kind, A.Order, A.Failure)});
  });
  IRBuilder<> Builder(&Call);
  Builder.SetCurrentDebugLocation(Where);
  PHINode *Token = Builder.CreatePHI(Builder.getInt64Ty(), 2);
  Token->addIncoming(Begun, Hook->getParent());
  Token->addIncoming(Builder.getInt64(MAPSAN_ATOMIC_UNWATCHED),
                     Hook->getParent()->getSinglePredecessor());

  CallEdges Edges = *openCallEdges(Call);
  auto EndAt = [&](Instruction *Edge, bool Returned) {
    if (wantsFence(A)) {
      Builder.SetInsertPoint(Edge);
      Builder.SetCurrentDebugLocation(Where);
      Builder.CreateFence(AtomicOrdering::Acquire);
    }
    ifMapUsed(Edge, Where, Calls, [&](IRBuilder<> &Builder) {
      Value *Word = whatWord(Builder, Kind, A.Order, A.Failure);
      Value *Done =
          Returned ? doneWord(Builder, A, Edges.Call) : Builder.getInt32(0);
      Calls.call(Builder, Callback::atomic_end, {A.Address, Word, Token, Done});
    });
  };
  // libatomic does not throw; a declaration that does not say so still must
  // not leave the access open.
  if (Edges.Unwind)
    EndAt(Edges.Unwind, false);
  EndAt(Edges.Normal, true);
  return true;
}

namespace {

// An instruction, in several copies: where there is nothing to tell it stands
// alone, or nearly so; on the way where hooks are called, between them. What
// each asks, and why that is enough, is in include/mapsan/callbacks.inc.
//
//   a load           what loads and stores       a release
//
//   the load         asks                        asks
//   asks             quick: the instruction      quick: as there
//                           asks again           asks: is it lent?
//                           perhaps atomic_end   lent: the instruction
//
//   hooks: atomic_begin, the instruction, atomic_end
//
// (A release store that is quick asks nothing more. A load is done again if its
// end says so.)
class Ways {
public:
  Ways(const AtomicAccess &A, Callbacks &Calls)
      : A(A), Calls(Calls), Fields(*A.At->getModule()), At(A.At),
        Builder(A.At) {
    Builder.SetCurrentDebugLocation(hookLocation(*At));
    Weights = MDBuilder(At->getContext()).createUnlikelyBranchWeights();
  }

  void emit() {
    BasicBlock *Head = At->getParent();
    Tail = SplitBlock(Head, At->getNextNode());
    Head->getTerminator()->eraseFromParent();
    BasicBlock *Hooks = block();
    if (A.What == MapsanAtomicLoad && !At->isVolatile()) {
      Builder.SetInsertPoint(Head);
      fence();
      Value *Own = Fields.own(Builder);
      Results.push_back({At, Head});
      Builder.CreateCondBr(
          hasNews(Fields.load(Builder, Own, shortcut_field::news)), Hooks, Tail,
          Weights);
      hookedLoad(Head, Hooks);
      return finish();
    }
    const bool Stores = A.What != MapsanAtomicLoad;
    const bool Releases =
        Stores && cast<ConstantInt>(A.Order)->getZExtValue() >= 3;
    BasicBlock *Quick = block();
    Value *Own = nullptr, *Known = nullptr, *Asks;
    if (Releases || A.What != MapsanAtomicStore) {
      Own = Fields.own(Builder);
      Known = Fields.load(Builder, Own,
                          Releases ? shortcut_field::silent
                          : Stores ? shortcut_field::news_of_rmw
                                   : shortcut_field::news);
      Asks = hasNews(Known);
    } else { // it would end a release sequence
      Asks = Calls.stands(Builder, Flag::map_used);
    }
    Builder.SetInsertPoint(Head);
    Builder.CreateCondBr(Asks, Hooks, Quick, Weights);
    quick(Quick, A.What == MapsanAtomicStore ? nullptr : Known);
    if (Releases)
      Hooks = askWhetherLent(Hooks, Own);
    hooked(Hooks);
    finish();
  }

private:
  BasicBlock *block() {
    return BasicBlock::Create(At->getContext(), "", At->getFunction(), Tail);
  }
  Instruction *copy() {
    Instruction *Copy = At->clone();
    if (At->hasName())
      Copy->setName(At->getName());
    return Builder.Insert(Copy);
  }
  void join(Value *Result) {
    Results.push_back({Result, Builder.GetInsertBlock()});
    Builder.CreateBr(Tail);
  }
  void fence() {
    if (wantsFence(A))
      Builder.CreateFence(AtomicOrdering::Acquire);
  }
  // For the compiler alone: another thread sees to the machine.
  void orderForOthers() {
    Builder.CreateFence(AtomicOrdering::SequentiallyConsistent,
                        SyncScope::SingleThread);
  }

  //     %news = load atomic i64, ptr @__mapsan_news monotonic
  //     %asks = icmp ne i64 %news, %known
  Value *hasNews(Value *Known) {
    // Not dso_local: the runtime may be in another module.
    Type *const I64 = Builder.getInt64Ty();
    LoadInst *News = quiet(Builder.CreateAlignedLoad(
        I64, At->getModule()->getOrInsertGlobal("__mapsan_news", I64),
        Align(8)));
    News->setAtomic(AtomicOrdering::Monotonic);
    return Builder.CreateICmpNE(News, Known);
  }

  Value *what() { return whatWord(Builder, A.What, A.Order, A.Failure); }
  void end(Value *Token, Instruction *Copy) {
    Value *Word = what(), *Done = doneWord(Builder, A, Copy);
    Calls.call(Builder, Callback::atomic_end, {A.Address, Word, Token, Done});
  }

  void quick(BasicBlock *Block, Value *Known) {
    Builder.SetInsertPoint(Block);
    Instruction *Copy = copy();
    if (!Known)
      return join(Copy);
    fence();
    BasicBlock *Told = block();
    Results.push_back({Copy, Block});
    Builder.CreateCondBr(hasNews(Known), Told, Tail, Weights);
    Builder.SetInsertPoint(Told);
    end(Builder.getInt64(MAPSAN_ATOMIC_UNWATCHED), Copy);
    join(Copy);
  }

  // Where to go if not.
  BasicBlock *askWhetherLent(BasicBlock *Block, Value *Own) {
    BasicBlock *Lent = block(), *Not = block();
    Builder.SetInsertPoint(Block);
    Value *Address = Builder.CreatePtrToInt(A.Address, Builder.getInt64Ty());
    Value *Before = Fields.loadAtomic(Builder, Own, shortcut_field::releasing);
    Fields.store(Builder, Address, Own, shortcut_field::releasing);
    orderForOthers();
    Value *Differs = Builder.CreateXor(
        Address, Fields.loadAtomic(Builder, Own, shortcut_field::lent_key));
    Differs = Builder.CreateXor(
        Differs, Fields.loadAtomic(Builder, Own, shortcut_field::lent,
                                   ShortcutFields::index(Builder, Address,
                                                         MAPSAN_LENT_ENTRIES)));
    Builder.CreateCondBr(
        Builder.CreateIsNull(Builder.CreateOr(Differs, Before)), Lent, Not);

    Builder.SetInsertPoint(Lent);
    Instruction *Copy = copy();
    orderForOthers();
    Fields.store(Builder, Builder.getInt64(0), Own, shortcut_field::releasing,
                 AtomicOrdering::Release);
    join(Copy);

    Builder.SetInsertPoint(Not);
    Fields.store(Builder, Before, Own, shortcut_field::releasing);
    return Not;
  }

  void hooked(BasicBlock *Block) {
    Builder.SetInsertPoint(Block);
    Value *Token =
        Calls.call(Builder, Callback::atomic_begin, {A.Address, what()});
    Instruction *Copy = copy();
    end(Token, Copy);
    join(Copy);
  }

  void hookedLoad(BasicBlock *From, BasicBlock *Block) {
    Builder.SetInsertPoint(Block);
    PHINode *What = Builder.CreatePHI(Builder.getInt32Ty(), 2);
    What->addIncoming(what(), From);
    Value *Token =
        Calls.call(Builder, Callback::atomic_begin, {A.Address, What});
    Instruction *Copy = copy();
    Value *Again =
        Calls.call(Builder, Callback::load_end, {A.Address, What, Token});
    What->addIncoming(
        whatWord(Builder, A.What | MAPSAN_ATOMIC_AGAIN, A.Order, A.Failure),
        Block);
    Results.push_back({Copy, Block});
    Builder.CreateCondBr(Builder.CreateIsNotNull(Again), Block, Tail, Weights);
  }

  // What follows goes on with the result of whichever copy has run.
  void finish() {
    if (!At->use_empty()) {
      Builder.SetInsertPoint(Tail, Tail->begin());
      PHINode *Result = Builder.CreatePHI(At->getType(), Results.size());
      At->replaceAllUsesWith(Result);
      if (Results.front().first != At)
        Result->takeName(At);
      for (auto [Value, From] : Results)
        Result->addIncoming(Value, From);
    }
    if (Results.front().first != At)
      At->eraseFromParent();
  }

  const AtomicAccess &A;
  Callbacks &Calls;
  ShortcutFields Fields;
  Instruction *At;
  IRBuilder<> Builder;
  MDNode *Weights; // of a branch to what is hardly ever wanted
  BasicBlock *Tail = nullptr;
  SmallVector<std::pair<Value *, BasicBlock *>, 4> Results;
};

} // namespace

bool hookAtomic(const AtomicAccess &A, Callbacks &Calls) {
  if (auto *Call = dyn_cast<CallBase>(A.At))
    return hookAtomicCall(A, *Call, Calls);
  Ways(A, Calls).emit();
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
  ifMapUsed(&Fence, hookLocation(Fence), Calls, [&](IRBuilder<> &Builder) {
    Calls.call(Builder, Callback::atomic_fence,
               {orderValue(Fence.getContext(), Fence.getOrdering())});
  });
}

} // namespace mapsan
