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
constexpr u64 kLocked = 1ull << 32; // the bucket is locked until the end
void End(Thread *thr, Bucket *bucket, uptr addr, u32 what, u64 token,
         bool done);
} // namespace atomics_internal

/// Before an atomic instruction; its token goes to AtomicEnd. Either nothing
/// that is known could change, and the instruction runs between two looks at
/// the bucket's tag; or the bucket is locked until the end, so that value and
/// clock change in one step. A release that repeats what the object holds is
/// locked as well: another thread's store could overwrite the object and come
/// before our store in the value's modification order, and whoever reads our
/// value then would not find our clock. `what`: MapsanAtomic | order << 4 |
/// failure << 8.
inline u64 AtomicBegin(Thread *thr, uptr addr, u32 what) {
  AtomicOp op(what);
  if (ReleasesNothing(thr))
    op.kind = MapsanAtomicLoad; // as far as it counts
  if (op.releases())
    ThreadFlush(thr);
  Bucket *bucket = sync_table.For(addr);
  SyncPeek peek = Peek(bucket, addr);
  if (peek.valid && RuleHolds(Rule::rmw_continues)) {
    bool nothing = !op.loads() || NothingNew(thr, peek);
    if (op.releases())
      nothing = nothing && !peek.found && NothingToRelease(thr, peek);
    else if (op.stores())
      nothing = nothing && !thr->release_fence &&
                (op.kind != MapsanAtomicStore || !peek.found);
    if (nothing)
      return peek.tag;
  }
  bucket->Lock();
  return atomics_internal::kLocked;
}

/// After it. `done`: true, or whether a compare-exchange stored.
inline void AtomicEnd(Thread *thr, uptr addr, u32 what, u64 token, bool done) {
  Bucket *bucket = sync_table.For(addr);
  if (LIKELY(!(token & atomics_internal::kLocked) &&
             bucket->Unchanged(static_cast<u32>(token))))
    return;
  atomics_internal::End(thr, bucket, addr, what, token, done);
}

/// After one that had no AtomicBegin, because until then no map operation had
/// begun anywhere (mapsan_map_used.h): this thread had nothing to release, and
/// the object held nothing; what it may have been given while the instruction
/// ran is acquired.
void AtomicUnwatchedEnd(Thread *thr, uptr addr, u32 what, bool done);

/// An access that is atomic by a lock that its library holds at the moment.
void LockedAccess(Thread *thr, uptr addr, u32 what, bool done);

void AtomicFence(Thread *thr, u32 order);

/// What a finishing thread's fences have kept.
void DropFences(Thread *thr);

} // namespace __mapsan

#endif // MAPSAN_ATOMICS_H
