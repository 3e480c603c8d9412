// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Instrumented modules: see mapsan_modules.h.

#include "mapsan_modules.h"

#include "../clock/mapsan_code.h"
#include "../clock/mapsan_stack.h"
#include "../maps/mapsan_families.h"
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

/// A loaded object: what dl_iterate_phdr says of it.
struct LoadedObject {
  uptr address; // in it
  bool main;    // it is the executable
  CodeRange code;
  void (*each)(uptr begin, uptr size); // of its segments; may be null
};

static int VisitObject(dl_phdr_info *info, size_t, void *arg) {
  auto *object = static_cast<LoadedObject *>(arg);
  bool main = object->main, inside = false;
  object->main = false; // the first is the executable
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) &segment = info->dlpi_phdr[i];
    uptr begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type != PT_LOAD)
      continue;
    inside |= object->address - begin < segment.p_memsz;
    if (segment.p_flags & PF_X)
      object->code = {begin, segment.p_memsz};
  }
  if (!inside)
    return 0;
  object->main = main;
  for (int i = 0; object->each && i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD)
      object->each(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                   info->dlpi_phdr[i].p_memsz);
  return 1;
}

static bool FindObject(LoadedObject *object) {
  object->main = true;
  return dl_iterate_phdr(VisitObject, object);
}

void ModuleAdd(Site *begin, Site *end, uptr code) {
  LoadedObject object = {code, false, {0, 0}, nullptr};
  if (FindObject(&object))
    AddInstrumentedCode(object.code, object.main);
  ScopedLock lock(&mutex);
  for (u32 i = 0; i < module_count; i++)
    if (modules[i].begin == begin)
      return;
  if (begin && module_count < kMaxModules)
    modules[module_count++] = {begin, end};
}

void ModuleRemove(Site *begin, Site *end, uptr code) {
  LoadedObject object = {code, false, {0, 0}, nullptr};
  if (FindObject(&object) && object.main)
    return; // the process ends: its sites and its code stay to the last
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
  watches.ForgetSites(begin, end);
  ForEachMap(
      [](MapState *state, void *arg) {
        auto *gone = static_cast<Module *>(arg);
        auto names = [&](u32 stack) {
          const Site *site = SiteOfStack(stack);
          return site >= gone->begin && site < gone->end;
        };
        auto forget = [&](AccessCell *cell) {
          // A reader that is at it meanwhile runs in another module.
          Access16 access = cell->Read();
          if (names(access.details.stack))
            cell->Exchange(access, {access.word,
                                    {StackWithoutSite(access.details.stack),
                                     access.details.lockset}});
          return true;
        };
        forget(state->LastWrite());
        ForEachRead(state, forget);
        if (names(state->birth_stack))
          state->birth_stack = StackWithoutSite(state->birth_stack);
      },
      &gone);
  object.each = MemoryObtained;
  if (FindObject(&object))
    RemoveInstrumentedCode(object.code.begin);
}

void ModulesAfterFork() {
  mutex.ResetAfterFork();
  FamiliesAfterFork();
}

SiteCounts CountSites() {
  ScopedLock lock(&mutex);
  SiteCounts counts = unloaded;
  for (u32 i = 0; i < module_count; i++)
    CountIn(modules[i], &counts);
  return counts;
}

} // namespace __mapsan
