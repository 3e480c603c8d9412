// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds accesses that are made under a lock: see LockedAccesses.h.

#include "LockedAccesses.h"
#include "AtomicAccesses.h"
#include "Callee.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/AtomicOrdering.h"

using namespace llvm;

namespace mapsan {

// Before optimisation a function that has something to do between `return` and
// its end keeps what it returns in a variable.
static AllocaInst *returnedVariable(Function &F) {
  for (BasicBlock &BB : F)
    if (auto *Return = dyn_cast<ReturnInst>(BB.getTerminator()))
      if (auto *Load = dyn_cast_or_null<LoadInst>(Return->getReturnValue()))
        return dyn_cast<AllocaInst>(Load->getPointerOperand());
  return nullptr;
}

// Whether the compare-exchange that ends at this call has stored. Some unlock
// first and set what they return then.
static Value *stored(CallBase &Unlock, StringRef Callee, const LockedRow &Row) {
  Type *Bool = Type::getInt1Ty(Unlock.getContext());
  if (Row.Access != MapsanAtomicCas || is_contained(Row.Succeeded, Callee))
    return ConstantInt::getTrue(Bool);
  if (!Row.Succeeded.empty())
    return ConstantInt::getFalse(Bool);
  AllocaInst *Returned = returnedVariable(*Unlock.getFunction());
  if (!Returned)
    return ConstantInt::getTrue(Bool);
  BasicBlock *Block = Unlock.getParent();
  if (auto *Invoke = dyn_cast<InvokeInst>(&Unlock))
    Block = Invoke->getNormalDest();
  for (Instruction &I : *Block)
    if (auto *Store = dyn_cast<StoreInst>(&I))
      if (Store->getPointerOperand() == Returned &&
          isa<ConstantInt>(Store->getValueOperand()) &&
          (Block != Unlock.getParent() || Unlock.comesBefore(Store)))
        return Store->getValueOperand();
  return Returned;
}

std::vector<LockedAccess> findLockedAccesses(Function &F,
                                             CatalogMatcher &Matcher) {
  std::vector<LockedAccess> Found;
  const LockedRow *Row = Matcher.lockedAccess(F);
  if (!Row)
    return Found;
  const unsigned First = F.hasStructRetAttr() ? 1 : 0;
  auto Argument = [&](int Index) -> Value * {
    return Index >= 0 && First + Index < F.arg_size() ? F.getArg(First + Index)
                                                      : nullptr;
  };
  Value *Always =
      orderValue(F.getContext(), AtomicOrdering::SequentiallyConsistent);
  auto OrderOf = [&](int Index) {
    Value *Order = Argument(Index);
    return Order && Order->getType()->isIntegerTy() ? Order : Always;
  };
  Value *Object = Argument(Row->Object);
  if (!Object || !Object->getType()->isPointerTy())
    return Found;
  Value *Failure =
      Row->Access == MapsanAtomicCas ? OrderOf(Row->Failure) : nullptr;
  for (BasicBlock &BB : F)
    for (Instruction &I : BB) {
      auto *Call = dyn_cast<CallBase>(&I);
      const Function *Callee = Call ? directCallee(*Call) : nullptr;
      if (!Callee || Callee->isIntrinsic())
        continue;
      const std::string &Name = Matcher.qualifiedName(*Callee);
      const bool After = is_contained(Row->After, Name);
      if (After || is_contained(Row->Before, Name))
        Found.push_back({Call, After, Object, Row->Access, OrderOf(Row->Order),
                         Failure, stored(*Call, Name, *Row)});
    }
  return Found;
}

} // namespace mapsan
