// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's core inside a unit test: brought up without interceptors, with
// findings collected instead of printed.

#ifndef MAPSAN_TEST_UNIT_WORLD_H
#define MAPSAN_TEST_UNIT_WORLD_H

#include "../../runtime/clock/mapsan_atomics.h"
#include "../../runtime/clock/mapsan_held_locks.h"
#include "../../runtime/clock/mapsan_sync.h"
#include "../../runtime/maps/mapsan_lives.h"
#include "../../runtime/maps/mapsan_map.h"

#include <atomic>
#include <mutex>
#include <vector>

namespace __mapsan {
namespace test {

/// Brings the core up once; later calls do nothing.
void StartWorld();

/// What the core has found since the last call. Thread-safe.
std::vector<Finding> TakeFindings();

/// A descriptor as the pass would have emitted it, on a family that names no
/// bytes of the object.
Site MakeSite(MapsanEffect effect, const char *operation = "operation",
              u32 flags = 0);

/// What a hook does, expanded as in optimised code
/// (pass/instrument/Shortcuts.cpp). True: it took the short way.
bool BeginShort(Thread *thr, Site *site, const void *map, uptr frame);
bool EndShort(Thread *thr, const void *map);

/// An operation from begin to end, by whichever way a hook would take.
void Operate(Thread *thr, Site *site, const void *map,
             MapsanEvidence evidence = MapsanEvidenceNone);
void Begin(Thread *thr, Site *site, const void *map);
void End(Thread *thr, Site *site, const void *map,
         MapsanEvidence evidence = MapsanEvidenceNone);

/// An atomic instruction's two sides, as emitted code calls them
/// (pass/instrument/AtomicHooks.cpp).
u64 BeginAtomic(Thread *thr, uptr addr, u32 what);
void EndAtomic(Thread *thr, uptr addr, u32 what, u64 token, bool done);

/// A load, as emitted code does it: again if its end says so.
int Load(Thread *thr, const std::atomic<int> &word, std::memory_order order);

/// A mutex that is not recursive is taken and given back, by the way that the
/// interceptors prefer (MutexTaken and MutexGivenBack in mapsan_locking.h).
inline void TakeMutex(Thread *thr, uptr addr) {
  if (FindHeld(thr, addr))
    return MutexLocked(thr, addr, 0x1000, 0, /*recursive=*/false);
  PlainMutexLocked(thr, addr, 0x1000, 0);
}
inline void GiveMutexBack(Thread *thr, uptr addr) {
  if (!IsInnermost(thr, addr))
    return MutexUnlocking(thr, addr);
  PlainMutexUnlocking(thr, addr);
}

/// The object is lent to it, and holds its clock as it is.
bool IsLent(Thread *thr, const void *object);

/// As if no map had been used. For a test whose threads, maps and objects are
/// all new.
void ForgetMapUsed();

/// As if nothing had been announced. For a test whose threads and objects are
/// all new.
void ForgetNews();

inline uptr AddressOf(const void *p) { return reinterpret_cast<uptr>(p); }

} // namespace test
} // namespace __mapsan

#endif // MAPSAN_TEST_UNIT_WORLD_H
