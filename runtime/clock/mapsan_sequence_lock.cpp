// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's lock: see mapsan_sequence_lock.h.

#include "mapsan_sequence_lock.h"

#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_mutex.h"

namespace __mapsan {

void SequenceLock::LockSlow() {
  for (u32 spins = 0;; spins++) {
    if (spins < 64)
      proc_yield(1);
    else
      internal_sched_yield(); // the holder lost its core
    if (!(atomic_load(&tag_, memory_order_relaxed) & 1) && !(FetchOr() & 1))
      return;
  }
}

} // namespace __mapsan
