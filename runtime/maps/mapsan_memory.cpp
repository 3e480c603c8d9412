// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory that comes and goes: see mapsan_memory.h.

#include "mapsan_memory.h"

#include "../clock/mapsan_rules.h"
#include "../clock/mapsan_sync.h"
#include "mapsan_map_table.h"

namespace __mapsan {

void memory_internal::Released(uptr addr, uptr size) {
  if (RuleHolds(Rule::life_of_memory))
    SyncMemoryChanged(addr, size);
}

void memory_internal::Obtained(uptr addr, uptr size) {
  if (RuleHolds(Rule::life_of_memory))
    SyncMemoryChanged(addr, size);
  if (RuleHolds(Rule::life_of_map))
    ForgetMaps(addr, size);
}

} // namespace __mapsan
