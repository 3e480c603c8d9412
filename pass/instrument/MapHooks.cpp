// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets a call that operates on maps.

#include "MapHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "analysis/MapNames.h"
#include "analysis/TypeNames.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace mapsan {

namespace {

// One map of the call, with what its hooks are called with.
struct Bracket {
  GlobalVariable *Site;
  Value *Map; // null: the call's result
  const MapArgument *Does;
};

// Which element of the call's result, if any, is the word of it. -1: all of it.
std::optional<int> wordOfResult(const CallBase &Call, const MapArgument &Map) {
  Type *Result = Call.getType();
  if (Map.By == Evidence::Inserted && Result->isStructTy() &&
      Result->getStructNumElements() == 2 &&
      Result->getStructElementType(1)->isIntegerTy(8))
    return 1;
  if (Map.By == Evidence::Count && Result->isIntegerTy())
    return -1;
  return std::nullopt;
}

// The same for a result that the callee leaves in memory: what the word stands
// behind, or null. A pair of anything and a bool, and padding.
StructType *pairInMemory(const CallBase &Call, const MapArgument &Map) {
  if (Map.By != Evidence::Inserted || !Call.hasStructRetAttr())
    return nullptr;
  auto *Pair = dyn_cast_or_null<StructType>(Call.getParamStructRetType(0));
  if (!Pair || Pair->getNumElements() < 2 || Pair->getNumElements() > 3 ||
      !Pair->getElementType(1)->isIntegerTy(8) ||
      (Pair->getNumElements() == 3 && !Pair->getElementType(2)->isArrayTy()))
    return nullptr;
  return Pair;
}

ToldBy toldBy(const CallBase &Call, const MapArgument &Map) {
  // Nothing of ours runs after a musttail call.
  if (Map.By == Evidence::None || Call.isMustTailCall())
    return ToldBy::Nothing;
  if (Map.Effect == MapsanEffectWrite) // whether an element came or went
    return wordOfResult(Call, Map) ? ToldBy::Result : ToldBy::Nothing;
  if (Map.Effect != MapsanEffectMayWrite)
    return ToldBy::Nothing;
  if (Map.WritesIf >= 0 || wordOfResult(Call, Map) || pairInMemory(Call, Map))
    return ToldBy::Result;
  const MapLayout Layout = Map.layout();
  if (Map.By == Evidence::Size && Layout.SizeOffset >= 0)
    return ToldBy::Size;
  return Layout.HeaderBytes ? ToldBy::Header : ToldBy::Nothing;
}

// Whether the map was changed, as MapsanEvidence.
Value *evidence(IRBuilder<> &Builder, CallBase &Call, const MapArgument &Map) {
  const ToldBy Told = toldBy(Call, Map);
  if (Told != ToldBy::Result)
    return Builder.getInt32(Told == ToldBy::Nothing ? MapsanEvidenceNone
                                                    : MapsanEvidenceHeader);
  Value *Changed = &Call;
  if (Map.WritesIf >= 0) {
    Changed = Call.getArgOperand(Map.WritesIf);
  } else if (StructType *Pair = pairInMemory(Call, Map)) {
    Changed = Builder.CreateLoad(
        Builder.getInt8Ty(),
        Builder.CreateStructGEP(Pair, Call.getArgOperand(0), 1));
  } else if (const int Word = *wordOfResult(Call, Map); Word >= 0) {
    Changed = Builder.CreateExtractValue(&Call, Word);
  }
  return Builder.CreateZExt(Builder.CreateIsNotNull(Changed),
                            Builder.getInt32Ty());
}

// Hooks go in front of `Before`; those of a read that may be a repetition only
// run where it is none. (Where both maps are one value, the optimiser drops
// them; elsewhere the comparison is cheaper than a call.)
//
//   call @end(%m)   =>   br (%m != %earlier), %hook, %go
//                        hook: map_begin; br %go
//                        go:   call @end(%m) ...
void insertHooks(IRBuilder<> &Builder, const MapCall &Site, Value *Map,
                 Instruction *Before, const DebugLoc &Where) {
  Builder.SetInsertPoint(Before);
  Builder.SetCurrentDebugLocation(Where);
  if (!Site.Repeats)
    return;
  Value *Another = Builder.CreateICmpNE(Map, Site.Repeats);
  Builder.SetInsertPoint(
      SplitBlockAndInsertIfThen(Another, Before, /*Unreachable=*/false));
  Builder.SetCurrentDebugLocation(Where);
}

// The words that tell, as iteratorWord wants it.
Value *wordOf(IRBuilder<> &Builder, Value *Element, Value *Null) {
  if (!Null)
    return Element;
  Type *Word = Builder.getInt64Ty();
  Value *Number = Element->getType()->isPointerTy()
                      ? Builder.CreatePtrToInt(Element, Word)
                      : Element;
  Value *Told = Builder.CreateAdd(Number, Builder.getInt64(1));
  return Builder.CreateIntToPtr(Builder.CreateSelect(Builder.CreateIsNull(Null),
                                                     Builder.getInt64(0), Told),
                                Builder.getPtrTy());
}

// The word of the iterator that the operation is given.
Value *erasedElement(IRBuilder<> &Builder, const CallBase &Call,
                     const IteratorSet &Of, unsigned Argument) {
  Value *Given = Call.getArgOperand(Argument);
  // (one whose copies are not trivial is in a variable of the caller's)
  if (Call.isByValArgument(Argument) || isa<AllocaInst>(Given))
    return iteratorWord(Builder, Given, Of);
  auto Word = [&](int Offset) -> Value * {
    const unsigned Number = Argument + Offset / 8;
    return Number < Call.arg_size() ? Call.getArgOperand(Number) : Given;
  };
  Value *Told =
      wordOf(Builder, Word(Of.Element), Of.Null < 0 ? nullptr : Word(Of.Null));
  return Told->getType()->isPointerTy()
             ? Told
             : Builder.CreateIntToPtr(Told, Builder.getPtrTy());
}

// The element that a node handle holds, or null.
Value *handledNode(IRBuilder<> &Builder, const CallBase &Call,
                   unsigned Argument) {
  return Builder.CreateLoad(Builder.getPtrTy(), Call.getArgOperand(Argument));
}

// The one element that the operation is told to take out of this map, or to put
// into it; null if it is told of none.
Value *givenElement(IRBuilder<> &Builder, const MapCall &Site,
                    const MapArgument &Map) {
  const MapOperation &Does = *Site.Does;
  const int Iterator = Map.Secondary                    ? Does.Spliced
                       : Map.Effect != MapsanEffectRead ? Does.Iterator
                                                        : -1;
  if (Map.Of->Iterators && Iterator >= 0)
    return erasedElement(Builder, *Site.Call, *Map.Of->Iterators, Iterator);
  return !Map.Secondary && Does.NodeHandle >= 0
             ? handledNode(Builder, *Site.Call, Does.NodeHandle)
             : nullptr;
}

} // namespace

