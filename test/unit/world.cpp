// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's core inside a unit test: see world.h.

#include "world.h"

#include "../../runtime/clock/mapsan_code.h"
#include "../../runtime/clock/mapsan_lent.h"
#include "../../runtime/clock/mapsan_live_filter.h"
#include "../../runtime/clock/mapsan_sync_object.h"
#include "../../runtime/entry/mapsan_flags.h"
#include "../../runtime/intercept/mapsan_intercept.h"
#include "../../runtime/maps/mapsan_check.h"
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
    lent::Initialize();
    lent::repeats_needed = 3;
    few_reads = 2;
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
                          /*end_offset=*/~0u,
                          /*owners_behind=*/~0u,
                          /*end_behind=*/~0u,
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

// The fields of its shortcuts that emitted code compares with the news.
static bool HasNews(Thread *thr, AtomicOp op) {
  const Shortcuts &mine = thr->operations.shortcuts;
  const atomic_uint64_t *known = op.releases() ? &mine.silent
                                 : op.stores() ? &mine.news_of_rmw
                                               : &mine.news;
  return atomic_load(&__mapsan_news.word, memory_order_relaxed) !=
         atomic_load(known, memory_order_relaxed);
}

// A token of these tests: the instruction runs while its object is lent.
static constexpr u64 kLent = ~2ull;

u64 BeginAtomic(Thread *thr, uptr addr, u32 what) {
  AtomicOp op(what);
  if (op.kind == MapsanAtomicStore && !op.releases())
    return MapUsed() ? AtomicBegin(thr, addr, what) : MAPSAN_ATOMIC_UNWATCHED;
  // (Threads whose slots were others' before would not be silent.)
  if (!HasNews(thr, op) || !MapUsed())
    return MAPSAN_ATOMIC_UNWATCHED;
  Shortcuts &mine = thr->operations.shortcuts;
  u32 index = static_cast<u32>(addr * MAPSAN_SHORTCUT_MULTIPLIER >> 32) %
              MAPSAN_LENT_ENTRIES;
  if (!op.releases())
    return AtomicBegin(thr, addr, what);
  u64 before = atomic_load(&mine.releasing, memory_order_relaxed);
  atomic_store(&mine.releasing, addr, memory_order_relaxed);
  atomic_signal_fence(memory_order_seq_cst);
  u64 differs = addr ^ atomic_load(&mine.lent_key, memory_order_relaxed) ^
                atomic_load(&mine.lent[index], memory_order_relaxed);
  if (!(differs | before))
    return kLent;
  atomic_store(&mine.releasing, before, memory_order_relaxed);
  return AtomicBegin(thr, addr, what);
}

static void EndAtomicHooked(Thread *thr, uptr addr, u32 what, u64 token,
                            bool done) {
  if (!AtomicOp(what).stores()) {
    // A load would be done again, and the value that counts is another one:
    // Load does that where it matters.
    if (!LoadEnd(thr, addr, what, token))
      AtomicEnd(thr, addr, what,
                AtomicBegin(thr, addr, what | MAPSAN_ATOMIC_AGAIN), done);
  } else if (token == MAPSAN_ATOMIC_UNWATCHED) {
    AtomicUnwatchedEnd(thr, addr, what, done);
  } else {
    AtomicEnd(thr, addr, what, token, done);
  }
}

void EndAtomic(Thread *thr, uptr addr, u32 what, u64 token, bool done) {
  AtomicOp op(what);
  if (token == kLent)
    atomic_store(&thr->operations.shortcuts.releasing, 0, memory_order_release);
  else if (token != MAPSAN_ATOMIC_UNWATCHED)
    EndAtomicHooked(thr, addr, what, token, done);
  else if (!op.stores() && HasNews(thr, op))
    EndAtomicHooked(thr, addr, what, AtomicBegin(thr, addr, what), done);
  else if (op.loads() && HasNews(thr, op))
    AtomicUnwatchedEnd(thr, addr, what, done);
}

int Load(Thread *thr, const std::atomic<int> &word, std::memory_order order) {
  uptr addr = AddressOf(&word);
  u32 what = MapsanAtomicLoad | static_cast<u32>(order) << 4;
  int value = word.load(order);
  if (!HasNews(thr, AtomicOp(what)))
    return value;
  for (u32 more : {0, MAPSAN_ATOMIC_AGAIN}) {
    u64 token = AtomicBegin(thr, addr, what | more);
    value = word.load(order);
    if (LoadEnd(thr, addr, what | more, token))
      break;
  }
  return value;
}

bool IsLent(Thread *thr, const void *object) {
  uptr addr = AddressOf(object);
  const Shortcuts &mine = thr->operations.shortcuts;
  u64 key = atomic_load(&mine.lent_key, memory_order_relaxed);
  for (const atomic_uint64_t &entry : mine.lent)
    if (atomic_load(&entry, memory_order_relaxed) == (addr ^ key))
      return true;
  return false;
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
