// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the runtime of accesses to elements of maps.

#include "ElementHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "MapHooks.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace mapsan {

// The runtime looks at no more (kElementBytes there).
static const uint64_t MostBytes = 1 << 20;

static SiteText describeUse(const ElementUse &Use, const DebugLoc &Where) {
  const HandleOrigin &From = Use.Origin.From;
  SiteText Text;
  if (From.Call) {
    Text = describeOperation(*From.Call, *From.Does, From.map(), Where);
  } else {
    Text = describePlace(*Use.At->getFunction(), Where);
    Text.Type = Use.Origin.TypeText;
  }
  Text.Operation = Use.Write ? "write to an element" : "read of an element";
  Text.Element = true;
  return Text;
}

namespace {

class ElementHooks {
public:
  ElementHooks(Function &F, Callbacks &Calls, Descriptors &Data)
      : F(F), Calls(Calls), Data(Data), Builder(F.getContext()) {}

  void emit(const ElementUse &Use);

private:
  Value *ownersOf(const ElementUse &Use);
  Value *ownersBehind(Value *Map, const Family &Of);
  AllocaInst *ownersAfter(const HandleOrigin &From);
  void onlyOfItsOwn(Value *Owners, const ElementUse &Use);

  Function &F;
  Callbacks &Calls;
  Descriptors &Data;
  IRBuilder<> Builder;
  DenseMap<CallBase *, AllocaInst *> Owners; // ownersAfter
};

} // namespace

static LoadInst *plain(LoadInst *Load) { // other sanitizers have no say in it
  Load->setMetadata(LLVMContext::MD_nosanitize,
                    MDNode::get(Load->getContext(), {}));
  return Load;
}

// Where the data of the map have the count of their owners; null: it has none.
Value *ElementHooks::ownersBehind(Value *Map, const Family &Of) {
  Value *Data = plain(Builder.CreateLoad(
      Builder.getPtrTy(),
      Builder.CreatePtrAdd(Map, Builder.getInt64(Of.State->Through))));
  if (!Of.Shared->Owners)
    return Data;
  return Builder.CreateSelect(
      Builder.CreateIsNull(Data), Data,
      Builder.CreatePtrAdd(Data, Builder.getInt64(Of.Shared->Owners)));
}

// A variable that has that of the data that the operation has left the map
// with: a use of an element may come after the map is gone, or has other data.
AllocaInst *ElementHooks::ownersAfter(const HandleOrigin &From) {
  AllocaInst *&Known = Owners[From.Call];
  if (Known)
    return Known;
  const IRBuilder<>::InsertPointGuard Guard(Builder);
  Builder.SetInsertPoint(&F.getEntryBlock(), F.getEntryBlock().begin());
  Builder.SetCurrentDebugLocation({});
  Known = Builder.CreateAlloca(Builder.getPtrTy(), nullptr, "mapsan.owners");
  Builder.CreateStore(ConstantPointerNull::get(Builder.getPtrTy()), Known);
  Builder.SetInsertPoint(placeBehind(*From.Call));
  Builder.SetCurrentDebugLocation(hookLocation(*From.Call));
  const MapArgument &Map = From.map();
  Builder.CreateStore(
      ownersBehind(mapAddress(Builder, *From.Call, Map), *Map.Of), Known);
  return Known;
}

Value *ElementHooks::ownersOf(const ElementUse &Use) {
  if (Use.Origin.Map)
    return ownersBehind(Use.Origin.Map, *Use.Origin.Of);
  return Builder.CreateLoad(Builder.getPtrTy(), ownersAfter(Use.Origin.From));
}

// What copies share nobody changes, and who lets go of it need not be seen:
// code without MapSan does so, too. So uses are told of data that are one map's
// alone. Who changes these comes after all who have let go of them, as the
// library has it by that count.
//
//   store %v, %p   =>   if (%owners && *%owners == 1)
//                         sync_event(%owners, acquire); element_used(%p)
//                       store %v, %p
void ElementHooks::onlyOfItsOwn(Value *Owners, const ElementUse &Use) {
  auto If = [&](Value *Condition) {
    const DebugLoc Where = Builder.getCurrentDebugLocation();
    Builder.SetInsertPoint(SplitBlockAndInsertIfThen(
        Condition, Builder.GetInsertPoint(), /*Unreachable=*/false));
    Builder.SetCurrentDebugLocation(Where);
  };
  If(Builder.CreateIsNotNull(Owners));
  LoadInst *Count = plain(Builder.CreateLoad(Builder.getInt32Ty(), Owners));
  Count->setAtomic(AtomicOrdering::Monotonic);
  If(Builder.CreateICmpEQ(Count, Builder.getInt32(1)));
  if (Use.Write)
    Calls.call(Builder, Callback::sync_event,
               {Owners, Builder.getInt32(MapsanSyncAcquire)});
}

void ElementHooks::emit(const ElementUse &Use) {
  Builder.SetInsertPoint(Use.At);
  const DebugLoc Where = hookLocation(*Use.At);
  Builder.SetCurrentDebugLocation(Where);
  if (Use.Origin.Of->Shared)
    onlyOfItsOwn(ownersOf(Use), Use);
  MapArgument Map;
  Map.Of = Use.Origin.Of;
  if (Use.Origin.From.Call)
    Map = Use.Origin.From.map();
  Map.Effect = Use.Write ? MapsanEffectWrite : MapsanEffectRead;
  Map.By = Evidence::None;
  Map.Become = Elements::Counted;
  Map.Secondary = Map.Iterates = false;
  const uint32_t Writes = Use.Write ? MAPSAN_ELEMENT_WRITE : 0;
  Value *What =
      Builder.getInt32(uint32_t(std::min(Use.Size, MostBytes)) | Writes);
  if (Use.Length)
    What = Builder.CreateOr(
        Builder.CreateTrunc(
            Builder.CreateBinaryIntrinsic(
                Intrinsic::umin, Use.Length,
                ConstantInt::get(Use.Length->getType(), MostBytes)),
            Builder.getInt32Ty()),
        Builder.getInt32(Writes));
  Calls.call(Builder, Callback::element_used,
             {Use.Address, What, Data.site(F, Map, describeUse(Use, Where))});
}

void hookElements(Function &F, const std::vector<ElementUse> &Uses,
                  Callbacks &Calls, Descriptors &Data) {
  ElementHooks Hooks(F, Calls, Data);
  for (const ElementUse &Use : Uses)
    Hooks.emit(Use);
}

} // namespace mapsan
