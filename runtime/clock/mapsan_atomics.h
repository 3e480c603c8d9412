// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomic instructions and fences, as far as clocks are concerned.

#ifndef MAPSAN_ATOMICS_H
#define MAPSAN_ATOMICS_H

#include "../../include/mapsan/abi.h"
#include "mapsan_rules.h"
#include "mapsan_sync_object.h"

namespace __mapsan {

// Orders are numbered as in <stdatomic.h>.
inline bool IsAcquire(u32 order, Rule rule = Rule::atomic_acquire) {
  return RuleHolds(rule) &&
         (order == 1 || order == 2 || order == 4 || order == 5);
}
inline bool IsRelease(u32 order, Rule rule = Rule::atomic_release) {
  return RuleHolds(rule) && (order == 3 || order == 4 || order == 5);
}

/// An atomic instruction, taken apart.
struct AtomicOp {
  u32 kind, order, failure;
  explicit AtomicOp(u32 what)
      : kind(what & 15), order(what >> 4 & 15), failure(what >> 8 & 15) {}
  bool loads() const { return kind != MapsanAtomicStore; }
  bool stores() const { return kind != MapsanAtomicLoad; }
  bool releases() const { return stores() && IsRelease(order); }
};

namespace atomics_internal {
// A token: the bucket's tag, what was done with it, and its index.
constexpr u64 kLocked = 1ull << 32;  // the bucket is locked until the end
constexpr u64 kRepeats = 1ull << 33; // so it is, and nothing changes
constexpr u64 kAcquires = kRepeats;  // without kLocked: a word, at the end
constexpr u64 kRenews = 1ull << 34;  // locked; it holds an older clock of ours
constexpr u32 kIndexShift = 35;
/// It has nothing to tell, but may have something to acquire.
inline bool AsksForNews(const Thread *thr, AtomicOp op) {
  return op.kind == MapsanAtomicLoad ||
         (op.loads() && !op.releases() && !thr->release_fence &&
          RuleHolds(Rule::rmw_continues) && Takes(FastPath::news_of_rmw));
}
/// What the bucket holds first is of `addr`, and known. Without its lock.
inline bool HoldsKnown(const Thread *thr, const SyncBucket *bucket, uptr addr) {
  if (const SyncObject *first = bucket->Objects())
    return atomic_load(&first->addr, memory_order_relaxed) == addr &&
           thr->clock.KnowsThread(
               atomic_load(&first->slot, memory_order_relaxed),
               atomic_load(&first->own, memory_order_relaxed));
  const Snapshot *bare = bucket->BareAt(addr);
  if (!bare)
    return false;
  Snapshot::Mirror mirror = bare->ReadRacing();
  return thr->clock.KnowsThread(mirror.slot, mirror.own);
}
u64 BeginRelease(Thread *thr, u32 index, uptr addr, u32 what);
u64 BeginSlow(Thread *thr, u32 index, uptr addr, u32 what);
bool AcquireAtEnd(Thread *thr, SyncBucket *bucket, uptr addr, u64 token);
u64 BeginLoadAgain(Thread *thr, u32 index);
void End(Thread *thr, SyncBucket *bucket, uptr addr, u32 what, u64 token,
         bool done);
void Renew(Thread *thr, SyncBucket *bucket);
// A signal handler that comes while this thread has the bucket's lock must not
// wait for it: its hooks pass through (ScopedRuntime).
inline void Leave(Thread *thr, SyncBucket *bucket) {
  bucket->Unlock();
  ScopedRuntime::Leave(thr);
}
} // namespace atomics_internal

/// Before an atomic instruction; its token goes to AtomicEnd. Either nothing
/// that is known could change, and the instruction runs between two looks at
/// the bucket's tag; or the bucket is locked until the end, so that value and
/// clock change in one step. A release that repeats what the object holds is
/// locked as well: another thread's store could overwrite the object and come
/// before our store in the value's modification order, and whoever reads our
/// value then would not find our clock. `what`: MapsanAtomic | order << 4 |
/// failure << 8. The thread is outside the runtime; if the bucket is locked, it
/// is inside until the end. MAPSAN_ATOMIC_UNWATCHED: there is nothing to tell,
/// and nothing to acquire, wherever it loads from (mapsan_news.h).
ALWAYS_INLINE u64 AtomicBegin(Thread *thr, uptr addr, u32 what) {
  using namespace atomics_internal;
  u32 index = sync_table.IndexOf(addr);
  AtomicOp op(what);
  if (UNLIKELY(what & MAPSAN_ATOMIC_AGAIN))
    return BeginLoadAgain(thr, index);
  if (AsksForNews(thr, op) && !(what & MAPSAN_ATOMIC_CALL) &&
      news::CatchUp(thr))
    return MAPSAN_ATOMIC_UNWATCHED;
  if (op.releases())
    return BeginRelease(thr, index, addr, what);
  if (LIKELY(!op.stores() || !thr->release_fence) &&
      RuleHolds(Rule::rmw_continues) && Takes(FastPath::peek)) {
    // Mostly nothing was released anywhere near, or it is known. (A tag that
    // changes between these looks will have changed in the end.)
    SyncBucket *bucket = sync_table.At(index);
    u32 tag;
    if (LIKELY(bucket->Begin(&tag))) {
      if (LIKELY(bucket->IsEmpty()) ||
          (op.loads() && HoldsKnown(thr, bucket, addr)))
        return tag | static_cast<u64>(index) << kIndexShift;
    }
  }
  return BeginSlow(thr, index, addr, what);
}

/// After it. `done`: true, or whether a compare-exchange stored.
ALWAYS_INLINE void AtomicEnd(Thread *thr, uptr addr, u32 what, u64 token,
                             bool done) {
  using namespace atomics_internal;
  SyncBucket *bucket = sync_table.At(static_cast<u32>(token >> kIndexShift));
  if (LIKELY(!(token & kLocked))) {
    if (LIKELY(token & kAcquires ? AcquireAtEnd(thr, bucket, addr, token)
                                 : bucket->Unchanged(static_cast<u32>(token))))
      return;
  } else if (token & (kRepeats | kRenews)) {
    if (token & kRenews && done)
      Renew(thr, bucket);
    return Leave(thr, bucket);
  }
  End(thr, bucket, addr, what, token, done);
}

/// The same of a load that may be done again. False: it is to be, with
/// MAPSAN_ATOMIC_AGAIN.
bool LoadEnd(Thread *thr, uptr addr, u32 what, u64 token);

/// After one that had no AtomicBegin, because until then no map operation had
/// begun anywhere (mapsan_map_used.h) or emitted code saw no news, or that
/// returned so: this thread had nothing to release, and the object held nothing
/// new; what it may have been given while the instruction ran is acquired.
void AtomicUnwatchedEnd(Thread *thr, uptr addr, u32 what, bool done);

/// An access that is atomic by a lock that its library holds at the moment.
void LockedAccess(Thread *thr, uptr addr, u32 what, bool done);

void AtomicFence(Thread *thr, u32 order);

/// What a finishing thread's fences have kept.
void DropFences(Thread *thr);

} // namespace __mapsan

#endif // MAPSAN_ATOMICS_H
