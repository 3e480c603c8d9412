// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Synchronisation objects: see mapsan_sync.h and docs/clocks.md.

#include "mapsan_sync.h"

#include "../../include/mapsan/abi.h"
#include "mapsan_lent.h"
#include "mapsan_live_filter.h"
#include "mapsan_rules.h"
#include "mapsan_sync_object.h"

namespace __mapsan {

SyncTable sync_table;
static Pool<SyncObject, __builtin_offsetof(SyncObject, next)> pool;
static Pool<LargeSyncObject, __builtin_offsetof(SyncObject, next)> large_pool;

void InitializeSync() { sync_table.Initialize("MapSan sync objects"); }

void DrainSyncPool(Thread *thr) {
  pool.Drain(&thr->sync_objects);
  large_pool.Drain(&thr->large_sync_objects);
}

void LockSyncPoolBeforeFork() {
  pool.LockBeforeFork();
  large_pool.LockBeforeFork();
}
void UnlockSyncPoolAfterFork() {
  large_pool.UnlockAfterFork();
  pool.UnlockAfterFork();
}

void SyncAfterFork() {
  sync_table.ResetAfterFork();
  auto open = [](void *block, void *) {
    static_cast<SyncObject *>(block)->content.Init();
  };
  pool.ForEachBlock(open, nullptr);
  large_pool.ForEachBlock(open, nullptr);
}

void SyncObject::Put(Snapshot *s) {
  if (lent)
    EndLoan();
  Slot owner = s ? s->slot : kNoSlot;
  if (owner != atomic_load(&slot, memory_order_relaxed))
    repeats = 0;
  clock = s;
  atomic_store(&slot, owner, memory_order_relaxed);
  if (s) {
    atomic_store(&base, static_cast<u32>(s->base_stamp), memory_order_relaxed);
    return MirrorMoved();
  }
  atomic_store(&own, 0, memory_order_relaxed);
  atomic_store(&seen, 0, memory_order_relaxed);
}

// A child of fork goes on with what stands here at any moment, though the
// thread that was about it is gone: no reference has two names, nor one that is
// given back, and what is lost in between is lost.

void SyncObject::SetClock(Snapshot *s) {
  Snapshot *old = clock;
  Put(s);
  atomic_signal_fence(memory_order_seq_cst);
  Drop(old);
}

void SyncObject::PutAndKeep(Snapshot *s) {
  Snapshot *kept = clock;
  other = nullptr;
  atomic_signal_fence(memory_order_seq_cst);
  Put(s);
  atomic_signal_fence(memory_order_seq_cst);
  other = kept;
}

void SyncObject::SetClockInTurn(Snapshot *s) {
  if (!clock || atomic_load(&slot, memory_order_relaxed) == kNoSlot)
    return SetClock(s);
  Snapshot *old = other;
  PutAndKeep(s);
  Drop(old);
}

void SyncObject::SwapClocks() { PutAndKeep(other); }

void SyncObject::EndLoan() {
  lent = false;
  if (Thread *owner = ThreadBySlot(atomic_load(&slot, memory_order_relaxed)))
    owner->operations.shortcuts.TakeBack(
        atomic_load(&addr, memory_order_relaxed));
}

// Marks the key of what is handed over: no address has this bit.
static constexpr uptr kHandOver = uptr(1) << 63;

static void SetNext(SyncObject *object, SyncObject *next) {
  atomic_store(&object->next, reinterpret_cast<uptr>(next),
               memory_order_release);
}

uptr SyncBucket::BareAddress() const {
  u32 name = Note() & kNameMask;
  return sync_table.GranuleOf(this, name >> 1) + (name & 1) * 8;
}

bool SyncBucket::CountBare() {
  u32 note = Note() + (1u << kNameBits);
  atomic_store(&note_, note, memory_order_relaxed);
  return note >> kNameBits < kMostReleases;
}

bool SyncBucket::SetBare(uptr addr, Snapshot *s) {
  Snapshot *old = IsEmpty() ? nullptr : Bare();
  if (old ? !CountBare() : !Takes(FastPath::bare_clock))
    return false;
  if (!old) {
    live_filter.Add(LiveFilter::kSync, addr);
    atomic_store(&note_, static_cast<u32>(NameOf(addr)), memory_order_relaxed);
  }
  atomic_store(&head_, reinterpret_cast<uptr>(s) | kBare, memory_order_release);
  atomic_signal_fence(memory_order_seq_cst);
  Drop(old);
  return true;
}

Snapshot *SyncBucket::TakeBare() {
  live_filter.Remove(LiveFilter::kSync, BareAddress());
  Snapshot *s = Bare();
  atomic_store(&head_, 0, memory_order_release);
  return s;
}

static SyncObject *NewObject(Thread *thr, uptr addr) {
  SyncObject *object = IsLarge(addr)
                           ? &large_pool.Get(&thr->large_sync_objects)->common
                           : pool.Get(thr ? &thr->sync_objects : nullptr);
  atomic_store(&object->addr, addr, memory_order_relaxed);
  atomic_store(&object->slot, kNoSlot, memory_order_relaxed);
  return object;
}

// The bare clock becomes that of an object. (It is counted already.)
static NOINLINE SyncObject *Clothe(SyncBucket *bucket) {
  SyncObject *object = NewObject(CurrentThreadRaw(), bucket->BareAddress());
  SetNext(object, nullptr);
  object->SetClock(bucket->Bare());
  object->repeats = bucket->BareReleases();
  bucket->SetObjects(object);
  return object;
}

SyncObject *FindSync(SyncBucket *bucket, uptr addr) {
  if (bucket->BareAt(addr))
    return Clothe(bucket);
  SyncObject *object = bucket->Objects();
  while (object && atomic_load(&object->addr, memory_order_relaxed) != addr)
    object = NextSync(object);
  return object;
}

SyncObject *FindOrCreateSync(Thread *thr, SyncBucket *bucket, uptr addr) {
  if (SyncObject *object = FindSync(bucket, addr))
    return object;
  if (bucket->IsBare())
    Clothe(bucket);
  SyncObject *object = NewObject(thr, addr);
  SetNext(object, bucket->Objects());
  bucket->SetObjects(object);
  live_filter.Add(LiveFilter::kSync, MAPSAN_SYNC_PLACE(addr));
  return object;
}

void RemoveSync(Thread *thr, SyncBucket *bucket, SyncObject *object) {
  SyncObject *before = nullptr;
  for (SyncObject *o = bucket->Objects(); o != object; o = NextSync(o))
    before = o;
  if (before)
    SetNext(before, NextSync(object));
  else
    bucket->SetObjects(NextSync(object));
  uptr key = atomic_load(&object->addr, memory_order_relaxed);
  live_filter.Remove(LiveFilter::kSync, MAPSAN_SYNC_PLACE(key));
  LargeSyncObject *large = IsLarge(key) ? Large(object) : nullptr;
  {
    SpinMutexLock content(&object->content);
    object->SetClock(nullptr);
    Snapshot *other = object->other;
    object->other = nullptr;
    Drop(other);
    if (large) {
      ReaderClocks::Destroy(large->readers);
      large->readers = nullptr;
    }
  }
  object->taken_back = 0;
  atomic_store(&object->addr, 0, memory_order_relaxed);
  if (!large)
    return pool.Put(thr ? &thr->sync_objects : nullptr, object);
  large->group = 0;
  large->CountGeneration();
  large_pool.Put(thr ? &thr->large_sync_objects : nullptr, large);
}

bool RefreshClock(Thread *thr, SyncObject *object) {
  Snapshot *clock = object->clock;
  if (!clock || !clock->IsExclusive() || !Takes(FastPath::release_refresh) ||
      !thr->clock.Refresh(clock))
    return false;
  object->MirrorMoved();
  return true;
}

void Overwrite(Thread *thr, SyncObject *object) {
  Snapshot *other = object->other;
  bool turns =
      atomic_load(&object->slot, memory_order_relaxed) != thr->clock.slot() &&
      Takes(FastPath::own_turn);
  if (turns && other && other->IsExclusive() && thr->clock.Refresh(other))
    object->SwapClocks();
  else if (turns)
    object->SetClockInTurn(thr->clock.Snap()->Ref());
  else
    object->SetClock(thr->clock.Snap()->Ref());
}

void StoreInto(Thread *thr, SyncObject *object) {
  if (!thr->clock.Equals(object->clock) && !RefreshClock(thr, object))
    Overwrite(thr, object);
}

void JoinOwn(Thread *thr, SyncObject *object) {
  Snapshot *clock = object->clock;
  if (clock && Covers(clock->Known(thr->clock.slot()), thr->clock.OwnStamp()))
    return;
  if (!RefreshClock(thr, object))
    JoinClock(object, thr->clock.Snap());
}

void JoinInto(Snapshot **into, Snapshot *s) {
  if (!s)
    return;
  Snapshot *old = *into;
  if (!old) {
    *into = s->Ref();
    return;
  }
  if (old == s)
    return;
  if (s->slot != kNoSlot && Covers(old->Known(s->slot), s->own))
    return;
  *into = old->slot != kNoSlot && Covers(s->Known(old->slot), old->own)
              ? s->Ref()
              : Snapshot::Merge(old, s);
  old->Unref();
}

void JoinClock(SyncObject *object, Snapshot *s) {
  Snapshot *clock = object->clock;
  object->clock = nullptr;
  JoinInto(&clock, s);
  object->SetClock(clock);
}

void sync_internal::Acquire(Thread *thr, uptr addr) {
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && (NothingNew(thr, peek) || AcquireWord(thr, peek)))
    return;
  ScopedLock lock(bucket);
  if (SyncObject *object = FindSync(bucket, addr))
    AcquireHeld(thr, object);
}

