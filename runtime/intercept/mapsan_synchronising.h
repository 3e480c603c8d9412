// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether the call at hand moves clocks, and for which thread.

#ifndef MAPSAN_SYNCHRONISING_H
#define MAPSAN_SYNCHRONISING_H

#include "../clock/mapsan_rules.h"
#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "mapsan_caller.h"

namespace __mapsan {

/// Nobody wants to know of locks (detect=overlap). Interceptors find out by
/// Synchronising.
inline bool NobodySynchronises() {
  return UNLIKELY(flags()->detect == Detect::Overlap);
}

/// The calling thread, if what it does synchronises; null if the interceptor
/// is to forward and no more.
inline Thread *Synchronising() {
  Thread *thr = CurrentThread();
  return thr && LIKELY(!thr->ignore_sync) ? thr : nullptr;
}

/// The same where nothing but `rule` is at stake.
inline Thread *Synchronising(Rule rule) {
  return RuleHolds(rule) ? Synchronising() : nullptr;
}

/// The same for taking `lock` by a call that returns to `pc`.
inline Thread *SynchronisingLock(uptr pc, uptr lock) {
  Thread *thr = Synchronising();
  return thr && LIKELY(!LockIsInternal(pc, lock)) ? thr : nullptr;
}

/// The same for releasing `lock`: one that the program took counts wherever it
/// is given back (std::notify_all_at_thread_exit does so in libstdc++.so).
inline Thread *SynchronisingUnlock(uptr pc, uptr lock) {
  Thread *thr = Synchronising();
  return thr && LIKELY(!LockIsInternal(pc, lock) || Holds(thr, lock)) ? thr
                                                                      : nullptr;
}

} // namespace __mapsan

#endif // MAPSAN_SYNCHRONISING_H
