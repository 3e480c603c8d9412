// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The outer part of a stack: see mapsan_outer_frames.h.

#include "mapsan_outer_frames.h"

#include "mapsan_alloc.h"
#include "mapsan_code.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_libc.h"
#include <unwind.h>

namespace __mapsan {

bool OuterFrames::StillThere(uptr at, uptr pc) const {
  if (slot != at || !count || pcs[0] != pc)
    return false;
  for (u32 i = 1; i < count; i++)
    if (reinterpret_cast<const uptr *>(at)[offsets[i]] != pcs[i])
      return false;
  return true;
}

void OuterFrames::AddSuspect(uptr pc) {
  if (IsInstrumented(pc))
    return;
  Suspect suspect = SuspectAt(pc);
  for (u32 i = 0; i < suspect_count; i++)
    if (suspects[i] == suspect)
      return;
  if (suspect && suspect_count < kMaxSuspects)
    suspects[suspect_count++] = suspect;
}

namespace {

struct Walk {
  OuterFrames *frames;
  uptr pc, stack_top;
  bool found;  // the frame that returns to pc
  bool proper; // every return address was seen where it should lie
};

// _Unwind_GetCFA of a frame is its stack pointer at the call that it is in: the
// address just above the callee's return address.
_Unwind_Reason_Code Visit(_Unwind_Context *context, void *arg) {
  Walk *walk = static_cast<Walk *>(arg);
  OuterFrames *f = walk->frames;
  uptr pc = _Unwind_GetIP(context);
  uptr slot = _Unwind_GetCFA(context) - sizeof(uptr);
  if (!walk->found) {
    walk->found = pc == walk->pc && slot == f->slot;
    return _URC_NO_REASON;
  }
  if (!pc)
    return _URC_END_OF_STACK;
  f->AddSuspect(pc);
  if (f->count == OuterFrames::kMax) {
    walk->proper = false; // there is more to it than is kept
    return _URC_NO_REASON;
  }
  // A signal handler's frame does not return to where it interrupted.
  if (slot <= f->slot || slot >= walk->stack_top || slot % sizeof(uptr) ||
      *reinterpret_cast<const uptr *>(slot) != pc)
    walk->proper = false;
  f->offsets[f->count] = static_cast<u32>((slot - f->slot) / sizeof(uptr));
  f->pcs[f->count++] = pc;
  return _URC_NO_REASON;
}

} // namespace

const OuterFrames *FindOuterFrames(Thread *thr, uptr pc, uptr slot) {
  OuterFramesCache *cache = thr->outer_frames;
  if (!cache) {
    cache =
        static_cast<OuterFramesCache *>(RuntimeAlloc(sizeof(OuterFramesCache)));
    internal_memset(cache, 0, sizeof(*cache));
    thr->outer_frames = cache;
  }
  for (const OuterFrames &entry : cache->entries)
    if (entry.StillThere(slot, pc))
      return &entry;
  OuterFrames *f = &cache->entries[cache->next];
  f->slot = slot;
  f->count = 1;
  f->offsets[0] = 0;
  f->pcs[0] = pc;
  f->suspect_count = 0;
  f->AddSuspect(pc);
  Walk walk = {f, pc, thr->stack_top, false, true};
  _Unwind_Backtrace(Visit, &walk);
  if (walk.proper)
    cache->next = (cache->next + 1) % OuterFramesCache::kEntries;
  else
    f->slot = 0; // it will not be recognised, and serves once
  return f;
}

} // namespace __mapsan
