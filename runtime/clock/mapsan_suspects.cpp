// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Modules that may have synchronised unseen: see mapsan_suspects.h.

#include "mapsan_suspects.h"

#include "../entry/mapsan_trusted.h"
#include "mapsan_alloc.h"
#include "mapsan_sequence_lock.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include <link.h>

namespace __mapsan {

namespace {

// Only grows; an entry is complete before the count that covers it.
const char *names[kMaxSuspects]; // by number; none has 0
atomic_uint32_t count;           // the highest number in use
SequenceLock adding;

// Addresses of trusted code: the bottoms of all stacks.
constexpr uptr kEntries = 256;
atomic_uintptr_t trusted[kEntries];

const char kNoFile[] = "code that belongs to no file";
const char kTooMany[] = "one of many modules";

struct Search {
  uptr pc;
  bool first;
  char file[256]; // empty: not found
};

int VisitModule(dl_phdr_info *module, size_t, void *arg) {
  auto *search = static_cast<Search *>(arg);
  bool executable = search->first;
  search->first = false;
  for (unsigned i = 0; i < module->dlpi_phnum; i++) {
    const ElfW(Phdr) &segment = module->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD ||
        search->pc - (module->dlpi_addr + segment.p_vaddr) >= segment.p_memsz)
      continue;
    const char *file =
        executable ? GetProcessName() : StripModuleName(module->dlpi_name);
    internal_strncpy(search->file, file && *file ? file : kNoFile,
                     sizeof(search->file) - 1);
    return 1;
  }
  return 0;
}

Suspect NumberOf(const char *name) {
  auto find = [name](u32 from, u32 to) {
    for (u32 i = from; i <= to; i++)
      if (!internal_strcmp(names[i], name))
        return i;
    return 0u;
  };
  u32 known = atomic_load(&count, memory_order_acquire);
  if (u32 found = find(1, known))
    return found;
  ScopedLock lock(&adding);
  u32 now = atomic_load(&count, memory_order_relaxed);
  if (u32 found = find(known + 1, now))
    return found;
  if (now + 2 == kMaxSuspects)
    name = kTooMany;
  if (now + 1 == kMaxSuspects)
    return now;
  uptr size = internal_strlen(name) + 1;
  char *copy = static_cast<char *>(RuntimeAlloc(size));
  internal_memcpy(copy, name, size);
  names[now + 1] = copy;
  atomic_store(&count, now + 1, memory_order_release);
  return now + 1;
}

} // namespace

Suspect SuspectAt(uptr pc) {
  atomic_uintptr_t *entry = &trusted[(pc ^ pc >> 8) % kEntries];
  if (atomic_load(entry, memory_order_relaxed) == pc)
    return 0;
  Search search = {pc, true, {}};
  dl_iterate_phdr(VisitModule, &search);
  const char *file = search.file[0] ? search.file : kNoFile;
  if (!IsTrustedModule(file))
    return NumberOf(file);
  // Trust only grows.
  atomic_store(entry, pc, memory_order_relaxed);
  return 0;
}

const char *SuspectName(Suspect suspect) {
  if (!suspect || suspect > atomic_load(&count, memory_order_acquire))
    return nullptr;
  return IsTrustedModule(names[suspect]) ? nullptr : names[suspect];
}

} // namespace __mapsan
