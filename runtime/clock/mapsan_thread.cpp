// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads and their registry: see mapsan_thread.h.

#include "mapsan_thread.h"

#include "../entry/mapsan_flags.h"
#include "../intercept/mapsan_intercept.h"
#include "../maps/mapsan_elements.h"
#include "../maps/mapsan_iterator_values.h"
#include "../maps/mapsan_map.h"
#include "../maps/mapsan_map_table.h"
#include "../maps/mapsan_memory.h"
#include "../maps/mapsan_overlap.h"
#include "../report/mapsan_report.h"
#include "mapsan_alloc.h"
#include "mapsan_atomics.h"
#include "mapsan_rules.h"
#include "mapsan_slots.h"
#include "mapsan_stack.h"
#include "mapsan_sync.h"
#include "mapsan_sync_object.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

THREADLOCAL Thread *thread_internal::current;
// This thread has finished: what still runs on it is not looked at.
__attribute__((tls_model("initial-exec"))) static THREADLOCAL bool tls_ended;

namespace {

/// Every thread that there was. Threads come and go through one lock; map and
/// synchronisation operations never take it.
struct Registry {
  SequenceLock lock;
  SlotTable slots;
  Thread *in_use; // created, running or finished and not yet joined
  Thread *unused;
  // Of in_use, those whose pthread_t is known, by its hash.
  static constexpr u32 kHandles = 1 << 12;
  Thread *by_handle[kHandles];
  // ThreadInfo by tid, that of the newest threads and of all that live.
  static constexpr u32 kInfos = 1 << 20;
  ThreadInfo infos[kInfos];
  atomic_uint32_t tids;
  atomic_uintptr_t by_slot[kMaxSlots];
  atomic_uint64_t lives[kMaxSlots];  // running now; 0: none
  atomic_uint32_t newest[kMaxSlots]; // the last tid on it
  static constexpr u32 kMaxRecords = 1 << 16;
  atomic_uintptr_t all[kMaxRecords]; // every record, for the unlocked walk
  atomic_uint32_t all_count;
  atomic_uint32_t live; // created and not finished
};

} // namespace

static Registry *registry;

static bool HasEnded(Thread *thr) {
  return atomic_load(&thr->status, memory_order_relaxed) ==
         static_cast<u32>(ThreadStatus::Finished);
}

static ThreadInfo *Info(u32 tid) {
  return &registry->infos[tid % Registry::kInfos];
}

// Registry locked.
static u32 NewTid() {
  u32 tid = atomic_load(&registry->tids, memory_order_relaxed);
  do
    tid++;
  while (!tid || Info(tid)->in_use); // a thread that outlived a million others
  *Info(tid) = {};
  Info(tid)->tid = tid;
  Info(tid)->in_use = true;
  atomic_store(&registry->tids, tid, memory_order_release);
  return tid;
}

static Thread **HandleBucket(uptr handle) {
  return &registry
              ->by_handle[(handle >> 6 ^ handle >> 18) % Registry::kHandles];
}

// Registry locked.
static void ForgetHandle(Thread *thr) {
  if (!thr->handle)
    return;
  Thread **link = HandleBucket(thr->handle);
  while (*link != thr)
    link = &(*link)->next_by_handle;
  *link = thr->next_by_handle;
  thr->handle = 0;
}

// Registry locked. Null: there are too many.
static Thread *NewRecord() {
  Thread *thr = registry->unused;
  if (thr) {
    registry->unused = thr->next;
  } else {
    u32 i = atomic_load(&registry->all_count, memory_order_relaxed);
    if (i == Registry::kMaxRecords)
      return nullptr;
    thr = static_cast<Thread *>(MmapOrDie(
        RoundUpTo(sizeof(Thread), GetPageSizeCached()), "MapSan thread"));
    atomic_store(&registry->all[i], reinterpret_cast<uptr>(thr),
                 memory_order_relaxed);
    atomic_store(&registry->all_count, i + 1, memory_order_release);
  }
  thr->overlap_only = thr->ignore_sync = flags()->detect == Detect::Overlap;
  thr->next = registry->in_use;
  thr->previous = nullptr;
  if (thr->next)
    thr->next->previous = thr;
  registry->in_use = thr;
  // Others may look whether a record is still who they think (IsThread).
  __atomic_store_n(&thr->tid, NewTid(), __ATOMIC_RELAXED);
  // Counted from its creation on: what its parent does meanwhile may race with
  // it.
  atomic_fetch_add(&registry->live, 1, memory_order_relaxed);
  atomic_store(&thr->status, static_cast<u32>(ThreadStatus::Created),
               memory_order_relaxed);
  return thr;
}

