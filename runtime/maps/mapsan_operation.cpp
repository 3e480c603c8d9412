// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Map operations in flight: see mapsan_operation.h.

#include "mapsan_operation.h"

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

static_assert(OperationStack::kChunk > 1, "two maps in one call at least");

OperationStack::Chunk *OperationStack::Next(Chunk *chunk) {
  return reinterpret_cast<Chunk *>(
      atomic_load(&chunk->next, memory_order_acquire));
}

Operation *OperationStack::At(u32 i) {
  Chunk *chunk = &first_;
  for (; i >= kChunk; i -= kChunk)
    chunk = Next(chunk);
  return &chunk->operations[i];
}

Operation *OperationStack::Reserve() {
  Chunk *chunk = &first_;
  u32 i = size();
  for (; i >= kChunk; i -= kChunk) {
    Chunk *next = Next(chunk);
    if (!next) {
      // Comes with deep recursion through maps of maps; stays for the thread's
      // next such recursion.
      next = static_cast<Chunk *>(MmapOrDie(
          RoundUpTo(sizeof(Chunk), GetPageSizeCached()), "MapSan operations"));
      // Release: a walker that finds the chunk finds it zeroed.
      atomic_store(&chunk->next, reinterpret_cast<uptr>(next),
                   memory_order_release);
    }
    chunk = next;
  }
  return &chunk->operations[i];
}

} // namespace __mapsan
