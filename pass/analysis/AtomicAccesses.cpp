// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recognises what accesses memory atomically.

#include "AtomicAccesses.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/AtomicOrdering.h"

using namespace llvm;

namespace mapsan {

ConstantInt *orderValue(LLVMContext &C, AtomicOrdering O) {
  return ConstantInt::get(Type::getInt32Ty(C), static_cast<int>(toCABI(O)));
}

static bool ordersThreads(AtomicOrdering O, SyncScope::ID Scope) {
  return isStrongerThanUnordered(O) && Scope != SyncScope::SingleThread;
}

std::optional<AtomicAccess> atomicAccess(Instruction &I) {
  LLVMContext &C = I.getContext();
  AtomicAccess A{&I, nullptr, MapsanAtomicLoad, nullptr, nullptr};
  if (auto *L = dyn_cast<LoadInst>(&I)) {
    if (!ordersThreads(L->getOrdering(), L->getSyncScopeID()))
      return std::nullopt;
    A.Address = L->getPointerOperand();
    A.Order = orderValue(C, L->getOrdering());
  } else if (auto *S = dyn_cast<StoreInst>(&I)) {
    if (!ordersThreads(S->getOrdering(), S->getSyncScopeID()))
      return std::nullopt;
    A.What = MapsanAtomicStore;
    A.Address = S->getPointerOperand();
    A.Order = orderValue(C, S->getOrdering());
  } else if (auto *R = dyn_cast<AtomicRMWInst>(&I)) {
    if (!ordersThreads(R->getOrdering(), R->getSyncScopeID()))
      return std::nullopt;
    A.What = MapsanAtomicRmw;
    A.Address = R->getPointerOperand();
    A.Order = orderValue(C, R->getOrdering());
  } else if (auto *X = dyn_cast<AtomicCmpXchgInst>(&I)) {
    if (!ordersThreads(X->getSuccessOrdering(), X->getSyncScopeID()))
      return std::nullopt;
    A.What = MapsanAtomicCas;
    A.Address = X->getPointerOperand();
    A.Order = orderValue(C, X->getSuccessOrdering());
    A.Failure = orderValue(C, X->getFailureOrdering());
  } else {
    return std::nullopt;
  }
  if (A.Address->getType()->getPointerAddressSpace() != 0)
    return std::nullopt; // segment-relative and device memory: no identity
  return A;
}

// The generic form takes the size first and every operand by address; the
// sized form ("_16") takes values, wide ones split over two arguments. The
// orders are the last arguments of both.
std::optional<AtomicAccess> libatomicAccess(CallBase &Call, StringRef Callee) {
  if (!Callee.consume_front("__atomic_"))
    return std::nullopt;
  unsigned Size = 0;
  bool Sized = false;
  size_t Underscore = Callee.rfind('_');
  if (Underscore != StringRef::npos &&
      !Callee.drop_front(Underscore + 1).getAsInteger(10, Size)) {
    Sized = true;
    Callee = Callee.take_front(Underscore);
  }
  AtomicAccess A{&Call, nullptr, MapsanAtomicRmw, nullptr, nullptr};
  if (Callee == "load")
    A.What = MapsanAtomicLoad;
  else if (Callee == "store")
    A.What = MapsanAtomicStore;
  else if (Callee == "compare_exchange")
    A.What = MapsanAtomicCas;
  else if (Callee != "exchange" && !(Sized && (Callee.starts_with("fetch_") ||
                                               Callee.ends_with("_fetch"))))
    return std::nullopt;
  const unsigned Count = Call.arg_size();
  const unsigned Orders = A.What == MapsanAtomicCas ? 2 : 1;
  const unsigned Object = Sized ? 0 : 1;
  if (Count < Object + 1 + Orders ||
      !Call.getArgOperand(Object)->getType()->isPointerTy())
    return std::nullopt;
  A.Address = Call.getArgOperand(Object);
  A.Order = Call.getArgOperand(Count - Orders);
  if (Orders == 2)
    A.Failure = Call.getArgOperand(Count - 1);
  if (!A.Order->getType()->isIntegerTy() ||
      (A.Failure && (!A.Failure->getType()->isIntegerTy() ||
                     !Call.getType()->isIntegerTy())))
    return std::nullopt;
  return A;
}

} // namespace mapsan
