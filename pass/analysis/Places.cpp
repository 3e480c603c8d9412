// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds which part of which local variable an address is.

#include "Places.h"
#include "Callee.h"
#include "SanitizerChecks.h"
#include "catalog/CalleeName.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace mapsan {

static const unsigned MaxDepth = 8;

// What this std::get, of these template arguments, returns may be no part of
// its argument: an element that is a reference itself.
static bool mayGetReference(StringRef Symbol, StringRef Arguments) {
  // In the mangled name these have an R or an O. (So do many names.)
  const StringRef Types = Arguments.split("13tuple_element").first;
  if (Types.size() < Arguments.size() &&
      Types.substr(0, Types.rfind('E')).find_first_of("RO") == StringRef::npos)
    return false;
  CalleeName Name;
  if (!Name.parse(Symbol) || Name.Parameters.size() != 1)
    return true;
  return StringRef(Name.Parameters.front()).rtrim("& ").contains('&');
}

// std::get of a pair or tuple, std::move, std::forward: by their mangled names,
// as only these tell which element it is.
static PassedThrough refersToArgument(const StringRef Symbol) {
  StringRef Rest = Symbol;
  if (!Rest.consume_front("_ZSt") && !Rest.consume_front("_ZNSt3__1") &&
      !Rest.consume_front("_ZNSt6__ndk1"))
    return PassedThrough::Nothing;
  auto Part = [&] {
    size_t Length;
    if (Rest.consumeInteger(10, Length) || Length > Rest.size())
      return StringRef();
    const StringRef Name = Rest.take_front(Length);
    Rest = Rest.drop_front(Length);
    return Name;
  };
  const StringRef Name = Part();
  while (Rest.consume_front("B")) // an ABI tag
    Part();
  if (!Rest.consume_front("I"))
    return PassedThrough::Nothing;
  if (Name == "get")
    return mayGetReference(Symbol, Rest) ? PassedThrough::Nothing
           : Rest.starts_with("Lm0E")    ? PassedThrough::Whole
                                         : PassedThrough::Part;
  if (Name == "get_if")
    return PassedThrough::Part;
  return is_contained({"move", "forward", "move_if_noexcept", "forward_like",
                       "as_const"},
                      Name)
             ? PassedThrough::Whole
             : PassedThrough::Nothing;
}

Value *Places::passedThrough(const CallBase &Call, bool Whole) {
  const Function *Callee = directCallee(Call);
  if (!Callee || !Call.getType()->isPointerTy() || Call.arg_empty())
    return nullptr;
  if (const IteratorOperation *Op = Matcher.iteratorOperation(*Callee))
    return Op->Does == IteratorOperation::Step && !Op->ReturnsOld
               ? Call.getArgOperand(Op->Iterators.front())
               : nullptr;
  if (Call.arg_size() != 1)
    return nullptr;
  auto [It, New] = Passing.try_emplace(Callee, PassedThrough::Nothing);
  if (New)
    It->second = refersToArgument(Callee->getName());
  return It->second == PassedThrough::Whole ||
                 (It->second == PassedThrough::Part && !Whole)
             ? Call.getArgOperand(0)
             : nullptr;
}

StoreInst *Places::onlyStore(AllocaInst &Variable) {
  auto [It, New] = Stores.try_emplace(&Variable, nullptr);
  if (!New)
    return It->second;
  if (!Variable.getAllocatedType()->isPointerTy())
    return nullptr;
  StoreInst *Only = nullptr;
  for (User *By : Variable.users()) {
    auto *Intrinsic = dyn_cast<IntrinsicInst>(By);
    auto *Store = dyn_cast<StoreInst>(By);
    if (isa<LoadInst>(By) || (Intrinsic && Intrinsic->isLifetimeStartOrEnd()) ||
        onlyChecks(*By))
      continue;
    if (Only || !Store || Store->getValueOperand() == &Variable)
      return nullptr;
    Only = Store;
  }
  return Stores[&Variable] = Only;
}

