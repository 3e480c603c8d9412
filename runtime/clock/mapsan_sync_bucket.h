// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The buckets of sync objects, and clocks that stand in them. Internal to
// clock/.

#ifndef MAPSAN_SYNC_BUCKET_H
#define MAPSAN_SYNC_BUCKET_H

#include "../entry/mapsan_hidden.h"
#include "mapsan_bucket.h"
#include "mapsan_snapshot.h"

namespace __mapsan {

struct SyncObject;

/// What a program releases at is mostly a word of a data structure, a link or
/// a count of references, and one among many at which the same clock is
/// released. So no object, which is a line of memory, is made for it yet, if
/// nothing else is in the bucket: the head refers to the clock itself, which is
/// called bare then. An object comes if the clock changes often, or something
/// else comes into the bucket (FindOrCreateSync).
///
/// Memory order: as of a chain of objects (SequenceLock). Snapshots are
/// type-stable, and what Snapshot::ReadRacing looks at is atomic.
class SyncBucket : public Bucket {
public:
  /// One more makes an object.
  static constexpr u32 kMostReleases = 16;

  /// Null also while there is a bare clock.
  SyncObject *Objects() const {
    uptr head = atomic_load(&head_, memory_order_acquire);
    return head & kBare ? nullptr : reinterpret_cast<SyncObject *>(head);
  }
  void SetObjects(SyncObject *head) { SetHead(head); }

  bool IsBare() const {
    return atomic_load(&head_, memory_order_relaxed) & kBare;
  }
  /// The bare clock of that address; null if there is none. Without the lock
  /// only ReadRacing may be asked.
  Snapshot *BareAt(uptr addr) const {
    uptr head = atomic_load(&head_, memory_order_acquire);
    if (LIKELY(!(head & kBare)) || NameOf(addr) != (Note() & kNameMask))
      return nullptr;
    return reinterpret_cast<Snapshot *>(head - kBare);
  }

  // Lock held.

  /// A clock of `addr` may become bare here, as nothing is here at all.
  bool MayBareAt(uptr addr) const {
    return IsEmpty() && NameOf(addr) <= kNameMask;
  }
  /// Where that is so, or in place of its bare clock; takes over the reference.
  /// False, and nothing is done: it has been released again too often.
  bool SetBare(uptr addr, Snapshot *s);
  /// It was released again, once more. False: too often.
  bool CountBare();
  /// IsBare: the clock, and where it was released.
  Snapshot *Bare() const {
    return reinterpret_cast<Snapshot *>(
        atomic_load(&head_, memory_order_relaxed) - kBare);
  }
  uptr BareAddress() const;
  u16 BareReleases() const { return Note() >> kNameBits; }
  /// It is taken out; the reference is the caller's.
  Snapshot *TakeBare();

private:
  static constexpr uptr kBare = 1;
  static constexpr u32 kNameBits = 24, kNameMask = (1u << kNameBits) - 1;

  // Its place among the addresses of the bucket; of what cannot be bare, as it
  // is no plain address of a word, more than kNameMask.
  static uptr NameOf(uptr addr);
  u32 Note() const { return atomic_load(&note_, memory_order_relaxed); }
};

/// Sync objects, 16 bytes a bucket.
using SyncTable = BucketTable<SyncBucket, 4>;
extern MAPSAN_HIDDEN SyncTable sync_table;

inline uptr SyncBucket::NameOf(uptr addr) {
  return SyncTable::UpperOf(addr) << 1 | (addr >> 3 & 1) | (addr & 7) << 60;
}

} // namespace __mapsan

#endif // MAPSAN_SYNC_BUCKET_H
