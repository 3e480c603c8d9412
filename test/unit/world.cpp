// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's core inside a unit test: see world.h.

#include "world.h"

#include "../../runtime/clock/mapsan_bucket.h"
#include "../../runtime/clock/mapsan_code.h"
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
  static Family family = {/*id=*/42, "test family", 0,        ~0u,
                          ~0u,       /*number=*/0,  /*tag=*/0};
  Site site = {};
  site.family = reinterpret_cast<const char *>(&family);
  site.operation = operation;
  site.type = "test::map";
  site.effect = effect;
  site.flags = flags;
  return site;
}

// Not inlined: where it returns to, in Operate or in a test, is the call site.
NOINLINE void Begin(Thread *thr, Site *site, const void *map) {
  MapBegin(thr, site, AddressOf(map), GET_CALLER_PC(), GET_CURRENT_FRAME());
}

void End(Thread *thr, Site *site, const void *map, MapsanEvidence evidence) {
  MapEnd(thr, site, AddressOf(map), evidence, GET_CALLER_PC(),
         GET_CURRENT_FRAME());
}

u64 BeginAtomic(Thread *thr, uptr addr, u32 what) {
  return MapUsed() ? AtomicBegin(thr, addr, what) : MAPSAN_ATOMIC_UNWATCHED;
}

void EndAtomic(Thread *thr, uptr addr, u32 what, u64 token, bool done) {
  if (!MapUsed())
    return;
  if (token == MAPSAN_ATOMIC_UNWATCHED)
    AtomicUnwatchedEnd(thr, addr, what, done);
  else
    AtomicEnd(thr, addr, what, token, done);
}

void ForgetMapUsed() {
  atomic_store(&__mapsan_map_used.used, 0, memory_order_relaxed);
}

void Operate(Thread *thr, Site *site, const void *map,
             MapsanEvidence evidence) {
  Begin(thr, site, map);
  End(thr, site, map, evidence);
}

} // namespace test
} // namespace __mapsan
