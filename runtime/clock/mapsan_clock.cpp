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
  count_ = 0;
  current_ = nullptr;
  base_ = nullptr;
  base_stamp_ = 0;
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
}

bool ThreadClock::CloseGroup() {
  words_[slot_].epoch = open_;
  SetOpen(open_ + 1);
  dirty_ = false;
  nonzero_ = true;
  bool as_before = reopened_ == version_; // still what its lock holds
  reopened_ = 0;
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
  return Snapshot::Create(slot_, OwnStamp(), words_[slot_].epoch, base_stamp_,
                          base_);
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
  auto take = [&](Slot i) {
    u64 epoch = s->Epoch(i);
    // Our own component is never taken from elsewhere.
    if (i != slot_ && words_[i].epoch < epoch) {
      if (!grown_count && before_change)
        before_change(arg);
      if (grown_count < ClockLog::kMax)
        grown[grown_count] = i;
      grown_count++;
      words_[i].epoch = epoch;
    }
    words_[i].known = Max(words_[i].known, s->Known(i));
  };
  u32 count = s->Count();
  Reserve(count);
  Stamp known = s->slot != kNoSlot ? words_[s->slot].known : 0;
  if (s->slot != kNoSlot && Covers(known, s->base_stamp)) {
    // Everything but the owner's own word was known to us already.
    MAPSAN_DCHECK(known < s->own); // I3
    take(s->slot);
    MAPSAN_DCHECK(Holds(*s));
  } else if (s->slot != kNoSlot && Covers(known, s->base->log.since) &&
             Takes(FastPath::clock_log)) {
    // So was everything but that and what is listed.
    const ClockLog &log = s->base->log;
    for (u32 i = log.count; i > 0 && log.entries[i - 1].when > known; i--)
      take(log.entries[i - 1].slot);
    take(s->slot);
    MAPSAN_DCHECK(Holds(*s));
  } else {
    for (u32 i = 0; i < count; i++)
      take(i);
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
                              Stamp base_stamp) {
  if (slot == slot_ || slot >= count_ ||
      !Covers(words_[slot].known, base_stamp))
    return false;
  MAPSAN_DCHECK(words_[slot].known < own); // I3
  words_[slot].known = own;
  if (words_[slot].epoch >= own_epoch)
    return true;
  words_[slot].epoch = own_epoch;
  NewVersion();
  Rebase(&slot, 1);
  return true;
}

// After a change of those words (more than ClockLog::kMax: of many), and of the
// version: if nobody else refers to the base, it need not be made anew.
void ThreadClock::Rebase(const Slot *grown, u32 count) {
  only_told_ = kSeveral;
  Drop(current_);
  current_ = nullptr;
  if (count > ClockLog::kMax) {
    log_.Begin(OwnStamp());
    return DropBase();
  }
  bool keep = base_ && IsExclusive(base_) && Takes(FastPath::rebase);
  for (u32 i = 0; i < count; i++) {
    log_.Add(OwnStamp(), grown[i]);
    keep = keep && grown[i] < base_->count;
  }
  if (!keep)
    return DropBase();
  for (u32 i = 0; i < count; i++)
    base_->words[grown[i]] = words_[grown[i]];
  base_->log = log_;
  base_stamp_ = OwnStamp();
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
