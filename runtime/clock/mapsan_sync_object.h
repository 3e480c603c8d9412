// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is stored for a synchronisation object, and how it is found.
// Internal to clock/.

#ifndef MAPSAN_SYNC_OBJECT_H
#define MAPSAN_SYNC_OBJECT_H

#include "../entry/mapsan_hidden.h"
#include "mapsan_reader_clocks.h"
#include "mapsan_sync_bucket.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_mutex.h"

namespace __mapsan {

/// The clocks released at one address. Found under the bucket's lock; the
/// atomic fields also without it (Peek). Exists only while it has contents.
/// Those of a lock (mapsan_lock_clocks.cpp) belong to who holds the lock.
struct SyncObject {
  // What Peek looks at, in a line: a handover moves no other one of these.
  atomic_uintptr_t addr; // with the bits that tell parts apart (abi.h)
  atomic_uintptr_t next; // SyncObject *
  Snapshot *clock;       // L, or Lw of a rwlock
  Snapshot *other;       // what another thread left here before; or null
  // Mirrors of `clock`.
  atomic_uint64_t own; // 0: no clock
  atomic_uint64_t own_epoch;
  atomic_uint32_t slot; // kNoSlot: a merge, or no clock
  atomic_uint32_t base; // the lower half of base_stamp
  atomic_uint16_t late; // LateSlots::only, shortened
  // Of an atomic (mapsan_lent.h): its owner's table says that it is lent; how
  // often it was taken back; how often its owner has released the same.
  u16 repeats;
  bool lent;
  u8 taken_back;
  // Of a lock: another thread has acquired `clock`. Stored by who holds the
  // lock, also without the bucket's.
  atomic_uint8_t seen;
  // Of a lock: held while `clock`, `other` or `readers` become others.
  StaticSpinMutex content;

  /// Takes over the reference; null empties it.
  void SetClock(Snapshot *s);
  /// The same, where that is of another thread than `clock`, which is kept, as
  /// far as it has an owner, for when that one comes again.
  void SetClockInTurn(Snapshot *s);
  /// What is kept becomes the clock, and the clock is kept.
  void SwapClocks();
  /// The clock, of the same base, has moved on.
  void MirrorMoved() {
    atomic_store(&own, clock->own, memory_order_relaxed);
    atomic_store(&own_epoch, clock->own_epoch, memory_order_relaxed);
    atomic_store(&late, static_cast<u16>(clock->late.only),
                 memory_order_relaxed);
    atomic_store(&seen, 0, memory_order_relaxed);
  }
  /// It is lent to nobody.
  void EndLoan();

private:
  void Put(Snapshot *s);
  /// What was the clock is kept beside it, in place of what was kept before.
  void PutAndKeep(Snapshot *s);
};
static_assert(sizeof(SyncObject) == 64, "a release of a program's is a line");

/// Those of a lock, and of what belongs to a group: by their keys.
struct LargeSyncObject {
  SyncObject common;
  ReaderClocks *readers; // Lr of a rwlock; null until there is one
  uptr group;            // SyncSetGroup; or 0
  // How often `readers` was emptied or dropped, over all that this memory was
  // used for: snapshots in there that were known at another count are gone.
  atomic_uint64_t reader_generation;

  /// Bucket lock held.
  void CountGeneration() {
    atomic_store(&reader_generation,
                 atomic_load(&reader_generation, memory_order_relaxed) + 1,
                 memory_order_relaxed);
  }
};
// Marks the keys of locks, and those of groups: no address has these bits.
constexpr uptr kLockSide = uptr(5) << 61;
constexpr uptr kGroupSide = uptr(1) << 60;
inline bool IsLarge(uptr key) {
  return (key & kLockSide) == kLockSide || (key & kGroupSide);
}
/// `object`, whose key is of one of these.
inline LargeSyncObject *Large(SyncObject *object) {
  return reinterpret_cast<LargeSyncObject *>(object);
}

void InitializeSync();
/// A finishing thread's stock of objects.
void DrainSyncPool(Thread *thr);
/// See PoolBase.
void LockSyncPoolBeforeFork();
void UnlockSyncPoolAfterFork();
/// In the child, where nobody holds anything any more.
void SyncAfterFork();

/// The next in the bucket's chain.
inline SyncObject *NextSync(const SyncObject *object) {
  return reinterpret_cast<SyncObject *>(
      atomic_load(&object->next, memory_order_acquire));
}

/// Bucket lock held. Null: nothing was released there. A bare clock becomes an
/// object's.
SyncObject *FindSync(SyncBucket *bucket, uptr addr);
SyncObject *FindOrCreateSync(Thread *thr, SyncBucket *bucket, uptr addr);
/// Takes the object out of its bucket and frees it. Bucket lock held.
void RemoveSync(Thread *thr, SyncBucket *bucket, SyncObject *object);

/// What can be known of an address without its lock.
struct SyncPeek {
  bool valid;         // false: somebody was changing the bucket
  bool holds;         // something was released there
  SyncObject *object; // which has that; null if it is bare
  Slot slot;          // owner of the clock; kNoSlot: a merge, or there is none
  Stamp own;          // as of Snapshot
  u64 own_epoch;
  Stamp base_stamp; // or a later one
  Slot late;        // LateSlots::only
  u32 tag;          // of the bucket when it was read

