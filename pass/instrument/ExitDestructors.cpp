// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ExitDestructors.h.

#include "ExitDestructors.h"
#include "analysis/HookSites.h"
#include "catalog/CatalogMatcher.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace mapsan {

// As clang calls what it makes of a variable's initialisation.
static const char FunctionName[] = "__cxx_global_var_dtor";

static bool isDestructorOfMap(const Value *V, CatalogMatcher &Matcher) {
  auto *F = dyn_cast<Function>(V->stripPointerCasts());
  const MapOperation *Does = F ? Matcher.mapOperation(*F) : nullptr;
  return Does && Does->Maps.front().Effect == MapsanEffectDestroy;
}

// Where the variable is, or else what registers it. (The call itself is mostly
// of no line.)
static unsigned lineOf(const CallBase &Registration) {
  SmallVector<DIGlobalVariableExpression *, 1> Described;
  auto *Variable = dyn_cast<GlobalVariable>(
      Registration.getArgOperand(1)->stripPointerCasts());
  if (Variable)
    Variable->getDebugInfo(Described);
  if (!Described.empty())
    return Described.front()->getVariable()->getLine();
  return Registration.getFunction()->getSubprogram()->getLine();
}

static void describe(Function &F, const CallBase &Registration) {
  DISubprogram *Of = Registration.getFunction()->getSubprogram();
  if (!Of)
    return;
  unsigned Line = lineOf(Registration);
  DIBuilder Info(*F.getParent(), /*AllowUnresolved=*/false, Of->getUnit());
  auto Flags = DISubprogram::SPFlagDefinition |
               DISubprogram::SPFlagLocalToUnit |
               (Of->isOptimized() ? DISubprogram::SPFlagOptimized
                                  : DISubprogram::SPFlagZero);
  DISubprogram *P = Info.createFunction(
      Of->getFile(), FunctionName, /*LinkageName=*/"", Of->getFile(), Line,
      Info.createSubroutineType(Info.getOrCreateTypeArray({})), Line,
      DINode::FlagArtificial, Flags);
  Info.finalizeSubprogram(P);
  F.setSubprogram(P);
  DebugLoc Here = DILocation::get(F.getContext(), Line, 0, P);
  for (Instruction &I : F.getEntryBlock())
    I.setDebugLoc(Here);
}

static Function *makeCaller(const CallBase &Registration) {
  auto *Destructor =
      cast<Function>(Registration.getArgOperand(0)->stripPointerCasts());
  Value *Object = Registration.getArgOperand(1);
  const Function &Maker = *Registration.getFunction();
  LLVMContext &C = Maker.getContext();
  auto *Type = FunctionType::get(Type::getVoidTy(C), Object->getType(), false);
  auto *F = Function::Create(Type, GlobalValue::InternalLinkage, FunctionName,
                             Destructor->getParent());
  F->setAttributes(AttributeList().addFnAttributes(
      C, AttrBuilder(C, Maker.getAttributes().getFnAttrs())));
  // They go together, where another object file has the variable as well.
  if (const Comdat *Group = Maker.getComdat())
    F->setComdat(const_cast<Comdat *>(Group));
  IRBuilder<> B(BasicBlock::Create(C, "", F));
  // The variable itself, where it can be named: reports say its name.
  CallInst *Call =
      B.CreateCall(Destructor, isa<Constant>(Object) ? Object : F->getArg(0));
  Call->setCallingConv(Destructor->getCallingConv());
  Call->setDoesNotThrow(); // there is nobody to catch it
  B.CreateRetVoid();
  describe(*F, Registration);
  return F;
}

void callExitDestructors(Module &M, CatalogMatcher &Matcher) {
  for (StringRef Name : {"__cxa_atexit", "__cxa_thread_atexit"}) {
    Function *Register = M.getFunction(Name);
    if (!Register)
      continue;
    for (User *U : Register->users()) {
      auto *Call = dyn_cast<CallBase>(U);
      if (Call && Call->getCalledOperand() == Register &&
          Call->arg_size() == 3 && wantsHooks(*Call->getFunction()) &&
          isDestructorOfMap(Call->getArgOperand(0), Matcher))
        Call->setArgOperand(0, makeCaller(*Call));
    }
  }
}

} // namespace mapsan
