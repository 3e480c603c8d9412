// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread's vector clock: see mapsan_clock.h.

#include "mapsan_clock.h"

#include "mapsan_alloc.h"
#include "mapsan_rules.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

MapUsedLine __mapsan_map_used;

void ThreadClock::Start(Slot slot, u64 life, u64 epoch, Shortcuts *shortcuts) {
  CHECK_LT(life, 1ull << (64 - kVersionBits));
  shortcuts_ = shortcuts;
  slot_ = slot;
  life_ = life;
  version_ = 1;
  dirty_ = false;
  nonzero_ = epoch != 0;
  only_told_ = reopened_ = 0;
  told_beside_ = false;
  count_ = 0;
  current_ = nullptr;
  base_ = nullptr;
  base_stamp_ = late_stamp_ = 0;
  DropBase();
  log_.Begin(OwnStamp());
  for (Stamp &merge : merges_)
    merge = 0;
  Reserve(slot + 1);
  // The slot goes on from where its last life ended: its epochs never repeat.
  words_[slot].epoch = epoch;
  SetOpen(epoch + 1);
  first_ = epoch;
}

void ThreadClock::Retire() {
  DropBase();
  count_ = 0;
  RuntimeFree(words_);
  words_ = nullptr;
  capacity_ = 0;
}

void ThreadClock::Reserve(u32 count) {
  if (count <= count_)
    return;
  if (count > capacity_) {
    u32 capacity = RoundUpToPowerOfTwo(Max(count, 8u));
    auto *words =
        static_cast<ClockWord *>(RuntimeAlloc(capacity * sizeof(ClockWord)));
    internal_memcpy(words, words_, count_ * sizeof(ClockWord));
    RuntimeFree(words_);
    words_ = words;
    capacity_ = capacity;
  }
  internal_memset(words_ + count_, 0, (count - count_) * sizeof(ClockWord));
  count_ = count;
}

void ThreadClock::DropBase() {
  Drop(current_);
  current_ = nullptr;
  if (base_)
    UnrefBase(base_);
  base_ = nullptr;
  late_.Clear();
  learnt_.Clear();
  learnt_many_ = false;
}

bool ThreadClock::CloseGroup() {
  bool as_before = reopened_ == version_; // still what its lock holds
  reopened_ = 0;
  // Before the group is closed: who reads that it is, says so after this.
  if (!as_before)
    __atomic_store_n(&told_beside_, false, __ATOMIC_RELAXED);
  words_[slot_].epoch = open_;
  SetOpen(open_ + 1);
  dirty_ = false;
  nonzero_ = true;
  if (as_before)
    return true;
  version_++;
  only_told_ = 0;
  // The base stays: only our own word moved.
  Drop(current_);
  current_ = nullptr;
  return true;
}

Snapshot *ThreadClock::NewSnapshot() {
  only_told_ = kSeveral;
  if (!base_) {
    base_ = NewClockBase(count_);
    internal_memcpy(base_->words, words_, count_ * sizeof(ClockWord));
    base_->log = log_;
    base_stamp_ = OwnStamp();
  }
  RefBase(base_);
  Snapshot *s = Snapshot::Create(slot_, OwnStamp(), words_[slot_].epoch,
                                 base_stamp_, base_);
  SetLate(s);
  return s;
}

Snapshot *ThreadClock::Snap() {
  MAPSAN_DCHECK(words_[slot_].epoch < open_); // I2: none of an open group
  only_told_ = kSeveral;
  if (!current_)
    current_ = NewSnapshot();
  return current_;
}

bool ThreadClock::Acquire(const Snapshot *s, void (*before_change)(void *),
                          void *arg) {
  if (!s)
    return false;
  if (Knows(*s)) {
    MAPSAN_DCHECK(Holds(*s));
    return false;
  }
  MAPSAN_DCHECK(s->Epoch(slot_) < open_); // I2
  Slot grown[ClockLog::kMax];
  u32 grown_count = 0;
  auto take = [&](Slot i, ClockWord word) {
    // Our own is never taken from elsewhere. (And where a program misuses a
    // lock, a snapshot may become another one meanwhile.)
    if (i == slot_ || UNLIKELY(i >= count_))
      return;
    if (words_[i].epoch < word.epoch) {
      if (!grown_count && before_change)
        before_change(arg);
      if (grown_count < ClockLog::kMax)
        grown[grown_count] = i;
      grown_count++;
      words_[i].epoch = word.epoch;
      words_[i].known = Max(words_[i].known, word.known);
    } else if (words_[i].known < word.known) {
      LearnKnown(i, word.known);
    }
  };
  auto take_moved = [&] {
    for (u32 i = 0; i < s->late.count; i++)
      take(s->late.slots[i], s->late_words[i]);
    take(s->slot, {s->own_epoch, s->own});
  };
  Reserve(s->Count());
  Stamp known = s->slot != kNoSlot ? words_[s->slot].known : 0;
  // First, so that what the base has of these is no news.
  if (s->slot != kNoSlot)
    take_moved();
  if (s->slot != kNoSlot && Covers(known, s->base_stamp)) {
    // All of the base was known to us already.
    MAPSAN_DCHECK(known < s->own); // I3
    MAPSAN_DCHECK(Holds(*s));
  } else if (s->slot != kNoSlot && Covers(known, s->base->log.since) &&
             Takes(FastPath::clock_log)) {
    // So was what is not listed.
    const ClockLog &log = s->base->log;
    for (u32 i = log.count; i > 0 && log.entries[i - 1].when > known; i--) {
      Slot listed = log.entries[i - 1].slot;
      if (listed < s->base->count) // else it is late
        take(listed, s->base->words[listed]);
    }
    MAPSAN_DCHECK(Holds(*s));
  } else {
    for (u32 i = 0; i < s->base->count; i++)
      take(i, s->base->words[i]);
    if (s->slot == kNoSlot)
      merges_[s->own % kMerges] = s->own;
  }
  if (!grown_count)
    return false;
  NewVersion();
  Rebase(grown, grown_count);
  return true;
}

