// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Synchronisation objects: see mapsan_sync.h and docs/clocks.md.

#include "mapsan_sync.h"

#include "mapsan_alloc.h"
#include "mapsan_sync_object.h"

namespace __mapsan {

BucketTable<3> sync_table;
static Pool<SyncObject> pool;

void InitializeSync() { sync_table.Initialize("MapSan sync objects"); }

void DrainSyncPool(Thread *thr) { pool.Drain(&thr->sync_objects); }

void ResetSyncPoolAfterFork() { pool.ResetAfterFork(); }

void DropFences(Thread *thr) {
  Drop(thr->release_fence);
  thr->release_fence = nullptr;
  for (u32 i = 0; i < thr->pending_count; i++)
    thr->pending_acquires[i]->Unref();
  thr->pending_count = 0;
}

void SyncObject::SetClock(Snapshot *s) {
  Drop(clock);
  clock = s;
  atomic_store(&own, s ? s->own : 0, memory_order_relaxed);
  atomic_store(&slot, s ? s->slot : kNoSlot, memory_order_relaxed);
}

static SyncObject *Next(const SyncObject *object) {
  return reinterpret_cast<SyncObject *>(
      atomic_load(&object->next, memory_order_acquire));
}
static void SetNext(SyncObject *object, SyncObject *next) {
  atomic_store(&object->next, reinterpret_cast<uptr>(next),
               memory_order_release);
}

SyncObject *FindSync(Bucket *bucket, uptr addr) {
  SyncObject *object = bucket->Head<SyncObject>();
  while (object && atomic_load(&object->addr, memory_order_relaxed) != addr)
    object = Next(object);
  return object;
}

SyncObject *FindOrCreateSync(Thread *thr, Bucket *bucket, uptr addr) {
  if (SyncObject *object = FindSync(bucket, addr))
    return object;
  SyncObject *object = pool.Get(&thr->sync_objects);
  atomic_store(&object->addr, addr, memory_order_relaxed);
  atomic_store(&object->slot, kNoSlot, memory_order_relaxed);
  SetNext(object, bucket->Head<SyncObject>());
  bucket->SetHead(object);
  live_filter.Add(addr);
  return object;
}

void RemoveSync(Thread *thr, Bucket *bucket, SyncObject *object) {
  SyncObject *before = nullptr;
  for (SyncObject *o = bucket->Head<SyncObject>(); o != object; o = Next(o))
    before = o;
  if (before)
    SetNext(before, Next(object));
  else
    bucket->SetHead(Next(object));
  live_filter.Remove(atomic_load(&object->addr, memory_order_relaxed));
  object->SetClock(nullptr);
  if (object->readers) {
    object->readers->Clear();
    RuntimeFree(object->readers);
    object->readers = nullptr;
  }
  atomic_store(&object->addr, 0, memory_order_relaxed);
  pool.Put(thr ? &thr->sync_objects : nullptr, object);
}

SyncPeek Peek(Bucket *bucket, uptr addr) {
  SyncPeek peek = {};
  if (!bucket->Begin(&peek.tag))
    return peek;
  peek.slot = kNoSlot;
  // A stale chain may lead anywhere among sync objects, even in a circle.
  u32 steps = 0;
  for (SyncObject *o = bucket->Head<SyncObject>(); o; o = Next(o)) {
    if (atomic_load(&o->addr, memory_order_relaxed) == addr) {
      peek.found = true;
      peek.own = atomic_load(&o->own, memory_order_relaxed);
      peek.slot = atomic_load(&o->slot, memory_order_relaxed);
      break;
    }
    if (++steps > 32)
      return peek;
  }
  peek.valid = bucket->Unchanged(peek.tag);
  return peek;
}

void StoreInto(Thread *thr, SyncObject *object) {
  if (!thr->clock.Equals(object->clock))
    object->SetClock(thr->clock.Snap()->Ref());
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

// The mirrors must follow: a join through the object.
static void JoinClock(SyncObject *object, Snapshot *s) {
  Snapshot *clock = object->clock;
  object->clock = nullptr;
  JoinInto(&clock, s);
  object->SetClock(clock);
}

void SyncAcquire(Thread *thr, uptr addr) {
  Bucket *bucket = sync_table.For(addr);
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && NothingNew(thr, peek))
    return;
  ScopedLock lock(bucket);
  if (SyncObject *object = FindSync(bucket, addr))
    ThreadAcquire(thr, object->clock);
}

void SyncReleaseStore(Thread *thr, uptr addr) {
  ThreadFlush(thr);
  Bucket *bucket = sync_table.For(addr);
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && NothingToRelease(thr, peek))
    return;
  ScopedLock lock(bucket);
  if (!thr->clock.AllZero())
    StoreInto(thr, FindOrCreateSync(thr, bucket, addr));
  else if (SyncObject *object = FindSync(bucket, addr))
    RemoveSync(thr, bucket, object);
}