Value *iteratorWord(IRBuilder<> &Builder, Value *Address,
                    const IteratorSet &Of) {
  auto At = [&](int Offset) {
    return Builder.CreateLoad(
        Builder.getPtrTy(),
        Builder.CreatePtrAdd(Address, Builder.getInt64(Offset)));
  };
  Value *Element = At(Of.Element);
  return wordOf(Builder, Element, Of.Null < 0 ? nullptr : At(Of.Null));
}

Value *mapAddress(IRBuilder<> &Builder, const CallBase &Call,
                  const MapArgument &Map) {
  Value *Address = Call.getArgOperand(Map.Argument);
  if (std::optional<uint64_t> Through = Map.through())
    Address = Builder.CreateLoad(
        Builder.getPtrTy(),
        Builder.CreatePtrAdd(Address, Builder.getInt64(*Through)));
  if (Map.Of->Offset)
    Address = Builder.CreatePtrAdd(Address, Builder.getInt64(Map.Of->Offset));
  return Address;
}

SiteText describePlace(const Function &F, const DebugLoc &Where) {
  SiteText Text;
  Text.Function = functionName(F);
  if (DILocation *L = Where.get()) {
    Text.File = L->getFilename().str();
    Text.Line = L->getLine();
    Text.Column = L->getColumn();
  }
  return Text;
}

SiteText describeOperation(const CallBase &Call, const MapOperation &Op,
                           const MapArgument &Map, const DebugLoc &Where) {
  SiteText Text = describePlace(*Call.getFunction(), Where);
  Text.Operation = Op.Name;
  Text.Type = mapType(Call, Map);
  if (!Map.IsResult)
    Text.Name = mapName(*Call.getArgOperand(Map.Argument), Map.TypeText);
  return Text;
}

bool hookMapCall(const MapCall &Site, Callbacks &Calls, Descriptors &Data) {
  if (hasNoCallEdges(*Site.Call))
    return false;
  const DebugLoc Where = hookLocation(*Site.Call);
  IRBuilder<> Builder(Site.Call);
  Value *First = mapValue(Site);
  insertHooks(Builder, Site, First, Site.Call, Where);

  SmallVector<Bracket, 2> Brackets;
  for (const MapArgument &Map : Site.Does->Maps) {
    SiteText Text = describeOperation(*Site.Call, *Site.Does, Map, Where);
    Text.Told = toldBy(*Site.Call, Map);
    if (Map.IsResult) {
      Brackets.push_back({Data.site(*Site.Call->getFunction(), Map, Text),
                          /*Map=*/nullptr, &Map});
      continue;
    }
    Value *Address = mapAddress(Builder, *Site.Call, Map);
    Brackets.push_back(
        {Data.site(*Site.Call->getFunction(), Map, Text), Address, &Map});
    if (Value *Element = givenElement(Builder, Site, Map))
      Calls.call(Builder, Callback::map_erases, {Address, Element});
    Calls.call(Builder, Callback::map_begin, {Brackets.back().Site, Address});
  }

  CallEdges Edges = *openCallEdges(*Site.Call);
  insertHooks(Builder, Site, First, Edges.Normal ? Edges.Normal : Edges.Call,
              Where);
  for (const Bracket &B : reverse(Brackets)) {
    Value *Map = B.Map ? B.Map : Edges.Call;
    // Of a map that the call returns, all of it is told now.
    if (!B.Map)
      Calls.call(Builder, Callback::map_begin, {B.Site, Map});
    if (Site.Does->Extracts && Site.Does->Iterator < 0)
      Calls.call(Builder, Callback::map_extracted,
                 {Map, handledNode(Builder, *Edges.Call, /*Argument=*/0)});
    Calls.call(Builder, Callback::map_end,
               {B.Site, Map, evidence(Builder, *Edges.Call, *B.Does)});
  }
  if (Edges.Unwind) {
    insertHooks(Builder, Site, First, Edges.Unwind, Where);
    for (const Bracket &B : reverse(Brackets))
      if (B.Map)
        Calls.call(Builder, Callback::map_unwind, {B.Site, B.Map});
  }
  return true;
}

} // namespace mapsan
