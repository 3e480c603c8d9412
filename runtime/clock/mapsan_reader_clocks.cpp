// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Readers' releases: see mapsan_reader_clocks.h.

#include "mapsan_reader_clocks.h"

#include "mapsan_alloc.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

ReaderClocks *ReaderClocks::Create() {
  auto *clocks =
      static_cast<ReaderClocks *>(RuntimeAlloc(sizeof(ReaderClocks)));
  *clocks = {};
  return clocks;
}

void ReaderClocks::Destroy(ReaderClocks *clocks) {
  if (!clocks)
    return;
  clocks->Clear();
  RuntimeFree(clocks->entries_);
  RuntimeFree(clocks);
}

void ReaderClocks::Clear() {
  while (count_)
    entries_[--count_].snapshot->Unref();
}

// What ended threads have left becomes one snapshot without an owner; if that
// frees less than half, the living are many: twice the room.
void ReaderClocks::MakeRoom() {
  Entry merged = {kNoSlot, 0, nullptr};
  u32 kept = 0;
  for (u32 i = 0; i < count_; i++) {
    Entry &e = entries_[i];
    if (e.slot != kNoSlot && LifeOnSlot(e.slot) == e.life) {
      entries_[kept++] = e;
      continue;
    }
    if (!merged.snapshot) {
      merged.snapshot = e.snapshot;
      continue;
    }
    Snapshot *both = Snapshot::Merge(merged.snapshot, e.snapshot);
    merged.snapshot->Unref();
    e.snapshot->Unref();
    merged.snapshot = both;
  }
  if (merged.snapshot)
    entries_[kept++] = merged;
  count_ = kept;
  if (count_ * 2 <= capacity_ && capacity_)
    return;
  capacity_ = capacity_ ? capacity_ * 2 : 4;
  auto *entries = static_cast<Entry *>(RuntimeAlloc(capacity_ * sizeof(Entry)));
  internal_memcpy(entries, entries_, count_ * sizeof(Entry));
  RuntimeFree(entries_);
  entries_ = entries;
}

Snapshot *ReaderClocks::Join(ThreadClock *clock) {
  for (u32 i = 0; i < count_; i++) {
    Entry &e = entries_[i];
    if (e.slot != clock->slot() || e.life != clock->life())
      continue;
    if (!clock->Refresh(e.snapshot)) {
      e.snapshot->Unref();
      e.snapshot = clock->NewSnapshot();
    }
    return e.snapshot;
  }
  if (count_ == capacity_)
    MakeRoom();
  Entry &e = entries_[count_++];
  e = {clock->slot(), clock->life(), clock->NewSnapshot()};
  return e.snapshot;
}

} // namespace __mapsan
