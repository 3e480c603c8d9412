// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread as MapSan knows it: its clock, the map operations it is inside of,
// the locks it holds. Interceptors report starts, ends and joins here.

#ifndef MAPSAN_THREAD_H
#define MAPSAN_THREAD_H

#include "../entry/mapsan_hidden.h"
#include "../entry/mapsan_init.h"
#include "../maps/mapsan_access.h"
#include "../maps/mapsan_freed.h"
#include "../maps/mapsan_handle.h"
#include "../maps/mapsan_operation.h"
#include "../maps/mapsan_recent.h"
#include "../maps/mapsan_tombstones.h"
#include "../maps/mapsan_watches.h"
#include "mapsan_alloc.h"
#include "mapsan_clock.h"
#include "mapsan_known_locks.h"
#include "mapsan_lock_stacks.h"
#include "mapsan_lockset.h"
#include "mapsan_lockset_table.h"
#include "mapsan_modelled.h"
#include "mapsan_news.h"
#include "mapsan_pool.h"
#include "mapsan_reader_clocks.h"
#include "mapsan_rules.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

constexpr uptr kThreadNameSize = 16; // as pthread_setname_np, with its NUL

/// What a report says of a thread. Kept after its end, until a million others
/// have come.
struct ThreadInfo {
  u32 tid; // 1: the main thread; 0: none
  u32 parent_tid;
  u32 creation_stack; // StackDepot id; 0: not seen
  u32 started_by;     // Suspect, or 0
  bool adopted;       // MapSan did not see it start
  bool in_use;        // it has not ended, or was not joined
  tid_t os_id;
  char name[kThreadNameSize];
  u64 first_epoch;    // its groups on its slot are those after
  u32 before_on_slot; // the tid that had the slot before, or 0
};

enum class ThreadStatus : u32 { Free, Created, Running, Finished };

class KnownPaths;
struct OuterFramesCache;
class RecentElements;

struct StackCacheEntry {
  u64 hash;
  u32 id;
};

/// Type-stable: the memory of a Thread is a Thread for ever, so another thread
/// may look at its atomic fields at any time. Everything else belongs to the
/// thread itself, or to the registry while nobody runs on it.
struct Thread {
  // --- hot
  union {
    struct {
      u32 in_runtime;    // >0: inside the runtime; hooks and interceptors pass
      u16 ignore_maps;   // >0: map operations are not looked at
      bool overlap_only; // detect=overlap: no fast path. Constant
      bool under_lock;   // operations are bracketed by LockForOperation
    };
    // One of these is set. What is stored often is stored as a whole: a load
    // of it all would wait for a smaller store to reach the cache.
    u64 disturbed;
  };
  union {
    struct {
      // >0: synchronisation below is somebody's implementation;
      // detect=overlap: one more, so that none is looked at.
      u32 ignore_sync;
      // In a call that observes (mapsan_modelled.h): what is released counts
      // for nothing, what is acquired only if the call succeeds.
      bool observing;
    };
    u64 sync_disturbed; // one of these is set
  };
  ThreadClock clock;
  RecentAccesses recent;
  OperationStack operations; // innermost last; readable by others
  u32 closed_generation;     // of its shortcuts, as the last group was closed
  u32 tid;
  u64 lost_in_signal; // hooks called by handlers that interrupted a hook
  u32 last_effect;    // LastEffect
  u64 lives_begun, lives_shared; // of maps; not yet in the totals
  struct {
    AccessDetails details;
    u32 birth_stack;
  } destroyed; // the map whose destruction emitted code has in flight

  // --- locks
  static constexpr u32 kMaxLocks = 64;
  u32 lock_count;
  u32 locks_over; // taken beyond kMaxLocks: clocks moved, not listed
  u32 lockset_id; // valid if lockset_known
  bool lockset_known;
  HeldLock locks[kMaxLocks];

  LockStacks lock_stacks;
  ReadReleases read_releases;
  news::Speaker speaker;
  KnownLocks known_locks;
  KnownLocksets known_locksets;

  // --- calls that the catalog models
  ModelledCalls modelled;
  // The object of the spawn that created this thread. What it runs that is no
  // body of the catalog's begins after all that was spawned there.
  uptr feed;
  ExitReleases at_exit;

  // --- fences (CLOCKS: Frel, Facq)
  Snapshot *release_fence;
  static constexpr u32 kMaxPending = 64;
  Snapshot *pending_acquires[kMaxPending];
  u32 pending_count;

