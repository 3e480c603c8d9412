// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gives iterators and references that a function holds their handles.

#include "HandleHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "Fingerprint.h"
#include "MapHooks.h"
#include "analysis/Callee.h"
#include "analysis/DebugVariables.h"
#include "llvm/IR/DerivedTypes.h"

using namespace llvm;

namespace mapsan {

namespace {

namespace handle_field {
enum {
#define MAPSAN_HANDLE_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
  Count
};
} // namespace handle_field

class HandleHooks {
public:
  HandleHooks(Function &F, const Handles &Held, Callbacks &Calls,
              Descriptors &Data)
      : Held(Held), Calls(Calls), Data(Data), Builder(F.getContext()), F(F),
        // (all of its fields are words)
        Type(ArrayType::get(Builder.getInt64Ty(), handle_field::Count)),
        Beside(Held.Places.size()) {}

  void emit();

private:
  AllocaInst *handle(unsigned Place);
  void forget(AllocaInst *Handle);
  // The builder stands behind the instruction.
  void goBehind(Instruction *At);
  void used(const HandleEvent &E);
  void made(const HandleEvent &E);
  void received(const HandleEvent &E);
  void returned(const HandleEvent &E);
  Value *loadElement(const HandlePlace &P);
  Value *functionId(const Function &Which);
  std::string nameOf(unsigned Place, unsigned Depth = 4) const;

