// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's core inside a unit test: see world.h.

#include "world.h"

#include "../../runtime/clock/mapsan_code.h"
#include "../../runtime/clock/mapsan_live_filter.h"
#include "../../runtime/clock/mapsan_sync_object.h"
#include "../../runtime/entry/mapsan_flags.h"
#include "../../runtime/intercept/mapsan_intercept.h"
#include "../../runtime/maps/mapsan_map_table.h"
#include "../../runtime/report/mapsan_report.h"

namespace __mapsan {

bool init_internal::active;

static std::mutex findings_mutex;
static std::vector<Finding> findings;

void ReportFinding(const Finding &finding) {
  std::lock_guard<std::mutex> lock(findings_mutex);
  findings.push_back(finding);
}

void StopReporting(const char *) {}
void WatchThreadEnd() {}

// The printing side, which these tests do without.
void InitializeOutput() {}
void InitializeReports() {}
void WriteOutput(const char *, uptr) {}

namespace test {

void StartWorld() {
  static bool started = [] {
    flags()->SetDefaults();
    AddInstrumentedCode({0, ~uptr(0)}, /*main=*/true);
    live_filter.Initialize();
    InitializeSync();
    news::Initialize();
    InitializeMapTable();
    InitializeLocksets();
    InitializeThreads();
    init_internal::active = true;
    return true;
  }();
  (void)started;
}

std::vector<Finding> TakeFindings() {
  std::lock_guard<std::mutex> lock(findings_mutex);
  std::vector<Finding> taken;
  taken.swap(findings);
  return taken;
}

Site MakeSite(MapsanEffect effect, const char *operation, u32 flags) {
  static Family family = {/*id=*/42,
                          "test family",
                          /*header_bytes=*/0,
                          /*size_offset=*/~0u,
                          /*buckets_offset=*/~0u,
                          /*through=*/~0u,
                          /*behind_offset=*/0,
                          /*behind_bytes=*/0,
                          /*invalidates=*/0,
                          /*growth_offset=*/~0u,
                          /*number=*/0,
                          /*tag=*/0};
  Site site = {};
  site.family = reinterpret_cast<const char *>(&family);
  site.operation = operation;
  site.type = "test::map";
  site.effect = effect;
  site.flags =
      flags | (effect == MapsanEffectMayWrite ? u32(MapsanSiteShort) : 0);
  return site;
}

bool BeginShort(Thread *thr, Site *site, const void *map, uptr frame) {
  Shortcuts &mine = thr->operations.shortcuts;
  uptr address = AddressOf(map);
  u32 entry = static_cast<u32>(address * MAPSAN_SHORTCUT_MULTIPLIER >> 32) %
              MAPSAN_SHORTCUT_ENTRIES;
  bool reads = site->effect == MapsanEffectRead;
  if (!reads && site->effect != MapsanEffectWrite &&
      !(site->flags & MapsanSiteShort))
    return false;
  u64 differs = address ^ atomic_load(&mine.key, memory_order_relaxed) ^
                site->GetFamily()->Tag() ^
                (reads ? mine.reads : mine.writes)[entry];
  differs |= atomic_load(&mine.in_flight, memory_order_relaxed) | site->fresh;
  if (differs)
    return false;
  atomic_store(&mine.size, 0, memory_order_relaxed);
  atomic_store(&mine.site, reinterpret_cast<uptr>(site), memory_order_relaxed);
  atomic_store(&mine.frame, frame, memory_order_relaxed);
  atomic_store(&mine.in_flight, address, memory_order_relaxed);
  return true;
}

bool EndShort(Thread *thr, const void *map) {
  Shortcuts &mine = thr->operations.shortcuts;
  if (atomic_load(&mine.in_flight, memory_order_relaxed) != AddressOf(map))
    return false;
  atomic_store(&mine.in_flight, 0, memory_order_relaxed);
  return true;
}

// Not inlined: where it returns to, in Operate or in a test, is the call site.
NOINLINE void Begin(Thread *thr, Site *site, const void *map) {
  uptr pc = GET_CALLER_PC(), bp = GET_CURRENT_FRAME();
  if (IsOfLife(site) && !thr->disturbed)
    MapBeginLife(thr, site, AddressOf(map), pc, bp);
  else if (!BeginShort(thr, site, map, bp) &&
           !MapBeginFast(thr, site, AddressOf(map), pc, bp) &&
           !(MayBeWatched(thr, AddressOf(map)) &&
             MapBeginWatched(thr, site, AddressOf(map), bp)))
    MapBegin(thr, site, AddressOf(map), pc, bp);
}

NOINLINE void End(Thread *thr, Site *site, const void *map,
                  MapsanEvidence evidence) {
  uptr pc = GET_CALLER_PC(), bp = GET_CURRENT_FRAME();
  if (!EndShort(thr, map) && !MapEndFast(thr, site, AddressOf(map), evidence) &&
      !(MayBeWatched(thr, AddressOf(map)) &&
        MapEndWatched(thr, site, AddressOf(map), evidence, pc, bp)) &&
      !(IsOfLife(site) && MapEndLife(thr, site, AddressOf(map))))
    MapEnd(thr, site, AddressOf(map), evidence, pc, bp);
}

static bool IsWatched(Thread *thr, u32 what) {
  if (AtomicOp(what).kind != MapsanAtomicLoad)
    return MapUsed();
  return atomic_load(&__mapsan_news.word, memory_order_relaxed) !=
         atomic_load(&thr->operations.shortcuts.news, memory_order_relaxed);
}

u64 BeginAtomic(Thread *thr, uptr addr, u32 what) {
  return IsWatched(thr, what) ? AtomicBegin(thr, addr, what)
                              : MAPSAN_ATOMIC_UNWATCHED;
}

void EndAtomic(Thread *thr, uptr addr, u32 what, u64 token, bool done) {
  if (!IsWatched(thr, what))
    return;
  if (token == MAPSAN_ATOMIC_UNWATCHED)
    AtomicUnwatchedEnd(thr, addr, what, done);
  else
    AtomicEnd(thr, addr, what, token, done);
}

void ForgetMapUsed() {
  atomic_store(&__mapsan_map_used.used, 0, memory_order_relaxed);
}

void ForgetNews() {
  atomic_store(&__mapsan_news.word, 0, memory_order_relaxed);
}

void Operate(Thread *thr, Site *site, const void *map,
             MapsanEvidence evidence) {
  Begin(thr, site, map);
  End(thr, site, map, evidence);
}

} // namespace test
} // namespace __mapsan
