// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One access that a map remembers: when and by whom, and what a report says of
// it besides.

#ifndef MAPSAN_ACCESS_H
#define MAPSAN_ACCESS_H

#include "../clock/mapsan_snapshot.h"

namespace __mapsan {

/// (slot, epoch) in one word: a FastTrack epoch. 0: none. Who that was is
/// ThreadOfWord (mapsan_thread.h).
using AccessWord = u64;
constexpr u32 kEpochBits = 48;
inline AccessWord MakeWord(Slot slot, u64 epoch) {
  return static_cast<u64>(slot) << kEpochBits | epoch;
}
inline Slot SlotOf(AccessWord w) { return static_cast<Slot>(w >> kEpochBits); }
inline u64 EpochOf(AccessWord w) { return w & ((1ull << kEpochBits) - 1); }

/// What a report says of it: the stack, which names the site too (SiteOfStack),
/// and the locks that were held.
struct AccessDetails {
  u32 stack;
  u32 lockset;

  bool operator==(const AccessDetails &o) const {
    return stack == o.stack && lockset == o.lockset;
  }
};

/// Both, as they belong together.
struct Access16 {
  AccessWord word;
  AccessDetails details;
};

/// Where a map remembers one. Written under the map's bucket lock, with one
/// exception: a thread that reads again exchanges the word and the details of
/// its own read cell, both at once (RepeatRead in mapsan_check.h). Nobody else
/// ever stores a word of that thread's slot. So who takes a read cell from
/// another thread does that by an exchange of the word (Take), which makes the
/// owner's fail; and who reads both finds them of one access if the word is the
/// same before and after, as a thread's words do not come again.
///
/// The exchanges are of 8 and of 16 bytes. The language has no rule for that;
/// the machine has (Intel SDM 3A 8.1.1: locked instructions to the same cache
/// line are in one order, whatever they cover).
class alignas(16) AccessCell {
public:
  AccessWord Word() const { return atomic_load(&word_, memory_order_relaxed); }
  /// For the order between readers and writers (mapsan_check.h).
  AccessWord WordInOrder() const {
    return atomic_load(&word_, memory_order_seq_cst);
  }
  /// Any thread.
  Access16 Read() const {
    for (;;) {
      AccessWord word = atomic_load(&word_, memory_order_acquire);
      AccessDetails details = {atomic_load(&stack_, memory_order_relaxed),
                               atomic_load(&lockset_, memory_order_relaxed)};
      atomic_thread_fence(memory_order_acquire);
      if (Word() == word)
        return {word, details};
    }
  }
  /// Bucket lock held; the cell is empty, the calling thread's own, or the last
  /// write's. The word comes last and in order.
  void Set(AccessWord word, AccessDetails details) {
    SetDetails(details);
    atomic_exchange(&word_, word, memory_order_seq_cst);
  }
  /// The same of a map that no other thread has used: nobody looks.
  void SetPrivately(AccessWord word, AccessDetails details) {
    SetDetails(details);
    atomic_store(&word_, word, memory_order_relaxed);
  }
  /// False: it was another one.
  bool Exchange(const Access16 &was, const Access16 &is) {
    __int128 from, to;
    static_assert(sizeof(from) == sizeof(was) && sizeof(*this) == sizeof(was),
                  "");
    __builtin_memcpy(&from, &was, sizeof(from));
    __builtin_memcpy(&to, &is, sizeof(to));
    return __sync_bool_compare_and_swap(reinterpret_cast<__int128 *>(this),
                                        from, to);
  }
  /// Empties it. False: the word is another one by now.
  bool Take(AccessWord word) { return ReplaceWord(word, 0); }
  bool ReplaceWord(AccessWord was, AccessWord is) {
    return atomic_compare_exchange_strong(&word_, &was, is,
                                          memory_order_acq_rel);
  }

private:
  void SetDetails(AccessDetails details) {
    atomic_store(&stack_, details.stack, memory_order_relaxed);
    atomic_store(&lockset_, details.lockset, memory_order_relaxed);
  }

  atomic_uint64_t word_;
  atomic_uint32_t stack_, lockset_;
};

} // namespace __mapsan

#endif // MAPSAN_ACCESS_H