void SyncReleaseJoin(Thread *thr, uptr addr) {
  ThreadFlush(thr);
  if (thr->clock.AllZero())
    return;
  Bucket *bucket = sync_table.For(addr);
  ScopedLock lock(bucket);
  JoinClock(FindOrCreateSync(thr, bucket, addr), thr->clock.Snap());
}

void SyncReadLock(Thread *thr, uptr addr) { SyncAcquire(thr, addr); }

void SyncReadUnlock(Thread *thr, uptr addr) {
  ThreadFlush(thr);
  if (thr->clock.AllZero())
    return;
  Bucket *bucket = sync_table.For(addr);
  ScopedLock lock(bucket);
  SyncObject *object = FindOrCreateSync(thr, bucket, addr);
  if (!object->readers) {
    object->readers =
        static_cast<SnapshotSet *>(RuntimeAlloc(sizeof(SnapshotSet)));
    object->readers->count = 0;
  }
  object->readers->Join(thr->clock.Snap());
}

void SyncWriteLock(Thread *thr, uptr addr) {
  Bucket *bucket = sync_table.For(addr);
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && !peek.found)
    return;
  ScopedLock lock(bucket);
  if (SyncObject *object = FindSync(bucket, addr)) {
    ThreadAcquire(thr, object->clock);
    for (u32 i = 0; object->readers && i < object->readers->count; i++)
      ThreadAcquire(thr, object->readers->items[i]);
  }
}

void SyncWriteUnlock(Thread *thr, uptr addr) {
  ThreadFlush(thr);
  Bucket *bucket = sync_table.For(addr);
  ScopedLock lock(bucket);
  if (thr->clock.AllZero()) {
    if (SyncObject *object = FindSync(bucket, addr))
      RemoveSync(thr, bucket, object);
    return;
  }
  SyncObject *object = FindOrCreateSync(thr, bucket, addr);
  StoreInto(thr, object);
  if (object->readers)
    object->readers->Clear();
}

void SyncBorn(uptr addr, uptr size) {
  live_filter.ForEachBlock(addr, size, [](uptr begin, uptr end) {
    ScopedRuntimeIfAny runtime;
    Thread *thr = CurrentThreadRaw();
    constexpr uptr granule = decltype(sync_table)::kGranule;
    for (uptr a = begin & ~(granule - 1); a < end; a += granule) {
      Bucket *bucket = sync_table.For(a);
      if (!bucket->Head<SyncObject>())
        continue;
      ScopedLock lock(bucket);
      for (SyncObject *o = bucket->Head<SyncObject>(), *next; o; o = next) {
        next = Next(o);
        uptr where = atomic_load(&o->addr, memory_order_relaxed);
        if (where >= begin && where < end)
          RemoveSync(thr, bucket, o);
      }
    }
  });
}

// --- atomics

static bool IsAcquire(u32 order) {
  return order == 1 || order == 2 || order == 4 || order == 5;
}
static bool IsRelease(u32 order) {
  return order == 3 || order == 4 || order == 5;
}

