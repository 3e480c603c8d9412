// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The instrumented modules of the process and their call sites.

#ifndef MAPSAN_MODULES_H
#define MAPSAN_MODULES_H

#include "../maps/mapsan_site.h"

namespace __mapsan {

/// Sites in [begin, end) belong to the process from now on, and the module that
/// holds `code` is an instrumented one. Idempotent.
void ModuleAdd(Site *begin, Site *end, uptr code);
/// The module is being unloaded: nothing may refer to its sites afterwards. (Of
/// the executable: the process ends, and nothing is done.)
void ModuleRemove(Site *begin, Site *end, uptr code);

/// In the child of fork: nobody holds the list's lock.
void ModulesAfterFork();

struct SiteCounts {
  u32 modules;
  u64 present, ran;
};
/// Over all modules ever loaded. A module that was unloaded counts with what
/// had run by then. Null sites (the linker's padding) are not counted.
SiteCounts CountSites();

} // namespace __mapsan

#endif // MAPSAN_MODULES_H
