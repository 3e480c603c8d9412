// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory that an operation gives back: which elements it erased.

#ifndef MAPSAN_FREED_H
#define MAPSAN_FREED_H

#include "../entry/mapsan_hidden.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct Operation;

/// A block of memory in one word: where it begins, and how many words it has at
/// least.
class FreedBlock {
public:
  FreedBlock() = default;
  FreedBlock(uptr begin, uptr size)
      : packed_(begin << kSizeBits |
                (size / 8 < kMaxSize ? size / 8 : kMaxSize)) {}
  bool Contains(uptr address) const {
    return address - (packed_ >> kSizeBits) < (packed_ & kMaxSize) * 8;
  }

private:
  static constexpr u32 kSizeBits = 16; // no user address has more than 47
  static constexpr uptr kMaxSize = (1 << kSizeBits) - 1;
  u64 packed_;
};

/// What was freed while one operation of the thread was in flight. Owned by the
/// thread.
struct FreedBlocks {
  static constexpr u32 kMax = 48; // further ones are not known
  const Operation *of;            // null: nobody wants to know
  u32 count;
  FreedBlock blocks[kMax];

  void BeginFor(const Operation *operation);
  void End();
  void Add(uptr begin, uptr size) {
    if (count < kMax)
      blocks[count++] = FreedBlock(begin, size);
  }
};

namespace freed_internal {
// initial-exec, as free asks each time.
extern MAPSAN_HIDDEN THREADLOCAL FreedBlocks *wanted
    __attribute__((tls_model("initial-exec")));
} // namespace freed_internal

/// Before any thread wants to know: from then on free has to ask. Null: it does
/// in any case. Set once, at the start.
extern MAPSAN_HIDDEN void (*on_freed_wanted)();

/// Where this thread's free is to tell; mostly null.
inline FreedBlocks *FreedWanted() { return freed_internal::wanted; }

} // namespace __mapsan

#endif // MAPSAN_FREED_H
