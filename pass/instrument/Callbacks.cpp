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

static const char *nameOf(Flag Which) {
  switch (Which) {
#define MAPSAN_FLAG(Name)                                                      \
  case Flag::Name:                                                             \
    return "__mapsan_" #Name;
#include "mapsan/callbacks.inc"
  }
  return nullptr;
}

Value *Callbacks::stands(IRBuilder<> &Builder, Flag Which) {
  Type *const I8 = Builder.getInt8Ty();
  // Not dso_local: the runtime may be in another module.
  Constant *Byte = M.getOrInsertGlobal(nameOf(Which), I8);
  LoadInst *Load = Builder.CreateAlignedLoad(I8, Byte, Align(1));
  Load->setAtomic(AtomicOrdering::Monotonic);
  Load->setMetadata(LLVMContext::MD_nosanitize,
                    MDNode::get(M.getContext(), {}));
  return Builder.CreateIsNotNull(Load);
}

} // namespace mapsan
