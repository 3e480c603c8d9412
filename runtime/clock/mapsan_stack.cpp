// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Call stacks: see mapsan_stack.h.

#include "mapsan_stack.h"

#include "../entry/mapsan_flags.h"
#include "mapsan_alloc.h"
#include "mapsan_code.h"
#include "mapsan_known_paths.h"
#include "mapsan_outer_frames.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stackdepot.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

#include <errno.h>

namespace __mapsan {

static constexpr u32 kMaxFrames = flag_type::kMostFrames;

u32 WalkFrames(Thread *thr, uptr pc, uptr bp, uptr *pcs, const uptr **places,
               u32 max) {
  u32 n = 0;
  pcs[n++] = pc;
  // A frame is [saved bp][return address]; `bp` is that of the hook, whose
  // return address `pc` is. A frame pointer that leaves the stack or does not
  // go up is somebody's data: code without frame pointers.
  uptr frame = bp;
  if (!thr->stack_top) // not started
    return n;
  uptr top = thr->stack_top - 2 * sizeof(uptr);
  while (n < max) {
    if (frame < thr->stack_bottom || frame > top || frame % sizeof(uptr))
      break;
    uptr up = reinterpret_cast<uptr *>(frame)[0];
    if (up <= frame || up > top || up % sizeof(uptr))
      break;
    const uptr *place = &reinterpret_cast<uptr *>(up)[1];
    if (*place < 4096)
      break;
    places[n] = place;
    pcs[n++] = *place;
    frame = up;
  }
  return n;
}

// The frames of the calling thread, innermost first, and behind them the
// numbers of the suspects among their modules, also of frames that did not fit.
// Along frame pointers as far as the code is instrumented; from there on, or
// where a frame pointer is somebody's data, as the unwinder finds it.
static u32 WalkStack(Thread *thr, uptr pc, uptr bp, uptr *pcs, u32 max,
                     PathWords *path) {
  u32 n = 0;
  uptr frame = bp, top = thr->stack_top - 2 * sizeof(uptr);
  const OuterFrames *outer;
  u32 known = 0; // of the outer frames
  for (;;) {
    // Another stack (a fiber's, a signal's), or a thread that has not started.
    if (!thr->stack_top || frame < thr->stack_bottom || frame > top ||
        frame % sizeof(uptr)) {
      if (n < max)
        pcs[n++] = pc;
      path->SawMore();
      return n;
    }
    uptr slot = frame + sizeof(uptr); // pc lies there
    if (!IsInstrumented(pc)) {
      outer = FindOuterFrames(thr, pc, slot);
      break;
    }
    if (n < max)
      pcs[n++] = pc;
    auto *link = reinterpret_cast<const uptr *>(frame);
    path->SawPair(link);
    uptr up = *link;
    bool is_link = up > frame && up <= top && up % sizeof(uptr) == 0;
    auto *word = reinterpret_cast<const uptr *>(up) + 1;
    uptr return_address = is_link ? *word : 0;
    if (return_address < GetPageSizeCached()) {
      if (is_link)
        path->Saw(word);
      outer = FindOuterFrames(thr, pc, slot);
      known = 1;
      break;
    }
    pc = return_address;
    frame = up;
  }
  if (!outer->slot) // it cannot be recognised
    path->SawMore();
  else
    for (u32 i = 0; i < outer->count; i++)
      path->Saw(outer->SlotOf(i));
  for (u32 i = known; i < outer->count && n < max; i++)
    pcs[n++] = outer->pcs[i];
  for (u32 i = 0; i < outer->suspect_count; i++)
    pcs[n++] = outer->suspects[i];
  return n;
}

// Threads in the middle of StackDepotPut.
static atomic_uint32_t in_depot;

// A child of fork may find a bucket of the depot's locked by a thread that is
// not there; to look at all of them is dear, and seldom needed.
static u32 Put(StackTrace trace) {
  atomic_fetch_add(&in_depot, 1, memory_order_acquire);
  u32 id = StackDepotPut(trace);
  atomic_fetch_sub(&in_depot, 1, memory_order_release);
  return id;
}

void StackDepotAfterFork(bool child) {
  // What of another thread's stores the child sees is what that thread had
  // done up to some moment: a page that was shared is written anew by the
  // parent only once fork is through with all of them. So none that locked a
  // bucket is missing here.
  bool held = atomic_load(&in_depot, memory_order_acquire);
  StackDepotUnlockAfterFork(child && held);
  if (child)
    atomic_store(&in_depot, 0, memory_order_relaxed);
}

u32 InternStack(Thread *thr, const uptr *pcs, u32 n) {
  u64 hash = n;
  for (u32 i = 0; i < n; i++)
    hash = (hash ^ pcs[i]) * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 32;
  StackCacheEntry &entry = thr->stack_cache[hash % Thread::kStackCache];
  if (entry.hash == hash && entry.id && Takes(FastPath::stack_cache))
    return entry.id;
  int saved = errno;
  entry.hash = hash;
  entry.id = Put(StackTrace(pcs, n));
  errno = saved;
  return entry.id;
}

static u32 Depth() { return flags()->stack_depth; }

// The thread's memory of paths; made when it is first wanted.
static KnownPaths *PathsOf(Thread *thr) {
  if (UNLIKELY(!thr->known_paths))
    thr->known_paths = static_cast<KnownPaths *>(MmapOrDie(
        RoundUpTo(sizeof(KnownPaths), GetPageSizeCached()), "MapSan paths"));
  return thr->known_paths;
}

// Not inlined: its frame and the slow one's are not for one function. The
// hook's caller finds its errno.
static NOINLINE u32 WalkToStackId(Thread *thr, const Site *site, uptr pc,
                                  uptr bp) {
  int saved = errno;
  PathWords words(pc, bp);
  uptr pcs[kMaxFrames + OuterFrames::kMaxSuspects + 1];
  u32 n = WalkStack(thr, pc, bp, pcs, Depth(), &words);
  pcs[n++] = reinterpret_cast<uptr>(site) | kSiteMark;
  u32 id = InternStack(thr, pcs, n);
  PathsOf(thr)->Keep(words, site, id);
  errno = saved;
  return id;
}

void ForgetPaths(Thread *thr) {
  // The address stays with the record: its next thread comes to it through the
  // registry's lock, and so after this one.
  if (!thr->known_paths)
    return;
  uptr begin = reinterpret_cast<uptr>(thr->known_paths);
  ReleaseMemoryPagesToOS(
      begin, begin + RoundUpTo(sizeof(KnownPaths), GetPageSizeCached()));
}

// Not the path of the last time.
static NOINLINE u32 FindStackId(Thread *thr, const Site *site, uptr pc,
                                uptr bp) {
  if (LIKELY(thr->known_paths && Takes(FastPath::known_path)))
    if (u32 id = thr->known_paths->IdIf(site, pc, bp))
      return id;
  return WalkToStackId(thr, site, pc, bp);
}

u32 StackIdHere(Thread *thr, const Site *site, uptr pc, uptr bp) {
  if (LIKELY(thr->known_paths && Takes(FastPath::known_path)))
    if (u32 id = thr->known_paths->IdIfLast(site, pc, bp))
      return id;
  return FindStackId(thr, site, pc, bp);
}

const Site *SiteOfStack(u32 id) {
  StackTrace trace = id ? StackDepotGet(id) : StackTrace();
  if (!trace.size || !(trace.trace[trace.size - 1] & kSiteMark))
    return nullptr;
  return reinterpret_cast<const Site *>(trace.trace[trace.size - 1] &
                                        ~kSiteMark);
}

u32 StackWithoutSite(u32 id) {
  return SiteOfStack(id) ? Put(StackTrace(StackDepotGet(id).trace,
                                          StackDepotGet(id).size - 1))
                         : id;
}

u32 StackIdOfCreation(Thread *thr, uptr pc, uptr bp, Suspect *creator) {
  uptr pcs[kMaxFrames + OuterFrames::kMaxSuspects];
  PathWords words(pc, bp); // of no use
  u32 n = WalkStack(thr, pc, bp, pcs, Depth(), &words);
  *creator = 0;
  for (u32 i = 0; i < n && !IsNoFrame(pcs[i]); i++) {
    if (IsInstrumented(pcs[i]) || (*creator = SuspectAt(pcs[i])))
      break;
  }
  return InternStack(thr, pcs, n);
}

u32 StackIdSlow(Thread *thr, uptr pc, uptr bp) {
  BufferedStackTrace stack;
  stack.Unwind(pc, bp, /*context=*/nullptr, /*request_fast=*/false, Depth());
  // An unwinder that finds no tables for its first frames comes back empty.
  if (stack.size > 1)
    return Put(stack);
  Suspect nobody;
  return StackIdOfCreation(thr, pc, bp, &nobody);
}

} // namespace __mapsan

// The stack of a report's own thread where frame pointers are not enough, and
// what sanitizer_common asks for when it dies itself.
void __sanitizer::BufferedStackTrace::UnwindImpl(uptr pc, uptr bp,
                                                 void *context,
                                                 bool request_fast,
                                                 u32 max_depth) {
  using namespace __mapsan;
  Thread *thr = CurrentThreadRaw();
  size = 0;
  if (!thr)
    return;
  if (!context && request_fast) {
    UnwindFast(pc, bp, thr->stack_top, thr->stack_bottom, max_depth);
    return;
  }
  if (context)
    UnwindSlow(pc, context, max_depth);
  else
    UnwindSlow(pc, max_depth);
}
