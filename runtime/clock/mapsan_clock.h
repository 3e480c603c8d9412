// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread's vector clock, which counts groups of map operations rather than
// synchronisation (docs/clocks.md). Sync objects hold its snapshots.

#ifndef MAPSAN_CLOCK_H
#define MAPSAN_CLOCK_H

#include "../maps/mapsan_shortcuts.h"
#include "mapsan_map_used.h"
#include "mapsan_rules.h"
#include "mapsan_snapshot.h"

namespace __mapsan {

/// Owned and used by one thread; nobody else looks inside. (The registry
/// starts and retires it while no thread runs on it.)
///
/// Example: A does a map operation (epoch 1), unlocks (ticks to 1, publishes);
/// B locks: B.Contains(A.slot, 1). A's next operation carries epoch 2.
class ThreadClock {
public:
  /// A new life of `slot`, going on from `epoch`, the slot's last final group.
  /// `shortcuts`: the thread's, which are told when the clock becomes another.
  void Start(Slot slot, u64 life, u64 epoch, Shortcuts *shortcuts);
  /// Gives everything back but the names of slot and life.
  void Retire();

  Slot slot() const { return slot_; }
  u64 life() const { return life_; }
  /// The epoch of the group still open: what an operation carries. No snapshot
  /// contains it before the next flush (invariant I2).
  u64 OpenEpoch() const { return open_; }
  /// The last group that was published.
  u64 ClosedEpoch() const { return open_ - 1; }
  /// The same at about this moment, asked by another thread.
  u64 ClosedEpochNow() const {
    return __atomic_load_n(&open_, __ATOMIC_RELAXED) - 1;
  }
  /// Its own groups are those after; earlier ones are of the slot's last life.
  u64 FirstEpoch() const { return first_; }
  /// Group `epoch` of `slot` happened before now.
  bool Contains(Slot slot, u64 epoch) const {
    return slot == slot_ || (slot < count_ && words_[slot].epoch >= epoch);
  }
  u64 Epoch(Slot slot) const { return slot < count_ ? words_[slot].epoch : 0; }
  u32 Count() const { return count_; }
  Stamp OwnStamp() const { return MakeStamp(life_, version_); }
  /// All that the clock of `slot` held at `own` is in this one; or all that is
  /// in the merge of this serial number, if `slot` is kNoSlot (false also if it
  /// is not remembered).
  bool Knows(Slot slot, Stamp own) const {
    if (UNLIKELY(slot == kNoSlot))
      return merges_[own % kMerges] == own && Takes(FastPath::known_merge);
    return KnowsThread(slot, own);
  }
  /// The same of a thread's clock (false for kNoSlot), without a call.
  ALWAYS_INLINE bool KnowsThread(Slot slot, Stamp own) const {
    if (slot == slot_ && LifeOf(own) == life_)
      return true;
    return slot < count_ && Covers(words_[slot].known, own);
  }
  bool Knows(const Snapshot &s) const { return Knows(s.slot, s.own); }

  /// A map operation began: the open group has a member.
  void MarkDirty() {
    if (dirty_)
      return;
    dirty_ = true;
    shortcuts_->ClockChanges();
    NoteMapUsed();
  }
  bool dirty() const { return dirty_; }
  /// Nothing was published anywhere in this thread's past: a release has
  /// nothing to say (call after Tick).
  bool AllZero() const { return !nonzero_; }

  /// Closes the open group if it has members. True if it ticked: the caller
  /// then stamps anew what is still in flight (CLOCKS: flush).
  bool Tick() { return dirty_ && CloseGroup(); }

  // --- opening the last group again (docs/clocks.md)