// Registry locked. False: there are too many.
static bool StartClock(Thread *thr, const ThreadClock *creator) {
  SlotTable::Lease lease = registry->slots.Take(creator);
  if (lease.slot == kNoSlot)
    return false;
  thr->clock.Start(lease.slot, lease.life, lease.epoch,
                   &thr->operations.shortcuts);
  ThreadInfo *info = Info(thr->tid);
  info->first_epoch = lease.epoch;
  info->before_on_slot =
      atomic_load(&registry->newest[lease.slot], memory_order_relaxed);
  // Release: whoever finds the tid finds those two.
  atomic_store(&registry->newest[lease.slot], thr->tid, memory_order_release);
  thr->recent.ForgetAll(); // of the record's last thread
  ForgetElements(thr);
  thr->operations.shortcuts.Restart(/*speaks=*/!thr->clock.AllZero());
  thr->read_releases.ForgetAll();
  thr->speaker = {}; // a thread that vanished in a fork has left its own
  thr->known_locks.ForgetAll();
  thr->lock_stacks.ForgetAll();
  thr->erases = {};
  thr->returned_handle = {};
  // Release, as in RetireClock: whoever sees this one need not have seen that.
  atomic_store(&registry->lives[lease.slot], lease.life, memory_order_release);
  atomic_store(&registry->by_slot[lease.slot], reinterpret_cast<uptr>(thr),
               memory_order_release);
  return true;
}

// Registry locked.
static void Unlink(Thread *thr) {
  if (thr->previous)
    thr->previous->next = thr->next;
  else
    registry->in_use = thr->next;
  if (thr->next)
    thr->next->previous = thr->previous;
  ForgetHandle(thr);
  Info(thr->tid)->in_use = false;
}

// Registry locked. Nobody refers to the record any more.
static void FreeRecord(Thread *thr) {
  Unlink(thr);
  thr->next = registry->unused;
  registry->unused = thr;
  thr->detached = false;
  atomic_store(&thr->status, static_cast<u32>(ThreadStatus::Free),
               memory_order_relaxed);
}

// A record with its clock; null, and no more reports, where there are too many.
static Thread *NewThread(const ThreadInfo &about, const ThreadClock *creator) {
  {
    ScopedLock lock(&registry->lock);
    Thread *thr = NewRecord();
    if (thr && StartClock(thr, creator)) {
      ThreadInfo *info = Info(thr->tid);
      info->parent_tid = about.parent_tid;
      info->creation_stack = about.creation_stack;
      info->adopted = about.adopted;
      return thr;
    }
    if (thr) {
      atomic_fetch_sub(&registry->live, 1, memory_order_relaxed);
      FreeRecord(thr);
    }
  }
  // Without this one's synchronisation all others' would be in doubt.
  StopReporting("more than 65000 threads at once, or ended and never joined");
  return nullptr;
}

Thread *ThreadCreate(Thread *parent, u32 creation_stack, bool detached,
                     bool inherits) {
  ThreadInfo about = {};
  about.parent_tid = parent ? parent->tid : 0;
  about.creation_stack = creation_stack;
  inherits = inherits && parent && RuleHolds(Rule::thread_create);
  Snapshot *inherited = inherits ? ThreadSnap(parent)->Ref() : nullptr;
  Thread *thr = NewThread(about, inherits ? &parent->clock : nullptr);
  if (!thr) {
    Drop(inherited);
    return nullptr;
  }
  thr->detached = detached;
  thr->clock.Acquire(inherited, nullptr, nullptr);
  Drop(inherited);
  if (inherits)
    news::Inherit(thr, parent);
  return thr;
}

