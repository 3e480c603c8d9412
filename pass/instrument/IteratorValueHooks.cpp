// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the runtime of iterators by value.

#include "IteratorValueHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "MapHooks.h"
#include "analysis/Callee.h"
#include "analysis/MapNames.h"
#include "analysis/TypeNames.h"
#include "catalog/CalleeName.h"

using namespace llvm;

namespace mapsan {

namespace {

class ValueHooks {
public:
  ValueHooks(Function &F, Callbacks &Calls, Descriptors &Data)
      : F(F), Calls(Calls), Data(Data), Builder(F.getContext()) {}

  void hook(const IteratorValue &V);

private:
  void goTo(Instruction *Where, const CallBase &Of) {
    Builder.SetInsertPoint(Where);
    Builder.SetCurrentDebugLocation(hookLocation(Of));
  }
  Value *elementAt(Value *Address, const Family &Of) {
    return Builder.CreateLoad(
        Builder.getPtrTy(),
        Builder.CreatePtrAdd(Address, Builder.getInt64(Of.Iterators->Element)));
  }
  Value *elementOfResult(CallBase &Call, const Family &Of);
  void made(const IteratorValue &V);
  void used(const IteratorValue &V);
  void stepped(const IteratorValue &V);

  Function &F;
  Callbacks &Calls;
  Descriptors &Data;
  IRBuilder<> Builder;
};

// Null: it is in no word of the result that is known.
Value *ValueHooks::elementOfResult(CallBase &Call, const Family &Of) {
  if (Call.hasStructRetAttr())
    return elementAt(Call.getArgOperand(0), Of);
  const unsigned Word = Of.Iterators->Element / 8;
  auto *Parts = dyn_cast<StructType>(Call.getType());
  if (!Parts)
    return Word ? nullptr : &Call;
  return Word < Parts->getNumElements() &&
                 Parts->getElementType(Word)->isPointerTy()
             ? Builder.CreateExtractValue(&Call, Word)
             : nullptr;
}

void ValueHooks::made(const IteratorValue &V) {
  const MapArgument &Map = V.By->Maps.front();
  goTo(placeBehind(*V.At), *V.At);
  Value *Element = elementOfResult(*V.At, *Map.Of);
  if (!Element)
    return;
  GlobalVariable *Site = Data.site(
      F, Map, describeOperation(*V.At, *V.By, Map, hookLocation(*V.At)));
  Calls.call(Builder, Callback::iterator_made,
             {Site, mapAddress(Builder, *V.At, Map), Element});
}

void ValueHooks::used(const IteratorValue &V) {
  goTo(V.At, *V.At);
  CalleeName Name;
  Name.parse(directCallee(*V.At)->getName());
  SiteText Text = describePlace(F, hookLocation(*V.At));
  Text.Type = shortTypeName(Name.ScopeText);
  Text.Operation = V.Op->Name;
  Text.Name = mapName(*V.Address, Name.ScopeText);
  Text.Handle = true;
  Text.Compares = V.Op->Does == IteratorOperation::Compare ||
                  V.Op->Does == IteratorOperation::Another;
  MapArgument Map;
  Map.Of = V.Of;
  Map.Effect = MapsanEffectRead;
  Map.By = Evidence::None;
  Map.Iterates = V.Op->Does == IteratorOperation::Step;
  Calls.call(Builder, Callback::iterator_used,
             {Data.site(F, Map, Text), elementAt(V.Address, *V.Of)});
}

void ValueHooks::stepped(const IteratorValue &V) {
  goTo(V.At, *V.At);
  Value *Before = elementAt(V.Address, *V.Of);
  goTo(placeBehind(*V.At), *V.At);
  Value *After =
      V.InResult ? elementOfResult(*V.At, *V.Of) : elementAt(V.Address, *V.Of);
  if (After)
    Calls.call(Builder, Callback::iterator_stepped, {Before, After});
}

void ValueHooks::hook(const IteratorValue &V) {
  switch (V.Does) {
  case IteratorValue::Made:
    return made(V);
  case IteratorValue::Used:
    return used(V);
  case IteratorValue::Stepped:
    return stepped(V);
  }
}

} // namespace

void hookIteratorValues(Function &F, const std::vector<IteratorValue> &Values,
                        Callbacks &Calls, Descriptors &Data) {
  for (const IteratorValue &V : Values)
    ValueHooks(F, Calls, Data).hook(V);
}

} // namespace mapsan