  /// Nobody, or that lock alone, was told of the group that was closed last.
  uptr OnlyTold() const { return only_told_; }
  /// That lock was told of it. `before`: OnlyTold before that. (If it is that
  /// lock, what it held is gone, and so is who has seen that.)
  void Told(uptr lock, uptr before) { only_told_ = !before ? lock : kSeveral; }
  /// By another thread, which has acquired ClosedEpochNow from no object.
  void ToldBeside() { __atomic_store_n(&told_beside_, true, __ATOMIC_RELAXED); }
  /// The last group was published at `lock` and nowhere else, and nothing has
  /// happened since: no operation of this thread, nothing acquired.
  bool MayReopen(uptr lock) const {
    return only_told_ == lock && !dirty_ &&
           !__atomic_load_n(&told_beside_, __ATOMIC_RELAXED);
  }
  /// The open group is one that was taken back.
  bool IsReopened() const { return dirty_ && reopened_ == version_; }
  /// Takes the last group back, as nobody has seen it: what comes belongs to
  /// it. The clock is as it was before its close, but that the lock's snapshot
  /// has it already; it may be acquired there once it is closed again.
  void Reopen() {
    MAPSAN_DCHECK(!dirty_);
    SetOpen(open_ - 1);
    words_[slot_].epoch = open_ - 1;
    dirty_ = true;
    shortcuts_->ClockChanges();
    reopened_ = version_;
  }

  /// The clock as it stands, for a sync object; Tick first. The reference is
  /// the clock's own, valid until its next change: Ref it to keep it.
  Snapshot *Snap();

  /// A snapshot as Snap's, but with one reference only, the caller's.
  Snapshot *NewSnapshot();
  /// `s` was taken of this life of the slot.
  bool IsOwn(const Snapshot &s) const {
    return s.slot == slot_ && LifeOf(s.own) == life_;
  }
  /// Brings a snapshot of this clock, which nobody else refers to, up to date
  /// if it has the clock's base. After Tick.
  bool Refresh(Snapshot *s) {
    if (!IsOwn(*s) || s->base != base_)
      return false;
    only_told_ = kSeveral;
    if (s->own < late_stamp_)
      SetLate(s);
    s->SetOwn(OwnStamp(), words_[slot_].epoch);
    return true;
  }

  /// Joins `s` (null: nothing). True if a component grew. `before_change` is
  /// called once before the first component changes (operations in flight save
  /// the clock of their begin).
  bool Acquire(const Snapshot *s, void (*before_change)(void *), void *arg);

  /// The same for a snapshot of which only these are known and which Knows does
  /// not cover; `late`: LateSlots::only. False, and nothing changes: more than
  /// its owner's own word is new, or may be. No operation may be in flight.
  bool AcquireWord(Slot slot, Stamp own, u64 own_epoch, Stamp base_stamp,
                   Slot late);

  /// Raises one component, as if all of `slot` up to `epoch` had been acquired
  /// (fork). What else that slot's thread knew stays unknown.
  void Raise(Slot slot, u64 epoch);

  /// CLOCKS "equal contents": storing Snap() over `s` would change nothing.
  bool Equals(const Snapshot *s) const;

private:
  bool CloseGroup();
  void SetOpen(u64 epoch) { __atomic_store_n(&open_, epoch, __ATOMIC_RELAXED); }
  /// Another version: something was acquired.
  void NewVersion() {
    nonzero_ = true;
    version_++;
    shortcuts_->ClockChanges();
  }
  void LearnKnown(Slot slot, Stamp known);
  void Rebase(const Slot *grown, u32 count);
  bool AddLate(const Slot *grown, u32 count);
  bool Fold();
  void SetLate(Snapshot *s) const;
  bool Holds(const Snapshot &s) const;
  void Reserve(u32 count);
  void DropBase();
  Shortcuts *shortcuts_;
  u64 first_; // as given to Start
  u64 open_;  // words_[slot_].epoch + 1
  Slot slot_;
  u64 life_;
  u64 version_;
  bool dirty_;
  bool nonzero_;
  static constexpr uptr kSeveral = 1;
  uptr only_told_;   // 0: nobody
  bool told_beside_; // somebody who did not come by an object
  u64 reopened_;     // the version of the group that was opened again; or 0
  u32 count_;
  u32 capacity_;
  ClockWord *words_;
  Snapshot *current_; // the snapshot of version_, if one was asked for
  ClockBase *base_;   // words as of base_stamp_, right but for own and late_
  Stamp base_stamp_;
  LateSlots late_;   // none without a base
  Stamp late_stamp_; // the owner's, when their words changed last
  // Of these words only `known` has grown since the last version; and of more.
  LateSlots learnt_;
  bool learnt_many_;
  ClockLog log_;
  static constexpr u32 kMerges = 16;
  Stamp merges_[kMerges]; // acquired, by serial number; 0: none
};

} // namespace __mapsan

#endif // MAPSAN_CLOCK_H
