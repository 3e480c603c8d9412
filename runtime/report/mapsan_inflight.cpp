// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The map operations that all threads are inside of at this moment.

#include "mapsan_inflight.h"

#include "../clock/mapsan_thread.h"

namespace __mapsan {

void InFlightList::Collect() {
  count = 0;
  ForEachThreadUnlocked(
      [](Thread *thread, void *arg) {
        auto *list = static_cast<InFlightList *>(arg);
        thread->operations.ForEach([&](const SeenOperation &op) {
          if (list->count == kMax)
            return;
          InFlight *seen = &list->operations[list->count++];
          seen->thread = thread;
          seen->tid = thread->tid;
          seen->map = op.map;
          seen->site = op.site;
          seen->phase = op.phase;
          seen->kept = op.kept;
        });
      },
      this);
}

bool InFlightList::Collide(const InFlight &a, const InFlight &b,
                           const Thread *crashed) {
  if (a.map != b.map || a.thread == b.thread ||
      a.site->GetFamily() == nullptr || b.site->GetFamily() == nullptr ||
      a.site->GetFamily()->id != b.site->GetFamily()->id)
    return false;
  if (a.phase == Phase::Writing || b.phase == Phase::Writing)
    return true;
  return (a.phase == Phase::MayWrite || b.phase == Phase::MayWrite) &&
         (a.thread == crashed || b.thread == crashed);
}

FindingKind InFlightList::KindOf(const InFlight &a, const InFlight &b) {
  if (a.site->Effect() == MapsanEffectDestroy ||
      b.site->Effect() == MapsanEffectDestroy)
    return FindingKind::DestructionAccess;
  if (a.phase != Phase::Reading && b.phase != Phase::Reading)
    return FindingKind::Writes;
  const InFlight &reader = a.phase == Phase::Reading ? a : b;
  return reader.site->Iterates() ? FindingKind::IterationWrite
                                 : FindingKind::ReadWrite;
}

} // namespace __mapsan