// Ends the clock's life and gives the slot back; groups after `published` were
// not. Registry locked.
static void RetireClock(Thread *thr, u64 published) {
  Slot slot = thr->clock.slot();
  bool open = thr->clock.dirty();
  u64 last = open ? thr->clock.OpenEpoch() : thr->clock.ClosedEpoch();
  atomic_store(&registry->by_slot[slot], 0, memory_order_relaxed);
  // Release: whoever finds the life gone (LifeOnSlot) sees what it has done.
  atomic_store(&registry->lives[slot], 0, memory_order_release);
  thr->clock.Retire();
  registry->slots.GiveBack(slot, last, published,
                           /*joinable=*/thr->final_clock);
}

void ThreadStartedBy(Thread *child, u32 suspect) {
  Info(child->tid)->started_by = suspect;
}

void ThreadCreateFailed(Thread *child) {
  ScopedLock lock(&registry->lock);
  atomic_fetch_sub(&registry->live, 1, memory_order_relaxed);
  RetireClock(child, child->clock.ClosedEpoch());
  DrainAlloc(&child->alloc_cache);
  FreeRecord(child);
}

void ThreadStart(Thread *self) {
  thread_internal::current = self;
  TakeShortcuts(&self->operations.shortcuts);
  uptr tls_begin, tls_size, stack_begin, stack_size;
  GetThreadStackAndTls(/*main=*/self->tid == 1, &stack_begin, &stack_size,
                       &tls_begin, &tls_size);
  self->stack_bottom = stack_begin;
  self->stack_top = stack_begin + stack_size;
  // The C library hands stacks on from thread to thread, with the thread-locals
  // at their upper ends: what lay there was another's. The program's own
  // function has not begun.
  if (!Info(self->tid)->adopted && self->tid != 1) {
    MemoryObtained(stack_begin, stack_size);
    MemoryObtained(tls_begin, tls_size);
  }
  Info(self->tid)->os_id = GetTid();
  atomic_store(&self->status, static_cast<u32>(ThreadStatus::Running),
               memory_order_release);
}

// The address of what is released to them.
static u64 unseen_threads;
void ReleaseToUnseenThreads(Thread *thr) {
  SyncReleaseJoin(thr, reinterpret_cast<uptr>(&unseen_threads));
}

static Thread *Adopt() {
  ThreadInfo about = {};
  about.adopted = true;
  Thread *thr = NewThread(about, nullptr);
  if (!thr) {
    tls_ended = true; // not to be asked again
    return nullptr;
  }
  thr->in_runtime++; // GetThreadStackAndTls may call what we intercept
  ThreadStart(thr);
  SyncAcquire(thr, reinterpret_cast<uptr>(&unseen_threads));
  WatchThreadEnd();
  thr->in_runtime--;
  return thr;
}

Thread *thread_internal::AdoptIfActive() {
  return Active() && !tls_ended ? Adopt() : nullptr;
}

void InitializeThreads() {
  registry = static_cast<Registry *>(
      MmapNoReserveOrDie(sizeof(Registry), "MapSan threads"));
  registry->slots.Initialize();
  ScopedLock lock(&registry->lock);
  Thread *thr = NewRecord();
  StartClock(thr, nullptr);
  thr->in_runtime++;
  ThreadStart(thr);
  thr->in_runtime--;
}

void ThreadSetHandle(Thread *thr, uptr handle) {
  if (thr->handle == handle)
    return;
  ScopedLock lock(&registry->lock);
  ForgetHandle(thr);
  Thread **bucket = HandleBucket(handle);
  thr->handle = handle;
  thr->next_by_handle = *bucket;
  *bucket = thr;
}

Thread *ThreadByHandle(uptr handle) {
  // Newest first: the one before may have been joined a moment ago.
  ScopedLock lock(&registry->lock);
  for (Thread *thr = *HandleBucket(handle); thr; thr = thr->next_by_handle)
    if (thr->handle == handle && !thr->detached)
      return thr;
  return nullptr;
}

