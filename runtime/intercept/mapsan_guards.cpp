// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Guards of function-local statics. The inline test of the guard's first byte
// is an acquire load in the program's own code, at the same address.

#include "../clock/mapsan_sync.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

static void Release(Rule rule, void *guard) {
  if (Thread *thr = Synchronising(rule)) {
    ScopedRuntime inside(thr);
    SyncReleaseStore(thr, reinterpret_cast<uptr>(guard));
  }
}

namespace fallback {

// The Itanium ABI fixes the first byte only: not zero once initialised. The
// rest is ours: a lock that is free, taken, or taken with somebody waiting.
namespace {
struct Guard {
  atomic_uint8_t done;
  u8 unused[3];
  atomic_uint32_t lock;
};
enum : u32 { kFree, kTaken, kAwaited };

void Unlock(Guard *guard) {
  if (atomic_exchange(&guard->lock, kFree, memory_order_release) == kAwaited)
    FutexWake(&guard->lock, ~0u >> 1);
}
} // namespace

int __cxa_guard_acquire(void *address) {
  Guard *guard = static_cast<Guard *>(address);
  u32 take = kTaken;
  for (;;) {
    u32 lock = kFree;
    if (atomic_load(&guard->done, memory_order_acquire))
      return 0;
    if (atomic_compare_exchange_strong(&guard->lock, &lock, take,
                                       memory_order_acquire)) {
      if (!atomic_load(&guard->done, memory_order_acquire))
        return 1;
      Unlock(guard);
      return 0;
    }
    if (lock == kAwaited ||
        atomic_compare_exchange_strong(&guard->lock, &lock, u32(kAwaited),
                                       memory_order_relaxed))
      FutexWait(&guard->lock, kAwaited);
    take = kAwaited; // others may be waiting still
  }
}

void __cxa_guard_release(void *address) {
  Guard *guard = static_cast<Guard *>(address);
  atomic_store(&guard->done, 1, memory_order_release);
  Unlock(guard);
}

void __cxa_guard_abort(void *address) { Unlock(static_cast<Guard *>(address)); }

} // namespace fallback
} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, __cxa_guard_acquire, void *guard) {
  Thread *thr = Synchronising();
  if (!thr)
    return real::__cxa_guard_acquire(guard);
  // libc++abi takes one mutex for all guards: that must order nothing.
  thr->ignore_sync++;
  int result = real::__cxa_guard_acquire(guard);
  thr->ignore_sync--;
  ScopedRuntime inside(thr);
  SyncAcquire(thr, reinterpret_cast<uptr>(guard));
  return result;
}

INTERCEPTOR(void, __cxa_guard_release, void *guard) {
  Release(Rule::static_guard, guard);
  Thread *thr = CurrentThread();
  if (thr)
    thr->ignore_sync++;
  real::__cxa_guard_release(guard);
  if (thr)
    thr->ignore_sync--;
}

INTERCEPTOR(void, __cxa_guard_abort, void *guard) {
  Release(Rule::static_guard_abort, guard);
  Thread *thr = CurrentThread();
  if (thr)
    thr->ignore_sync++;
  real::__cxa_guard_abort(guard);
  if (thr)
    thr->ignore_sync--;
}