  // --- stacks
  uptr stack_bottom, stack_top; // [bottom, top)
  static constexpr u32 kStackCache = 256;
  StackCacheEntry stack_cache[kStackCache];
  OuterFramesCache *outer_frames; // mapsan_outer_frames.cpp; or null
  KnownPaths *known_paths;        // mapsan_stack.cpp; or null

  // --- memory of its own
  AllocCache alloc_cache;
  PoolCache map_states, map_extras, read_chunks, sync_objects,
      large_sync_objects, snapshots;
  TombstoneRing tombstones;
  Presence *spare_presence; // mapsan_overlap.cpp

  // --- iterators and references
  OpenedWatches opened_watches;
  FreedBlocks freed;
  struct {
    uptr map, element;
  } erases; // by the next operation; map 0: nothing is known
  ReturnedHandle returned_handle;
  RecentElements *elements; // mapsan_elements.cpp; or null

  // --- life
  atomic_uint32_t status; // ThreadStatus
  uptr handle;            // pthread_t, once known
  bool detached;
  Snapshot *final_clock; // of a finished thread, until it is joined
  Thread *next, *previous, *next_by_handle; // registry's lists
};

namespace thread_internal {
// initial-exec: one load from the thread pointer, no call, safe in a signal
// handler. Set only while the runtime is active and the thread has not ended.
extern MAPSAN_HIDDEN THREADLOCAL Thread *current
    __attribute__((tls_model("initial-exec")));
Thread *AdoptIfActive();
} // namespace thread_internal

/// The record without any of these questions; null if there is none.
inline Thread *CurrentThreadRaw() { return thread_internal::current; }

/// The calling thread's record; an unknown thread is adopted. Null if the
/// runtime is not active, the thread is inside the runtime, or it has finished.
inline Thread *CurrentThread() {
  Thread *thr = CurrentThreadRaw();
  if (LIKELY(thr))
    return thr->in_runtime ? nullptr : thr;
  return thread_internal::AdoptIfActive();
}

/// It is inside of a call that observes.
inline bool Observes(const Thread *thr) { return UNLIKELY(thr->observing); }
/// What it releases now counts for nothing.
inline bool ReleasesNothing(const Thread *thr) {
  return Observes(thr) && RuleHolds(Rule::library_wait_tells_nobody);
}

/// While it lives, hooks and interceptors of this thread pass through.
class ScopedRuntime {
public:
  explicit ScopedRuntime(Thread *thr) : thr_(thr) { Enter(thr); }
  ~ScopedRuntime() { Leave(thr_); }
  ScopedRuntime(const ScopedRuntime &) = delete;
  ScopedRuntime &operator=(const ScopedRuntime &) = delete;
  // The signal fence keeps a handler on this thread from seeing the inside of
  // the runtime with the mark not yet, or no longer, standing.
  static void Enter(Thread *thr) {
    thr->disturbed++; // in_runtime, which comes first
    atomic_signal_fence(memory_order_seq_cst);
  }
  static void Leave(Thread *thr) {
    atomic_signal_fence(memory_order_seq_cst);
    thr->disturbed--;
  }

private:
  Thread *thr_;
};

/// The same for whichever thread this is, also inside the runtime already, or
/// one that is unknown.
class ScopedRuntimeIfAny {
public:
  explicit ScopedRuntimeIfAny(Thread *thr = CurrentThreadRaw()) : thr_(thr) {
    if (thr_)
      ScopedRuntime::Enter(thr_);
  }
  ~ScopedRuntimeIfAny() {
    if (thr_)
      ScopedRuntime::Leave(thr_);
  }
  ScopedRuntimeIfAny(const ScopedRuntimeIfAny &) = delete;
  ScopedRuntimeIfAny &operator=(const ScopedRuntimeIfAny &) = delete;

private:
  Thread *thr_;
};

/// The record, which may have been another's or may become one, is that of
/// thread `tid` now. Any thread.
inline bool IsThread(const Thread *thr, u32 tid) {
  return __atomic_load_n(&thr->tid, __ATOMIC_RELAXED) == tid;
}

// --- the life of a thread

/// In the parent, before the real pthread_create: a record whose clock holds
/// everything the parent has done, if it `inherits`. `parent` may be null. Null
/// if there are too many: that one cannot be followed.
Thread *ThreadCreate(Thread *parent, u32 creation_stack, bool detached,
                     bool inherits = true);
