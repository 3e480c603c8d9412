// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Declares the runtime's functions in a module.

#include "Callbacks.h"

using namespace llvm;

namespace mapsan {

FunctionCallee Callbacks::declare(Callback Which) {
  LLVMContext &C = M.getContext();
  Type *const Void = Type::getVoidTy(C);
  Type *const Ptr = PointerType::get(C, 0);
  Type *const I32 = Type::getInt32Ty(C);
  Type *const I64 = Type::getInt64Ty(C);
  auto Types = [](auto... T) { return SmallVector<Type *, 4>{T...}; };
  auto Declare = [&](const char *Name, Type *Return, ArrayRef<Type *> Params) {
    FunctionCallee Callee = M.getOrInsertFunction(
        Name, FunctionType::get(Return, Params, /*isVarArg=*/false));
    if (auto *F = dyn_cast<Function>(Callee.getCallee()))
      F->setDoesNotThrow();
    return Callee;
  };
  switch (Which) {
#define MAPSAN_CALLBACK(Return, Name, Params)                                  \
  case Callback::Name:                                                         \
    return Declare("__mapsan_" #Name, Return, Types Params);
#include "mapsan/callbacks.inc"
  }
  (void)Void, (void)I32, (void)I64;
  return {};
}

CallInst *Callbacks::call(IRBuilder<> &Builder, Callback Which,
                          ArrayRef<Value *> Arguments) {
  CallInst *Call = Builder.CreateCall(declare(Which), Arguments);
  // A tail call would take the user's frame off the stack that the runtime
  // records, and a merged one would stand for two source lines.
  Call->setTailCallKind(CallInst::TCK_NoTail);
  Call->addFnAttr(Attribute::NoMerge);
  Call->setDoesNotThrow();
  return Call;
}

} // namespace mapsan
