// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets the calls of the catalog's `sync:` section and announces births.

#include "SyncHooks.h"
#include "CallEdges.h"
#include "DebugLocations.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace mapsan {

// What the callee returned, as "did it succeed"; 1 for what always does.
static Value *resultWord(IRBuilder<> &Builder, CallBase &Call,
                         const SyncRow &Row) {
  bool Tries =
      Row.Does == MapsanSyncTryLock || Row.Does == MapsanSyncTryLockShared ||
      Row.Does == MapsanSyncTryLockUpgrade ||
      Row.Does == MapsanSyncTryConvert || Row.Does == MapsanSyncTryAcquire ||
      Row.Does == MapsanSyncObserve || Row.Does == MapsanSyncBarrierArrive;
  if (!Tries || Row.SucceedsBy == Success::Always ||
      !Call.getType()->isIntOrPtrTy())
    return Builder.getInt64(1);
  return Builder.CreateZExt(Row.SucceedsBy == Success::Zero
                                ? Builder.CreateIsNull(&Call)
                                : Builder.CreateIsNotNull(&Call),
                            Builder.getInt64Ty());
}

// An object that is none in memory: MAPSAN_SYNC_NAMED and a hash of its name
// (FNV-1a), the same in every module.
static Value *namedObject(IRBuilder<> &Builder, StringRef Name) {
  uint64_t Hash = 0xcbf29ce484222325ull;
  for (unsigned char C : Name)
    Hash = (Hash ^ C) * 0x100000001b3ull;
  return Builder.CreateIntToPtr(
      Builder.getInt64((Hash & (MAPSAN_SYNC_NAMED - 1)) | MAPSAN_SYNC_NAMED),
      Builder.getPtrTy());
}

// What a pointer at `Through` bytes from the argument points to, if that is not
// negative; and so many bytes on.
static Value *addressFrom(IRBuilder<> &Builder, Value *Argument, int Through,
                          unsigned Offset) {
  auto Add = [&](Value *Address, unsigned Bytes) {
    return Bytes ? Builder.CreatePtrAdd(Address, Builder.getInt64(Bytes))
                 : Address;
  };
  if (Through >= 0)
    Argument = Builder.CreateLoad(Builder.getPtrTy(),
                                  Add(Argument, unsigned(Through)));
  return Add(Argument, Offset);
}

Value *objectAddress(IRBuilder<> &Builder, Value *Argument, const SyncRow &Row,
                     Value *Part) {
  if (Row.ObjectIs == SyncRow::Named)
    return namedObject(Builder, Row.ObjectName);
  Argument = addressFrom(Builder, Argument, Row.Through, Row.Offset);
  if (!Part)
    return Argument;
  Type *I64 = Builder.getInt64Ty();
  // One more, so that the first part is not the object as a whole.
  Value *Bits =
      Builder.CreateAdd(Builder.CreateAnd(Builder.CreateZExtOrTrunc(Part, I64),
                                          MAPSAN_SYNC_PART_MASK / 2),
                        Builder.getInt64(1));
  return Builder.CreateIntToPtr(
      Builder.CreateOr(Builder.CreatePtrToInt(Argument, I64),
                       Builder.CreateShl(Bits, MAPSAN_SYNC_PART_SHIFT)),
      Builder.getPtrTy());
}

