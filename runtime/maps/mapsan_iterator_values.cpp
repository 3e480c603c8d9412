// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators by value: see mapsan_iterator_values.h.

#include "mapsan_iterator_values.h"

#include "../clock/mapsan_live_filter.h"
#include "../clock/mapsan_thread.h"
#include "mapsan_handle_fast.h"
#include "sanitizer_common/sanitizer_posix.h"

#include <sys/mman.h>

namespace __mapsan {

namespace {

/// Some thousands of handles by element, the oldest of a row making room. Made
/// when the first is wanted. A row's lock guards it; each entry that is in use
/// is counted in LiveFilter, so that its memory's end is seen.
class ValueTable {
public:
  bool HasAny() const { return __atomic_load_n(&any_, __ATOMIC_ACQUIRE); }
  bool Reserve();
  void Put(uptr element, const Handle &handle);
  bool Get(uptr element, Handle *handle);
  void Forget(uptr element);
  void ResetAfterFork();

private:
  static constexpr u32 kRows = 1 << 13, kEntries = 7;
  struct Entry {
    uptr element; // 0: none
    Handle handle;
  };
  struct Row {
    SequenceLock lock;
    u32 oldest;
    Entry entries[kEntries];
  };

  Row *For(uptr element) {
    return &rows_[(element >> 3 ^ element >> 16) % kRows];
  }
  static Entry *Find(Row *row, uptr element) {
    for (Entry &entry : row->entries)
      if (entry.element == element)
        return &entry;
    return nullptr;
  }

  bool any_;
  SequenceLock lock_; // of any_ and rows_, until they are there
  Row *rows_;
};

bool ValueTable::Reserve() {
  ScopedLock lock(&lock_);
  if (HasAny())
    return true;
  uptr p = internal_mmap(nullptr, kRows * sizeof(Row), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (internal_iserror(p))
    return false;
  rows_ = reinterpret_cast<Row *>(p);
  // Release: whoever sees that there are some finds them.
  __atomic_store_n(&any_, true, __ATOMIC_RELEASE);
  return true;
}

void ValueTable::Put(uptr element, const Handle &handle) {
  if (!HasAny() && !Reserve())
    return;
  Row *row = For(element);
  ScopedLock lock(&row->lock);
  Entry *entry = Find(row, element);
  if (!entry) {
    entry = Find(row, 0);
    if (!entry) {
      entry = &row->entries[row->oldest++ % kEntries];
      live_filter.Remove(LiveFilter::kMap, entry->element);
    }
    live_filter.Add(LiveFilter::kMap, element);
    entry->element = element;
  }
  entry->handle = handle;
}

bool ValueTable::Get(uptr element, Handle *handle) {
  if (!HasAny() || !element)
    return false;
  Row *row = For(element);
  ScopedLock lock(&row->lock);
  Entry *entry = Find(row, element);
  if (entry)
    *handle = entry->handle;
  return entry;
}

void ValueTable::Forget(uptr element) {
  Row *row = For(element);
  ScopedLock lock(&row->lock);
  if (Entry *entry = Find(row, element)) {
    entry->element = 0;
    live_filter.Remove(LiveFilter::kMap, element);
  }
}

void ValueTable::ResetAfterFork() {
  lock_.ResetAfterFork();
  if (HasAny())
    for (u32 i = 0; i < kRows; i++)
      rows_[i].lock.ResetAfterFork();
}

ValueTable values;

} // namespace

static bool IsInside(const Family *family, uptr map, uptr element) {
  return element - map < family->header_bytes;
}

void IteratorMade(Thread *thr, const Site *site, uptr map, uptr element) {
  if (!element || IsInside(site->GetFamily(), map, element))
    return;
  Handle handle;
  handle.Forget();
  if (!HandleMadeFast(thr, &handle, site, map))
    HandleMade(thr, &handle, site, map);
  ScopedRuntime runtime(thr);
  if (handle.watch)
    values.Put(element, handle);
}

void IteratorUsed(Thread *thr, Site *site, uptr element, uptr pc, uptr bp) {
  Handle handle;
  {
    ScopedRuntime runtime(thr);
    if (!values.Get(element, &handle))
      return;
  }
  if (HandleUsedFast(thr, &handle, site))
    return;
  HandleUsed(thr, &handle, site, element, pc, bp);
  ScopedRuntime runtime(thr);
  if (handle.watch)
    values.Put(element, handle);
  else
    values.Forget(element);
}

void IteratorStepped(Thread *thr, uptr before, uptr after) {
  ScopedRuntime runtime(thr);
  Handle handle;
  if (before == after || !after || !values.Get(before, &handle))
    return;
  u64 stamp;
  MapKey map;
  if (handle.GetWatch()->Look(Watch::LifeOf(handle.Stamp()), &stamp, &map) &&
      !IsInside(FamilyOf(handle), AddressOf(map), after))
    values.Put(after, handle);
}

void ForgetIteratorValues(uptr begin, uptr end) {
  if (!values.HasAny())
    return;
  for (uptr element = RoundUpTo(begin, sizeof(uptr)); element < end;
       element += sizeof(uptr))
    values.Forget(element);
}

void ResetIteratorValuesAfterFork() { values.ResetAfterFork(); }

} // namespace __mapsan
