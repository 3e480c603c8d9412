// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Modelled calls: see mapsan_modelled.h.

#include "mapsan_modelled.h"

#include "../../include/mapsan/abi.h"
#include "mapsan_alloc.h"
#include "mapsan_lockset.h"
#include "mapsan_rules.h"
#include "mapsan_sync.h"
#include "mapsan_sync_object.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_mutex.h"

namespace __mapsan {
namespace {

MapsanSync KindOf(u32 what) {
  return static_cast<MapsanSync>(what & ((1 << MAPSAN_SYNC_PHASE_SHIFT) - 1));
}

bool IsBody(MapsanSync kind) {
  return kind == MapsanSyncBody || kind == MapsanSyncBodyStarts ||
         kind == MapsanSyncBodyMeets || kind == MapsanSyncBodyLast;
}

bool RunsTheProgram(MapsanSync kind) {
  return kind == MapsanSyncProgram || kind == MapsanSyncEnter ||
         kind == MapsanSyncOnceRun || IsBody(kind);
}

// What counts is the callee's business, or all of it does.
bool IsTransparent(u32 what) {
  MapsanSync kind = KindOf(what);
  return (what & MapsanSyncCallsBack && RuleHolds(Rule::catalog_calls_back)) ||
         kind == MapsanSyncPublish || kind == MapsanSyncBarrier ||
         kind == MapsanSyncAtThreadExit || kind == MapsanSyncOverwrite;
}

ModelledCall *Innermost(Thread *thr) {
  ModelledCalls &calls = thr->modelled;
  return calls.count ? &calls.stack[calls.count - 1] : nullptr;
}

// --- locks of libraries

// Beside the parts that the pass may use, and kEndSide: the exclusion among
// upgraders; the end of a body of which it is not known to which of several
// groups it belongs, joined by every join.
constexpr uptr kUpgradeSide = uptr(1) << 61;
constexpr uptr kAnyGroup = uptr(1) << 60 | MAPSAN_SYNC_NAMED;
// What an object follows: that object, or this one where there are several.
// Beside each of the several: that what is spawned there goes here, too. As a
// value, with kEndSide: ends are waited for there.
constexpr uptr kFollowSide = uptr(3) << 60;
constexpr uptr kSpreadSide = uptr(1) << 60;
constexpr uptr kAnyFollowed = kAnyGroup | 8;
constexpr u32 kMaxFollowed = 4;

LockMode ModeOf(u32 mode) {
  return mode == MapsanLockExclusive ? LockMode::Exclusive : LockMode::Shared;
}
u32 FromMode(u32 what) { return what >> MapsanSyncFromShift & 3; }
u32 ToMode(u32 what) { return what >> MapsanSyncToShift & 3; }

void Lock(Thread *thr, uptr addr, u32 mode, uptr pc, uptr bp) {
  if (!RuleHolds(Rule::catalog_lock)) {
    RwNoted(thr, addr, ModeOf(mode), pc, bp);
    return;
  }
  RwLocked(thr, addr, ModeOf(mode), pc, bp);
  if (mode == MapsanLockUpgrade)
    SyncAcquire(thr, addr | kUpgradeSide);
}

void Unlock(Thread *thr, uptr addr, u32 mode) {
  if (mode == MapsanLockUpgrade)
    SyncReleaseStore(thr, addr | kUpgradeSide);
  RwUnlocking(thr, addr);
}

void GiveUp(Thread *thr, ModelledCall *call) {
  if (!RuleHolds(Rule::catalog_wait))
    return;
  LockMode mode;
  call->depth = RwGivenUp(thr, call->object, &mode);
  call->mode = static_cast<u32>(mode);
}

void TakeAgain(Thread *thr, const ModelledCall *call, uptr pc, uptr bp) {
  if (RuleHolds(Rule::catalog_wait))
    RwReacquired(thr, call->object, static_cast<LockMode>(call->mode),
                 call->depth, pc, bp);
}

void Release(Thread *thr, uptr addr, bool fresh) {
  if (fresh)
    return SyncReleaseStore(thr, addr);
  SyncReleaseJoin(thr, addr);
  if (UNLIKELY(SyncGroup(addr | kSpreadSide)))
    SyncReleaseJoin(thr, kAnyFollowed);
}

// --- bodies

// Where the end of such a body is released: in its group, or where its object
// is joined.
uptr EndOf(const ModelledCall *call) {
  if (call->group == kAnyGroup)
    return kAnyGroup;
  return (call->group ? call->group : call->object) | kEndSide;
}

void BodyBegins(Thread *thr, ModelledCall *call) {
  if (!call->object || !RuleHolds(Rule::catalog_body))
    return;
  SyncAcquire(thr, call->object);
  MapsanSync kind = KindOf(call->what);
  if (kind == MapsanSyncBody || kind == MapsanSyncBodyLast)
    call->group = SyncGroup(call->object);
  call->followed = SyncGroup(call->object | kFollowSide);
  // What is followed may itself follow another: a slot its sender, which
  // watches a future. (No chain is longer; it might be a circle.)
  uptr followed = call->followed & ~kEndSide;
  for (u32 i = 0; followed && i < kMaxFollowed; i++) {
    SyncAcquire(thr, followed);
    followed = SyncGroup(followed | kFollowSide) & ~kEndSide;
  }
  if (kind == MapsanSyncBodyLast && RuleHolds(Rule::catalog_join))
    SyncAcquire(thr, EndOf(call));
}

void BodyEnds(Thread *thr, const ModelledCall *call) {
  MapsanSync kind = KindOf(call->what);
  if (!call->object || kind == MapsanSyncBodyStarts ||
      kind == MapsanSyncBodyLast || !RuleHolds(Rule::catalog_join))
    return;
  // What belongs to a group is waited for there and nowhere else.
  SyncReleaseJoin(thr, kind == MapsanSyncBody ? EndOf(call) : call->object);
  if (call->followed & kEndSide) // (which is also in what follows several)
    SyncReleaseJoin(thr, call->followed);
}

// What is spawned on it goes to the followers of several from here on.
void Spread(Thread *thr, uptr followed) {
  if (followed == kAnyFollowed)
    return;
  SyncSetGroup(thr, followed | kSpreadSide, kAnyFollowed, kAnyFollowed);
  SyncCopy(thr, followed, kAnyFollowed);
}

// Is this thread fed, and in no body that tells what it begins after?
bool IsFed(Thread *thr) {
  if (LIKELY(!thr->feed) || thr->ignore_sync)
    return false;
  const ModelledCalls &calls = thr->modelled;
  for (u32 i = 0; i < calls.count; i++)
    if (IsBody(KindOf(calls.stack[i].what)))
      return false;
  return true;
}

// Is it a body of which it is known what it begins after?
bool IsToldApart(uptr object, u32 what) {
  return IsBody(KindOf(what)) && object && SyncGroup(object);
}

// Is the innermost a lock's call that evaluates conditions? Or is the thread
// fed?
void NoteUnderLock(Thread *thr) {
  const ModelledCall *call = Innermost(thr);
  thr->under_lock = IsFed(thr);
  if (!call || !(call->what & MapsanSyncCallsBack) || thr->ignore_sync ||
      !RuleHolds(Rule::catalog_calls_back))
    return;
  MapsanSync kind = KindOf(call->what);
  thr->under_lock |=
      (kind >= MapsanSyncLock && kind <= MapsanSyncUnlockShared) ||
      kind == MapsanSyncWait;
  if (thr->under_lock) // nothing goes unbracketed
    thr->operations.shortcuts.NextGeneration();
}

// --- barriers

// The clocks of four phases lie at the barrier's first four bytes, which are
// no objects of their own: one phase is being waited for while the next is
// being arrived at, and a third is to be emptied for those to come.
constexpr uptr kPhases = 4;
uptr PhaseClock(uptr barrier, u32 what) {
  if (!RuleHolds(Rule::barrier_phases))
    return barrier;
  return barrier + (what >> (MAPSAN_SYNC_PHASE_SHIFT + 1)) % kPhases;
}
uptr NextPhaseClock(uptr barrier, uptr clock) {
  return barrier + (clock - barrier + 1) % kPhases;
}

// The std::barrier that this is a step of: the library may step on another
// object.
ModelledCall *BarrierAround(Thread *thr) {
  ModelledCall *around = Innermost(thr);
  return around && KindOf(around->what) == MapsanSyncBarrier ? around : nullptr;
}

// --- before the call

// Before the call itself, and for its kind alone.
void Publish(Thread *thr, ModelledCall *call, ModelledCall *around) {
  uptr addr = call->object;
  switch (KindOf(call->what)) {
  case MapsanSyncInit:
  case MapsanSyncDestroy:
    if (RuleHolds(Rule::life_of_init))
      SyncBorn(addr, 1);
    break;
  case MapsanSyncUnlock:
  case MapsanSyncUnlockShared:
    RwUnlocking(thr, addr);
    break;
  case MapsanSyncUnlockUpgrade:
    Unlock(thr, addr, MapsanLockUpgrade);
    break;
  case MapsanSyncConvert:
  case MapsanSyncTryConvert:
    Unlock(thr, addr, FromMode(call->what));
    break;
  case MapsanSyncWait:
    GiveUp(thr, call);
    break;
  case MapsanSyncRelease:
  case MapsanSyncMeet:
    if (RuleHolds(Rule::catalog_release))
      Release(thr, addr, call->what & MapsanSyncFresh);
    break;
  case MapsanSyncSpawn:
  case MapsanSyncRun:
    Release(thr, addr, call->what & MapsanSyncFresh);
    break;
  case MapsanSyncPublish:
    SyncReleaseJoin(thr, addr);
    break;
  case MapsanSyncBarrierArrive:
    call->object = PhaseClock(around ? around->object : addr, call->what);
    if (RuleHolds(Rule::barrier_arrival))
      SyncReleaseJoin(thr, call->object);
    break;
  case MapsanSyncBarrierComplete:
    // The phase that `around` has completed: its word says so.
    if (around && around->what >> MAPSAN_SYNC_PHASE_SHIFT) {
      uptr clock =
          around->object + (around->what >> MAPSAN_SYNC_PHASE_SHIFT) - 1;
      if (RuleHolds(Rule::barrier_completion))
        SyncReleaseJoin(thr, clock);
      if (RuleHolds(Rule::barrier_phases))
        SyncBorn(NextPhaseClock(around->object, clock), 1);
    }
    break;
  default:
    break;
  }
}

// The program's code is run by a call of the library's: what counted outside
// of the library's calls counts again.
void EnterProgram(Thread *thr, ModelledCall *call) {
  ModelledCalls &calls = thr->modelled;
  ModelledCall *outermost = call;
  while (outermost > calls.stack && !RunsTheProgram(KindOf(outermost[-1].what)))
    outermost--;
  thr->ignore_sync = outermost->ignore_sync;
  thr->observing = outermost->observing;
  calls.observed = nullptr;
  if (thr->ignore_sync)
    return;
  if (KindOf(call->what) == MapsanSyncOnceRun && call > calls.stack &&
      KindOf(call[-1].what) == MapsanSyncOnce)
    call->object = call[-1].object;
  MapsanSync kind = KindOf(call->what);
  if (IsBody(kind))
    BodyBegins(thr, call);
  if ((kind == MapsanSyncEnter && RuleHolds(Rule::stop_callback)) ||
      (kind == MapsanSyncOnceRun && RuleHolds(Rule::once_throws)))
    SyncAcquire(thr, call->object);
}

// --- after it

void Acquire(Thread *thr, ModelledCall *call, u64 result, uptr pc, uptr bp) {
  uptr addr = call->object;
  if (KindOf(call->what) == MapsanSyncOnceRun && RuleHolds(Rule::once))
    SyncReleaseStore(thr, addr); // also where it throws: the next one follows
  if (IsBody(KindOf(call->what))) {
    BodyEnds(thr, call);
    // Who waits for the thread waits for what it ran, if nobody else does.
    if (UNLIKELY(thr->feed) && !call->group && IsFed(thr) &&
        RuleHolds(Rule::catalog_join))
      SyncReleaseJoin(thr, thr->feed | kEndSide);
    return;
  }
  if (KindOf(call->what) == MapsanSyncWait) // however it ends
    return TakeAgain(thr, call, pc, bp);
  if (KindOf(call->what) == MapsanSyncTryConvert)
    return Lock(thr, addr, result ? ToMode(call->what) : FromMode(call->what),
                pc, bp);
  if (!result) { // a failed try, or the call was left by an exception
    if (!RuleHolds(KindOf(call->what) == MapsanSyncBarrierArrive
                       ? Rule::barrier_arrivals
                       : Rule::catalog_try_fails)) {
      SyncAcquire(thr, addr);
      SyncMutexLock(thr, addr);
    }
    return;
  }
  switch (KindOf(call->what)) {
  case MapsanSyncTryLock:
  case MapsanSyncLock:
    Lock(thr, addr, MapsanLockExclusive, pc, bp);
    break;
  case MapsanSyncTryLockShared:
  case MapsanSyncLockShared:
    Lock(thr, addr, MapsanLockShared, pc, bp);
    break;
  case MapsanSyncTryLockUpgrade:
  case MapsanSyncLockUpgrade:
    Lock(thr, addr, MapsanLockUpgrade, pc, bp);
    break;
  case MapsanSyncConvert:
    Lock(thr, addr, ToMode(call->what), pc, bp);
    break;
  case MapsanSyncInit: // a result, or what a constructor did inside
    if (RuleHolds(Rule::life_of_init))
      SyncBorn(addr, 1);
    break;
  case MapsanSyncJoin:
  case MapsanSyncRun:
    SyncAcquire(thr, addr | kEndSide);
    SyncAcquire(thr, kAnyGroup);
    if (SyncGroup(addr | kSpreadSide))
      SyncAcquire(thr, kAnyFollowed | kEndSide);
    break;
  case MapsanSyncAcquire:
  case MapsanSyncTryAcquire:
  case MapsanSyncMeet:
  case MapsanSyncOnce:
    SyncAcquire(thr, addr);
    break;
  case MapsanSyncBarrierArrive:
    SyncAcquire(thr, addr);
    if (ModelledCall *barrier = BarrierAround(thr))
      barrier->what = MapsanSyncBarrier | (addr - barrier->object + 1)
                                              << MAPSAN_SYNC_PHASE_SHIFT;
    break;
  case MapsanSyncBarrierWait:
    SyncAcquire(thr, PhaseClock(addr, call->what));
    break;
  default:
    break;
  }
}

} // namespace

void ModelledBegin(Thread *thr, uptr object, u32 what, uptr bp) {
  ModelledCalls &calls = thr->modelled;
  if (calls.count == ModelledCalls::kMax) {
    calls.over++;
    return;
  }
  if (UNLIKELY(thr->feed && RuleHolds(Rule::catalog_body)) && IsFed(thr) &&
      !IsToldApart(object, what))
    SyncAcquire(thr, thr->feed);
  ModelledCall *around = BarrierAround(thr);
  ModelledCall *call = &calls.stack[calls.count];
  *call = {
      object, what, thr->ignore_sync, bp, thr->observing, calls.observed, 0, 0,
      0,      0};
  MapsanSync kind = KindOf(what);
  if (RunsTheProgram(kind)) {
    if (RuleHolds(Rule::library_calls_back))
      EnterProgram(thr, call);
  } else if (!thr->ignore_sync) {
    Publish(thr, call, around);
    if (kind == MapsanSyncAtThreadExit)
      thr->at_exit.Add(object);
    // Locks that are given up inside may go unseen.
    if (thr->clock.IsReopened() && !IsTransparent(what))
      ThreadFlush(thr);
    if (kind == MapsanSyncObserve) {
      thr->observing = true;
      calls.observed = nullptr;
    } else if (!IsTransparent(what) && RuleHolds(Rule::catalog_inside)) {
      thr->ignore_sync++;
    }
  }
  calls.count++;
  NoteUnderLock(thr);
}

void ModelledEnd(Thread *thr, uptr object, u32, u64 result, uptr pc, uptr bp) {
  ModelledCalls &calls = thr->modelled;
  if (calls.over) {
    calls.over--;
    return;
  }
  if (!calls.count)
    return; // begun before this thread was known
  ModelledCall *call = &calls.stack[--calls.count];
  if (!call->object)
    call->object = object; // what the call returned
  // The program's code counted until here.
  if (RunsTheProgram(KindOf(call->what)) && !thr->ignore_sync)
    Acquire(thr, call, result, pc, bp);
  thr->ignore_sync = call->ignore_sync;
  if (RunsTheProgram(KindOf(call->what))) {
    thr->observing = call->observing;
    calls.observed = call->observed;
  } else if (thr->ignore_sync) {
    return NoteUnderLock(thr); // the business of a call around this one
  } else if (KindOf(call->what) == MapsanSyncObserve) {
    Snapshot *observed = calls.observed;
    thr->observing = call->observing;
    calls.observed = call->observed;
    if (RuleHolds(result ? Rule::library_wait : Rule::library_wait_fails) ==
        (result != 0))
      ThreadAcquire(thr, observed);
    Drop(observed);
  } else {
    Acquire(thr, call, result, pc, bp);
  }
  NoteUnderLock(thr);
}

void ModelledGroup(Thread *thr, uptr object, uptr group) {
  if (!thr->ignore_sync)
    SyncSetGroup(thr, object, group, kAnyGroup);
}

// What an object follows is read and changed in one step.
static StaticSpinMutex follow_lock;
void ModelledAfterFork() { follow_lock.Init(); }

void ModelledFollow(Thread *thr, uptr object, uptr followed, bool joins) {
  if (thr->ignore_sync || !object || !followed)
    return;
  SpinMutexLock locked(&follow_lock);
  uptr before = SyncGroup(object | kFollowSide);
  uptr known = before & ~kEndSide, now = followed;
  if (known && known != followed) {
    now = kAnyFollowed;
    Spread(thr, known);
    Spread(thr, followed);
  }
  now |= (joins ? kEndSide : 0) | (before & kEndSide);
  if (now != before)
    SyncSetGroup(thr, object | kFollowSide, now, now);
}

bool InModelledCall(const Thread *thr) {
  const ModelledCalls &calls = thr->modelled;
  if (!calls.count || !RuleHolds(Rule::catalog_thread))
    return false;
  u32 what = calls.stack[calls.count - 1].what;
  MapsanSync kind = KindOf(what);
  if (what & MapsanSyncProgramThreads)
    return false;
  return kind <= MapsanSyncInternal || kind > MapsanSyncOverwrite
             ? !RunsTheProgram(kind)
             : false;
}

uptr FeedOfChild(const Thread *thr) {
  const ModelledCalls &calls = thr->modelled;
  if (!calls.count)
    return 0;
  const ModelledCall &call = calls.stack[calls.count - 1];
  if (KindOf(call.what) != MapsanSyncSpawn || call.what & MapsanSyncFresh)
    return 0; // each of them is told apart
  uptr group = SyncGroup(call.object);
  return group ? group : call.object;
}

void BeginFed(Thread *thr, uptr feed) {
  thr->feed = feed;
  NoteUnderLock(thr);
}

void LockForOperation(Thread *thr) {
  if (!IsFed(thr))
    SyncReadLock(thr, Innermost(thr)->object);
  else if (RuleHolds(Rule::catalog_body))
    SyncAcquire(thr, thr->feed);
}

// A condition only reads: a reader's unlock.
void UnlockAfterOperation(Thread *thr) {
  if (!IsFed(thr))
    SyncReadUnlock(thr, Innermost(thr)->object);
  else if (RuleHolds(Rule::catalog_join))
    SyncReleaseJoin(thr, thr->feed | kEndSide);
}

void ModelledEvent(Thread *thr, uptr object, u32 what) {
  if (KindOf(what) == MapsanSyncAcquire) {
    if (RuleHolds(Rule::last_owner))
      SyncAcquire(thr, object);
  } else
    SyncReleaseJoin(thr, object);
}

bool IsOverwriting(const Thread *thr) {
  const ModelledCalls &calls = thr->modelled;
  return calls.count &&
         KindOf(calls.stack[calls.count - 1].what) == MapsanSyncOverwrite;
}

void ModelledJump(Thread *thr, uptr frame) {
  ModelledCalls &calls = thr->modelled;
  // Frames of another stack (a coroutine's) are none of this jump's.
  while (calls.count && calls.stack[calls.count - 1].frame < frame &&
         calls.stack[calls.count - 1].frame >= thr->stack_bottom &&
         calls.stack[calls.count - 1].frame < thr->stack_top)
    ModelledEnd(thr, 0, 0, 0, 0, 0);
}

void ReleaseAtThreadExit(Thread *thr) {
  for (u32 i = 0; i < thr->at_exit.count; i++)
    if (RuleHolds(Rule::release_at_thread_exit))
      SyncReleaseJoin(thr, thr->at_exit.objects[i]);
  RuntimeFree(thr->at_exit.objects);
  thr->at_exit = {};
}

void ExitReleases::Add(uptr object) {
  if (count == capacity) {
    u32 more = capacity ? capacity * 2 : 8;
    auto *grown = static_cast<uptr *>(RuntimeAlloc(more * sizeof(uptr)));
    internal_memcpy(grown, objects, count * sizeof(uptr));
    RuntimeFree(objects);
    objects = grown;
    capacity = more;
  }
  objects[count++] = object;
}

} // namespace __mapsan