bool ThreadClock::AcquireWord(Slot slot, Stamp own, u64 own_epoch,
                              Stamp base_stamp, Slot late) {
  // (Our own word is never news.)
  if (slot == slot_ || slot >= count_ || (late != kNobody && late != slot_) ||
      !Covers(words_[slot].known, base_stamp))
    return false;
  MAPSAN_DCHECK(words_[slot].known < own); // I3
  if (words_[slot].epoch >= own_epoch) {
    LearnKnown(slot, own);
    return true;
  }
  words_[slot] = {own_epoch, own};
  NewVersion();
  Rebase(&slot, 1);
  return true;
}

// That is no change of the clock, and no version tells of it: the next one
// does.
void ThreadClock::LearnKnown(Slot slot, Stamp known) {
  words_[slot].known = known;
  if (learnt_.Find(slot) < learnt_.count)
    return;
  if (learnt_.count == LateSlots::kMax)
    learnt_many_ = true;
  else
    learnt_.Add(slot);
}

// After a change of those words (more than ClockLog::kMax: of many), and of the
// version: if they are few, the base need not be made anew.
void ThreadClock::Rebase(const Slot *grown, u32 count) {
  only_told_ = kSeveral;
  late_stamp_ = OwnStamp();
  Drop(current_);
  current_ = nullptr;
  if (count > ClockLog::kMax || learnt_many_) {
    log_.Begin(OwnStamp());
    return DropBase();
  }
  for (u32 i = 0; i < count; i++)
    log_.Add(OwnStamp(), grown[i]);
  for (u32 i = 0; i < learnt_.count; i++)
    log_.Add(OwnStamp(), learnt_.slots[i]);
  if (base_ &&
      (learnt_.count || !Takes(FastPath::late_words) || !AddLate(grown, count)))
    DropBase();
  learnt_.Clear();
}

// False: they are too many.
bool ThreadClock::AddLate(const Slot *grown, u32 count) {
  for (u32 i = 0; i < count; i++) {
    if (late_.Find(grown[i]) < late_.count)
      continue;
    if (late_.count == LateSlots::kMax && !Fold())
      return false;
    late_.Add(grown[i]);
  }
  return true;
}

// Nobody else refers to the base: it is brought up to date. (What else is about
// to be late may be so already.)
bool ThreadClock::Fold() {
  if (!IsExclusive(base_))
    return false;
  for (u32 i = 0; i < late_.count; i++)
    if (late_.slots[i] >= base_->count)
      return false;
  for (u32 i = 0; i < late_.count; i++)
    base_->words[late_.slots[i]] = words_[late_.slots[i]];
  base_->log = log_;
  base_stamp_ = OwnStamp();
  late_.Clear();
  return true;
}

void ThreadClock::SetLate(Snapshot *s) const {
  s->SetLate(late_);
  for (u32 i = 0; i < late_.count; i++)
    s->late_words[i] = words_[late_.slots[i]];
}

// I1: who knows that clock of that slot has all that it held. (It may name
// slots of which it knows no group.)
bool ThreadClock::Holds(const Snapshot &s) const {
  for (u32 i = 0, count = s.Count(); i < count; i++)
    if (s.Epoch(i) && !Contains(i, s.Epoch(i)))
      return false;
  return true;
}

void ThreadClock::Raise(Slot slot, u64 epoch) {
  if (slot == slot_ || Contains(slot, epoch))
    return;
  Reserve(slot + 1);
  words_[slot].epoch = epoch;
  NewVersion();
  only_told_ = kSeveral;
  log_.Add(OwnStamp(), slot);
  DropBase();
}

bool ThreadClock::Equals(const Snapshot *s) const {
  return s && Covers(s->Known(slot_), OwnStamp()) && Knows(*s);
}

} // namespace __mapsan