namespace {

// One object of the call, with what its hooks are called with.
struct Bracket {
  const SyncOperation *Op;
  Value *Object; // null: the result
  Value *What;
};

MapsanSync sharedForm(MapsanSync Does) {
  return Does == MapsanSyncLock      ? MapsanSyncLockShared
         : Does == MapsanSyncTryLock ? MapsanSyncTryLockShared
                                     : Does;
}

Value *argument(CallBase &Call, int Index) {
  return Index < 0 ? nullptr : Call.getArgOperand(Index);
}

// Does the call wait for the end of what it runs? Null: it always does.
Value *joins(IRBuilder<> &Builder, CallBase &Call, const SyncOperation &Op) {
  Value *Kind = argument(Call, Op.JoinsIf);
  if (!Kind || !Kind->getType()->isIntegerTy())
    return nullptr;
  return Builder.CreateICmpEQ(Kind,
                              ConstantInt::get(Kind->getType(), Op.Row->Is));
}

// What is run is told apart by the data that it is called with; where these are
// null, by the function.
bool mayBeTheFunction(const SyncOperation &Op) {
  return Op.Function >= 0 && Op.Row->ObjectIs == SyncRow::Argument &&
         (Op.Row->Does == MapsanSyncSpawn || Op.Row->Does == MapsanSyncRun);
}

// What the library is to call instead of a function of the program's.
void replacePassed(IRBuilder<> &Builder, CallBase &Call, int Argument,
                   unsigned Passed, Callbacks &Calls) {
  if (Argument >= 0)
    Call.setArgOperand(Argument, Calls.call(Builder, Callback::function_passed,
                                            {Call.getArgOperand(Argument),
                                             Builder.getInt32(Passed)}));
}

// MapsanSync, with a barrier's phase above it: an argument, or a token that an
// argument refers to; and MapsanSyncFlag.
Value *whatWord(IRBuilder<> &Builder, CallBase &Call, const SyncOperation &Op,
                bool Counts) {
  const SyncRow &Row = *Op.Row;
  uint32_t Flags = uint32_t(Row.From) << MapsanSyncFromShift |
                   uint32_t(Row.To) << MapsanSyncToShift;
  if (Counts)
    Flags |= MapsanSyncCallsBack;
  if (Row.ProgramThreads)
    Flags |= MapsanSyncProgramThreads;
  if (Row.Fresh)
    Flags |= MapsanSyncFresh;
  Value *What = Builder.getInt32(Row.Does | Flags);
  if (Op.ExclusiveIf >= 0)
    What = Builder.CreateSelect(
        Builder.CreateIsNotNull(Call.getArgOperand(Op.ExclusiveIf)), What,
        Builder.getInt32(sharedForm(Row.Does) | Flags));
  if (Row.Does == MapsanSyncRun)
    if (Value *Joins = joins(Builder, Call, Op))
      What = Builder.CreateSelect(Joins, What,
                                  Builder.getInt32(MapsanSyncSpawn | Flags));
  if (Op.Phase < 0)
    return What;
  Value *Phase = Call.getArgOperand(Op.Phase);
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

Bracket open(IRBuilder<> &Builder, CallBase &Call, const SyncOperation &Op,
             bool Counts, Callbacks &Calls) {
  Bracket B = {&Op, nullptr, nullptr};
  if (Op.Row->ObjectIs != SyncRow::Result)
    B.Object = objectAddress(Builder,
                             Op.Row->ObjectIs == SyncRow::Argument
                                 ? Call.getArgOperand(Op.Argument)
                                 : nullptr,
                             *Op.Row, argument(Call, Op.Part));
  if (mayBeTheFunction(Op))
    B.Object = Builder.CreateSelect(Builder.CreateIsNull(B.Object),
                                    Call.getArgOperand(Op.Function), B.Object);
  B.What = whatWord(Builder, Call, Op, Counts);
  if (Op.Follows >= 0) {
    Value *Joins = joins(Builder, Call, Op);
    Calls.call(Builder, Callback::sync_follow,
               {B.Object,
                addressFrom(Builder, Call.getArgOperand(Op.Follows),
                            Op.Row->FollowsThrough, Op.Row->FollowsOffset),
                Joins ? Builder.CreateZExt(Joins, Builder.getInt32Ty())
                      : Builder.getInt32(0)});
  }
  if (Op.Group >= 0)
    Calls.call(Builder, Callback::sync_group,
               {B.Object, Call.getArgOperand(Op.Group)});
  Calls.call(
      Builder, Callback::sync_begin,
      {B.Object ? B.Object : ConstantPointerNull::get(Builder.getPtrTy()),
       B.What});
  return B;
}

void close(IRBuilder<> &Builder, CallBase &Call, const Bracket &B,
           Value *Result, bool Returned, Callbacks &Calls) {
  Value *Object = B.Object;
  if (!Object)
    Object = Returned ? objectAddress(Builder, &Call, *B.Op->Row, nullptr)
                      : ConstantPointerNull::get(Builder.getPtrTy());
  Calls.call(Builder, Callback::sync_end, {Object, B.What, Result});
}

// All that the call does. Of several brackets the innermost alone says that
// what is inside is not counted, or it would not count the others.
SmallVector<Bracket, 2> openAll(IRBuilder<> &Builder, const SyncCall &Site,
                                Callbacks &Calls) {
  const SyncOperation &First = *Site.Does;
  SmallVector<const SyncOperation *, 2> All = {&First};
  for (const SyncOperation &Also : First.More)
    All.push_back(&Also);
  SmallVector<Bracket, 2> Brackets;
  for (const SyncOperation *Op : All)
    Brackets.push_back(open(Builder, *Site.Call, *Op,
                            First.Row->CallsBack || Op != All.back(), Calls));
  return Brackets;
}

// A life that begins, of so many bytes, and nothing else.
bool isPlainBirth(const SyncOperation &Op) {
  return Op.Row->Does == MapsanSyncInit && Op.ObjectBytes && Op.More.empty() &&
         Op.Row->ObjectIs == SyncRow::Argument;
}

} // namespace

bool hookSyncCall(const SyncCall &Site, Callbacks &Calls) {
  const SyncOperation &Op = *Site.Does;
  const DebugLoc Where = hookLocation(*Site.Call);
  IRBuilder<> Builder(Site.Call);
  Builder.SetCurrentDebugLocation(Where);
  if (isPlainBirth(Op)) {
    Calls.call(Builder, Callback::sync_born,
               {Site.Call->getArgOperand(Op.Argument),
                Builder.getInt64(Op.ObjectBytes)});
    return true;
  }
  if (hasNoCallEdges(*Site.Call))
    return false;
  const bool Once = Op.Row->Does == MapsanSyncOnce;
  replacePassed(Builder, *Site.Call, Op.Function,
                Once ? unsigned(MapsanPassedOnce)
                     : MapsanPassedBody | unsigned(Op.Row->On)
                                              << MapsanPassedOnShift,
                Calls);
  replacePassed(Builder, *Site.Call, Op.Finally, MapsanPassedLast, Calls);
  const SmallVector<Bracket, 2> Brackets = openAll(Builder, Site, Calls);
  CallEdges Edges = *openCallEdges(*Site.Call);
  if (!Edges.Normal) {
    // Nothing may follow a musttail call; that it succeeds is the likelier.
    Builder.SetInsertPoint(Edges.Call);
    for (const Bracket &B : reverse(Brackets))
      close(Builder, *Edges.Call, B, Builder.getInt64(1), false, Calls);
    return true;
  }
  Builder.SetInsertPoint(Edges.Normal);
  Builder.SetCurrentDebugLocation(Where);
  for (const Bracket &B : reverse(Brackets))
    close(Builder, *Edges.Call, B, resultWord(Builder, *Edges.Call, *B.Op->Row),
          true, Calls);
  if (Edges.Unwind) {
    Builder.SetInsertPoint(Edges.Unwind);
    Builder.SetCurrentDebugLocation(Where);
    for (const Bracket &B : reverse(Brackets)) {
      // Who waits for a result and is thrown an exception has got it.
      bool Succeeded = (B.Op->Row->Does == MapsanSyncObserve ||
                        B.Op->Row->Does == MapsanSyncAcquire) &&
                       B.Op->Row->SucceedsBy == Success::Always;
      close(Builder, *Edges.Call, B, Builder.getInt64(Succeeded), false, Calls);
    }
  }
  return true;
}

void hookSyncEntry(Function &F, const SyncOperation &Does, Callbacks &Calls) {
  Instruction *Place = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  IRBuilder<> Builder(Place);
  Builder.SetCurrentDebugLocation(hookLocation(*Place));
  Value *Object =
      objectAddress(Builder, F.getArg(Does.Argument), *Does.Row, nullptr);
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
