// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What emitted code looks at: see mapsan_shortcuts.h.

#include "mapsan_shortcuts.h"

#include "../clock/mapsan_sequence_lock.h"

using __mapsan::ShortcutFields;

// Where those look that have none: all goes the long way. Never written.
static ShortcutFields none = {.in_flight = {__mapsan::Shortcuts::kAskRuntime}};

// initial-exec, as emitted code takes it.
extern "C" __attribute__((
    visibility("default"),
    tls_model("initial-exec"))) THREADLOCAL ShortcutFields *__mapsan_shortcuts;
THREADLOCAL ShortcutFields *__mapsan_shortcuts = &none;

namespace __mapsan {

// The families that have tags, by their number less one.
static SequenceLock tags_lock;
static u64 tagged[Shortcuts::kMaxTag]; // ids
static u32 tagged_count;

u64 Shortcuts::TagFamily(const Family *family) {
  ScopedLock lock(&tags_lock);
  u32 i = 0;
  while (i < tagged_count && tagged[i] != family->id)
    i++;
  if (i == kMaxTag)
    return 0;
  if (i == tagged_count)
    tagged[tagged_count++] = family->id;
  u64 tag = static_cast<u64>(i + 1) << kTagShift;
  // It lies in writable memory of its module. Emitted code that still reads 0
  // finds nothing; nothing else hangs on when it sees the tag.
  __atomic_store_n(&const_cast<Family *>(family)->tag, tag, __ATOMIC_RELAXED);
  return tag;
}

void ResetTagsAfterFork() { tags_lock.ResetAfterFork(); }

void TakeShortcuts(Shortcuts *own) { __mapsan_shortcuts = own; }
void TakeNoShortcuts() { __mapsan_shortcuts = &none; }

} // namespace __mapsan
