// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Held locks: see mapsan_lockset.h.

#include "mapsan_lockset.h"

#include "mapsan_alloc.h"
#include "mapsan_rules.h"
#include "mapsan_stack.h"
#include "mapsan_sync.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

// --- what a thread holds

static HeldLock *FindHeld(Thread *thr, uptr addr) {
  for (u32 i = thr->lock_count; i > 0; i--)
    if (thr->locks[i - 1].addr == addr)
      return &thr->locks[i - 1];
  return nullptr;
}

static void Add(Thread *thr, uptr addr, LockMode mode, bool is_rwlock,
                u32 depth, uptr pc, uptr bp) {
  if (thr->lock_count == Thread::kMaxLocks) {
    thr->locks_over++;
    return;
  }
  HeldLock &lock = thr->locks[thr->lock_count++];
  lock.addr = addr;
  lock.depth = depth;
  lock.mode = mode;
  lock.is_rwlock = is_rwlock;
  lock.what = nullptr;
  lock.is_robust = false;
  lock.pc_count = WalkFrames(thr, pc, bp, lock.pcs, HeldLock::kFrames);
  thr->lockset_known = false;
}

static void Remove(Thread *thr, HeldLock *lock) {
  HeldLock *end = thr->locks + thr->lock_count;
  for (HeldLock *l = lock + 1; l < end; l++)
    l[-1] = *l;
  thr->lock_count--;
  thr->lockset_known = false;
}

void NameLock(Thread *thr, uptr addr, const char *what) {
  if (HeldLock *held = FindHeld(thr, addr))
    held->what = what;
}

bool Holds(Thread *thr, uptr addr) { return FindHeld(thr, addr); }

// A lock that is taken and given back within a call that observes is of no
// interest but for what it acquires.
static bool Observing(const Thread *thr) {
  return UNLIKELY(thr->modelled.observing);
}

void MutexLocked(Thread *thr, uptr addr, uptr pc, uptr bp, bool recursive) {
  if (Observing(thr))
    return SyncAcquire(thr, addr);
  if (HeldLock *held = FindHeld(thr, addr)) {
    if (recursive) {
      held->depth++;
      return;
    }
    Remove(thr, held);
  }
  Add(thr, addr, LockMode::Exclusive, /*is_rwlock=*/false, 1, pc, bp);
  SyncAcquire(thr, addr);
}

void MutexUnlocking(Thread *thr, uptr addr) {
  if (Observing(thr))
    return SyncReleaseStore(thr, addr);
  if (HeldLock *held = FindHeld(thr, addr)) {
    if (--held->depth)
      return;
    Remove(thr, held);
  }
  SyncReleaseStore(thr, addr);
}

void MutexIsRobust(Thread *thr, uptr addr) {
  if (HeldLock *held = FindHeld(thr, addr))
    held->is_robust = true;
}

void LocksLeftBehind(Thread *thr) {
  for (u32 i = 0; i < thr->lock_count; i++)
    if (thr->locks[i].is_robust && RuleHolds(Rule::mutex_robust))
      SyncReleaseStore(thr, thr->locks[i].addr);
  thr->lock_count = 0;
  thr->locks_over = 0;
  thr->lockset_known = false;
}

bool RwNoted(Thread *thr, uptr addr, LockMode mode, uptr pc, uptr bp) {
  if (HeldLock *held = FindHeld(thr, addr)) {
    held->depth++; // readers may lock again
    return false;
  }
  Add(thr, addr, mode, /*is_rwlock=*/true, 1, pc, bp);
  return true;
}

void RwLocked(Thread *thr, uptr addr, LockMode mode, uptr pc, uptr bp) {
  if (Observing(thr))
    return SyncAcquire(thr, addr);
  if (!RwNoted(thr, addr, mode, pc, bp))
    return;
  if (mode == LockMode::Shared)
    SyncReadLock(thr, addr);
  else
    SyncWriteLock(thr, addr);
}

void RwUnlocking(Thread *thr, uptr addr) {
  if (Observing(thr))
    return;
  LockMode mode = LockMode::Exclusive;
  if (HeldLock *held = FindHeld(thr, addr)) {
    if (--held->depth)
      return;
    mode = held->mode;
    Remove(thr, held);
  }
  if (mode == LockMode::Shared) {
    if (RuleHolds(Rule::rwlock_read))
      SyncReadUnlock(thr, addr);
    if (!RuleHolds(Rule::rwlock_readers))
      SyncReleaseJoin(thr, addr);
  } else if (RuleHolds(Rule::rwlock_write)) {
    SyncWriteUnlock(thr, addr);
  }
}

