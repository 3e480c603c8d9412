// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a user's own code calls: the functions behind
// include/mapsan/interface.h.

#include "../../include/mapsan/interface.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_lockset.h"
#include "../clock/mapsan_rules.h"
#include "../clock/mapsan_sync.h"
#include "../clock/mapsan_thread.h"
#include "../maps/mapsan_map.h"
#include "../maps/mapsan_memory.h"
#include "../report/mapsan_report.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

#include <errno.h>

using namespace __mapsan;

#define MAPSAN_INTERFACE extern "C" __attribute__((visibility("default")))

namespace {

uptr Address(const volatile void *p) { return reinterpret_cast<uptr>(p); }

// Keeps hooks out and errno as it was, for one call from user code.
class Call {
public:
  Call() : thr_(CurrentThread()), errno_(errno) {
    if (thr_)
      ScopedRuntime::Enter(thr_);
  }
  ~Call() {
    if (thr_)
      ScopedRuntime::Leave(thr_);
    errno = errno_;
  }
  Call(const Call &) = delete;
  Call &operator=(const Call &) = delete;

  explicit operator bool() const { return thr_; }
  Thread *thread() const { return thr_; }

private:
  Thread *thr_;
  int errno_;
};

// The same for what synchronises.
class SyncCall : public Call {
public:
  explicit operator bool() const {
    return Call::operator bool() && !thread()->overlap_only;
  }
};

// --- call sites of home-made maps: made when they first run

Family home_made = {0x6d617073616e2e31ull, // as good as a hash
                    "home-made map",
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

struct HomeMadeSite {
  HomeMadeSite *next;
  uptr pc;
  Site site;
};

constexpr u32 kBuckets = 1024;
atomic_uintptr_t home_made_sites[kBuckets];

Site *FindSite(HomeMadeSite *list, uptr pc, MapsanEffect effect,
               const char *name) {
  for (; list; list = list->next)
    if (list->pc == pc && list->site.effect == effect &&
        list->site.name == name)
      return &list->site;
  return nullptr;
}

// One site for each caller, so that equal reports are known as equal.
Site *SiteFor(uptr pc, MapsanEffect effect, const char *operation,
              const char *name) {
  atomic_uintptr_t *bucket = &home_made_sites[(pc >> 2) % kBuckets];
  uptr head = atomic_load(bucket, memory_order_acquire);
  if (Site *site =
          FindSite(reinterpret_cast<HomeMadeSite *>(head), pc, effect, name))
    return site;
  auto *made = static_cast<HomeMadeSite *>(RuntimeAlloc(sizeof(HomeMadeSite)));
  internal_memset(made, 0, sizeof(*made));
  made->pc = pc;
  made->site.family = reinterpret_cast<const char *>(&home_made);
  made->site.operation = operation;
  made->site.type = "home-made map";
  made->site.name = name;
  made->site.effect = effect;
  for (;;) {
    made->next = reinterpret_cast<HomeMadeSite *>(head);
    // Released: whoever finds it sees it whole. Nothing is ever taken out.
    if (atomic_compare_exchange_strong(
            bucket, &head, reinterpret_cast<uptr>(made), memory_order_acq_rel))
      return &made->site;
    if (Site *site = FindSite(reinterpret_cast<HomeMadeSite *>(head), pc,
                              effect, name)) {
      RuntimeFree(made);
      return site;
    }
  }
}

void MapOperation(const volatile void *map, const char *name,
                  MapsanEffect effect, const char *operation, uptr pc,
                  uptr bp) {
  Call call;
  if (!call)
    return;
  Site *site = SiteFor(pc, effect, operation, name);
  MapBegin(call.thread(), site, Address(map), pc, bp);
  MapEnd(call.thread(), site, Address(map), MapsanEvidenceNone, pc, bp);
}

} // namespace

#define MAPSAN_HERE GET_CALLER_PC(), GET_CURRENT_FRAME()

MAPSAN_INTERFACE void __mapsan_acquire(const volatile void *address) {
  if (SyncCall call; call)
    SyncAcquire(call.thread(), Address(address));
}

MAPSAN_INTERFACE void __mapsan_release(const volatile void *address) {
  if (SyncCall call; call && RuleHolds(Rule::annotation))
    SyncReleaseJoin(call.thread(), Address(address));
}

// All annotated locks are readers-writer locks: one that is never taken in
// shared mode behaves like a mutex.
MAPSAN_INTERFACE void __mapsan_lock(const volatile void *lock) {
  if (SyncCall call; call && RuleHolds(Rule::annotation_lock))
    RwLocked(call.thread(), Address(lock), LockMode::Exclusive, MAPSAN_HERE);
}

MAPSAN_INTERFACE void __mapsan_lock_shared(const volatile void *lock) {
  if (SyncCall call; call)
    RwLocked(call.thread(), Address(lock), LockMode::Shared, MAPSAN_HERE);
}

MAPSAN_INTERFACE void __mapsan_unlock(const volatile void *lock) {
  if (SyncCall call; call)
    RwUnlocking(call.thread(), Address(lock));
}

MAPSAN_INTERFACE void __mapsan_unlock_shared(const volatile void *lock) {
  if (SyncCall call; call)
    RwUnlocking(call.thread(), Address(lock));
}

MAPSAN_INTERFACE void __mapsan_hand_over(const volatile void *object) {
  if (SyncCall call; call && RuleHolds(Rule::annotation_hand_over))
    SyncHandOver(call.thread(), Address(object));
}

MAPSAN_INTERFACE void __mapsan_take_over(const volatile void *object) {
  if (SyncCall call; call)
    SyncTakeOver(call.thread(), Address(object));
}

MAPSAN_INTERFACE void __mapsan_memory_reused(const volatile void *address,
                                             uptr size) {
  if (Call call; call && RuleHolds(Rule::annotation_reused))
    MemoryObtained(Address(address), size);
}

MAPSAN_INTERFACE void __mapsan_map_construct(const volatile void *map,
                                             const char *name) {
  MapOperation(map, name, MapsanEffectConstruct, "construction", MAPSAN_HERE);
}

MAPSAN_INTERFACE void __mapsan_map_destroy(const volatile void *map,
                                           const char *name) {
  MapOperation(map, name, MapsanEffectDestroy, "destruction", MAPSAN_HERE);
}

MAPSAN_INTERFACE void __mapsan_map_read(const volatile void *map,
                                        const char *name) {
  MapOperation(map, name, MapsanEffectRead, "read", MAPSAN_HERE);
}

MAPSAN_INTERFACE void __mapsan_map_write(const volatile void *map,
                                         const char *name) {
  MapOperation(map, name, MapsanEffectWrite, "write", MAPSAN_HERE);
}

MAPSAN_INTERFACE void __mapsan_ignore_begin(void) {
  if (Call call; call && call.thread()->ignore_maps < 0xffff)
    call.thread()->ignore_maps++;
}

MAPSAN_INTERFACE void __mapsan_ignore_end(void) {
  if (Call call; call && call.thread()->ignore_maps)
    call.thread()->ignore_maps--;
}

MAPSAN_INTERFACE void
__mapsan_set_report_callback(void (*callback)(const mapsan_report *)) {
  SetReportCallback(callback);
}

#if MAPSAN_DEBUG_RUNTIME
// For tests, which declare it themselves. Rules by name, joined by '+'; null:
// all hold. 0: one of them is no rule, and nothing has changed.
extern "C" __attribute__((visibility("default"))) int
__mapsan_debug_without(const char *rules);
int __mapsan_debug_without(const char *rules) { return DoWithout(rules); }
#endif

MAPSAN_INTERFACE unsigned __mapsan_report_count(void) { return ReportCount(); }

MAPSAN_INTERFACE unsigned __mapsan_last_effect(void) {
  Call call;
  return call ? LastEffect(call.thread()) : 0;
}
