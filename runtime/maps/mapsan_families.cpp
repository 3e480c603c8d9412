// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Families of containers by number: see mapsan_site.h.

#include "mapsan_families.h"

#include "../clock/mapsan_sequence_lock.h"
#include "mapsan_shortcuts.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

static SequenceLock lock;
static u64 ids[kMaxFamilies]; // by number less one
static u32 count;

u32 NumberFamily(const Family *family) {
  ScopedLock scoped(&lock);
  u32 i = 0;
  while (i < count && ids[i] != family->id)
    i++;
  CHECK_LT(i, kMaxFamilies);
  if (i == count)
    ids[count++] = family->id;
  u32 number = i + 1;
  // It lies in writable memory of its module. Relaxed: emitted code that still
  // finds no tag takes no short cut; who finds no number comes here.
  auto *mine = const_cast<Family *>(family);
  if (number <= Shortcuts::kMaxTag)
    __atomic_store_n(&mine->tag,
                     static_cast<u64>(number) << Shortcuts::kTagShift,
                     __ATOMIC_RELAXED);
  __atomic_store_n(&mine->number, number, __ATOMIC_RELAXED);
  return number;
}

void FamiliesAfterFork() { lock.ResetAfterFork(); }

} // namespace __mapsan
