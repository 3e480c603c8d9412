// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Teams and their phases: see mapsan_ompt_team.h.

#include "mapsan_ompt_team.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_sync.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {
namespace ompt {

static Phase *NewPhase(u32 size) {
  auto *phase = static_cast<Phase *>(RuntimeAlloc(sizeof(Phase)));
  internal_memset(phase, 0, sizeof(*phase));
  atomic_store(&phase->to_leave, size, memory_order_relaxed);
  return phase;
}

static void FreePhase(Phase *phase) {
  phase->clock.Clear();
  phase->reduction.Clear();
  phase->ordered.Clear();
  phase->iterations.Clear();
  RuntimeFree(phase);
}

static Phase *Next(const Phase *phase) {
  return reinterpret_cast<Phase *>(
      atomic_load(&phase->next, memory_order_acquire));
}

// The memory may be another turn's next.
void Turn::Clear() { SyncBorn(reinterpret_cast<uptr>(this), sizeof(*this)); }

Team *NewTeam() {
  auto *team = static_cast<Team *>(RuntimeAlloc(sizeof(Team)));
  internal_memset(team, 0, sizeof(*team));
  atomic_store(&team->refs, 1, memory_order_relaxed);
  team->oldest = NewPhase(0);
  return team;
}

Phase *JoinTeam(Team *team, u32 size) {
  atomic_fetch_add(&team->refs, 1, memory_order_relaxed);
  // All say the same, and none leaves a phase before all have begun it.
  atomic_store(&team->size, size, memory_order_relaxed);
  atomic_store(&team->oldest->to_leave, size, memory_order_relaxed);
  return team->oldest;
}

void LeaveTeam(Team *team) {
  // Whoever is last sees what all have written there.
  if (atomic_fetch_sub(&team->refs, 1, memory_order_acq_rel) != 1)
    return;
  for (Phase *phase = team->oldest, *next; phase; phase = next) {
    next = Next(phase);
    FreePhase(phase);
  }
  team->fork.Clear();
  RuntimeFree(team);
}

Phase *LeavePhase(Team *team, Phase *phase) {
  Phase *next = Next(phase);
  if (!next) {
    Phase *made = NewPhase(atomic_load(&team->size, memory_order_relaxed));
    uptr expected = 0;
    // Release: whoever finds it sees it whole.
    if (atomic_compare_exchange_strong(&phase->next, &expected,
                                       reinterpret_cast<uptr>(made),
                                       memory_order_acq_rel)) {
      next = made;
    } else {
      FreePhase(made);
      next = reinterpret_cast<Phase *>(expected);
    }
  }
  if (atomic_fetch_sub(&phase->to_leave, 1, memory_order_acq_rel) == 1) {
    // All are in the next one, whose end they have yet to reach.
    team->oldest = next;
    FreePhase(phase);
  }
  return next;
}

} // namespace ompt
} // namespace __mapsan
