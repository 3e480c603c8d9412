// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory that comes and goes: see mapsan_memory.h.

#include "mapsan_memory.h"

#include "../clock/mapsan_rules.h"
#include "../clock/mapsan_sync.h"
#include "mapsan_iterator_values.h"
#include "mapsan_map_table.h"

namespace __mapsan {

void memory_internal::Released(uptr addr, uptr size) {
  live_filter.ForEachBlock(addr, size,
                           [](uptr begin, uptr end, bool, bool sync) {
                             if (sync && RuleHolds(Rule::life_of_memory))
                               SyncMemoryChanged(begin, end);
                           });
}

void memory_internal::Obtained(uptr addr, uptr size) {
  live_filter.ForEachBlock(addr, size,
                           [](uptr begin, uptr end, bool maps, bool sync) {
                             if (sync && RuleHolds(Rule::life_of_memory))
                               SyncMemoryChanged(begin, end);
                             if (maps && RuleHolds(Rule::life_of_map)) {
                               ForgetMaps(begin, end);
                               ForgetIteratorValues(begin, end);
                             }
                           });
}

} // namespace __mapsan
