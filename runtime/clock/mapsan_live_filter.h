// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where maps and sync objects live, so that memory that comes and goes need not
// be searched for them.

#ifndef MAPSAN_LIVE_FILTER_H
#define MAPSAN_LIVE_FILTER_H

#include "../entry/mapsan_hidden.h"
#include "mapsan_rules.h"
#include "sanitizer_common/sanitizer_atomic.h"

namespace __mapsan {
using namespace __sanitizer;

/// Of each block of 256 bytes whether anything ever lived there, a bit, and how
/// many maps and sync objects do now; of addresses that lie far apart together,
/// so that it may be fewer than it says, and never more. Most memory is in
/// quiet blocks, and a line of bits, which stays in the cache, tells of 128
/// KiB.
///
/// All of it is relaxed. Whoever asks about memory that comes or goes is
/// ordered after all who used it, each of whom has counted its objects by
/// itself and found the bit set or set it (or the program is at fault).
class LiveFilter {
public:
  /// One of them, in a block's count.
  enum Kind : u64 { kMap = 1, kSync = uptr(1) << 32 };

  static constexpr uptr kBlock = 256;

  void Initialize();
  void Add(Kind kind, uptr addr) {
    Mark(addr);
    atomic_fetch_add(Count(addr), kind, memory_order_relaxed);
  }
  void Remove(Kind kind, uptr addr) {
    atomic_fetch_add(Count(addr), -static_cast<u64>(kind),
                     memory_order_relaxed);
  }
  /// As if something had lived at `addr`.
  void Mark(uptr addr) {
    // Who asks about memory that begins in the block before need not ask twice.
    if (UNLIKELY(IsClear(addr) || IsClear(addr - kBlock)))
      MarkSlow(addr);
  }

  /// Nothing ever lived in memory that begins at `addr` and is no larger than a
  /// block: what malloc and free ask, also before the start.
  bool IsQuiet(uptr addr) const {
    return IsClear(addr) && Takes(FastPath::quiet_memory);
  }
  /// Nothing lives in [addr, addr + size), asked at any time. False: something
  /// may.
  bool NoneIn(uptr addr, uptr size) const {
    return size <= kBlock && (IsQuiet(addr) || !Near(addr));
  }
  bool NoSyncIn(uptr addr, uptr size) const {
    return size <= kBlock && (IsQuiet(addr) || Near(addr) < kSync);
  }
  /// Calls back with each block's part of [addr, addr + size) in which
  /// something may live, and whether that may be maps, and sync objects.
  template <class Callback>
  void ForEachBlock(uptr addr, uptr size, Callback callback) const {
    uptr end = addr + size;
    while (addr < end) {
      if (IsQuiet(addr)) {
        addr = SkipQuiet(addr, end);
        continue;
      }
      uptr next = Min(EndOf(addr, kBlock), end);
      if (u64 count = At(addr))
        callback(addr, next, count % kSync != 0, count >= kSync);
      addr = next;
    }
  }

private:
  static constexpr uptr kBitsInWord = 64;
  static constexpr uptr kWords = 1 << 15, kCounts = 1 << 20;

  // Of the aligned unit, of that many bytes, that `addr` is in.
  static uptr EndOf(uptr addr, uptr unit) { return (addr | (unit - 1)) + 1; }
  const atomic_uint64_t *WordOf(uptr addr) const {
    return &bits_[addr / kBlock / kBitsInWord % kWords];
  }
  u64 Bits(uptr addr) const {
    return atomic_load(WordOf(addr), memory_order_relaxed);
  }
  bool IsClear(uptr addr) const {
    return !(Bits(addr) >> addr / kBlock % kBitsInWord & 1);
  }
  void MarkSlow(uptr addr);
  atomic_uint64_t *Count(uptr addr) const {
    return &counts_[addr / kBlock % kCounts];
  }
  u64 At(uptr addr) const {
    return atomic_load(Count(addr), memory_order_relaxed);
  }
  u64 Near(uptr addr) const {
    return LIKELY(counts_) ? At(addr) | At(addr + kBlock) : ~0ull;
  }
  // To where it may not be quiet any more, or the end.
  uptr SkipQuiet(uptr addr, uptr end) const;

  // In the image, so that they can be asked before the start: all is quiet.
  alignas(64) atomic_uint64_t bits_[kWords];
  atomic_uint64_t *counts_;
};

extern MAPSAN_HIDDEN LiveFilter live_filter;

} // namespace __mapsan

#endif // MAPSAN_LIVE_FILTER_H
