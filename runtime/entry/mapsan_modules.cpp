// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Instrumented modules: see mapsan_modules.h.

#include "mapsan_modules.h"

#include "../maps/mapsan_map.h"
#include "../maps/mapsan_map_table.h"
#include "../maps/mapsan_memory.h"
#include "../maps/mapsan_overlap.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_mutex.h"

#include <link.h>

namespace __mapsan {

namespace {
struct Module {
  Site *begin, *end;
};
} // namespace

static constexpr u32 kMaxModules = 1024; // at once; more are not summed up
static SequenceLock mutex;
static Module modules[kMaxModules];
static u32 module_count;
static SiteCounts unloaded;

static void CountIn(const Module &m, SiteCounts *counts) {
  counts->modules++;
  for (const Site *site = m.begin; site < m.end; site++)
    if (site->family) {
      counts->present++;
      counts->ran += site->HasRun();
    }
}

void ModuleAdd(Site *begin, Site *end) {
  ScopedLock lock(&mutex);
  for (u32 i = 0; i < module_count; i++)
    if (modules[i].begin == begin)
      return;
  if (module_count < kMaxModules)
    modules[module_count++] = {begin, end};
}

// The loaded object that contains an address, for its other segments.
static void ForgetObjectAround(uptr address) {
  struct Context {
    uptr address;
  } context = {address};
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *arg) {
        uptr address = static_cast<Context *>(arg)->address;
        bool inside = false;
        for (int i = 0; i < info->dlpi_phnum; i++) {
          uptr begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
          inside |= info->dlpi_phdr[i].p_type == PT_LOAD && address >= begin &&
                    address < begin + info->dlpi_phdr[i].p_memsz;
        }
        if (!inside)
          return 0;
        for (int i = 0; i < info->dlpi_phnum; i++)
          if (info->dlpi_phdr[i].p_type == PT_LOAD)
            MemoryObtained(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                           info->dlpi_phdr[i].p_memsz);
        return 1;
      },
      &context);
}

void ModuleRemove(Site *begin, Site *end) {
  {
    ScopedLock lock(&mutex);
    for (u32 i = 0; i < module_count; i++)
      if (modules[i].begin == begin) {
        CountIn(modules[i], &unloaded);
        modules[i] = modules[--module_count];
        break;
      }
  }
  // Records of other modules' maps that name a site here keep their epoch and
  // lose what a report would say of it.
  Module gone = {begin, end};
  OverlapForgetSites(begin, end);
  ForEachMap(
      [](MapState *state, void *arg) {
        auto *gone = static_cast<Module *>(arg);
        auto names = [&](const Site *site) {
          return site >= gone->begin && site < gone->end;
        };
        auto forget = [&](AccessCell *cell) {
          if (names(cell->Details().site))
            cell->SetSite(nullptr);
          return true;
        };
        forget(&state->write);
        ForEachRead(state, forget);
        if (names(state->birth_site))
          state->birth_site = nullptr;
      },
      &gone);
  ForgetObjectAround(reinterpret_cast<uptr>(begin));
}

void ModulesAfterFork() { mutex.ResetAfterFork(); }

SiteCounts CountSites() {
  ScopedLock lock(&mutex);
  SiteCounts counts = unloaded;
  for (u32 i = 0; i < module_count; i++)
    CountIn(modules[i], &counts);
  return counts;
}

} // namespace __mapsan
