// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds local variables whose address the function keeps to itself.

#include "PrivateLocals.h"
#include "AtomicAccesses.h"
#include "Callee.h"
#include "SanitizerChecks.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace mapsan {

// What the call does by its catalog row, if that keeps the maps' addresses from
// everybody else; or null.
static const MapOperation *confinedOperation(const CallBase &Call,
                                             CatalogMatcher &Matcher) {
  const Function *Callee = directCallee(Call);
  if (!Callee || Callee->isIntrinsic())
    return nullptr;
  const MapOperation *Does = Matcher.mapOperation(*Callee);
  return Does && Does->Confined ? Does : nullptr;
}

// Intrinsics that say something of a variable's memory, or clear it.
static bool keepsAddress(const IntrinsicInst &I) {
  switch (I.getIntrinsicID()) {
  case Intrinsic::lifetime_start:
  case Intrinsic::lifetime_end:
  case Intrinsic::invariant_start:
  case Intrinsic::invariant_end:
  case Intrinsic::memset:
    return true;
  default:
    return false;
  }
}

void PrivateLocals::meet(Node N) {
  if (isa<ConstantPointerNull, UndefValue>(N.getPointer()))
    return; // no object at all
  auto [It, New] = Private.try_emplace(N, true);
  if (!New) {
    Escaped |= !It->second;
    return;
  }
  Met.push_back(N);
  Origins.push_back(N);
}

// A variable can hold an address for us if it is nothing but a pointer.
void PrivateLocals::hold(const Value *Holder) {
  auto *Variable = dyn_cast<AllocaInst>(Holder);
  if (Variable && Variable->getAllocatedType()->isPointerTy())
    meet(Node(Holder, true));
  else
    escape();
}

// All that the address may have been made from.
void PrivateLocals::findOrigins(const Value *Address) {
  if (!Address->getType()->isPointerTy() ||
      Address->getType()->getPointerAddressSpace() != 0)
    return escape();
  if (isa<AllocaInst>(Address))
    return;
  if (auto *Element = dyn_cast<GetElementPtrInst>(Address))
    return meet(Node(Element->getPointerOperand(), false));
  if (isa<FreezeInst, BitCastInst>(Address))
    return meet(Node(cast<Instruction>(Address)->getOperand(0), false));
  if (auto *Phi = dyn_cast<PHINode>(Address)) {
    for (const Value *Incoming : Phi->incoming_values())
      meet(Node(Incoming, false));
    return;
  }
  if (auto *Select = dyn_cast<SelectInst>(Address)) {
    meet(Node(Select->getTrueValue(), false));
    return meet(Node(Select->getFalseValue(), false));
  }
  if (auto *Load = dyn_cast<LoadInst>(Address))
    return Load->isSimple() ? hold(Load->getPointerOperand()) : escape();
  auto *Call = dyn_cast<CallBase>(Address);
  const MapOperation *Does = Call ? confinedOperation(*Call, Matcher) : nullptr;
  if (!Does || !Does->ReturnsThis)
    return escape();
  meet(Node(Call->getArgOperand(Does->Maps.front().Argument), false));
}

void PrivateLocals::followUse(const Use &U) {
  const User *By = U.getUser();
  if (isa<LoadInst, ICmpInst>(By) || onlyChecks(*By))
    return;
  if (auto *Store = dyn_cast<StoreInst>(By)) {
    if (U.getOperandNo() == StoreInst::getPointerOperandIndex())
      return;
    return Store->isSimple() ? hold(Store->getPointerOperand()) : escape();
  }
  if (isa<AtomicRMWInst>(By) &&
      U.getOperandNo() == AtomicRMWInst::getPointerOperandIndex())
    return;
  if (isa<AtomicCmpXchgInst>(By) &&
      U.getOperandNo() == AtomicCmpXchgInst::getPointerOperandIndex())
    return;
  if (isa<GetElementPtrInst, FreezeInst, BitCastInst, PHINode, SelectInst>(By))
    return meet(Node(By, false));
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(By))
    return keepsAddress(*Intrinsic) ? void() : escape();
  auto *Call = dyn_cast<CallBase>(By);
  if (!Call || !Call->isArgOperand(&U))
    return escape();
  const MapOperation *Does = confinedOperation(*Call, Matcher);
  const unsigned Argument = Call->getArgOperandNo(&U);
  if (!Does || none_of(Does->Maps, [&](const MapArgument &Map) {
        return Map.Argument == Argument;
      }))
    return escape();
  if (Does->ReturnsThis && Does->Maps.front().Argument == Argument)
    meet(Node(Call, false));
}

void PrivateLocals::followHolder(const Value *Holder) {
  for (const Use &U : Holder->uses()) {
    const User *By = U.getUser();
    auto *Load = dyn_cast<LoadInst>(By);
    auto *Store = dyn_cast<StoreInst>(By);
    auto *Intrinsic = dyn_cast<IntrinsicInst>(By);
    if (Load && Load->isSimple())
      meet(Node(Load, false));
    else if (Store && Store->isSimple() &&
             U.getOperandNo() == StoreInst::getPointerOperandIndex())
      meet(Node(Store->getValueOperand(), false));
    else if (!(Intrinsic && Intrinsic->isLifetimeStartOrEnd()) &&
             !onlyChecks(*By))
      return escape();
  }
}

bool PrivateLocals::isPrivate(const Value *Address) {
  if (!Possible)
    return false;
  auto Known = Private.find(Node(Address, false));
  if (Known != Private.end())
    return Known->second;
  Met.clear();
  Origins.clear();
  Uses.clear();
  Escaped = false;
  meet(Node(Address, false));
  // Origins first: most addresses are of somebody else's object, and that shows
  // soon.
  while (!Escaped && !(Origins.empty() && Uses.empty())) {
    if (!Origins.empty()) {
      Node N = Origins.pop_back_val();
      if (!N.getInt())
        findOrigins(N.getPointer());
      Uses.push_back(N);
      continue;
    }
    Node N = Uses.pop_back_val();
    if (N.getInt())
      followHolder(N.getPointer());
    else
      for (const Use &U : N.getPointer()->uses())
        followUse(U);
  }
  if (Escaped)
    for (Node N : Met)
      Private[N] = false;
  return !Escaped;
}

// What is left of the operation without the private ones of its maps.
static void dropMaps(MapCall &Site, PrivateLocals &Locals,
                     ArrayRef<const Family *> Kept, HookSites &Sites) {
  auto IsPrivate = [&](const MapArgument &Map) {
    return !Map.IsResult && !is_contained(Kept, Map.Of) &&
           Locals.isPrivate(Site.Call->getArgOperand(Map.Argument));
  };
  const size_t Dropped = count_if(Site.Does->Maps, IsPrivate);
  if (!Dropped)
    return;
  Sites.Private += Dropped;
  auto Rest = std::make_unique<MapOperation>(*Site.Does);
  erase_if(Rest->Maps, IsPrivate);
  Site.Does = Rest.get();
  Sites.Reduced.push_back(std::move(Rest));
}

void dropPrivateLocals(PrivateLocals &Locals, ArrayRef<const Family *> Kept,
                       HookSites &Sites) {
  for (MapCall &Site : Sites.Maps)
    dropMaps(Site, Locals, Kept, Sites);
  erase_if(Sites.Maps, [](auto &Site) { return Site.Does->Maps.empty(); });
  const size_t Atomics = Sites.Atomics.size();
  erase_if(Sites.Atomics,
           [&](auto &Access) { return Locals.isPrivate(Access.Address); });
  Sites.Private += Atomics - Sites.Atomics.size();
}

} // namespace mapsan
