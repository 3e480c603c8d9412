// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Readers' releases: see mapsan_reader_clocks.h.

#include "mapsan_reader_clocks.h"

#include "mapsan_alloc.h"

namespace __mapsan {

ReaderClocks *ReaderClocks::Create() {
  auto *clocks =
      static_cast<ReaderClocks *>(RuntimeAlloc(sizeof(ReaderClocks)));
  clocks->count_ = 0;
  return clocks;
}

void ReaderClocks::Destroy(ReaderClocks *clocks) {
  if (!clocks)
    return;
  clocks->Clear();
  RuntimeFree(clocks);
}

void ReaderClocks::Clear() {
  while (count_)
    entries_[--count_].snapshot->Unref();
}

// All that is there becomes one snapshot without an owner.
void ReaderClocks::MakeRoom() {
  while (count_ > 1) {
    Snapshot *first = entries_[0].snapshot, *last = entries_[--count_].snapshot;
    entries_[0] = {kNoSlot, Snapshot::Merge(first, last)};
    first->Unref();
    last->Unref();
  }
}

void ReaderClocks::Join(ThreadClock *clock) {
  for (u32 i = 0; i < count_; i++) {
    Entry &e = entries_[i];
    if (e.slot != clock->slot())
      continue;
    if (clock->Refresh(e.snapshot))
      return;
    if (!clock->IsOwn(*e.snapshot))
      continue; // another life of the slot
    e.snapshot->Unref();
    e.snapshot = clock->NewSnapshot();
    return;
  }
  if (count_ == kCapacity)
    MakeRoom();
  entries_[count_++] = {clock->slot(), clock->NewSnapshot()};
}

} // namespace __mapsan
