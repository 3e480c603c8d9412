// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Immutable copies of a thread's clock, shared by reference count: what a
// synchronisation object holds.

#ifndef MAPSAN_SNAPSHOT_H
#define MAPSAN_SNAPSHOT_H

#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct Thread;

/// Small index of a thread; many lives one after another.
using Slot = u32;
constexpr Slot kNoSlot = ~0u;
constexpr Slot kMaxSlots = 1u << 16;
/// No thread has it: see SlotTable.
constexpr Slot kNobody = 0;

/// Which clock of which life of a slot: life in the upper 24 bits, version in
/// the lower 40, so that "newer" is "greater" (CLOCKS: F). 0: none.
using Stamp = u64;
constexpr u32 kVersionBits = 40;
inline Stamp MakeStamp(u64 life, u64 version) {
  return life << kVersionBits | version;
}
inline u64 LifeOf(Stamp s) { return s >> kVersionBits; }
/// A holder of `known` knows everything that `wanted` stood for.
inline bool Covers(Stamp known, Stamp wanted) {
  return LifeOf(known) == LifeOf(wanted) && known >= wanted;
}

/// Per slot: the last published group of map operations (C) and the newest
/// clock known (F).
struct ClockWord {
  u64 epoch;
  Stamp known;
};

/// Which words of a clock grew lately, but for its owner's own.
struct ClockLog {
  static constexpr u32 kMax = 8;
  Stamp since; // the owner's: what grew after that is listed
  u32 count;
  struct {
    Stamp when; // the owner's, after the change
    Slot slot;
  } entries[kMax];

  void Begin(Stamp now) {
    since = now;
    count = 0;
  }
  void Add(Stamp now, Slot slot) {
    if (count == kMax) { // half of them, and all of one time, are forgotten
      since = entries[kMax / 2 - 1].when;
      count = 0;
      for (u32 i = kMax / 2; i < kMax; i++)
        if (entries[i].when != since)
          entries[count++] = entries[i];
      if (since == now)
        return;
    }
    entries[count++] = {now, slot};
  }
};

/// The shared part of snapshots: all words but the owner's and a few others,
/// which may have moved on. Reference-counted, immutable.
struct ClockBase {
  atomic_uint32_t refs;
  u32 count;
  ClockLog log;       // of a thread's clock; not of a merge
  ClockWord words[1]; // `count` of them
};

/// The words, but for the owner's, that have moved on since a base was taken.
struct LateSlots {
  static constexpr u32 kMax = 4;
  u32 count;
  Slot only; // kNobody: there are none; kNoSlot: several, or nobody's
  Slot slots[kMax];

  void Clear() {
    count = 0;
    only = kNobody;
  }
  void Add(Slot slot) {
    only = count || slot == kNobody ? kNoSlot : slot;
    slots[count++] = slot;
  }
  /// The place of that slot's word; `count` if it is none of these.
  u32 Find(Slot slot) const {
    u32 i = 0;
    while (i < count && slots[i] != slot)
      i++;
    return i;
  }
};

///  thread's clock:   [ c0 f0 | c1 f1 | own | c3 f3 ]  at version 17
///  Snapshot{own=(slot 2, life, 17), own_epoch, base_stamp=(life, 12),
///        |  late=[c3 f3]}
///        \-> ClockBase taken at version 12: since then only `own` and those
///            `late` moved
///
/// Reference-counted, immutable, safe to read from any thread that holds a
/// reference. A merge of several clocks has no owner (slot == kNoSlot), and a
/// serial number in place of the owner's stamp.
class alignas(64) Snapshot {
  atomic_uint32_t refs_;

public:
  Slot slot;        // owner, or kNoSlot
  Stamp own;        // the owner's stamp, or the serial number: never 0
  u64 own_epoch;    // the owner's component
  Stamp base_stamp; // the owner's stamp when the base was taken
  ClockBase *base;
  LateSlots late; // what counts in place of the base's words
  ClockWord late_words[LateSlots::kMax];

  u32 Count() const {
    u32 count = base->count;
    if (slot != kNoSlot)
      count = Max(count, slot + 1);
    for (u32 i = 0; i < late.count; i++)
      count = Max(count, late.slots[i] + 1);
    return count;
  }
  ClockWord Word(Slot s) const {
    if (s == slot)
      return {own_epoch, own};
    u32 i = late.Find(s);
    if (i < late.count)
      return late_words[i];
    return s < base->count ? base->words[s] : ClockWord{0, 0};
  }
  u64 Epoch(Slot s) const { return Word(s).epoch; }
  Stamp Known(Slot s) const { return Word(s).known; }

  /// What can be read of one that may be given back, and used anew, meanwhile.
  struct Mirror {
    Slot slot;
    Stamp own;
    u64 own_epoch;
    Stamp base_stamp;
    Slot late; // LateSlots::only
  };
  Mirror ReadRacing() const {
    return {Racing(slot), Racing(own), Racing(own_epoch), Racing(base_stamp),
            Racing(late.only)};
  }
  void SetOwn(Stamp stamp, u64 epoch) {
    SetRacing(&own, stamp);
    SetRacing(&own_epoch, epoch);
  }
  void SetLate(const LateSlots &words);

  /// Takes over one reference to `base`.
  static Snapshot *Create(Slot slot, Stamp own, u64 own_epoch, Stamp base_stamp,
                          ClockBase *base);
  /// The pointwise maximum; a new reference.
  static Snapshot *Merge(const Snapshot *a, const Snapshot *b);

  /// There is one reference, and the caller, who keeps others from taking
  /// one of it, may change what it refers to.
  bool IsExclusive() const {
    return atomic_load(&refs_, memory_order_acquire) == 1;
  }

  Snapshot *Ref();
  void Unref(); // null-safe through the free function below

private:
  // Relaxed: a reader who is not sure looks at his bucket's tag afterwards.
  template <class T> static T Racing(const T &field) {
    return __atomic_load_n(&field, __ATOMIC_RELAXED);
  }
  template <class T> static void SetRacing(T *field, T value) {
    __atomic_store_n(field, value, __ATOMIC_RELAXED);
  }
};
static_assert(sizeof(Snapshot) == 128, "what one thread writes is no other's");

/// A finishing thread's stock of snapshots.
void DrainSnapshotPool(Thread *thr);
/// See PoolBase.
void LockSnapshotPoolBeforeFork();
void UnlockSnapshotPoolAfterFork();

ClockBase *NewClockBase(u32 count);
void RefBase(ClockBase *base);
void UnrefBase(ClockBase *base);
/// As Snapshot::IsExclusive.
inline bool IsExclusive(const ClockBase *base) {
  return atomic_load(&base->refs, memory_order_acquire) == 1;
}

inline void Drop(Snapshot *s) {
  if (s)
    s->Unref();
}

} // namespace __mapsan

#endif // MAPSAN_SNAPSHOT_H
