// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the interceptors of system calls have in common: something is handed to
// the kernel for another thread to take. Handed over before the real call, also
// if that fails then; taken after it.

#ifndef MAPSAN_HANDING_OVER_H
#define MAPSAN_HANDING_OVER_H

#include "../clock/mapsan_sync.h"
#include "mapsan_kernel_objects.h"
#include "mapsan_synchronising.h"

namespace __mapsan {

inline void HandOverBy(Rule rule, uptr object) {
  if (!MapUsed())
    return;
  if (Thread *thr = Synchronising(rule)) {
    ScopedRuntime inside(thr);
    SyncReleaseJoin(thr, object);
  }
}

inline void TakeOverBy(Rule rule, uptr object) {
  if (!MapUsed())
    return;
  if (Thread *thr = Synchronising(rule)) {
    ScopedRuntime inside(thr);
    SyncAcquire(thr, object);
  }
}

/// By the caller, who is inside of the runtime.
inline void TakeOverFrom(Thread *thr, const Descriptor &d) {
  if (!HandsOver(d.kind) || !RuleHolds(RuleOf(d.kind)))
    return;
  if (LIKELY(d.object))
    SyncAcquire(thr, d.object);
  else
    ThreadAcquireAll(thr);
}

NOINLINE inline void HandOverTo(const Descriptor &d) {
  if (HandsOver(d.kind) && d.object)
    HandOverBy(RuleOf(d.kind), d.object);
}
NOINLINE inline void TakeOverFrom(const Descriptor &d) {
  if (Thread *thr = Synchronising()) {
    ScopedRuntime inside(thr);
    TakeOverFrom(thr, d);
  }
}

/// Before `fd` is written to, or closed.
ALWAYS_INLINE void HandOver(int fd) {
  if (!MapUsed())
    return;
  Descriptor d = DescriptorOf(fd);
  if (UNLIKELY(d.kind != KernelKind::Nothing))
    HandOverTo(d);
}

/// After it was read from; `result` of the real call is negative if that
/// failed. (The debug runtime can be told to take over all the same.)
ALWAYS_INLINE long TookOver(int fd, long result) {
  if (!MapUsed() || (result < 0 && RuleHolds(Rule::descriptor_fails)))
    return result;
  Descriptor d = DescriptorOf(fd);
  if (UNLIKELY(d.kind != KernelKind::Nothing))
    TakeOverFrom(d);
  return result;
}

} // namespace __mapsan

#endif // MAPSAN_HANDING_OVER_H
