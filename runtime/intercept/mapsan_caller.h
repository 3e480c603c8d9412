// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who called an interceptor: the program, or a library minding its own
// business (mapsan_internal_modules.inc).

#ifndef MAPSAN_CALLER_H
#define MAPSAN_CALLER_H

#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// Learns where the executable lies and which functions of internal modules
/// lock for the program. Before the second thread.
void InitializeCallers();

namespace caller_internal {
// The executable's text, by far the most frequent caller.
extern uptr executable_begin, executable_size;
// What is known of other call sites: pc << 1 | internal. Any thread may
// overwrite an entry; each is complete in itself.
constexpr uptr kEntries = 1024;
extern atomic_uintptr_t known[kEntries];
inline atomic_uintptr_t *EntryOf(uptr pc) {
  return &known[(pc ^ pc >> 10) % kEntries];
}
bool LookUp(uptr pc);
} // namespace caller_internal

/// The call that returns to `pc` synchronises for a library's own sake. One
/// compare for calls from the executable, a probe for others; lock-free but
/// for the first call from a site. Any thread.
inline bool CallerIsInternal(uptr pc) {
  using namespace caller_internal;
  if (LIKELY(pc - executable_begin < executable_size))
    return false;
  uptr entry = atomic_load(EntryOf(pc), memory_order_relaxed);
  if (LIKELY(entry >> 1 == pc))
    return entry & 1;
  return LookUp(pc);
}

} // namespace __mapsan

#endif // MAPSAN_CALLER_H
