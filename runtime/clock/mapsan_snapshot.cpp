// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Immutable copies of a thread's clock: see mapsan_snapshot.h.

#include "mapsan_snapshot.h"

#include "mapsan_alloc.h"
#include "mapsan_pool.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

// Free ones are linked by their last word, which readers without a reference
// hardly ever look at.
static Pool<Snapshot, sizeof(Snapshot) - sizeof(uptr)> pool;

void DrainSnapshotPool(Thread *thr) { pool.Drain(&thr->snapshots); }
void LockSnapshotPoolBeforeFork() { pool.LockBeforeFork(); }
void UnlockSnapshotPoolAfterFork() { pool.UnlockAfterFork(); }

static PoolCache *Cache() {
  Thread *thr = CurrentThreadRaw();
  return thr ? &thr->snapshots : nullptr;
}

// Reference counts: whoever takes a new reference already has one, or holds
// the lock of the object that has one, so the increment needs no order. The
// decrement releases our reads of the contents to whoever frees them, which
// acquires.
static void Increment(atomic_uint32_t *refs) {
  atomic_fetch_add(refs, 1, memory_order_relaxed);
}
// Where ours is the only one there is nobody to tell.
static bool DecrementIsLast(atomic_uint32_t *refs) {
  return atomic_load(refs, memory_order_acquire) == 1 ||
         atomic_fetch_sub(refs, 1, memory_order_acq_rel) == 1;
}

ClockBase *NewClockBase(u32 count) {
  auto *base = static_cast<ClockBase *>(RuntimeAlloc(
      sizeof(ClockBase) + (count ? count - 1 : 0) * sizeof(ClockWord)));
  atomic_store(&base->refs, 1, memory_order_relaxed);
  base->count = count;
  return base;
}

void RefBase(ClockBase *base) { Increment(&base->refs); }

void UnrefBase(ClockBase *base) {
  if (DecrementIsLast(&base->refs))
    RuntimeFree(base);
}

Snapshot *Snapshot::Create(Slot slot, Stamp own, u64 own_epoch,
                           Stamp base_stamp, ClockBase *base) {
  Snapshot *s = pool.Get(Cache());
  SetRacing(&s->slot, slot);
  s->SetOwn(own, own_epoch);
  SetRacing(&s->base_stamp, base_stamp);
  s->base = base;
  s->late.count = 0;
  SetRacing(&s->late.only, kNobody);
  atomic_store(&s->refs_, 1, memory_order_relaxed);
  return s;
}

void Snapshot::SetLate(const LateSlots &words) {
  late.count = words.count;
  SetRacing(&late.only, words.only);
  internal_memcpy(late.slots, words.slots, sizeof(late.slots));
}

Snapshot *Snapshot::Merge(const Snapshot *a, const Snapshot *b) {
  u32 count = Max(a->Count(), b->Count());
  ClockBase *base = NewClockBase(count);
  for (u32 i = 0; i < count; i++) {
    ClockWord mine = a->Word(i), theirs = b->Word(i);
    base->words[i] = {Max(mine.epoch, theirs.epoch),
                      Max(mine.known, theirs.known)};
  }
  // Relaxed: only that no two are the same matters.
  static atomic_uint64_t merges;
  u64 serial = atomic_fetch_add(&merges, 1, memory_order_relaxed) + 1;
  return Create(kNoSlot, serial, 0, 0, base);
}

Snapshot *Snapshot::Ref() {
  Increment(&refs_);
  return this;
}

void Snapshot::Unref() {
  if (!DecrementIsLast(&refs_))
    return;
  UnrefBase(base);
  pool.Put(Cache(), this);
}

} // namespace __mapsan