u32 MutexGivenUp(Thread *thr, uptr addr) {
  if (Observing(thr))
    return 1;
  u32 depth = 1;
  if (HeldLock *held = FindHeld(thr, addr)) {
    depth = held->depth;
    Remove(thr, held);
  }
  SyncReleaseStore(thr, addr);
  return depth;
}

void MutexReacquired(Thread *thr, uptr addr, u32 depth, uptr pc, uptr bp) {
  if (Observing(thr))
    return SyncAcquire(thr, addr);
  Add(thr, addr, LockMode::Exclusive, /*is_rwlock=*/false, depth, pc, bp);
  SyncAcquire(thr, addr);
}

u32 RwGivenUp(Thread *thr, uptr addr, LockMode *mode) {
  u32 depth = 1;
  *mode = LockMode::Exclusive;
  if (HeldLock *held = FindHeld(thr, addr)) {
    depth = held->depth;
    *mode = held->mode;
    Remove(thr, held);
  }
  if (*mode == LockMode::Shared)
    SyncReadUnlock(thr, addr);
  else
    SyncWriteUnlock(thr, addr);
  return depth;
}

void RwReacquired(Thread *thr, uptr addr, LockMode mode, u32 depth, uptr pc,
                  uptr bp) {
  Add(thr, addr, mode, /*is_rwlock=*/true, depth, pc, bp);
  if (mode == LockMode::Shared)
    SyncReadLock(thr, addr);
  else
    SyncWriteLock(thr, addr);
}

// --- interned sets

namespace {
/// Hash-consed sets. Lock-free: a set is published by one compare-exchange of
/// its bucket's head (release; readers acquire), and never changes or goes.
/// Two threads may publish equal sets at once: both stand, which is harmless.
struct LocksetTable {
  static constexpr u32 kBuckets = 1 << 14;
  // A program whose map operations run under a million different sets of
  // locks is told of no more of them.
  static constexpr u32 kMaxSets = 1 << 20;
  atomic_uintptr_t heads[kBuckets]; // Lockset *
  atomic_uintptr_t by_id[kMaxSets];
  atomic_uint32_t count;
};
} // namespace

static LocksetTable *table;

void InitializeLocksets() {
  table = static_cast<LocksetTable *>(
      MmapNoReserveOrDie(sizeof(LocksetTable), "MapSan locksets"));
}

static u64 HashLocks(const Thread *thr) {
  u64 hash = thr->lock_count;
  auto mix = [&](u64 v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15ull; };
  for (u32 i = 0; i < thr->lock_count; i++) {
    const HeldLock &lock = thr->locks[i];
    mix(lock.addr);
    mix(static_cast<u64>(lock.mode) << 32 | lock.pc_count);
    for (u32 j = 0; j < lock.pc_count; j++)
      mix(lock.pcs[j]);
  }
  return hash ^ hash >> 32;
}

u32 LocksetId(Thread *thr) {
  if (thr->lockset_known)
    return thr->lockset_id;
  thr->lockset_known = true;
  thr->lockset_id = 0;
  if (!thr->lock_count)
    return 0;
  u64 hash = HashLocks(thr);
  atomic_uintptr_t *head = &table->heads[hash % LocksetTable::kBuckets];
  uptr first = atomic_load(head, memory_order_acquire);
  for (auto *set = reinterpret_cast<Lockset *>(first); set; set = set->next)
    if (set->hash == hash)
      return thr->lockset_id = set->id;
  u32 id = atomic_fetch_add(&table->count, 1, memory_order_relaxed) + 1;
  if (id >= LocksetTable::kMaxSets)
    return 0;
  auto *set = static_cast<Lockset *>(
      RuntimeAlloc(sizeof(Lockset) + (thr->lock_count - 1) * sizeof(HeldLock)));
  set->hash = hash;
  set->id = id;
  set->count = thr->lock_count;
  internal_memcpy(set->locks, thr->locks, thr->lock_count * sizeof(HeldLock));
  // Release: a record that names the id is read after it.
  atomic_store(&table->by_id[id], reinterpret_cast<uptr>(set),
               memory_order_release);
  do {
    set->next = reinterpret_cast<Lockset *>(first);
  } while (!atomic_compare_exchange_strong(
      head, &first, reinterpret_cast<uptr>(set), memory_order_release));
  return thr->lockset_id = id;
}

const Lockset *LocksetById(u32 id) {
  if (!id || id >= LocksetTable::kMaxSets)
    return nullptr;
  return reinterpret_cast<const Lockset *>(
      atomic_load(&table->by_id[id], memory_order_acquire));
}

} // namespace __mapsan