void ThreadFinish(Thread *self) {
  if (RuleHolds(Rule::operation_left))
    DropOperations(self);
  DropFences(self);
  ReleaseAtThreadExit(self);
  ModelledJump(self, self->stack_top);
  self->modelled = {};
  self->observing = false;
  self->under_lock = false;
  self->feed = 0;
  LocksLeftBehind(self);
  self->in_runtime++; // whatever still runs on this thread passes through
  RuntimeFree(self->outer_frames);
  self->outer_frames = nullptr;
  ForgetPaths(self);
  RuntimeFree(self->spare_presence);
  self->spare_presence = nullptr;
  ForgetElements(self);
  RuntimeFree(self->tombstones.entries);
  self->tombstones = {};
  atomic_fetch_sub(&registry->live, 1, memory_order_relaxed);
  ScopedLock lock(&registry->lock);
  u64 published = self->clock.ClosedEpoch();
  news::FallSilent(self);
  if (!self->detached)
    self->final_clock = ThreadSnap(self)->Ref();
  if (!RuleHolds(Rule::operation_left))
    DropOperations(self);
  RetireClock(self, published);
  DrainMapPools(self);
  DrainSyncPool(self);
  DrainSnapshotPool(self);
  DrainAlloc(&self->alloc_cache);
  if (thread_internal::current ==
      self) { // (a unit test ends threads that never ran)
    thread_internal::current = nullptr;
    TakeNoShortcuts();
    tls_ended = true;
  }
  self->in_runtime = 0;
  atomic_store(&self->status, static_cast<u32>(ThreadStatus::Finished),
               memory_order_relaxed);
  if (self->detached)
    FreeRecord(self);
}

void ThreadJoined(Thread *self, Thread *child) {
  Snapshot *last;
  {
    ScopedLock lock(&registry->lock);
    last = child->final_clock;
    child->final_clock = nullptr;
    registry->slots.WasJoined(child->clock.slot(), child->clock.life());
    FreeRecord(child);
  }
  if (RuleHolds(Rule::thread_join))
    ThreadAcquire(self, last);
  Drop(last);
}

void ThreadDetached(Thread *thr) {
  ScopedLock lock(&registry->lock);
  thr->detached = true;
  if (HasEnded(thr)) {
    Drop(thr->final_clock);
    thr->final_clock = nullptr;
    registry->slots.WasDetached(thr->clock.slot(), thr->clock.life());
    FreeRecord(thr);
  }
}

void ThreadSetName(Thread *thr, const char *name) {
  ThreadInfo *info = Info(thr->tid);
  internal_strncpy(info->name, name, kThreadNameSize - 1);
}

// In the child, what any thread did before the fork happens before what comes
// after: also what a vanished thread was about to publish.
static void AcquireAll(Thread *self) {
  KeepBeginClocks(self);
  for (Slot slot = 0; slot < registry->slots.count(); slot++) {
    Thread *thr = ThreadBySlot(slot);
    self->clock.Raise(slot, thr ? thr->clock.OpenEpoch()
                                : registry->slots.FinalEpoch(slot));
  }
  registry->slots.ForkedAfterAll();
}

// What such a thread was in the middle of, nobody knows: its slot serves
// others, its record and its memory are left alone. Registry locked.
static void Vanish(Thread *thr) {
  thr->operations.Clear();
  if (!HasEnded(thr)) {
    Slot slot = thr->clock.slot();
    u64 last = thr->clock.OpenEpoch();
    atomic_store(&registry->by_slot[slot], 0, memory_order_relaxed);
    registry->slots.GiveBack(slot, last, last, /*joinable=*/false);
  }
  Unlink(thr);
  atomic_store(&thr->status, static_cast<u32>(ThreadStatus::Free),
               memory_order_relaxed);
}

void ThreadsLockBeforeFork() {
  registry->lock.Lock();
  LockMapPoolsBeforeFork();
  LockSyncPoolBeforeFork();
  LockSnapshotPoolBeforeFork();
  LockAllocBeforeFork();
}

void ThreadsUnlockAfterFork() {
  UnlockAllocAfterFork();
  UnlockSnapshotPoolAfterFork();
  UnlockSyncPoolAfterFork();
  UnlockMapPoolsAfterFork();
  registry->lock.Unlock();
}

