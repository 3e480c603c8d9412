// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Modules that are beyond suspicion: see mapsan_trusted.h.

#include "mapsan_trusted.h"

#include "../clock/mapsan_sequence_lock.h"
#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

namespace {

/// The patterns of one catalog.
struct TrustedList {
  TrustedList *next;
  uptr size; // the last NUL included
  char patterns[1];
};

// Lists are added in front, under the lock, and never change or go: readers
// need no lock.
atomic_uintptr_t lists;
SequenceLock adding;

TrustedList *First() {
  return reinterpret_cast<TrustedList *>(
      atomic_load(&lists, memory_order_acquire));
}

uptr SizeOf(const char *patterns) {
  const char *at = patterns;
  while (*at)
    at += internal_strlen(at) + 1;
  return at + 1 - patterns;
}

bool IsKnown(const char *patterns, uptr size) {
  for (TrustedList *list = First(); list; list = list->next)
    if (list->size == size && !internal_memcmp(list->patterns, patterns, size))
      return true;
  return false;
}

} // namespace

void TrustModules(const char *patterns) {
  uptr size = SizeOf(patterns);
  ScopedLock lock(&adding);
  if (IsKnown(patterns, size))
    return;
  static LowLevelAllocator forever;
  auto *list = static_cast<TrustedList *>(
      forever.Allocate(RoundUpTo(sizeof(TrustedList) + size, 8)));
  list->next = First();
  list->size = size;
  internal_memcpy(list->patterns, patterns, size);
  // Release: whoever finds it finds it whole.
  atomic_store(&lists, reinterpret_cast<uptr>(list), memory_order_release);
}

// `versioned`: the pattern may be followed by a dot and more.
static bool Matches(const char *pattern, const char *text, bool versioned) {
  for (; *pattern; pattern++, text++) {
    if (*pattern == '*') {
      for (;; text++) {
        if (Matches(pattern + 1, text, versioned))
          return true;
        if (!*text)
          return false;
      }
    }
    if (*pattern != *text)
      return false;
  }
  return !*text || (versioned && *text == '.');
}

bool MatchesModule(const char *pattern, const char *file) {
  uptr size = internal_strlen(pattern);
  bool versioned = size > 3 && !internal_strcmp(pattern + size - 3, ".so");
  return Matches(pattern, file, versioned);
}

bool IsTrustedModule(const char *file) {
  for (TrustedList *list = First(); list; list = list->next)
    for (const char *pattern = list->patterns; *pattern;
         pattern += internal_strlen(pattern) + 1)
      if (MatchesModule(pattern, file))
        return true;
  return false;
}

} // namespace __mapsan
