// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Call paths that a thread has been on before: recognised without walking.

#ifndef MAPSAN_KNOWN_PATHS_H
#define MAPSAN_KNOWN_PATHS_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct Site;

/// One stack of an operation at one site, and all words of it that the walk has
/// looked at. As long as they say the same, from the same place, so would the
/// walk.
class KnownPath {
public:
  /// `pc` and `bp` are where it is about to begin.
  void Begin(uptr pc, uptr bp) {
    pc_ = pc;
    bp_ = bp;
    count_ = id_ = 0;
    whole_ = true;
  }
  void Saw(const uptr *word) {
    uptr offset = word - reinterpret_cast<const uptr *>(bp_);
    if (count_ == kMaxWords || offset > kMaxOffset) {
      whole_ = false;
      return;
    }
    offsets_[count_] = static_cast<u16>(offset);
    values_[count_++] = *word;
  }
  /// Something that no word tells.
  void SawMore() { whole_ = false; }
  void End(const Site *site, u32 id) {
    site_ = site;
    id_ = whole_ ? id : 0;
    for (; count_ % kAtOnce; count_++) {
      offsets_[count_] = offsets_[0];
      values_[count_] = values_[0];
    }
  }

  /// The stack's id if it is this one; 0: look. All words lie above `bp` on the
  /// calling thread's stack: they can be read.
  u32 IdIf(const Site *site, uptr pc, uptr bp) const {
    if (pc_ != pc || bp_ != bp || site_ != site)
      return 0;
    auto *frame = reinterpret_cast<const uptr *>(bp);
    uptr differs = 0;
    for (u32 i = 0; i < count_; i += kAtOnce)
      for (u32 k = i; k < i + kAtOnce; k++)
        differs |= frame[offsets_[k]] ^ values_[k];
    return differs ? 0 : id_;
  }

private:
  static constexpr u32 kAtOnce = 4, kMaxWords = 15 * kAtOnce;
  static constexpr uptr kMaxOffset = 0xffff; // in words
  const Site *site_;
  uptr pc_, bp_;
  u32 id_; // 0: none
  u32 count_;
  bool whole_;
  u16 offsets_[kMaxWords]; // from the frame
  uptr values_[kMaxWords];
};

/// A thread's own. Any path has one place. Zero-initialised, in pages of its
/// own: those that nobody comes to cost nothing.
struct KnownPaths {
  static constexpr u32 kEntries = 128;
  KnownPath entries[kEntries];

  KnownPath *For(uptr pc, uptr bp) {
    return &entries[((pc ^ bp << 10) * 0x9e3779b97f4a7c15ull >> 32) % kEntries];
  }
};

} // namespace __mapsan

#endif // MAPSAN_KNOWN_PATHS_H