/// pthread_create failed: forget it.
void ThreadCreateFailed(Thread *child);
/// A suspect (mapsan_suspects.h) asked for it. Before it starts.
void ThreadStartedBy(Thread *child, u32 suspect);
/// In the child, first thing.
void ThreadStart(Thread *self);
/// Ties a pthread_t to it (parent or child, whoever is first).
void ThreadSetHandle(Thread *thr, uptr handle);
/// The thread of that handle that was not yet joined; null if unknown.
Thread *ThreadByHandle(uptr handle);
/// What `thr` did happens before all that threads do whose start nobody sees,
/// from here on.
void ReleaseToUnseenThreads(Thread *thr);
/// In the ending thread, when its own code has ended (TLS destructors too).
void ThreadFinish(Thread *self);
/// After a successful join: what `child` did happens before what `self` does.
void ThreadJoined(Thread *self, Thread *child);
void ThreadDetached(Thread *thr);
void ThreadSetName(Thread *thr, const char *name);
/// Around a fork, so that registry and pools are whole in the child.
void ThreadsLockBeforeFork();
void ThreadsUnlockAfterFork();
/// In the child of fork, unlocked: only the calling thread is left. Null: one
/// that is not followed.
void ThreadsAfterFork(Thread *self);

/// Also of ended threads. False if there never was such a thread.
bool ThreadInfoById(u32 tid, ThreadInfo *info);
/// Every record in use, under the registry's lock.
void ForEachThread(void (*callback)(Thread *, void *), void *arg);
/// The same without the lock, for a signal handler; may see one twice.
void ForEachThreadUnlocked(void (*callback)(Thread *, void *), void *arg);

/// The main thread's record; called once by Initialize.
void InitializeThreads();

/// Who runs on that slot now; null if nobody. For the label of a finding: by
/// the time it is used the thread may have ended.
Thread *ThreadBySlot(Slot slot);
/// The number of the thread that was created last.
u32 NewestTid();

/// Whose word that is, by tid; also of threads long ended. 0: not known any
/// more. Any thread.
u32 ThreadOfWord(AccessWord word);

/// It is of `thr`, not of an earlier thread on its slot.
inline bool IsOwnWord(const Thread *thr, AccessWord word) {
  return SlotOf(word) == thr->clock.slot() &&
         EpochOf(word) > thr->clock.FirstEpoch();
}

/// No other thread exists or has been created: whoever comes later is ordered
/// after all that the calling thread has done so far.
bool OnlyOneThread();

// --- clocks of a thread (CLOCKS: flush, snap, acquire)

/// A release happened inside operations: they are stamped with the epoch that
/// is open now. (Defined in maps/mapsan_records.cpp.)
void RestampOperations(Thread *thr);

/// The operation that emitted code has in flight, if any, becomes one of the
/// stack's. (Defined in maps/mapsan_map.cpp.)
void MakeLong(Thread *thr);

/// What the thread has recorded on the map is of no more use: it has a new
/// life, or none.
inline void ForgetRecorded(Thread *thr, uptr map) {
  thr->recent.Forget(map);
  thr->operations.shortcuts.Forget(map);
}

/// Closes the open group, which has members. No operation is in flight,
/// or it is one of the stack's already.
inline void ThreadCloseGroup(Thread *thr) {
  thr->clock.Tick();
  thr->closed_generation = thr->operations.shortcuts.NextGeneration();
}
/// Closes the open group; operations in flight are stamped anew.
inline void ThreadFlush(Thread *thr) {
  if (!thr->clock.dirty())
    return;
  bool inside = !thr->operations.empty();
  if (inside)
    MakeLong(thr); // of the epoch that is still open
  ThreadCloseGroup(thr);
  if (inside && RuleHolds(Rule::operation_ends))
    RestampOperations(thr);
}
/// Flush and snapshot; the clock's own reference.
Snapshot *ThreadSnap(Thread *thr);
/// All that any thread has published, as if by a barrier of all of them: where
/// it cannot be told any more what was acquired.
void ThreadAcquireAll(Thread *thr);
/// Joins a snapshot; operations in flight keep the clock of their begin.
void ThreadAcquire(Thread *thr, const Snapshot *snapshot);

} // namespace __mapsan

#endif // MAPSAN_THREAD_H
