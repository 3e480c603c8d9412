// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomic instructions and fences: see mapsan_atomics.h.

#include "mapsan_atomics.h"

#include "mapsan_lent.h"

namespace __mapsan {

using namespace atomics_internal;

void DropFences(Thread *thr) {
  Drop(thr->release_fence);
  thr->release_fence = nullptr;
  thr->operations.shortcuts.SetFenced(false);
  for (u32 i = 0; i < thr->pending_count; i++)
    thr->pending_acquires[i]->Unref();
  thr->pending_count = 0;
}

// Relaxed reads: what they read is acquired by a later fence.
static void AddPending(Thread *thr, Snapshot *s) {
  if (!s || thr->clock.Knows(*s))
    return;
  for (u32 i = 0; i < thr->pending_count; i++) {
    Snapshot *p = thr->pending_acquires[i];
    if (p == s)
      return;
    // A newer snapshot of the same thread contains the older one.
    if (s->slot != kNoSlot && p->slot == s->slot) {
      if (!Covers(p->own, s->own) && !Covers(s->own, p->own))
        continue;
      if (Covers(p->own, s->own))
        return;
      thr->pending_acquires[i] = s->Ref();
      p->Unref();
      return;
    }
  }
  if (thr->pending_count == Thread::kMaxPending) {
    // Joining them all now or at the fence is the same.
    JoinInto(&thr->pending_acquires[0], s);
    return;
  }
  thr->pending_acquires[thr->pending_count++] = s->Ref();
}

static void LockFor(Thread *thr, SyncBucket *bucket, uptr addr, AtomicOp op) {
  if (op.stores())
    lent::LockToChange(thr, bucket, addr);
  else
    bucket->Lock();
}

// The fast path, and the rules that it takes for granted.
static bool MayRepeat() {
  return Takes(FastPath::repeated_release) && RuleHolds(Rule::rmw_continues) &&
         RuleHolds(Rule::rmw_release_joins);
}

static void LoadBare(Thread *thr, Snapshot *bare, bool acquires) {
  if (acquires)
    AcquireBare(thr, bare);
  else
    AddPending(thr, bare);
}

// A release where nothing was released yet, or where the clock is bare and
// becomes this thread's, which covers it. False: there is more to it, and
// nothing was released.
static bool ReleaseBare(Thread *thr, SyncBucket *bucket, uptr addr, AtomicOp op,
                        bool acquires, bool overwrite) {
  if (bucket->Objects() || !MayRepeat() || !RuleHolds(Rule::store_ends) ||
      ReleasesNothing(thr) || thr->clock.AllZero())
    return false;
  Snapshot *bare = bucket->BareAt(addr);
  if (!bare && !bucket->MayBareAt(addr))
    return false;
  bool ends = op.kind == MapsanAtomicStore || acquires;
  if (bare && !(overwrite && ends) && !thr->clock.Knows(*bare))
    return false;
  if (bare && op.loads())
    LoadBare(thr, bare, acquires);
  if (bare && thr->clock.Equals(bare))
    return true;
  Snapshot *own = thr->clock.Snap()->Ref();
  if (bucket->SetBare(addr, own))
    return true;
  own->Unref();
  return false;
}

// Everything that the instruction does to clocks; bucket lock held.
static void Apply(Thread *thr, SyncBucket *bucket, uptr addr, AtomicOp op,
                  bool done, bool overwrite) {
  bool failed =
      op.kind == MapsanAtomicCas && !done && RuleHolds(Rule::failed_exchange);
  bool acquires = op.loads() && IsAcquire(failed ? op.failure : op.order);
  bool stores = op.stores() && !failed;
  bool releases = stores && IsRelease(op.order);
  if (Snapshot *bare = op.stores() ? nullptr : bucket->BareAt(addr))
    return LoadBare(thr, bare, acquires);
  if (releases && ReleaseBare(thr, bucket, addr, op, acquires, overwrite))
    return;
  SyncObject *object = FindSync(bucket, addr);
  if (op.loads() && object) {
    if (acquires)
      AcquireHeld(thr, object);
    else
      AddPending(thr, object->clock);
  }
  if (!stores || ReleasesNothing(thr))
    return;
  if (object && op.loads() && !RuleHolds(Rule::rmw_continues)) {
    RemoveSync(thr, bucket, object);
    object = nullptr;
  }
  if (releases) {
    if (thr->clock.AllZero()) {
      if (object && overwrite && op.kind == MapsanAtomicStore &&
          RuleHolds(Rule::store_ends))
        RemoveSync(thr, bucket, object);
      return;
    }
    if (!object)
      object = FindOrCreateSync(thr, bucket, addr);
    bool ends =
        op.kind == MapsanAtomicStore ? RuleHolds(Rule::store_ends) : acquires;
    if ((overwrite && ends) || !RuleHolds(Rule::rmw_release_joins))
      StoreInto(thr, object);
    else
      JoinOwn(thr, object);
    return;
  }
  Snapshot *fence = thr->release_fence;
  if (op.kind == MapsanAtomicStore && overwrite &&
      RuleHolds(Rule::store_ends)) {
    // C++20 [intro.races]: a store ends the release sequence, by whomever.
    if (fence)
      FindOrCreateSync(thr, bucket, addr)->SetClock(fence->Ref());
    else if (object)
      RemoveSync(thr, bucket, object);
  } else if (fence) {
    JoinClock(FindOrCreateSync(thr, bucket, addr), fence);
  }
}

// It would change nothing: neither what the object holds nor what this thread
// knows, or is to acquire by a later fence.
static bool RepeatsRelease(const Thread *thr, const Snapshot *s, AtomicOp op) {
  if (!s || !Covers(s->Known(thr->clock.slot()), thr->clock.OwnStamp()))
    return false;
  if (thr->clock.Knows(*s))
    return true;
  // A store would overwrite it, an acquire would acquire it.
  if (op.kind != MapsanAtomicRmw || IsAcquire(op.order))
    return false;
  for (u32 i = 0; i < thr->pending_count; i++)
    if (thr->pending_acquires[i] == s)
      return true;
  return false;
}

static NOINLINE u64 BeginReleaseLocked(Thread *thr, SyncBucket *bucket,
                                       uptr addr, u32 what, u64 token) {
  if (Snapshot *bare = bucket->BareAt(addr)) {
    bool repeats = RepeatsRelease(thr, bare, AtomicOp(what)) && MayRepeat();
    if (!repeats) {
      news::Announce(thr);
      return token;
    }
    if (bucket->CountBare())
      return token | kRepeats;
  }
  SyncObject *object = FindSync(bucket, addr);
  if (object && RepeatsRelease(thr, object->clock, AtomicOp(what)) &&
      MayRepeat())
    return token | kRepeats;
  if (object && object->lent) {
    bucket->Unlock();
    lent::LockToChange(thr, bucket, addr);
  }
  news::Announce(thr);
  return token;
}

u64 atomics_internal::BeginRelease(Thread *thr, u32 index, uptr addr,
                                   u32 what) {
  if (Observes(thr))
    return BeginSlow(thr, index, addr, what);
  ScopedRuntime::Enter(thr);
  if (UNLIKELY(thr->clock.dirty()))
    ThreadFlush(thr);
  if (UNLIKELY(thr->clock.AllZero())) {
    ScopedRuntime::Leave(thr);
    return BeginSlow(thr, index, addr, what);
  }
  if (UNLIKELY(thr->speaker.talks)) // till it repeats itself
    news::Announce(thr);
  SyncBucket *bucket = sync_table.At(index);
  u64 token = kLocked | static_cast<u64>(index) << kIndexShift;
  bucket->Lock();
  // Usually it holds this thread's last release and nothing else: what it holds
  // now, or what it will hold whichever kind of release this is.
  SyncObject *first = bucket->Objects();
  if (LIKELY(first && MayRepeat() &&
             atomic_load(&first->addr, memory_order_relaxed) == addr &&
             atomic_load(&first->slot, memory_order_relaxed) ==
                 thr->clock.slot())) {
    Stamp own = atomic_load(&first->own, memory_order_relaxed);
    if (own == thr->clock.OwnStamp()) {
      lent::Repeat(thr, first, addr);
      return token | kRepeats;
    }
    if (LifeOf(own) == thr->clock.life() && Takes(FastPath::renewed_release)) {
      news::Announce(thr);
      return token | kRenews;
    }
  }
  return BeginReleaseLocked(thr, bucket, addr, what, token);
}

void atomics_internal::Renew(Thread *thr, SyncBucket *bucket) {
  SyncObject *object = bucket->Objects();
  if (!RefreshClock(thr, object))
    object->SetClock(thr->clock.Snap()->Ref());
}

// A release of nothing, or none; or it observes.
u64 atomics_internal::BeginSlow(Thread *thr, u32 index, uptr addr, u32 what) {
  SyncBucket *bucket = sync_table.At(index);
  u64 token = static_cast<u64>(index) << kIndexShift;
  AtomicOp op(what);
  ScopedRuntime::Enter(thr);
  if (ReleasesNothing(thr))
    op.kind = MapsanAtomicLoad; // as far as it counts
  if (op.releases())
    ThreadFlush(thr); // (it observes, and the rule on that is off)
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && RuleHolds(Rule::rmw_continues)) {
    bool nothing = !op.loads() || NothingNew(thr, peek);
    if (op.releases())
      nothing = nothing && !peek.holds && thr->clock.AllZero();
    else if (op.stores())
      nothing = nothing && !thr->release_fence &&
                (op.kind != MapsanAtomicStore || !peek.holds);
    // A load that brings news runs without the lock as well: if the tag is the
    // same in the end, what it read goes with what the object held.
    bool loads = !op.stores() && peek.slot != kNoSlot && IsAcquire(op.order);
    if (nothing || loads) {
      ScopedRuntime::Leave(thr);
      return peek.tag | token | (nothing ? 0 : kAcquires);
    }
  }
  if (op.stores() && (thr->release_fence || op.releases()))
    news::Announce(thr);
  LockFor(thr, bucket, addr, op);
  return kLocked | token;
}

