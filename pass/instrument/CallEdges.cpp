// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The places around a call: before it, on its normal return, on its unwinding.

#include "CallEdges.h"
#include "analysis/Callee.h"
#include "llvm/IR/EHPersonalities.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace mapsan {

static bool mayUnwind(const CallBase &Call) {
  const Function *Callee = directCallee(Call);
  return !Call.doesNotThrow() && !(Callee && Callee->doesNotThrow()) &&
         !Call.getFunction()->doesNotThrow();
}

Instruction *placeBehind(Instruction &At) {
  auto *Invoke = dyn_cast<InvokeInst>(&At);
  if (!Invoke)
    return At.getNextNode();
  BasicBlock *Normal = Invoke->getNormalDest();
  if (!Normal->getSinglePredecessor())
    Normal = SplitEdge(Invoke->getParent(), Normal);
  return &*Normal->getFirstInsertionPt();
}

bool hasNoCallEdges(const CallBase &Call) {
  const Function &F = *Call.getFunction();
  if (F.hasPersonalityFn() &&
      isScopedEHPersonality(classifyEHPersonality(F.getPersonalityFn())))
    return true;
  if (auto *Invoke = dyn_cast<InvokeInst>(&Call))
    return !Invoke->getUnwindDest()->isLandingPad();
  return !isa<CallInst>(Call);
}

// A cleanup runs under any personality; the language's own is one library
// less to link. C has exceptions only under -fexceptions.
static void ensurePersonality(Function &F, const CallBase &Call) {
  if (F.hasPersonalityFn())
    return;
  const Function *Callee = directCallee(Call);
  bool Cxx = F.getName().starts_with("_Z") ||
             (Callee && Callee->getName().starts_with("_Z"));
  FunctionCallee Personality = F.getParent()->getOrInsertFunction(
      Cxx ? "__gxx_personality_v0" : "__gcc_personality_v0",
      FunctionType::get(Type::getInt32Ty(F.getContext()), /*isVarArg=*/true));
  F.setPersonalityFn(cast<Constant>(Personality.getCallee()));
}

static InvokeInst *makeInvoke(CallInst &Call) {
  Function &F = *Call.getFunction();
  LLVMContext &C = F.getContext();
  ensurePersonality(F, Call);
  BasicBlock *Pad = BasicBlock::Create(C, "mapsan.unwind", &F);
  IRBuilder<> Builder(Pad);
  Builder.SetCurrentDebugLocation(Call.getDebugLoc());
  LandingPadInst *Caught = Builder.CreateLandingPad(
      StructType::get(PointerType::get(C, 0), Type::getInt32Ty(C)), 0);
  Caught->setCleanup(true);
  Builder.CreateResume(Caught);
  BasicBlock *Block = Call.getParent();
  changeToInvokeAndSplitBasicBlock(&Call, Pad);
  return cast<InvokeInst>(Block->getTerminator());
}

static Instruction *normalEdge(InvokeInst &Invoke) {
  BasicBlock *Normal = Invoke.getNormalDest();
  if (!Normal->getSinglePredecessor())
    Normal = SplitEdge(Invoke.getParent(), Normal);
  return &*Normal->getFirstInsertionPt();
}

// Landing pads are shared; this call's hook is no business of the others.
static Instruction *unwindEdge(InvokeInst &Invoke) {
  BasicBlock *Pad = Invoke.getUnwindDest();
  if (!Pad->getSinglePredecessor()) {
    SmallVector<BasicBlock *, 2> New;
    SplitLandingPadPredecessors(Pad, {Invoke.getParent()}, ".mapsan", ".rest",
                                New);
    Pad = Invoke.getUnwindDest();
  }
  return &*Pad->getFirstInsertionPt();
}

std::optional<CallEdges> openCallEdges(CallBase &Call) {
  if (hasNoCallEdges(Call))
    return std::nullopt;
  if (Call.isMustTailCall())
    return CallEdges{&Call, nullptr, nullptr};
  auto *Invoke = dyn_cast<InvokeInst>(&Call);
  if (!Invoke && mayUnwind(Call))
    Invoke = makeInvoke(cast<CallInst>(Call));
  if (!Invoke)
    return CallEdges{&Call, Call.getNextNode(), nullptr};
  // The unwind edge first: splitting it may not disturb the normal one.
  Instruction *Unwind = unwindEdge(*Invoke);
  return CallEdges{Invoke, normalEdge(*Invoke), Unwind};
}

} // namespace mapsan