namespace {
/// An atomic instruction, taken apart.
struct AtomicOp {
  u32 kind, order, failure;
  explicit AtomicOp(u32 what)
      : kind(what & 15), order(what >> 4 & 15), failure(what >> 8 & 15) {}
  bool loads() const { return kind != MapsanAtomicStore; }
  bool stores() const { return kind != MapsanAtomicLoad; }
  bool releases() const { return stores() && IsRelease(order); }
};
} // namespace

static constexpr u64 kLocked = 1ull << 32; // the bucket is locked until end

// Relaxed reads: what they read is acquired by a later fence.
static void AddPending(Thread *thr, Snapshot *s) {
  if (!s || (s->slot != kNoSlot && thr->clock.Knows(s->slot, s->own)))
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

// Everything that the instruction does to clocks; bucket lock held.
static void Apply(Thread *thr, Bucket *bucket, uptr addr, AtomicOp op,
                  bool done, bool overwrite) {
  bool failed = op.kind == MapsanAtomicCas && !done;
  bool acquires = op.loads() && IsAcquire(failed ? op.failure : op.order);
  bool stores = op.stores() && !failed;
  bool releases = stores && IsRelease(op.order);
  SyncObject *object = FindSync(bucket, addr);
  if (op.loads() && object) {
    if (acquires)
      ThreadAcquire(thr, object->clock);
    else
      AddPending(thr, object->clock);
  }
  if (!stores)
    return;
  if (releases) {
    if (thr->clock.AllZero()) {
      if (object && overwrite && op.kind == MapsanAtomicStore)
        RemoveSync(thr, bucket, object);
      return;
    }
    if (!object)
      object = FindOrCreateSync(thr, bucket, addr);
    if (overwrite && (op.kind == MapsanAtomicStore || acquires))
      StoreInto(thr, object);
    else
      JoinClock(object, thr->clock.Snap());
    return;
  }
  Snapshot *fence = thr->release_fence;
  if (op.kind == MapsanAtomicStore && overwrite) {
    // C++20 [intro.races]: a store ends the release sequence, by whomever.
    if (fence)
      FindOrCreateSync(thr, bucket, addr)->SetClock(fence->Ref());
    else if (object)
      RemoveSync(thr, bucket, object);
  } else if (fence) {
    JoinClock(FindOrCreateSync(thr, bucket, addr), fence);
  }
}

u64 AtomicBegin(Thread *thr, uptr addr, u32 what) {
  AtomicOp op(what);
  if (op.releases())
    ThreadFlush(thr);
  Bucket *bucket = sync_table.For(addr);
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid) {
    bool nothing = !op.loads() || NothingNew(thr, peek);
    if (op.releases())
      nothing = nothing && NothingToRelease(thr, peek);
    else if (op.stores())
      nothing = nothing && !thr->release_fence &&
                (op.kind != MapsanAtomicStore || !peek.found);
    if (nothing)
      return peek.tag;
  }
  bucket->Lock();
  return kLocked;
}

void AtomicEnd(Thread *thr, uptr addr, u32 what, u64 token, bool done) {
  Bucket *bucket = sync_table.For(addr);
  if (token & kLocked) {
    Apply(thr, bucket, addr, AtomicOp(what), done, /*overwrite=*/true);
    bucket->Unlock();
    return;
  }
  if (bucket->Unchanged(static_cast<u32>(token)))
    return;
  // Somebody released here while the instruction ran. Which came first cannot
  // be told: take both edges, and overwrite nothing.
  ScopedLock lock(bucket);
  Apply(thr, bucket, addr, AtomicOp(what), done, /*overwrite=*/false);
}

void AtomicFence(Thread *thr, u32 order) {
  if (IsAcquire(order)) {
    for (u32 i = 0; i < thr->pending_count; i++) {
      ThreadAcquire(thr, thr->pending_acquires[i]);
      thr->pending_acquires[i]->Unref();
    }
    thr->pending_count = 0;
  }
  if (IsRelease(order)) {
    ThreadFlush(thr);
    Snapshot *s = thr->clock.AllZero() ? nullptr : thr->clock.Snap()->Ref();
    Drop(thr->release_fence);
    thr->release_fence = s;
  }
}

} // namespace __mapsan
