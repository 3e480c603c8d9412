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
///
/// Along frame pointers these are pairs, compared as such:
///
///   bp -> | up0 | pc   |     up0 -> | up1 | returns to |   ...
///
/// and single return addresses, where the unwinder found them.
class KnownPath {
public:
  /// `pc` and `bp` are where it is about to begin.
  void Begin(uptr pc, uptr bp) {
    pc_ = pc;
    bp_ = bp;
    pair_count_ = word_count_ = id_ = 0;
    whole_ = true;
  }
  void Saw(const uptr *word) {
    if (IsFull(word_count_, kMaxWords, word))
      return;
    word_offsets_[word_count_] = OffsetOf(word);
    words_[word_count_++] = *word;
  }
  /// That word and the one above it.
  void SawPair(const uptr *lower) {
    if (IsFull(pair_count_, kMaxPairs, lower))
      return;
    pair_offsets_[pair_count_] = OffsetOf(lower);
    pairs_[pair_count_++] = {lower[0], lower[1]};
  }
  /// Something that no word tells.
  void SawMore() { whole_ = false; }
  void End(const Site *site, u32 id) {
    site_ = site;
    id_ = whole_ ? id : 0;
    for (; pair_count_ % kPairsAtOnce; pair_count_++) {
      pair_offsets_[pair_count_] = pair_offsets_[0];
      pairs_[pair_count_] = pairs_[0];
    }
    for (; word_count_ % kWordsAtOnce; word_count_++) {
      word_offsets_[word_count_] = word_offsets_[0];
      words_[word_count_] = words_[0];
    }
  }

  /// The stack's id if it is this one; 0: look. All words lie above `bp` on the
  /// calling thread's stack: they can be read.
  u32 IdIf(const Site *site, uptr pc, uptr bp) const {
    if (pc_ != pc || bp_ != bp || site_ != site)
      return 0;
    auto *frame = reinterpret_cast<const uptr *>(bp);
    Pair differ = {};
    for (u32 i = 0; i < pair_count_; i += kPairsAtOnce)
      for (u32 k = i; k < i + kPairsAtOnce; k++)
        differ |= PairAt(frame + pair_offsets_[k]) ^ pairs_[k];
    uptr differs = differ[0] | differ[1];
    for (u32 i = 0; i < word_count_; i += kWordsAtOnce)
      for (u32 k = i; k < i + kWordsAtOnce; k++)
        differs |= frame[word_offsets_[k]] ^ words_[k];
    return differs ? 0 : id_;
  }

private:
  static constexpr u32 kPairsAtOnce = 2, kMaxPairs = 16 * kPairsAtOnce;
  static constexpr u32 kWordsAtOnce = 4, kMaxWords = 6 * kWordsAtOnce;
  static constexpr uptr kMaxOffset = 0xffff; // in words
  typedef uptr Pair __attribute__((vector_size(16)));
  typedef Pair UnalignedPair __attribute__((aligned(8), may_alias));

  static Pair PairAt(const uptr *lower) {
    return *reinterpret_cast<const UnalignedPair *>(lower);
  }
  u16 OffsetOf(const uptr *word) const {
    return static_cast<u16>(word - reinterpret_cast<const uptr *>(bp_));
  }
  bool IsFull(u32 count, u32 max, const uptr *word) {
    uptr offset = word - reinterpret_cast<const uptr *>(bp_);
    if (count == max || offset > kMaxOffset)
      whole_ = false;
    return !whole_;
  }

  const Site *site_;
  uptr pc_, bp_;
  u32 id_; // 0: none
  u16 pair_count_, word_count_;
  bool whole_;
  u16 pair_offsets_[kMaxPairs], word_offsets_[kMaxWords]; // from the frame
  Pair pairs_[kMaxPairs];
  uptr words_[kMaxWords];
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
