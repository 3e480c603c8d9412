// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where maps and sync objects live: see mapsan_live_filter.h.

#include "mapsan_live_filter.h"

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

LiveFilter live_filter;

void LiveFilter::Initialize() {
  counts_ = static_cast<atomic_uint64_t *>(
      MmapNoReserveOrDie(sizeof(atomic_uint64_t) * kCounts, "MapSan filter"));
}

void LiveFilter::MarkSlow(uptr addr) {
  for (uptr block = addr / kBlock, i = 0; i < 2; i++, block--)
    // (sanitizer_atomic.h has no fetch_or)
    __atomic_fetch_or(&bits_[block / kBitsInWord % kWords].val_dont_use,
                      1ull << block % kBitsInWord, __ATOMIC_RELAXED);
}

uptr LiveFilter::SkipQuiet(uptr addr, uptr end) const {
  constexpr uptr word = kBlock * kBitsInWord, words = 4 * word;
  addr = EndOf(addr, kBlock);
  while (addr < end) {
    // Stacks and mappings have many words.
    const atomic_uint64_t *four = WordOf(addr & ~(words - 1));
    u64 bits = 0;
    for (int i = 0; i < 4; i++)
      bits |= atomic_load(&four[i], memory_order_relaxed);
    if (!bits)
      addr = EndOf(addr, words);
    else if (!Bits(addr))
      addr = EndOf(addr, word);
    else if (IsQuiet(addr))
      addr = EndOf(addr, kBlock);
    else
      break;
  }
  return Min(addr, end);
}

} // namespace __mapsan