  const Handles &Held;
  Callbacks &Calls;
  Descriptors &Data;
  IRBuilder<> Builder;
  Function &F;
  ArrayType *Type;
  std::vector<AllocaInst *> Beside; // by place
};

// All zero but for what nobody looks at.
void HandleHooks::forget(AllocaInst *Handle) {
  Builder.CreateStore(ConstantPointerNull::get(Builder.getPtrTy()), Handle);
}

AllocaInst *HandleHooks::handle(unsigned Place) {
  if (AllocaInst *Known = Beside[Place])
    return Known;
  const IRBuilder<>::InsertPointGuard Guard(Builder);
  Builder.SetInsertPoint(&F.getEntryBlock(), F.getEntryBlock().begin());
  Builder.SetCurrentDebugLocation({});
  AllocaInst *New = Builder.CreateAlloca(Type, nullptr, "mapsan.handle");
  New->setAlignment(Align(8));
  forget(New);
  return Beside[Place] = New;
}

void HandleHooks::goBehind(Instruction *At) {
  Builder.SetInsertPoint(placeBehind(*At));
  Builder.SetCurrentDebugLocation(hookLocation(*At));
}

// "it"; empty for what has no name in the source, such as a range-for's.
std::string HandleHooks::nameOf(unsigned Place, unsigned Depth) const {
  auto *Variable = dyn_cast<AllocaInst>(Held.Places[Place].Variable);
  if (!Variable)
    return "";
  if (const DILocalVariable *V = localVariable(*Variable))
    return V->isArtificial() || V->getName().starts_with("__")
               ? ""
               : V->getName().str();
  if (!Depth)
    return "";
  // A copy that is passed: of what?
  for (const HandleEvent &E : Held.Events)
    if (E.Does == HandleEvent::Copied && E.Place == Place)
      return nameOf(E.Source, Depth - 1);
  return "";
}

void HandleHooks::used(const HandleEvent &E) {
  const HandlePlace &P = Held.Places[E.Place];
  AllocaInst *Handle = handle(E.Place);
  Builder.SetInsertPoint(E.At);
  const DebugLoc Where = hookLocation(*E.At);
  Builder.SetCurrentDebugLocation(Where);
  SiteText Text = describePlace(F, Where);
  Text.Type = P.From.mapType();
  Text.Operation = E.Operation;
  Text.Name = nameOf(E.Place);
  Text.Handle = true;
  Text.Reference = P.Reference;
  Text.Compares = E.Compares;
  MapArgument Map = P.From.map();
  Map.Effect = MapsanEffectRead;
  Map.By = Evidence::None;
  Map.Become = Elements::Counted;
  Map.Secondary = false;
  Map.Iterates = E.Steps;
  Value *Element = E.Reference ? E.Reference : loadElement(P);
  Calls.call(Builder, Callback::handle_used,
             {Handle, Data.site(F, Map, Text), Element});
}

// The word by which an iterator tells elements apart, or a reference.
Value *HandleHooks::loadElement(const HandlePlace &P) {
  if (isa<CallBase>(P.Variable))
    return P.Variable;
  // (an iterator of C goes with the map, whatever it points to)
  if (P.From.Does->Makes >= 0)
    return Builder.CreatePtrAdd(P.Variable, Builder.getInt64(P.Offset));
  Value *Address = P.Variable;
  if (P.Offset)
    Address = Builder.CreatePtrAdd(Address, Builder.getInt64(P.Offset));
  return P.Reference
             ? Builder.CreateLoad(Builder.getPtrTy(), Address)
             : iteratorWord(Builder, Address, *P.From.map().Of->Iterators);
}

Value *HandleHooks::functionId(const Function &Which) {
  return Builder.getInt64(fingerprint(Which.getName()));
}

void HandleHooks::received(const HandleEvent &E) {
  AllocaInst *Handle = handle(E.Place);
  Builder.SetInsertPoint(E.By.Call);
  Builder.SetCurrentDebugLocation(hookLocation(*E.By.Call));
  Calls.call(Builder, Callback::handle_expected, {});
  goBehind(E.At);
  Calls.call(Builder, Callback::handle_received,
             {Handle, loadElement(Held.Places[E.Place]),
              functionId(*directCallee(*E.By.Call))});
}

void HandleHooks::returned(const HandleEvent &E) {
  AllocaInst *Handle = handle(E.Place);
  Builder.SetInsertPoint(E.At);
  Builder.SetCurrentDebugLocation(hookLocation(*E.At));
  Value *Element =
      E.Reference ? E.Reference : loadElement(Held.Places[E.Place]);
  Calls.call(Builder, Callback::handle_returned,
             {Handle, Element, functionId(F)});
}

void HandleHooks::made(const HandleEvent &E) {
  const HandleOrigin &By = E.By;
  AllocaInst *Handle = handle(E.Place);
  goBehind(E.At);
  GlobalVariable *Site = Data.site(
      F, By.map(),
      describeOperation(*By.Call, *By.Does, By.map(), hookLocation(*By.Call)));
  Calls.call(Builder, Callback::handle_made,
             {Handle, Site, mapAddress(Builder, *By.Call, By.map())});
}

void HandleHooks::emit() {
  // What stands behind one instruction is put there last first.
  for (const HandleEvent &E : reverse(Held.Events)) {
    switch (E.Does) {
    case HandleEvent::Made:
      E.By.Received ? received(E) : made(E);
      break;
    case HandleEvent::Returned:
      returned(E);
      break;
    case HandleEvent::Renewed: {
      AllocaInst *Handle = handle(E.Place);
      goBehind(E.At);
      Calls.call(Builder, Callback::handle_renewed, {Handle});
      break;
    }
    case HandleEvent::Copied: {
      AllocaInst *To = handle(E.Place), *From = handle(E.Source);
      goBehind(E.At);
      Builder.CreateMemCpy(To, Align(8), From, Align(8),
                           8 * handle_field::Count);
      if (E.Searched)
        Calls.call(Builder, Callback::handle_renewed, {To});
      break;
    }
    case HandleEvent::Lost: {
      AllocaInst *Handle = handle(E.Place);
      goBehind(E.At);
      forget(Handle);
      break;
    }
    case HandleEvent::Used:
      used(E);
    }
  }
}

} // namespace

void hookHandles(Function &F, const Handles &Held, Callbacks &Calls,
                 Descriptors &Data) {
  HandleHooks(F, Held, Calls, Data).emit();
}

} // namespace mapsan
