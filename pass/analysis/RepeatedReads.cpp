// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds reads that only repeat an earlier operation: data flow over the blocks
// of a function.

#include "RepeatedReads.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace mapsan {

namespace {

// Where the bits of all blocks together would be more, nobody has written the
// function by hand.
const size_t MaxBits = size_t(1) << 24;

// What both are called on is `this`, or the one argument that is a map.
bool repeats(const MapOperation &Later, const MapOperation &Earlier) {
  if (Later.Maps.size() != 1 || Earlier.Maps.size() != 1)
    return false;
  const MapArgument &Now = Later.Maps.front(), &Then = Earlier.Maps.front();
  // (What an argument leads to may be another map by then.)
  for (const MapArgument *A : {&Now, &Then})
    if (A->IsResult || A->through())
      return false;
  return Now.Of == Then.Of && Now.Effect == MapsanEffectRead &&
         Then.Effect != MapsanEffectDestroy &&
         // (a report tells an iteration from another read)
         (!Now.Iterates || Then.Iterates);
}

// Are both computed in the same way from the same values? Memory may have
// changed in between; this is only to choose what is worth comparing.
bool looksTheSame(const Value *A, const Value *B, unsigned Depth = 6) {
  if (A == B)
    return true;
  auto *I = dyn_cast<Instruction>(A), *J = dyn_cast<Instruction>(B);
  if (!I || !J || !Depth || !I->isSameOperationAs(J) ||
      !isa<LoadInst, GetElementPtrInst, CastInst>(I))
    return false;
  return all_of(zip(I->operands(), J->operands()), [&](auto Pair) {
    return looksTheSame(std::get<0>(Pair), std::get<1>(Pair), Depth - 1);
  });
}

class Flow {
public:
  Flow(Function &F, std::vector<MapCall> &Calls, QuietCalls &Quiet)
      : Calls(Calls), Quiet(Quiet), Order(&F) {
    for (unsigned Index = 0; Index < Calls.size(); ++Index)
      IndexOf[Calls[Index].Call] = Index;
  }

  void solve();
  void mark();

private:
  struct Block {
    bool Loud = false; // nothing from before it stands at its end
    SmallVector<unsigned, 4> Carried; // since the last loud instruction
    BitVector Out;
  };

  void summarise(BasicBlock &BB);
  BitVector in(BasicBlock &BB);
  Value *mapOf(unsigned Index) const { return mapValue(Calls[Index]); }
  void markRead(unsigned Later, const BitVector &Standing, int Last);

  std::vector<MapCall> &Calls;
  QuietCalls &Quiet;
  ReversePostOrderTraversal<Function *> Order; // of the blocks that are reached
  DenseMap<const Instruction *, unsigned> IndexOf;
  DenseMap<const BasicBlock *, Block> Blocks;
};

void Flow::summarise(BasicBlock &BB) {
  Block &B = Blocks[&BB];
  for (Instruction &I : BB) {
    if (!Quiet.isQuiet(I)) {
      B.Loud = true;
      B.Carried.clear();
    }
    auto It = IndexOf.find(&I);
    if (It != IndexOf.end())
      B.Carried.push_back(It->second);
  }
  B.Out.resize(Calls.size(), true); // until it is known better
}

// What stands on all ways into the block. By an exception nothing does: it may
// come out of the middle of a call.
BitVector Flow::in(BasicBlock &BB) {
  BitVector In(Calls.size(), !BB.isEntryBlock() && !BB.isEHPad());
  if (In.any())
    for (BasicBlock *Before : predecessors(&BB)) {
      auto It = Blocks.find(Before);
      if (It != Blocks.end()) // it is reached
        In &= It->second.Out;
    }
  return In;
}

void Flow::solve() {
  for (BasicBlock *BB : Order)
    summarise(*BB);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (BasicBlock *BB : Order) {
      Block &B = Blocks[BB];
      BitVector Out = in(*BB);
      if (B.Loud)
        Out.reset();
      for (unsigned Index : B.Carried)
        Out.set(Index);
      if (Out == B.Out)
        continue;
      B.Out = std::move(Out);
      Changed = true;
    }
  }
}

// Of the operations that stand: one whose map looks the same; or the last one
// here, whose map may turn out to be the same.
void Flow::markRead(unsigned Later, const BitVector &Standing, int Last) {
  int Found = -1;
  for (unsigned Earlier : Standing.set_bits())
    if (repeats(*Calls[Later].Does, *Calls[Earlier].Does) &&
        (int(Earlier) == Last || looksTheSame(mapOf(Later), mapOf(Earlier)))) {
      Found = Earlier;
      if (int(Earlier) != Last)
        break;
    }
  if (Found >= 0)
    Calls[Later].Repeats = mapOf(Found);
}

void Flow::mark() {
  for (BasicBlock *BB : Order) {
    BitVector Standing;
    int Last = -1;
    for (Instruction &I : *BB) {
      auto It = IndexOf.find(&I);
      if (It == IndexOf.end() && !isa<CallBase>(I) && !I.isAtomic())
        continue;
      if (Standing.empty())
        Standing = in(*BB);
      if (It != IndexOf.end() && Standing.any())
        markRead(It->second, Standing, Last);
      if (!Quiet.isQuiet(I)) {
        Standing.reset();
        Last = -1;
      }
      if (It != IndexOf.end()) {
        Standing.set(It->second);
        Last = It->second;
      }
    }
  }
}

} // namespace

void findRepeatedReads(Function &F, std::vector<MapCall> &Calls,
                       QuietCalls &Quiet) {
  if (Calls.size() < 2 || Calls.size() * F.size() > MaxBits)
    return;
  Flow Ways(F, Calls, Quiet);
  Ways.solve();
  Ways.mark();
}

} // namespace mapsan
