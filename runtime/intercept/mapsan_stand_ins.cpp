// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions of the program's that a library was handed by a modelled call
// (GLib's thread pools, g_once): a stand-in of ours is handed over instead,
// which brackets the real one. One stand-in for each function, for good.

#include "../clock/mapsan_modelled.h"
#include "../clock/mapsan_thread.h"
#include "sanitizer_common/sanitizer_mutex.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {
namespace {

// As many arguments as travel in registers; a function that takes fewer does
// not look at the others.
using Function = uptr (*)(uptr, uptr, uptr, uptr, uptr, uptr);

struct StandIn {
  atomic_uintptr_t function;
  u32 passed; // MapsanPassed
};

// A program hands over a handful of different functions. Beyond that they go
// as they are, and what they do lacks the order that they were called in.
constexpr u32 kStandIns = 256;
constexpr u32 kArguments = 6;
StandIn stand_ins[kStandIns];
StaticSpinMutex stand_ins_lock;

template <u32 kIndex> uptr Run(uptr a, uptr b, uptr c, uptr d, uptr e, uptr f) {
  const StandIn &self = stand_ins[kIndex];
  auto function = reinterpret_cast<Function>(
      atomic_load(&self.function, memory_order_acquire));
  constexpr u32 kKind = (1 << MapsanPassedOnShift) - 1;
  const uptr arguments[] = {a, b, c, d, e, f};
  uptr object = arguments[self.passed >> MapsanPassedOnShift];
  u32 what = MapsanSyncBody;
  switch (self.passed & kKind) {
  case MapsanPassedOnce: // on the object of the call around
    object = 0;
    what = MapsanSyncOnceRun;
    break;
  case MapsanPassedLast:
    what = MapsanSyncBodyLast;
    break;
  default: // without data: told by the function, as it was passed
    if (!object)
      object = reinterpret_cast<uptr>(&Run<kIndex>);
  }
  if (Thread *thr = CurrentThread()) {
    ScopedRuntime inside(thr);
    ModelledBegin(thr, object, what, GET_CURRENT_FRAME());
  }
  uptr result = function(a, b, c, d, e, f);
  if (Thread *thr = CurrentThread()) {
    ScopedRuntime inside(thr);
    ModelledEnd(thr, object, what, 1, GET_CALLER_PC(), GET_CURRENT_FRAME());
  }
  return result;
}

// All of them, in a table that needs no constructor.
template <u32... kIndices> struct Table {
  static constexpr Function kFunctions[] = {Run<kIndices>...};
};
template <u32 kCount, u32... kIndices>
struct MakeTable : MakeTable<kCount - 1, kCount - 1, kIndices...> {};
template <u32... kIndices>
struct MakeTable<0, kIndices...> : Table<kIndices...> {};
using StandInTable = MakeTable<kStandIns>;

} // namespace

void StandInsAfterFork() { stand_ins_lock.Init(); }

uptr StandInFor(uptr function, u32 passed) {
  if (!function || passed >> MapsanPassedOnShift >= kArguments)
    return function;
  SpinMutexLock lock(&stand_ins_lock);
  for (u32 i = 0; i < kStandIns; i++) {
    StandIn &s = stand_ins[i];
    uptr known = atomic_load(&s.function, memory_order_relaxed);
    // A stand-in that comes back (GThreadPool's field) stays what it is.
    if (function == reinterpret_cast<uptr>(StandInTable::kFunctions[i]))
      return function;
    if (known && (known != function || s.passed != passed))
      continue;
    if (!known) {
      s.passed = passed;
      atomic_store(&s.function, function, memory_order_release);
    }
    return reinterpret_cast<uptr>(StandInTable::kFunctions[i]);
  }
  return function;
}

} // namespace __mapsan
