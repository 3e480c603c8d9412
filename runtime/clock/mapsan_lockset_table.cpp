// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sets of held locks by number: see mapsan_lockset_table.h.

#include "mapsan_lockset_table.h"

namespace __mapsan {

static u32 HashOf(u32 rest, const LockOfSet &lock) {
  u64 hash = rest;
  auto mix = [&](u64 v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15ull; };
  mix(lock.addr);
  mix(static_cast<u64>(lock.stack) << 8 | static_cast<u8>(lock.mode));
  return hash >> 32;
}

u32 LocksetTable::NewId() {
  u32 id;
  do
    id = atomic_fetch_add(&last_, 1, memory_order_relaxed) + 1;
  while (!id || id == kForgotten);
  return id;
}

bool LocksetTable::Write(u32 id, u32 rest, const LockOfSet &lock) {
  Entry &entry = entries_[id % kEntries];
  // Somebody who is kEntries numbers late: let it finish.
  if (atomic_exchange(&entry.id, kForgotten, memory_order_acquire) ==
      kForgotten)
    return false;
  atomic_thread_fence(memory_order_release);
  atomic_store(&entry.addr, lock.addr, memory_order_relaxed);
  atomic_store(&entry.what, reinterpret_cast<uptr>(lock.what),
               memory_order_relaxed);
  atomic_store(&entry.stack, lock.stack, memory_order_relaxed);
  atomic_store(&entry.mode, static_cast<u32>(lock.mode), memory_order_relaxed);
  atomic_store(&entry.rest, rest, memory_order_relaxed);
  atomic_store(&entry.id, id, memory_order_release);
  return true;
}

bool LocksetTable::Find(u32 id, LockOfSet *lock, u32 *rest) const {
  const Entry &entry = entries_[id % kEntries];
  if (id == kForgotten || atomic_load(&entry.id, memory_order_acquire) != id)
    return false;
  lock->addr = atomic_load(&entry.addr, memory_order_relaxed);
  lock->what = reinterpret_cast<const char *>(
      atomic_load(&entry.what, memory_order_relaxed));
  lock->stack = atomic_load(&entry.stack, memory_order_relaxed);
  lock->mode =
      static_cast<LockMode>(atomic_load(&entry.mode, memory_order_relaxed));
  *rest = atomic_load(&entry.rest, memory_order_relaxed);
  atomic_thread_fence(memory_order_acquire);
  return atomic_load(&entry.id, memory_order_relaxed) == id;
}

u32 LocksetTable::Intern(u32 rest, const LockOfSet &lock) {
  atomic_uint32_t *hint = &index_[HashOf(rest, lock) % kEntries];
  u32 id = atomic_load(hint, memory_order_relaxed), known_rest;
  LockOfSet known;
  if (id && IsRecent(id) && Find(id, &known, &known_rest) &&
      known_rest == rest && known == lock)
    return id;
  id = NewId();
  if (!Write(id, rest, lock))
    return kForgotten;
  atomic_store(hint, id, memory_order_relaxed);
  return id;
}

} // namespace __mapsan
