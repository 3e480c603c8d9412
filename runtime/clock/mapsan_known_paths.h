// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Call paths that a thread has been on before: recognised without walking.

#ifndef MAPSAN_KNOWN_PATHS_H
#define MAPSAN_KNOWN_PATHS_H

#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

struct Site;

/// All words of a stack that a walk has looked at. As long as they say the
/// same, from the same place, so would the walk.
///
/// Along frame pointers these are pairs, compared as such:
///
///   bp -> | up0 | pc   |     up0 -> | up1 | returns to |   ...
///
/// and single return addresses, where the unwinder found them.
class PathWords {
public:
  /// `pc` and `bp` are where the walk is about to begin.
  PathWords(uptr pc, uptr bp) : pc_(pc), bp_(bp) {}

  void Saw(const uptr *word) {
    if (HasRoom(word_count_, kMaxWords, word))
      words_[word_count_++] = word;
  }
  /// That word and the one above it.
  void SawPair(const uptr *lower) {
    if (HasRoom(pair_count_, kMaxPairs, lower))
      pairs_[pair_count_++] = lower;
  }
  /// Something that no word tells.
  void SawMore() { whole_ = false; }

private:
  friend class KnownPath;
  friend class KnownPaths;
  static constexpr u32 kMaxPairs = 64, kMaxWords = 32;
  static constexpr uptr kMaxOffset = 0xffff; // in words

  bool HasRoom(u32 count, u32 max, const uptr *word) {
    whole_ &= count < max && OffsetOf(word) <= kMaxOffset;
    return whole_;
  }
  uptr OffsetOf(const uptr *word) const {
    return word - reinterpret_cast<const uptr *>(bp_);
  }

  uptr pc_, bp_;
  u32 pair_count_ = 0, word_count_ = 0;
  bool whole_ = true;
  const uptr *pairs_[kMaxPairs], *words_[kMaxWords];
};

/// One stack of an operation at one site, and its words: only as many as there
/// are, in groups that are compared at once, behind this head in memory that
/// KnownPaths has.
class alignas(16) KnownPath {
public:
  static uptr SizeOf(const PathWords &words) {
    return sizeof(KnownPath) + GroupsOf(words.pair_count_) * sizeof(Pairs) +
           GroupsOf(words.word_count_) * sizeof(Words);
  }
  /// `this` has SizeOf(`words`) bytes.
  void Keep(const PathWords &words, const Site *site, u32 id) {
    site_ = site;
    pc_ = words.pc_;
    bp_ = words.bp_;
    id_ = id;
    pair_groups_ = GroupsOf(words.pair_count_);
    word_groups_ = GroupsOf(words.word_count_);
    // The last group is filled up with the first of all.
    auto *pairs = reinterpret_cast<Pairs *>(this + 1);
    for (u32 i = 0; i < pair_groups_ * kGroup; i++) {
      const uptr *pair = words.pairs_[i < words.pair_count_ ? i : 0];
      pairs[i / kGroup].offsets[i % kGroup] = words.OffsetOf(pair);
      pairs[i / kGroup].pairs[i % kGroup] = PairAt(pair);
    }
    auto *others = reinterpret_cast<Words *>(pairs + pair_groups_);
    for (u32 i = 0; i < word_groups_ * kGroup; i++) {
      const uptr *word = words.words_[i < words.word_count_ ? i : 0];
      others[i / kGroup].offsets[i % kGroup] = words.OffsetOf(word);
      others[i / kGroup].words[i % kGroup] = *word;
    }
  }

