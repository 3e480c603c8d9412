// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slots: the small indexes of vector clocks, given to one thread after
// another.

#ifndef MAPSAN_SLOTS_H
#define MAPSAN_SLOTS_H

#include "mapsan_clock.h"

namespace __mapsan {

/// Hands out slots. Not thread-safe: the thread registry's lock guards it.
///
/// A slot whose last life ended at group f may begin a new one for a creator
/// (CLOCKS: slot reuse) if (a) the creator knows group f of it, so that all
/// of the old life happens before the new one, or (b) no map record names the
/// slot, so that nobody will ask. For (b) all records are looked through, at
/// most once per doubling of the slots that wait.
class SlotTable {
public:
  struct Lease {
    Slot slot;
    u64 life;
    u64 epoch; // the final group of the last life
  };
  void Initialize();
  /// `creator` may be null (an adopted thread).
  Lease Take(const ThreadClock *creator);
  /// The life of `slot` ended with group `final_epoch`.
  void GiveBack(Slot slot, u64 final_epoch);
  /// The final group of the slot's last life; of a live one, of the life
  /// before.
  u64 FinalEpoch(Slot slot) const { return entries_[slot].epoch; }
  /// Slots ever used.
  u32 count() const { return count_; }

private:
  struct Entry {
    u64 life;
    u64 epoch;
    Slot next; // in one of the lists
  };
  static constexpr u32 kLook = 64; // waiting slots looked at per Take

  Lease Begin(Slot slot);
  void Sweep();

  Entry *entries_;
  u32 count_;
  Slot waiting_, free_; // lists: under (a); under (b)
  u32 waiting_count_;
  u32 sweep_at_;
};

} // namespace __mapsan

#endif // MAPSAN_SLOTS_H