void sync_internal::ReleaseStore(Thread *thr, uptr addr) {
  if (ReleasesNothing(thr))
    return;
  ThreadFlush(thr);
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && NothingToRelease(thr, peek))
    return;
  news::Announce(thr);
  lent::LockToChange(thr, bucket, addr);
  if (!thr->clock.AllZero())
    StoreInto(thr, FindOrCreateSync(thr, bucket, addr));
  else if (SyncObject *object = FindSync(bucket, addr))
    RemoveSync(thr, bucket, object);
  bucket->Unlock();
}

void SyncReleaseJoin(Thread *thr, uptr addr) {
  if (!MapUsed() || ReleasesNothing(thr))
    return;
  ThreadFlush(thr);
  if (thr->clock.AllZero())
    return;
  news::Announce(thr);
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  lent::LockToChange(thr, bucket, addr);
  JoinOwn(thr, FindOrCreateSync(thr, bucket, addr));
  bucket->Unlock();
}

void SyncHandOver(Thread *thr, uptr addr) {
  ThreadFlush(thr);
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  ScopedLock lock(bucket);
  SyncObject *object = FindSync(bucket, addr | kHandOver);
  if (!RuleHolds(Rule::annotation_last_giver) && object)
    JoinOwn(thr, object);
  else if (!thr->clock.AllZero())
    StoreInto(thr, FindOrCreateSync(thr, bucket, addr | kHandOver));
  else if (object)
    RemoveSync(thr, bucket, object);
}

