// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who called an interceptor, and whose lock it is about: the program's, or that
// of a library minding its own business (mapsan_internal_modules.inc).

#ifndef MAPSAN_CALLER_H
#define MAPSAN_CALLER_H

#include "../clock/mapsan_rules.h"
#include "../entry/mapsan_hidden.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// Learns where the executable and internal modules lie, and which functions of
/// the latter lock for the program. Before the second thread.
void InitializeCallers();

/// In the child of fork: nobody holds our lock.
void CallersAfterFork();

namespace caller_internal {
// The executable's text, by far the most frequent caller.
extern MAPSAN_HIDDEN uptr executable_begin, executable_size;
// The same; nothing if there may be library code in it that has no frame
// pointers (mapsan_frameless.h).
extern MAPSAN_HIDDEN uptr plain_size;
// What is known of other call sites: pc << 1 | internal. Any thread may
// overwrite an entry; each is complete in itself.
constexpr uptr kEntries = 1024;
extern atomic_uintptr_t known[kEntries];
inline atomic_uintptr_t *EntryOf(uptr pc) {
  return &known[(pc ^ pc >> 10) % kEntries];
}
bool LookUp(uptr pc);
bool IsInternalSlow(uptr pc);
bool LocksForTheProgram(uptr pc);
struct Range {
  uptr begin, size;
};
// Static data of internal modules. Complete entries up to the count, which
// only grows; and the span of memory that has them all.
constexpr u32 kDataRanges = 8;
extern Range data[kDataRanges];
extern atomic_uint32_t data_count;
extern MAPSAN_HIDDEN atomic_uintptr_t data_begin, data_size;
bool IsData(uptr addr);
inline bool MayBeData(uptr addr) {
  // The span grows by its size first: who sees the begin sees a size that fits.
  uptr begin = atomic_load(&data_begin, memory_order_acquire);
  return UNLIKELY(addr - begin < atomic_load(&data_size, memory_order_relaxed));
}
} // namespace caller_internal

/// The call that returns to `pc` synchronises for a library's own sake. One
/// compare for calls from the executable, a probe for others; lock-free but
/// for the first call from a site. Any thread.
inline bool CallerIsInternal(uptr pc) {
  using namespace caller_internal;
  return UNLIKELY(pc - executable_begin >= plain_size) && IsInternalSlow(pc);
}

/// So does the lock at `lock`, taken by that call: it is a library's own, even
/// if code of the library that was inlined into the program takes it (the
/// iterators of libstdc++'s debug mode).
inline bool LockIsInternal(uptr pc, uptr lock) {
  using namespace caller_internal;
  if (!RuleHolds(Rule::internal_lock))
    return false;
  return CallerIsInternal(pc) ||
         (MayBeData(lock) && IsData(lock) && !LocksForTheProgram(pc));
}

/// Neither is, as a few compares show; the innermost function of the program is
/// the one that the call returns to. False: it takes more to know. Any thread.
inline bool IsPlainlyTheProgram(uptr pc, uptr lock) {
  using namespace caller_internal;
  return pc - executable_begin < plain_size && !MayBeData(lock);
}

} // namespace __mapsan

#endif // MAPSAN_CALLER_H