  void ReadClock(const SyncObject *o) {
    own = atomic_load(&o->own, memory_order_relaxed);
    slot = atomic_load(&o->slot, memory_order_relaxed);
    own_epoch = atomic_load(&o->own_epoch, memory_order_relaxed);
    // Of one life, and if not within so many versions then not as old.
    u32 base = atomic_load(&o->base, memory_order_relaxed);
    base_stamp = own - (static_cast<u32>(own) - base);
    u16 only = atomic_load(&o->late, memory_order_relaxed);
    late = only == static_cast<u16>(kNoSlot) ? kNoSlot : only; // or the last
  }
  void ReadBare(const Snapshot *s) {
    Snapshot::Mirror mirror = s->ReadRacing();
    slot = mirror.slot;
    own = mirror.own;
    own_epoch = mirror.own_epoch;
    base_stamp = mirror.base_stamp;
    late = mirror.late;
  }
};
inline SyncPeek Peek(SyncBucket *bucket, uptr addr) {
  SyncPeek peek = {};
  if (!Takes(FastPath::peek) || !bucket->Begin(&peek.tag))
    return peek;
  peek.slot = kNoSlot;
  // A stale chain may lead anywhere among sync objects, even in a circle.
  u32 steps = 0;
  if (const Snapshot *bare = bucket->BareAt(addr)) {
    peek.holds = true;
    peek.ReadBare(bare);
  }
  for (SyncObject *o = bucket->Objects(); o; o = NextSync(o)) {
    if (atomic_load(&o->addr, memory_order_relaxed) == addr) {
      peek.holds = true;
      peek.object = o;
      peek.ReadClock(o);
      break;
    }
    if (++steps > 32)
      return peek;
  }
  peek.valid = bucket->Unchanged(peek.tag);
  return peek;
}

/// What `thr` would acquire there it has already.
inline bool NothingNew(const Thread *thr, const SyncPeek &peek) {
  return !peek.holds || thr->clock.Knows(peek.slot, peek.own);
}
/// All that is new there is its owner's own word: acquired, without the lock.
inline bool AcquireWord(Thread *thr, const SyncPeek &peek) {
  return thr->operations.empty() && !Observes(thr) &&
         Takes(FastPath::acquire_word) &&
         thr->clock.AcquireWord(peek.slot, peek.own, peek.own_epoch,
                                peek.base_stamp, peek.late);
}
/// What the object holds, its lock held: mostly known, or a word, which lies in
/// its own line.
inline void AcquireHeld(Thread *thr, const SyncPeek &held, Snapshot *clock) {
  bool known = !Observes(thr) && thr->clock.Knows(held.slot, held.own);
  if (known ? !Takes(FastPath::peek) : !AcquireWord(thr, held))
    ThreadAcquire(thr, clock);
}
inline void AcquireHeld(Thread *thr, SyncObject *object) {
  SyncPeek held = {};
  held.ReadClock(object);
  AcquireHeld(thr, held, object->clock);
}
/// The same of a bare one.
inline void AcquireBare(Thread *thr, Snapshot *clock) {
  SyncPeek held = {};
  held.ReadBare(clock);
  AcquireHeld(thr, held, clock);
}
/// What `thr` would release there is there already and nothing else (call
/// after ThreadFlush).
inline bool NothingToRelease(const Thread *thr, const SyncPeek &peek) {
  return peek.holds ? peek.slot == thr->clock.slot() &&
                          peek.own == thr->clock.OwnStamp()
                    : thr->clock.AllZero();
}

// Contents; bucket lock held. Release ones: after ThreadFlush.

/// What the object holds is this thread's last release there, nobody else has
/// kept it, and few words have moved since: brought up to date.
bool RefreshClock(Thread *thr, SyncObject *object);
/// CLOCKS: overwrite. It holds something else, or nothing.
void Overwrite(Thread *thr, SyncObject *object);
/// The same, whatever it holds.
void StoreInto(Thread *thr, SyncObject *object);
/// CLOCKS: join, of the thread's own clock.
void JoinOwn(Thread *thr, SyncObject *object);
/// Join of any snapshot (which may be null: nothing).
void JoinInto(Snapshot **into, Snapshot *s);
/// The same for the object's own clock.
void JoinClock(SyncObject *object, Snapshot *s);

} // namespace __mapsan

#endif // MAPSAN_SYNC_OBJECT_H
