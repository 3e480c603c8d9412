// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the locks of internal modules from all others.

#include "mapsan_caller.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_mutex.h"
#include <dlfcn.h>
#include <link.h>

namespace __mapsan {
namespace caller_internal {

uptr executable_begin, executable_size, plain_size;
atomic_uintptr_t known[kEntries];
Range data[kDataRanges];
atomic_uint32_t data_count;
atomic_uintptr_t data_begin, data_size;

namespace {

const char *const kInternalModules[] = {
#define MAPSAN_INTERNAL_MODULE(Prefix) Prefix,
#include "mapsan_internal_modules.inc"
};

// Written before the second thread exists.
Range user_locks[] = {
#define MAPSAN_USER_LOCK(Symbol) {0, 0},
#include "mapsan_internal_modules.inc"
};

// The executable segment of `module` that holds `pc`, if any.
Range TextAround(const dl_phdr_info &module, uptr pc) {
  for (unsigned i = 0; i < module.dlpi_phnum; i++) {
    const ElfW(Phdr) &segment = module.dlpi_phdr[i];
    uptr begin = module.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) &&
        pc - begin < segment.p_memsz)
      return {begin, segment.p_memsz};
  }
  return {0, 0};
}

bool IsInternalModule(const dl_phdr_info &module) {
  const char *file = StripModuleName(module.dlpi_name);
  for (const char *prefix : kInternalModules)
    if (file && !internal_strncmp(file, prefix, internal_strlen(prefix)))
      return true;
  return false;
}

// Two threads may add the same module: a range twice does no harm, and the
// lock keeps an entry from being filled by both.
StaticSpinMutex data_lock;
void AddData(const dl_phdr_info &module) {
  SpinMutexLock lock(&data_lock);
  u32 n = atomic_load(&data_count, memory_order_relaxed);
  for (unsigned i = 0; i < module.dlpi_phnum && n < kDataRanges; i++) {
    const ElfW(Phdr) &segment = module.dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_W))
      continue;
    uptr begin = module.dlpi_addr + segment.p_vaddr;
    for (u32 known = 0; known < n; known++)
      if (data[known].begin == begin)
        return;
    data[n++] = {begin, segment.p_memsz};
    uptr first = atomic_load(&data_begin, memory_order_relaxed);
    uptr size = atomic_load(&data_size, memory_order_relaxed);
    uptr end = Max(first + size, begin + segment.p_memsz);
    first = size ? Min(first, begin) : begin;
    atomic_store(&data_size, end - first, memory_order_relaxed);
    atomic_store(&data_begin, first, memory_order_release);
  }
  atomic_store(&data_count, n, memory_order_release);
}

struct Search {
  uptr pc;
  bool internal;
};

int VisitModule(dl_phdr_info *module, size_t, void *arg) {
  Search *search = static_cast<Search *>(arg);
  bool internal = IsInternalModule(*module);
  if (internal)
    AddData(*module);
  if (TextAround(*module, search->pc).size)
    search->internal = internal;
  return 0;
}

int VisitExecutable(dl_phdr_info *module, size_t, void *) {
  // The first module is the executable; its text is not split in practice, and
  // what lies outside the range found costs a probe, no more.
  for (unsigned i = 0; i < module->dlpi_phnum; i++) {
    const ElfW(Phdr) &segment = module->dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X)) {
      executable_begin = module->dlpi_addr + segment.p_vaddr;
      executable_size = segment.p_memsz;
    }
  }
  return 1;
}

} // namespace

bool LocksForTheProgram(uptr pc) {
  for (const Range &function : user_locks)
    // A call at a function's very end returns to just behind it.
    if (pc - 1 - function.begin < function.size)
      return true;
  return false;
}

bool IsData(uptr addr) {
  for (u32 i = 0, n = atomic_load(&data_count, memory_order_acquire); i < n;
       i++)
    if (addr - data[i].begin < data[i].size)
      return true;
  return false;
}

bool LookUp(uptr pc) {
  // dl_iterate_phdr's lock is not held while constructors run: no deadlock
  // with a thread in dlopen. Hence no dladdr here, whose lock is.
  Search search = {pc, false};
  dl_iterate_phdr(VisitModule, &search);
  bool internal = search.internal && !LocksForTheProgram(pc);
  atomic_store(EntryOf(pc), pc << 1 | uptr(internal), memory_order_relaxed);
  return internal;
}

bool IsInternalSlow(uptr pc) {
  if (pc - executable_begin < executable_size)
    return false;
  uptr entry = atomic_load(EntryOf(pc), memory_order_relaxed);
  if (LIKELY(entry >> 1 == pc))
    return entry & 1;
  return LookUp(pc);
}

} // namespace caller_internal

void CallersAfterFork() { caller_internal::data_lock.Init(); }

void InitializeCallers() {
  using namespace caller_internal;
  static const char *const names[] = {
#define MAPSAN_USER_LOCK(Symbol) Symbol,
#include "mapsan_internal_modules.inc"
  };
  for (uptr i = 0; i < ARRAY_SIZE(names); i++) {
    void *function = ForeignFunction(names[i]);
    Dl_info info;
    const ElfW(Sym) *symbol = nullptr;
    if (function &&
        dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol)
      user_locks[i] = {reinterpret_cast<uptr>(function), symbol->st_size};
  }
  dl_iterate_phdr(VisitExecutable, nullptr);
  Search nothing = {0, false}; // for the data of internal modules
  dl_iterate_phdr(VisitModule, &nothing);
}

} // namespace __mapsan