void SyncTakeOver(Thread *thr, uptr addr) {
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  ScopedLock lock(bucket);
  SyncObject *object = FindSync(bucket, addr | kHandOver);
  if (!object)
    return;
  ThreadAcquire(thr, object->clock);
  if (RuleHolds(Rule::annotation_taken_once))
    RemoveSync(thr, bucket, object);
}

// Beside what was released there: a body is to be joined also where nothing has
// to be told to it.
void SyncSetGroup(Thread *thr, uptr addr, uptr group, uptr any) {
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  ScopedLock lock(bucket);
  LargeSyncObject *object =
      Large(FindOrCreateSync(thr, bucket, addr | kGroupSide));
  object->group = object->group && object->group != group ? any : group;
}

uptr SyncGroup(uptr addr) {
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(addr));
  SyncPeek peek = Peek(bucket, addr | kGroupSide);
  if (peek.valid && !peek.holds)
    return 0;
  ScopedLock lock(bucket);
  SyncObject *object = FindSync(bucket, addr | kGroupSide);
  return object ? Large(object)->group : 0;
}

void SyncCopy(Thread *thr, uptr from, uptr to) {
  Snapshot *clock = nullptr;
  {
    SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(from));
    ScopedLock lock(bucket);
    SyncObject *object = FindSync(bucket, from);
    if (object && object->clock)
      clock = object->clock->Ref();
  }
  if (!clock)
    return;
  SyncBucket *bucket = sync_table.For(MAPSAN_SYNC_PLACE(to));
  lent::LockToChange(thr, bucket, to);
  JoinClock(FindOrCreateSync(thr, bucket, to), clock);
  bucket->Unlock();
  clock->Unref();
}

template <bool kEndsToo> static void RemoveIn(uptr begin, uptr end) {
  sync_table.ForEachInUse(begin, end, [begin, end](SyncBucket *bucket) {
    ScopedRuntimeIfAny runtime;
    Thread *thr = CurrentThreadRaw();
    ScopedLock lock(bucket);
    if (bucket->IsBare()) {
      if (uptr where = bucket->BareAddress(); where >= begin && where < end)
        bucket->TakeBare()->Unref();
      return;
    }
    for (SyncObject *o = bucket->Objects(), *next; o; o = next) {
      next = NextSync(o);
      uptr key = atomic_load(&o->addr, memory_order_relaxed);
      uptr where = MAPSAN_SYNC_PLACE(key);
      if (where >= begin && where < end && (kEndsToo || !(key & kEndSide)))
        RemoveSync(thr, bucket, o);
    }
  });
}

void SyncBorn(uptr addr, uptr size) {
  live_filter.ForEachBlock(addr, size,
                           [](uptr begin, uptr end, bool, bool may_hold_sync) {
                             if (may_hold_sync)
                               RemoveIn<true>(begin, end);
                           });
}
void SyncMemoryChanged(uptr begin, uptr end) { RemoveIn<false>(begin, end); }

} // namespace __mapsan