u64 atomics_internal::BeginLoadAgain(Thread *thr, u32 index) {
  ScopedRuntime::Enter(thr);
  sync_table.At(index)->Lock();
  return kLocked | static_cast<u64>(index) << kIndexShift;
}

// False: it has become another one, or brings more than a word.
bool atomics_internal::AcquireAtEnd(Thread *thr, SyncBucket *bucket, uptr addr,
                                    u64 token) {
  ScopedRuntime inside(thr);
  SyncPeek peek = Peek(bucket, addr);
  return peek.valid && peek.tag == static_cast<u32>(token) &&
         AcquireWord(thr, peek);
}

// Somebody released here while the instruction ran. Which came first cannot be
// told: both edges are taken, and nothing is overwritten. `token`: what is
// known of the object before the instruction. If it held nothing new, then one
// change brought all that may have been read; else, and where there were
// several, that may be there no more, and all that anybody published is
// acquired.
static void Repair(Thread *thr, SyncBucket *bucket, uptr addr, u32 what,
                   bool done, u64 token) {
  AtomicOp op(what);
  if (op.stores())
    news::Announce(thr);
  ScopedRuntime inside(thr);
  LockFor(thr, bucket, addr, op);
  u32 since = bucket->LockedTag() - static_cast<u32>(token); // 2 a change
  bool all_there =
      token != MAPSAN_ATOMIC_UNWATCHED && since <= (token & kAcquires ? 1 : 3);
  Apply(thr, bucket, addr, op, done, /*overwrite=*/false);
  bucket->Unlock();
  if (op.loads() && !all_there && !news::CatchUp(thr))
    ThreadAcquireAll(thr);
}

