// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slots: see mapsan_slots.h.

#include "mapsan_slots.h"

#include "../maps/mapsan_map_table.h"
#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

void SlotTable::Initialize() {
  entries_ = static_cast<Entry *>(
      MmapNoReserveOrDie(kMaxSlots * sizeof(Entry), "MapSan slots"));
  waiting_count_ = 0;
  count_ = 1; // kNobody
  nobodys_ = 1;
  SetNobodysEpoch();
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
    if (free_ == kNoSlot)
      return {kNoSlot, 0, 0};
    return Take(nullptr);
  }
  return Begin(count_++);
}

void SlotTable::GiveBack(Slot slot, u64 final_epoch, u64 published,
                         bool joinable) {
  Entry &e = entries_[slot];
  e.epoch = final_epoch;
  e.published = published;
  e.joinable = joinable;
  e.next = waiting_;
  waiting_ = slot;
  waiting_count_++;
}

void SlotTable::WasJoined(Slot slot, u64 life) {
  Entry &e = entries_[slot];
  if (e.life != life)
    return;
  e.published = e.epoch;
  e.joinable = false;
}

void SlotTable::WasDetached(Slot slot, u64 life) {
  if (entries_[slot].life == life)
    entries_[slot].joinable = false;
}

namespace {
struct SlotSet {
  u8 *bits = static_cast<u8 *>(MmapOrDie(kBytes, "MapSan slot sweep"));
  ~SlotSet() { UnmapOrDie(bits, kBytes); }
  bool Has(Slot slot) const { return bits[slot / 8] >> slot % 8 & 1; }
  void Add(Slot slot) { bits[slot / 8] |= 1 << slot % 8; }

private:
  static constexpr uptr kBytes = kMaxSlots / 8;
};
} // namespace

// Moves the waiting slots that fulfil the condition to the free ones.
template <class Condition> void SlotTable::FreeWaiting(Condition condition) {
  for (Slot *link = &waiting_; *link != kNoSlot;) {
    Slot slot = *link;
    if (!condition(slot)) {
      link = &entries_[slot].next;
      continue;
    }
    *link = entries_[slot].next;
    entries_[slot].next = free_;
    free_ = slot;
    waiting_count_--;
  }
}

// Nothing needs to stop for this. A thread records its own slot only, so no
// record of a dead slot appears while we look; a record that stands when we
// are through stood in its place all the time, and was seen.
void SlotTable::Sweep() {
  struct Context {
    SlotTable *table;
    SlotSet dead, named;
  } context = {this, {}, {}};
  for (Slot slot = waiting_; slot != kNoSlot; slot = entries_[slot].next)
    context.dead.Add(slot);
  ReplaceRecords(
      [](AccessWord word, void *arg) -> AccessWord {
        auto *context = static_cast<Context *>(arg);
        Slot slot = SlotOf(word);
        const Entry &e = context->table->entries_[slot];
        if (context->dead.Has(slot) && !e.joinable &&
            EpochOf(word) > e.published)
          return MakeWord(kNobody, static_cast<u64>(context->table->nobodys_)
                                           << 32 |
                                       ThreadOfWord(word));
        context->named.Add(slot);
        return word;
      },
      &context);
  FreeWaiting([&](Slot slot) { return !context.named.Has(slot); });
  if (waiting_count_ > kRemembered)
    ForgetOldest();
  sweep_at_ = Max(128u, waiting_count_ * 2);
}

// The list has the newest first; half of them stay.
void SlotTable::ForgetOldest() {
  SlotSet old;
  u32 i = 0;
  for (Slot slot = waiting_; slot != kNoSlot; slot = entries_[slot].next)
    if (++i > kRemembered / 2)
      old.Add(slot);
  ReplaceRecords(
      [](AccessWord word, void *arg) -> AccessWord {
        return static_cast<SlotSet *>(arg)->Has(SlotOf(word)) ? 0 : word;
      },
      &old);
  FreeWaiting([&](Slot slot) { return old.Has(slot); });
}

} // namespace __mapsan
