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
    if (count_ == kMaxWords)
      whole_ = false;
    else
      words_[count_++] = {word, *word};
  }
  /// Something that no word tells.
  void SawMore() { whole_ = false; }
  void End(const Site *site, u32 id) {
    site_ = site;
    id_ = whole_ ? id : 0;
    for (; count_ % kAtOnce; count_++)
      words_[count_] = words_[0];
  }

  /// The stack's id if it is this one; 0: look. All words lie above `bp` on the
  /// calling thread's stack: they can be read.
  u32 IdIf(const Site *site, uptr pc, uptr bp) const {
    if (pc_ != pc || bp_ != bp || site_ != site)
      return 0;
    uptr differs = 0;
    for (const Word *w = words_, *end = words_ + count_; w < end; w += kAtOnce)
      for (u32 i = 0; i < kAtOnce; i++)
        differs |= *w[i].at ^ w[i].value;
    return differs ? 0 : id_;
  }

private:
  static constexpr u32 kAtOnce = 4, kMaxWords = 7 * kAtOnce;
  struct Word {
    const uptr *at;
    uptr value;
  };
  const Site *site_;
  uptr pc_, bp_;
  u32 id_; // 0: none
  u32 count_;
  bool whole_;
  Word words_[kMaxWords];
};

/// A thread's own. Any path has one place.
struct KnownPaths {
  static constexpr u32 kEntries = 32;
  KnownPath entries[kEntries];

  KnownPath *For(uptr pc, uptr bp) {
    return &entries[(pc ^ pc >> 8 ^ bp >> 4) % kEntries];
  }
};

} // namespace __mapsan

#endif // MAPSAN_KNOWN_PATHS_H
