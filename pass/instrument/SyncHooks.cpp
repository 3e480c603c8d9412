// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets the calls of the catalog's `sync:` section and announces births.

#include "SyncHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"

using namespace llvm;

namespace mapsan {

// What the callee returned, as "did it succeed"; 1 for what always does.
static Value *resultWord(IRBuilder<> &Builder, CallBase &Call,
                         const SyncRow &Row) {
  bool Tries =
      Row.Does == MapsanSyncTryLock || Row.Does == MapsanSyncTryLockShared ||
      Row.Does == MapsanSyncObserve || Row.Does == MapsanSyncBarrierArrive;
  if (!Tries || Row.SucceedsBy == Success::Always ||
      !Call.getType()->isIntOrPtrTy())
    return Builder.getInt64(1);
  return Builder.CreateZExt(Row.SucceedsBy == Success::Zero
                                ? Builder.CreateIsNull(&Call)
                                : Builder.CreateIsNotNull(&Call),
                            Builder.getInt64Ty());
}

// Where the object is, by the row: at the argument, or some way on from it.
static Value *objectAddress(IRBuilder<> &Builder, Value *Argument,
                            const SyncRow &Row) {
  auto Add = [&](Value *Address, unsigned Bytes) {
    return Bytes ? Builder.CreatePtrAdd(Address, Builder.getInt64(Bytes))
                 : Address;
  };
  if (Row.Through >= 0)
    Argument = Builder.CreateLoad(Builder.getPtrTy(),
                                  Add(Argument, unsigned(Row.Through)));
  return Add(Argument, Row.Offset);
}

// MapsanSync, with a barrier's phase above it: an argument, or a token that an
// argument refers to.
static Value *whatWord(IRBuilder<> &Builder, const SyncCall &Site) {
  Value *What = Builder.getInt32(Site.Does->Row->Does);
  if (Site.Does->Phase < 0)
    return What;
  Value *Phase = Site.Call->getArgOperand(Site.Does->Phase);
  if (Phase->getType()->isPointerTy())
    Phase = Builder.CreateLoad(Builder.getInt8Ty(), Phase);
  if (!Phase->getType()->isIntegerTy())
    return What;
  Phase = Builder.CreateZExtOrTrunc(
      Builder.CreateZExtOrTrunc(Phase, Builder.getInt8Ty()),
      Builder.getInt32Ty());
  return Builder.CreateOr(What,
                          Builder.CreateShl(Phase, MAPSAN_SYNC_PHASE_SHIFT));
}

bool hookSyncCall(const SyncCall &Site, Callbacks &Calls) {
  const SyncRow &Row = *Site.Does->Row;
  const DebugLoc Where = hookLocation(*Site.Call);
  Value *Object = Site.Call->getArgOperand(Site.Does->Argument);
  IRBuilder<> Builder(Site.Call);
  Builder.SetCurrentDebugLocation(Where);
  if (Row.Does == MapsanSyncInit && Site.Does->ObjectBytes) {
    Calls.call(Builder, Callback::sync_born,
               {Object, Builder.getInt64(Site.Does->ObjectBytes)});
    return true;
  }
  if (hasNoCallEdges(*Site.Call))
    return false;
  Object = objectAddress(Builder, Object, Row);
  Value *What = whatWord(Builder, Site);
  Calls.call(Builder, Callback::sync_begin, {Object, What});
  CallEdges Edges = *openCallEdges(*Site.Call);
  if (!Edges.Normal) {
    // Nothing may follow a musttail call; that it succeeds is the likelier.
    Builder.SetInsertPoint(Edges.Call);
    Calls.call(Builder, Callback::sync_end,
               {Object, What, Builder.getInt64(1)});
    return true;
  }
  Builder.SetInsertPoint(Edges.Normal);
  Builder.SetCurrentDebugLocation(Where);
  Calls.call(Builder, Callback::sync_end,
             {Object, What, resultWord(Builder, *Edges.Call, Row)});
  if (Edges.Unwind) {
    Builder.SetInsertPoint(Edges.Unwind);
    Builder.SetCurrentDebugLocation(Where);
    // Who waits for a result and is thrown an exception has got it.
    bool Succeeded =
        Row.Does == MapsanSyncObserve && Row.SucceedsBy == Success::Always;
    Calls.call(Builder, Callback::sync_end,
               {Object, What, Builder.getInt64(Succeeded)});
  }
  return true;
}

void hookSyncEntry(Function &F, const SyncOperation &Does, Callbacks &Calls) {
  Instruction *Place = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  IRBuilder<> Builder(Place);
  Builder.SetCurrentDebugLocation(hookLocation(*Place));
  Value *Object = objectAddress(Builder, F.getArg(Does.Argument), *Does.Row);
  Calls.call(Builder, Callback::sync_event,
             {Object, Builder.getInt32(Does.Row->Does)});
}

void hookSyncLocals(ArrayRef<AllocaInst *> Locals, Callbacks &Calls) {
  if (Locals.empty())
    return;
  Function &F = *Locals.front()->getFunction();
  const DataLayout &Layout = F.getParent()->getDataLayout();
  // Behind the last of the allocas, where all of them are defined.
  Instruction *Place = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  IRBuilder<> Builder(Place);
  Builder.SetCurrentDebugLocation(hookLocation(*Place));
  for (AllocaInst *Local : Locals) {
    std::optional<TypeSize> Size = Local->getAllocationSize(Layout);
    if (Size && !Size->isScalable())
      Calls.call(Builder, Callback::sync_born,
                 {Local, Builder.getInt64(Size->getFixedValue())});
  }
}

} // namespace mapsan