void atomics_internal::End(Thread *thr, SyncBucket *bucket, uptr addr, u32 what,
                           u64 token, bool done) {
  if (token & kLocked) {
    Apply(thr, bucket, addr, AtomicOp(what), done, /*overwrite=*/true);
    return Leave(thr, bucket);
  }
  Repair(thr, bucket, addr, what, done, token);
}

bool LoadEnd(Thread *thr, uptr addr, u32 what, u64 token) {
  if (token == MAPSAN_ATOMIC_UNWATCHED) {
    atomic_thread_fence(memory_order_acquire); // of a relaxed one
    return news::CatchUp(thr);
  }
  SyncBucket *bucket = sync_table.At(static_cast<u32>(token >> kIndexShift));
  if (token & kLocked) {
    End(thr, bucket, addr, what, token, /*done=*/true);
    return true;
  }
  if (token & kAcquires)
    return AcquireAtEnd(thr, bucket, addr, token);
  return bucket->Unchanged(static_cast<u32>(token));
}

void AtomicUnwatchedEnd(Thread *thr, uptr addr, u32 what, bool done) {
  // What the instruction read may have been told of only now. (A relaxed one
  // has read it before we look.)
  atomic_thread_fence(memory_order_acquire);
  if (!news::CatchUp(thr))
    Repair(thr, sync_table.For(addr), addr, what, done,
           MAPSAN_ATOMIC_UNWATCHED);
}

void LockedAccess(Thread *thr, uptr addr, u32 what, bool done) {
  if (!MapUsed())
    return;
  AtomicOp op(what);
  // shared_ptr's store is an exchange within; but it ends release sequences.
  if (op.kind == MapsanAtomicRmw && IsOverwriting(thr))
    op.kind = MapsanAtomicStore;
  if (op.releases())
    ThreadFlush(thr);
  if (op.stores())
    news::Announce(thr);
  SyncBucket *bucket = sync_table.For(addr);
  lent::LockToChange(thr, bucket, addr);
  Apply(thr, bucket, addr, op, done, /*overwrite=*/true);
  bucket->Unlock();
}

void AtomicFence(Thread *thr, u32 order) {
  if (IsAcquire(order, Rule::fence_acquire)) {
    for (u32 i = 0; i < thr->pending_count; i++) {
      ThreadAcquire(thr, thr->pending_acquires[i]);
      thr->pending_acquires[i]->Unref();
    }
    thr->pending_count = 0;
  }
  if (IsRelease(order, Rule::fence_release)) {
    ThreadFlush(thr);
    Snapshot *s = thr->clock.AllZero() ? nullptr : thr->clock.Snap()->Ref();
    Drop(thr->release_fence);
    thr->release_fence = s;
    thr->operations.shortcuts.SetFenced(s);
  }
}

} // namespace __mapsan
