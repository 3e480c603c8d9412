// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What this process has reported so far: for duplicates and limits.

#include "mapsan_history.h"

namespace __mapsan {

namespace {

u64 Mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
  return hash ^ (hash >> 29);
}

u64 Address(const void *p) { return reinterpret_cast<u64>(p); }

// A pair is the same the other way round.
u64 MixPair(u64 hash, u64 a, u64 b) {
  return Mix(Mix(hash, Min(a, b)), Max(a, b));
}

u64 NotZero(u64 hash) { return hash ? hash : 1; }

} // namespace

u64 ReportKey(const Finding &finding) {
  // What was a candidate may turn out to be a race.
  u64 hash = Mix(1, static_cast<u64>(finding.kind) * 2 +
                        (finding.grade == Grade::Candidate));
  hash = MixPair(hash, Address(finding.current.site),
                 Address(finding.previous.site));
  return NotZero(Mix(hash, finding.creation.stack));
}

u64 SitesKey(const Site *a, const Site *b) {
  return NotZero(MixPair(2, Address(a), Address(b)));
}

u64 SuppressionKey(const Finding &finding) {
  return NotZero(MixPair(ReportKey(finding), finding.current.stack,
                         finding.previous.stack));
}

u32 ReportedMaps::Of(uptr map) const {
  for (u32 i = 0; i < kSize; i++) {
    u32 slot = (Mix(3, map) + i) % kSize;
    uptr found = atomic_load(&maps_[slot], memory_order_acquire);
    if (found == map)
      return atomic_load(&counts_[slot], memory_order_relaxed);
    if (!found)
      break;
  }
  return 0;
}

void ReportedMaps::Add(uptr map) {
  for (u32 i = 0; i < kSize; i++) {
    u32 slot = (Mix(3, map) + i) % kSize;
    uptr found = atomic_load(&maps_[slot], memory_order_relaxed);
    if (found && found != map)
      continue;
    atomic_fetch_add(&counts_[slot], 1, memory_order_relaxed);
    atomic_store(&maps_[slot], map, memory_order_release);
    return;
  }
}

void ReportedMaps::Clear() {
  internal_memset(maps_, 0, sizeof(maps_));
  internal_memset(counts_, 0, sizeof(counts_));
}

void History::Clear() {
  // Untouched pages stay untouched.
  if (!atomic_load(&reports, memory_order_relaxed) &&
      !atomic_load(&candidates, memory_order_relaxed) &&
      !atomic_load(&discipline, memory_order_relaxed) &&
      !atomic_load(&suppressions, memory_order_relaxed))
    return;
  printed.Clear();
  suppressed.Clear();
  maps.Clear();
  atomic_store(&reports, 0, memory_order_relaxed);
  atomic_store(&candidates, 0, memory_order_relaxed);
  atomic_store(&discipline, 0, memory_order_relaxed);
  atomic_store(&suppressions, 0, memory_order_relaxed);
  atomic_store(&dropped, 0, memory_order_relaxed);
}

} // namespace __mapsan
