// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slots: see mapsan_slots.h.

#include "mapsan_slots.h"

#include "../maps/mapsan_map_table.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

void SlotTable::Initialize() {
  entries_ = static_cast<Entry *>(
      MmapNoReserveOrDie(kMaxSlots * sizeof(Entry), "MapSan slots"));
  count_ = waiting_count_ = 0;
  waiting_ = free_ = kNoSlot;
  sweep_at_ = 128;
}

SlotTable::Lease SlotTable::Begin(Slot slot) {
  Entry &e = entries_[slot];
  e.life++;
  return {slot, e.life, e.epoch};
}

SlotTable::Lease SlotTable::Take(const ThreadClock *creator) {
  if (creator) {
    u32 looked = 0;
    for (Slot *link = &waiting_; *link != kNoSlot && looked < kLook;
         link = &entries_[*link].next, looked++) {
      Slot slot = *link;
      if (!creator->Contains(slot, entries_[slot].epoch))
        continue;
      *link = entries_[slot].next;
      waiting_count_--;
      return Begin(slot);
    }
  }
  if (free_ == kNoSlot && waiting_count_ >= sweep_at_)
    Sweep();
  if (free_ != kNoSlot) {
    Slot slot = free_;
    free_ = entries_[slot].next;
    return Begin(slot);
  }
  if (count_ == kMaxSlots) {
    Sweep();
    if (free_ == kNoSlot) {
      Report("MapSanitizer: more than %u threads with live records\n",
             kMaxSlots);
      Die();
    }
    return Take(nullptr);
  }
  return Begin(count_++);
}

void SlotTable::GiveBack(Slot slot, u64 final_epoch) {
  entries_[slot].epoch = final_epoch;
  entries_[slot].next = waiting_;
  waiting_ = slot;
  waiting_count_++;
}

// Nothing needs to stop for this. A thread records its own slot only, so no
// record of a dead slot appears while we look; a record that stands when we
// are through stood in its place all the time, and was seen.
void SlotTable::Sweep() {
  uptr bytes = RoundUpTo(kMaxSlots / 8, GetPageSizeCached());
  auto *named = static_cast<u8 *>(MmapOrDie(bytes, "MapSan slot sweep"));
  ForEachRecordedSlot(
      [](Slot slot, void *arg) {
        static_cast<u8 *>(arg)[slot / 8] |= 1 << slot % 8;
      },
      named);
  for (Slot *link = &waiting_; *link != kNoSlot;) {
    Slot slot = *link;
    if (named[slot / 8] >> slot % 8 & 1) {
      link = &entries_[slot].next;
      continue;
    }
    *link = entries_[slot].next;
    entries_[slot].next = free_;
    free_ = slot;
    waiting_count_--;
  }
  UnmapOrDie(named, bytes);
  sweep_at_ = Max(128u, waiting_count_ * 2);
}

} // namespace __mapsan