void ThreadsAfterFork(Thread *self) {
  if (self && RuleHolds(Rule::fork))
    AcquireAll(self);
  if (OnlyOneThread())
    return;
  // Bucket locks that vanished threads held stand for ever: open them. What
  // such a thread was changing may be lost, but the chain is whole.
  SyncAfterFork();
  map_table.ResetAfterFork();
  watches.ResetAfterFork();
  ResetIteratorValuesAfterFork();
  news::AfterFork(self);
  ScopedLock lock(&registry->lock);
  for (Thread *thr = registry->in_use, *next; thr; thr = next) {
    next = thr->next;
    if (thr != self)
      Vanish(thr);
  }
  if (self && self->overlap_only)
    OverlapAfterFork(self);
  atomic_store(&registry->live, self ? 1 : 0, memory_order_relaxed);
}

bool ThreadInfoById(u32 tid, ThreadInfo *info) {
  if (!tid || tid > atomic_load(&registry->tids, memory_order_acquire))
    return false;
  *info = *Info(tid);
  return info->tid == tid; // else a million threads have come since
}

u32 ThreadOfWord(AccessWord word) {
  if (SlotOf(word) == kNobody)
    return TidOfNobody(word);
  u32 tid = atomic_load(&registry->newest[SlotOf(word)], memory_order_acquire);
  // A million threads on, another's info may stand where one was; then its
  // tid is another.
  while (tid && Info(tid)->tid == tid &&
         Info(tid)->first_epoch >= EpochOf(word))
    tid = Info(tid)->before_on_slot;
  return tid && Info(tid)->tid == tid ? tid : 0;
}

u32 NewestTid() { return atomic_load(&registry->tids, memory_order_relaxed); }

Thread *ThreadBySlot(Slot slot) {
  return reinterpret_cast<Thread *>(
      atomic_load(&registry->by_slot[slot], memory_order_acquire));
}

u64 LifeOnSlot(Slot slot) {
  return atomic_load(&registry->lives[slot], memory_order_acquire);
}

bool OnlyOneThread() {
  return atomic_load(&registry->live, memory_order_relaxed) == 1;
}

void ForEachThread(void (*callback)(Thread *, void *), void *arg) {
  ScopedLock lock(&registry->lock);
  for (Thread *thr = registry->in_use; thr; thr = thr->next)
    callback(thr, arg);
}

void ForEachThreadUnlocked(void (*callback)(Thread *, void *), void *arg) {
  u32 n = atomic_load(&registry->all_count, memory_order_acquire);
  for (u32 i = 0; i < n; i++) {
    auto *thr = reinterpret_cast<Thread *>(
        atomic_load(&registry->all[i], memory_order_relaxed));
    if (atomic_load(&thr->status, memory_order_relaxed) ==
        static_cast<u32>(ThreadStatus::Running))
      callback(thr, arg);
  }
}

// --- clocks

Snapshot *ThreadSnap(Thread *thr) {
  ThreadFlush(thr);
  return thr->clock.Snap();
}

void ThreadAcquireAll(Thread *self) {
  KeepBeginClocks(self);
  ScopedLock lock(&registry->lock);
  for (Slot slot = 0; slot < registry->slots.count(); slot++) {
    Thread *thr = ThreadBySlot(slot);
    self->clock.Raise(slot, thr ? thr->clock.ClosedEpochNow()
                                : registry->slots.FinalEpoch(slot));
    if (thr)
      thr->clock.ToldBeside();
  }
}

void ThreadAcquire(Thread *thr, const Snapshot *snapshot) {
  if (Observes(thr)) {
    // Nobody changes a snapshot; the reference is counted.
    JoinInto(&thr->modelled.observed, const_cast<Snapshot *>(snapshot));
    return;
  }
  auto keep = [](void *arg) { KeepBeginClocks(static_cast<Thread *>(arg)); };
  bool inside = !thr->operations.empty() && RuleHolds(Rule::operation_begins);
  thr->clock.Acquire(snapshot, inside ? keep : nullptr, thr);
}

} // namespace __mapsan