std::optional<Place> Places::of(Value *Address, unsigned Depth) {
  if (!Depth)
    return std::nullopt;
  if (auto *Variable = dyn_cast<AllocaInst>(Address))
    return Place{Variable, 0};
  std::optional<Place> Base;
  int64_t Further = 0;
  if (auto *Part = dyn_cast<GEPOperator>(Address)) {
    auto *At = dyn_cast<Instruction>(Address);
    if (!At) // of a global variable
      return std::nullopt;
    const DataLayout &DL = At->getModule()->getDataLayout();
    APInt Offset(DL.getIndexTypeSizeInBits(Part->getType()), 0);
    if (!Part->accumulateConstantOffset(DL, Offset))
      return std::nullopt;
    Base = of(Part->getPointerOperand(), Depth - 1);
    Further = Offset.getSExtValue();
  } else if (auto *Load = dyn_cast<LoadInst>(Address)) {
    auto *Reference = dyn_cast<AllocaInst>(Load->getPointerOperand());
    StoreInst *Store = Reference ? onlyStore(*Reference) : nullptr;
    if (Store)
      Base = of(Store->getValueOperand(), Depth - 1);
  } else if (auto *Call = dyn_cast<CallBase>(Address)) {
    if (Value *Argument = passedThrough(*Call, /*Whole=*/true))
      Base = of(Argument, Depth - 1);
  }
  if (Base)
    Base->Offset += Further;
  return Base;
}

bool Places::isKept(AllocaInst &Variable) {
  auto [It, New] = Kept.try_emplace(&Variable, false);
  if (New) {
    const bool Answer =
        Variable.isStaticAlloca() && usesKeep(Variable, MaxDepth);
    It = Kept.find(&Variable);
    It->second = Answer;
  }
  return It->second;
}

bool Places::callKeeps(const CallBase &Call, const Use &U, unsigned Depth) {
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&Call))
    return isa<MemIntrinsic>(Intrinsic) || Intrinsic->isAssumeLikeIntrinsic() ||
           Intrinsic->isLifetimeStartOrEnd();
  if (!Call.isArgOperand(&U))
    return false;
  const unsigned Argument = Call.getArgOperandNo(&U);
  if (Call.paramHasAttr(Argument, Attribute::StructRet) ||
      Call.isByValArgument(Argument))
    return true;
  const Function *Callee = directCallee(Call);
  if (passedThrough(Call, /*Whole=*/false) == U.get())
    return usesKeep(const_cast<CallBase &>(Call), Depth - 1);
  if (!Callee)
    return false;
  // What a container's operation is given is a copy, also where that has an
  // address.
  if (Matcher.mapOperation(*Callee))
    return true;
  const IteratorOperation *Op = Matcher.iteratorOperation(*Callee);
  return Op && (is_contained(Op->Iterators, Argument) ||
                int(Argument) == Op->ByValue);
}

bool Places::usesKeep(Value &Address, unsigned Depth) {
  if (!Depth)
    return false;
  for (const Use &U : Address.uses()) {
    User *By = U.getUser();
    if (isa<LoadInst, ICmpInst>(By) || onlyChecks(*By))
      continue;
    if (auto *Store = dyn_cast<StoreInst>(By)) {
      if (U.getOperandNo() == StoreInst::getPointerOperandIndex())
        continue;
      // A reference to it: what is loaded from that is looked at, too.
      auto *Reference = dyn_cast<AllocaInst>(Store->getPointerOperand());
      if (!Reference || onlyStore(*Reference) != Store)
        return false;
      for (User *Of : Reference->users())
        if (auto *Load = dyn_cast<LoadInst>(Of))
          if (!usesKeep(*Load, Depth - 1))
            return false;
      continue;
    }
    if (auto *Part = dyn_cast<GetElementPtrInst>(By)) {
      if (!Part->hasAllConstantIndices() || !usesKeep(*Part, Depth - 1))
        return false;
      continue;
    }
    auto *Call = dyn_cast<CallBase>(By);
    if (!Call || !callKeeps(*Call, U, Depth))
      return false;
  }
  return true;
}

} // namespace mapsan