  /// The stack's id if it is this one; 0: look. All words lie above `bp` on the
  /// calling thread's stack: they can be read.
  ALWAYS_INLINE u32 IdIf(const Site *site, uptr pc, uptr bp) const {
    if (pc_ != pc || bp_ != bp || site_ != site)
      return 0;
    auto *frame = reinterpret_cast<const uptr *>(bp);
    auto *pairs = reinterpret_cast<const Pairs *>(this + 1);
    // Paths that differ mostly do so soon: another of the set is meant.
    for (u32 left = pair_groups_; left; left--, pairs++) {
      Pair differ = {};
      for (u32 k = 0; k < kGroup; k++)
        differ |= PairAt(frame + pairs->offsets[k]) ^ pairs->pairs[k];
      if (differ[0] | differ[1])
        return 0;
    }
    auto *words = reinterpret_cast<const Words *>(pairs);
    for (u32 left = word_groups_; left; left--, words++) {
      uptr differs = 0;
      for (u32 k = 0; k < kGroup; k++)
        differs |= frame[words->offsets[k]] ^ words->words[k];
      if (differs)
        return 0;
    }
    return id_;
  }

private:
  static constexpr u32 kGroup = 4;
  typedef uptr Pair __attribute__((vector_size(16)));
  struct Pairs {
    Pair pairs[kGroup];
    u16 offsets[kGroup]; // from the frame, in words
  };
  struct alignas(Pairs) Words {
    uptr words[kGroup];
    u16 offsets[kGroup];
  };
  static u32 GroupsOf(u32 count) { return (count + kGroup - 1) / kGroup; }
  static Pair PairAt(const uptr *lower) {
    typedef Pair InStack __attribute__((aligned(8), may_alias));
    return *reinterpret_cast<const InStack *>(lower);
  }

  const Site *site_;
  uptr pc_, bp_;
  u32 id_;
  u16 pair_groups_, word_groups_;
};

/// A thread's own, in sets of a few: many functions fall to one set, and one
/// function is come to by several paths in turn. The paths lie one behind the
/// other in a ring, where the oldest make room. Zero-initialised, in pages of
/// its own: what nobody comes to costs nothing.
///
/// A signal handler's operation may come between any two instructions here: a
/// path's room is taken before it is written, and its set is told of it last;
/// it says itself whose it is.
class KnownPaths {
public:
  /// As KnownPath's, of the path that its set was asked for last.
  ALWAYS_INLINE u32 IdIfLast(const Site *site, uptr pc, uptr bp) {
    u64 key = KeyOf(pc, bp);
    const Slot &slot = sets_[SetOf(key)].slots[0];
    return slot.key == key && IsThere(slot)
               ? PathAt(slot.at)->IdIf(site, pc, bp)
               : 0;
  }
  /// Of another one.
  u32 IdIf(const Site *site, uptr pc, uptr bp) {
    u64 key = KeyOf(pc, bp);
    Set &set = sets_[SetOf(key)];
    for (u32 i = 1; i < kWays; i++) {
      Slot slot = set.slots[i];
      if (slot.key != key || !IsThere(slot))
        continue;
      if (u32 id = PathAt(slot.at)->IdIf(site, pc, bp)) {
        set.slots[i] = set.slots[0];
        set.slots[0] = slot;
        return id;
      }
    }
    return 0;
  }

  /// What the walk has seen led to the stack `id` of an operation at `site`.
  void Keep(const PathWords &words, const Site *site, u32 id) {
    if (!words.whole_)
      return;
    u64 size = KnownPath::SizeOf(words), at = taken_;
    if (at % kRing + size > kRing) // not across the end
      at = RoundUpTo(at, kRing);
    taken_ = at + size;
    atomic_signal_fence(memory_order_seq_cst);
    PathAt(at)->Keep(words, site, id);
    atomic_signal_fence(memory_order_seq_cst);
    u64 key = KeyOf(words.pc_, words.bp_);
    Set &set = sets_[SetOf(key)];
    for (u32 i = kWays - 1; i; i--)
      set.slots[i] = set.slots[i - 1];
    set.slots[0] = {key, at};
  }

private:
  static constexpr u32 kSets = 256, kWays = 4;
  static constexpr uptr kRing = 512 << 10; // bytes
  struct Slot {
    u64 key; // 0: none
    u64 at;  // of all bytes that were ever taken
  };
  /// The last one wanted comes first.
  struct alignas(64) Set {
    Slot slots[kWays];
  };

  static u64 KeyOf(uptr pc, uptr bp) {
    return (pc ^ bp << 10) * 0x9e3779b97f4a7c15ull;
  }
  static u32 SetOf(u64 key) { return (key >> 32) % kSets; }
  bool IsThere(const Slot &slot) const { return taken_ - slot.at <= kRing; }
  KnownPath *PathAt(u64 at) {
    return reinterpret_cast<KnownPath *>(&ring_[at % kRing]);
  }

  Set sets_[kSets];
  u64 taken_;
  alignas(64) u8 ring_[kRing];
};

} // namespace __mapsan

#endif // MAPSAN_KNOWN_PATHS_H
