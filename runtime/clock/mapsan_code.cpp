// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which code was built with MapSan: see mapsan_code.h.

#include "mapsan_code.h"

#include "mapsan_sequence_lock.h"

namespace __mapsan {

namespace code_internal {
CodeRange main;
atomic_uintptr_t known[kEntries];
} // namespace code_internal

using namespace code_internal;

static constexpr u32 kMaxRanges = 1024; // at once; more count as foreign
static SequenceLock lock;
static CodeRange ranges[kMaxRanges];
static u32 range_count;

// What was foreign may be ours now, or the other way round. Lock held.
static void ForgetAnswers() {
  for (atomic_uintptr_t &entry : known)
    atomic_store(&entry, 0, memory_order_relaxed);
}

void AddInstrumentedCode(CodeRange range, bool is_main) {
  ScopedLock guard(&lock);
  for (u32 i = 0; i < range_count; i++)
    if (ranges[i].begin == range.begin)
      return;
  if (range_count == kMaxRanges)
    return;
  ranges[range_count++] = range;
  if (is_main)
    main = range;
  ForgetAnswers();
}

void RemoveInstrumentedCode(uptr begin) {
  ScopedLock guard(&lock);
  for (u32 i = 0; i < range_count; i++) {
    if (ranges[i].begin != begin)
      continue;
    ranges[i] = ranges[--range_count];
    ForgetAnswers();
    return;
  }
}

bool code_internal::LookUp(uptr pc) {
  ScopedLock guard(&lock);
  bool found = false;
  for (u32 i = 0; i < range_count; i++)
    found |= pc - ranges[i].begin < ranges[i].size;
  // Under the lock: an answer is never older than the ranges.
  atomic_store(EntryOf(pc), pc << 1 | uptr(found), memory_order_relaxed);
  return found;
}

} // namespace __mapsan
