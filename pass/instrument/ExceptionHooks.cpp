// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Says when a thread gives up an exception, and when the last one has.

#include "ExceptionHooks.h"
#include "DebugLocations.h"
#include "analysis/Callee.h"

using namespace llvm;

namespace mapsan {

// What the library is to call in place of the destructor: it is the only one
// who knows when. One per destructor and module; it is instrumented like any
// other function, as the exception may itself be a map.
static Function *destructorWithHook(Function &Destructor, Callbacks &Calls) {
  Module &M = *Destructor.getParent();
  const std::string Name =
      ("mapsan.exception_ends." + Destructor.getName()).str();
  if (Function *Made = M.getFunction(Name))
    return Made;
  LLVMContext &C = M.getContext();
  auto *Hooked = Function::Create(
      FunctionType::get(Type::getVoidTy(C), {PointerType::get(C, 0)}, false),
      GlobalValue::InternalLinkage, Name, M);
  IRBuilder<> Builder(BasicBlock::Create(C, "", Hooked));
  Value *Exception = Hooked->getArg(0);
  Calls.call(Builder, Callback::exception_ends, {Exception});
  Builder.CreateCall(&Destructor, {Exception})
      ->setCallingConv(Destructor.getCallingConv());
  Builder.CreateRetVoid();
  return Hooked;
}

// The one function that `F` returns, whatever happens; or null.
static Function *functionReturned(const Function &F) {
  Function *Found = nullptr;
  for (const BasicBlock &BB : F) {
    const auto *Return = dyn_cast<ReturnInst>(BB.getTerminator());
    if (!Return)
      continue;
    auto *Value =
        dyn_cast<Function>(Return->getReturnValue()->stripPointerCasts());
    if (!Value || (Found && Found != Value))
      return nullptr;
    Found = Value;
  }
  return Found;
}

// libc++'s make_exception_ptr passes a lambda, which at -O0 a call converts.
static Function *destructorArgument(CallBase &Call) {
  Value *Argument = Call.getArgOperand(2)->stripPointerCasts();
  if (auto *Conversion = dyn_cast<CallBase>(Argument))
    if (const Function *Callee = directCallee(*Conversion))
      return functionReturned(*Callee);
  return dyn_cast<Function>(Argument);
}

static bool hookMade(CallBase &Call, Callbacks &Calls) {
  Function *Destructor = destructorArgument(Call);
  if (!Destructor || Destructor->arg_size() != 1 ||
      !Destructor->getArg(0)->getType()->isPointerTy())
    return false;
  Call.setArgOperand(2, destructorWithHook(*Destructor, Calls));
  return true;
}

bool hookException(const ExceptionSite &Site, Callbacks &Calls) {
  CallBase &Call = *Site.Call;
  if (Site.Event == ExceptionEvent::Made)
    return hookMade(Call, Calls);
  IRBuilder<> Builder(&Call);
  Builder.SetCurrentDebugLocation(hookLocation(Call));
  PointerType *Ptr = Builder.getPtrTy();
  if (Site.Event == ExceptionEvent::HandlerEnds) {
    FunctionCallee Globals = Call.getModule()->getOrInsertFunction(
        "__cxa_get_globals", FunctionType::get(Ptr, false));
    Calls.call(Builder, Callback::exception_handled,
               {Builder.CreateCall(Globals)});
    return true;
  }
  Value *Exception = Call.getArgOperand(0);
  if (Site.Event == ExceptionEvent::PointerDies)
    Exception = Builder.CreateLoad(Ptr, Exception);
  Calls.call(Builder, Callback::exception_dropped, {Exception});
  return true;
}

} // namespace mapsan
