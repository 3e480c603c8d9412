// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slots: the small indexes of vector clocks, given to one thread after
// another.

#ifndef MAPSAN_SLOTS_H
#define MAPSAN_SLOTS_H

#include "mapsan_clock.h"

namespace __mapsan {

/// The thread whose record became kNobody's: the epoch has its tid in the lower
/// 32 bits. (Above is a number that goes on with each fork.)
inline u32 TidOfNobody(u64 epoch) { return static_cast<u32>(epoch); }

/// Hands out slots. Not thread-safe: the thread registry's lock guards it.
///
/// A slot whose last life ended at group f may begin a new one for a creator
/// (CLOCKS: slot reuse) if (a) the creator knows group f of it, so that all
/// of the old life happens before the new one, or (b) no map record names the
/// slot, so that nobody will ask. For (b) all records are looked through, at
/// most once per doubling of the slots that wait.
///
/// Two kinds of records would keep slots for ever, and so let all clocks grow
/// with the number of threads that there ever were. (1) A last group that its
/// thread never published: nothing can be ordered after it any more, whoever
/// asks. The sweep rewrites such records to kNobody, a slot that is in no
/// clock. (2) Groups that were published, though nobody who creates threads
/// ever hears of them: the records of the oldest of them are dropped once
/// kRemembered slots wait; a race with such a record is missed.
class SlotTable {
public:
  /// Dead slots, named by records, that are kept apart.
  static constexpr u32 kRemembered = 8192;

  struct Lease {
    Slot slot; // kNoSlot: all are in use, by threads that live
    u64 life;
    u64 epoch; // the final group of the last life
  };
  void Initialize();
  /// `creator` may be null (an adopted thread).
  Lease Take(const ThreadClock *creator);
  /// The life of `slot` ended with group `final_epoch`; groups after
  /// `published` are in nobody's clock. They may still get there if
  /// `joinable`: until WasJoined or WasDetached.
  void GiveBack(Slot slot, u64 final_epoch, u64 published, bool joinable);
  void WasJoined(Slot slot, u64 life);
  void WasDetached(Slot slot, u64 life);
  /// The final group of the slot's last life; of a live one, of the life
  /// before.
  u64 FinalEpoch(Slot slot) const { return entries_[slot].epoch; }
  /// The child of fork is ordered after what nobody else is ordered after: from
  /// now on kNobody goes by another epoch.
  void ForkedAfterAll() {
    nobodys_++;
    SetNobodysEpoch();
  }
  /// Slots ever used.
  u32 count() const { return count_; }

private:
  struct Entry {
    u64 life;
    u64 epoch;
    u64 published;
    bool joinable;
    Slot next; // in one of the lists
  };
  static constexpr u32 kLook = 64; // waiting slots looked at per Take

  Lease Begin(Slot slot);
  // Its last of those in use now.
  void SetNobodysEpoch() {
    entries_[kNobody].epoch = static_cast<u64>(nobodys_) << 32 | ~0u;
  }
  void Sweep();
  void ForgetOldest();
  template <class Condition> void FreeWaiting(Condition condition);

  Entry *entries_;
  u32 count_;
  Slot waiting_, free_; // lists: under (a); under (b)
  u32 waiting_count_;
  u32 sweep_at_;
  u32 nobodys_; // the epochs of kNobody in use; see TidOfNobody
};

} // namespace __mapsan

#endif // MAPSAN_SLOTS_H
