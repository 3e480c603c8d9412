// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which code of the process was built with MapSan: it has frame pointers, and
// all that it synchronises is seen.

#ifndef MAPSAN_CODE_H
#define MAPSAN_CODE_H

#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

/// The code of one module.
struct CodeRange {
  uptr begin, size;
};

/// It is instrumented. Again: nothing changes. `main`: by far the most
/// frequent.
void AddInstrumentedCode(CodeRange range, bool main);
/// The module that begins there is being unloaded.
void RemoveInstrumentedCode(uptr begin);

namespace code_internal {
extern CodeRange main;
// What is known of other addresses: pc << 1 | instrumented. Any thread may
// overwrite an entry; each is complete in itself.
constexpr uptr kEntries = 1024;
extern atomic_uintptr_t known[kEntries];
inline atomic_uintptr_t *EntryOf(uptr pc) {
  return &known[(pc ^ pc >> 10) % kEntries];
}
bool LookUp(uptr pc);
} // namespace code_internal

/// One compare for the executable, a probe for others; takes a lock the first
/// time. Any thread.
inline bool IsInstrumented(uptr pc) {
  using namespace code_internal;
  if (LIKELY(pc - main.begin < main.size))
    return true;
  uptr entry = atomic_load(EntryOf(pc), memory_order_relaxed);
  if (LIKELY(entry >> 1 == pc))
    return entry & 1;
  return LookUp(pc);
}

} // namespace __mapsan

#endif // MAPSAN_CODE_H
