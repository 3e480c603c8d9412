// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's lock: a spin lock whose protected data can also be read
// without it.

#ifndef MAPSAN_SEQUENCE_LOCK_H
#define MAPSAN_SEQUENCE_LOCK_H

#include "sanitizer_common/sanitizer_atomic.h"

namespace __mapsan {
using namespace __sanitizer;

/// Held for a few dozen instructions at a time. The tag is odd while it is.
/// Zero-initialised memory is an unlocked lock.
///
/// Memory order. Lock: the fetch_or that finds the tag even acquires what the
/// last Unlock released; one that finds it odd changes nothing. (It rather than
/// a compare-exchange, which wants to know the tag first: a line that another
/// core wrote would come over twice.) Begin/Unchanged (a reader without the
/// lock): Begin's acquire load sees an even tag, hence all that was written
/// before it; the acquire fence in Unchanged keeps the reader's loads before
/// the second load of the tag; a writer's stores come after its tag went odd
/// (release fence in Lock), so a reader who saw one of them sees a changed tag.
/// All that is read that way is atomic, and its memory type-stable
/// (mapsan_pool.h).
class SequenceLock {
public:
  void Lock() {
    if (FetchOr() & 1)
      LockSlow();
    atomic_thread_fence(memory_order_release);
  }
  void Unlock() {
    atomic_store(&tag_, atomic_load(&tag_, memory_order_relaxed) + 1,
                 memory_order_release);
  }
  /// False: somebody holds the lock, look again or take it.
  bool Begin(u32 *tag) const {
    *tag = atomic_load(&tag_, memory_order_acquire);
    return !(*tag & 1);
  }
  bool Unchanged(u32 tag) const {
    atomic_thread_fence(memory_order_acquire);
    return atomic_load(&tag_, memory_order_relaxed) == tag;
  }
  /// By who holds it: one more than Begin has seen if nobody held it between.
  u32 LockedTag() const { return atomic_load(&tag_, memory_order_relaxed); }
  /// In the child of fork: whoever held it is not in this process.
  void ResetAfterFork() {
    if (atomic_load(&tag_, memory_order_relaxed) & 1)
      Unlock();
  }

private:
  void LockSlow();
  // (sanitizer_atomic.h has none)
  u32 FetchOr() {
    return __atomic_fetch_or(&tag_.val_dont_use, 1, __ATOMIC_ACQUIRE);
  }

  atomic_uint32_t tag_;
};

class ScopedLock {
public:
  explicit ScopedLock(SequenceLock *lock) : lock_(lock) { lock->Lock(); }
  ~ScopedLock() { lock_->Unlock(); }
  ScopedLock(const ScopedLock &) = delete;
  ScopedLock &operator=(const ScopedLock &) = delete;

private:
  SequenceLock *lock_;
};

} // namespace __mapsan

#endif // MAPSAN_SEQUENCE_LOCK_H
