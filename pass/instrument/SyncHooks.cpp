// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets the calls of the catalog's `sync:` section and announces births.

#include "SyncHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"

using namespace llvm;

namespace mapsan {

// What a try-lock returned, as "is it held now"; 1 for what always succeeds.
static Value *resultWord(IRBuilder<> &Builder, CallBase &Call,
                         const SyncRow &Row) {
  bool Tries =
      Row.Does == MapsanSyncTryLock || Row.Does == MapsanSyncTryLockShared;
  if (!Tries || !Call.getType()->isIntOrPtrTy())
    return Builder.getInt64(1);
  return Builder.CreateZExt(Row.SuccessIsZero ? Builder.CreateIsNull(&Call)
                                              : Builder.CreateIsNotNull(&Call),
                            Builder.getInt64Ty());
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
  Value *What = Builder.getInt32(Row.Does);
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
    Calls.call(Builder, Callback::sync_end,
               {Object, What, Builder.getInt64(0)});
  }
  return true;
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
