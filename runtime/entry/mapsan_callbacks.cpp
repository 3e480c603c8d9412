// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What instrumented code calls (include/mapsan/callbacks.inc). The pass emits
// these calls: pass/instrument/. Each only finds the thread and hands on.

#include "../clock/mapsan_atomics.h"
#include "../clock/mapsan_exceptions.h"
#include "../clock/mapsan_modelled.h"
#include "../clock/mapsan_rules.h"
#include "../clock/mapsan_sync.h"
#include "../clock/mapsan_thread.h"
#include "../maps/mapsan_elements.h"
#include "../maps/mapsan_handle_fast.h"
#include "../maps/mapsan_iterator_values.h"
#include "../maps/mapsan_lives.h"
#include "../maps/mapsan_map.h"
#include "mapsan_init.h"
#include "mapsan_modules.h"
#include "mapsan_trusted.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

#include <errno.h>

using namespace __mapsan;

// Declared from the list, so that a definition that differs does not compile.
namespace callback {
using Void = void;
using Ptr = void *;
using I32 = u32;
using I64 = u64;
#define MAPSAN_CALLBACK(Return, Name, Params)                                  \
  extern "C" SANITIZER_INTERFACE_ATTRIBUTE Return __mapsan_##Name Params;
#include "../../include/mapsan/callbacks.inc"
} // namespace callback

#define MAPSAN_ENTRY extern "C" SANITIZER_INTERFACE_ATTRIBUTE

// A hook that finds the runtime at work on its own thread was called by a
// signal handler in the middle of another: its operation is lost, and counted.
static void CountLost() {
  if (Thread *thr = CurrentThreadRaw())
    if (thr->in_runtime)
      thr->lost_in_signal++;
}

// The address where a hook's caller runs, for stacks and for healing.
#define MAPSAN_HERE GET_CALLER_PC(), GET_CURRENT_FRAME()

MAPSAN_ENTRY void __mapsan_module_init_v10(void *begin, void *end) {
  Initialize();
  ScopedRuntimeIfAny runtime;
  ModuleAdd(static_cast<Site *>(begin), static_cast<Site *>(end),
            GET_CALLER_PC());
}

MAPSAN_ENTRY void __mapsan_module_fini_v10(void *begin, void *end) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  ScopedRuntime runtime(thr);
  ModuleRemove(static_cast<Site *>(begin), static_cast<Site *>(end),
               GET_CALLER_PC());
}

MAPSAN_ENTRY void __mapsan_module_trusts(void *patterns) {
  Initialize();
  ScopedRuntimeIfAny runtime;
  TrustModules(static_cast<const char *>(patterns));
}

static NOINLINE void SlowBegin(void *where, void *object, uptr pc, uptr bp) {
  Thread *thr = CurrentThread();
  if (!thr)
    return CountLost();
  Site *site = static_cast<Site *>(where);
  uptr map = reinterpret_cast<uptr>(object);
  if (MayBeWatched(thr, map) && MapBeginWatched(thr, site, map, bp))
    return;
  int saved = errno;
  ScopedRuntime runtime(thr);
  if (UNLIKELY(thr->under_lock))
    LockForOperation(thr);
  MapBegin(thr, site, map, pc, bp);
  errno = saved;
}

static NOINLINE void SlowEnd(void *where, void *object, u32 evidence, uptr pc,
                             uptr bp) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  const Site *site = static_cast<const Site *>(where);
  uptr map = reinterpret_cast<uptr>(object);
  if (MayBeWatched(thr, map) &&
      MapEndWatched(thr, site, map, static_cast<MapsanEvidence>(evidence), pc,
                    bp))
    return;
  int saved = errno;
  ScopedRuntime runtime(thr);
  if (!IsOfLife(site) || !MapEndLife(thr, site, map))
    MapEnd(thr, site, map, static_cast<MapsanEvidence>(evidence), pc, bp);
  if (UNLIKELY(thr->under_lock))
    UnlockAfterOperation(thr);
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_map_begin_long(void *where, void *object) {
  Thread *thr = CurrentThreadRaw();
  Site *site = static_cast<Site *>(where);
  uptr map = reinterpret_cast<uptr>(object);
  if (IsOfLife(site) && LIKELY(thr && !thr->disturbed))
    return MapBeginLife(thr, site, map, MAPSAN_HERE);
  if (LIKELY(thr && MapBeginFast(thr, site, map, MAPSAN_HERE)))
    return;
  SlowBegin(where, object, MAPSAN_HERE);
}

MAPSAN_ENTRY void __mapsan_map_end_long(void *site, void *map, u32 evidence) {
  Thread *thr = CurrentThreadRaw();
  if (LIKELY(thr && MapEndFast(thr, static_cast<const Site *>(site),
                               reinterpret_cast<uptr>(map),
                               static_cast<MapsanEvidence>(evidence))))
    return;
  SlowEnd(site, map, evidence, MAPSAN_HERE);
}

// Code that takes no short cuts calls by these names.
MAPSAN_ENTRY __attribute__((alias("__mapsan_map_begin_long"))) void
__mapsan_map_begin(void *site, void *map);
MAPSAN_ENTRY __attribute__((alias("__mapsan_map_end_long"))) void
__mapsan_map_end(void *site, void *map, u32 evidence);

MAPSAN_ENTRY void __mapsan_map_unwind(void *site, void *map) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  int saved = errno;
  ScopedRuntime runtime(thr);
  MapUnwind(thr, static_cast<const Site *>(site), reinterpret_cast<uptr>(map),
            MAPSAN_HERE);
  if (UNLIKELY(thr->under_lock))
    UnlockAfterOperation(thr);
  errno = saved;
}

// This thread, if its iterators are followed now; or null.
static Thread *CurrentFollowed() {
  Thread *thr = CurrentThread();
  return thr && !thr->overlap_only && !thr->ignore_maps && flags()->iterators
             ? thr
             : nullptr;
}

static NOINLINE void MakeSlowly(Handle *handle, void *site, void *map) {
  handle->Forget();
  if (Thread *thr = CurrentFollowed())
    HandleMade(thr, handle, static_cast<const Site *>(site),
               reinterpret_cast<uptr>(map));
}

MAPSAN_ENTRY void __mapsan_handle_made(void *where, void *site, void *map) {
  auto *handle = static_cast<Handle *>(where);
  handle->Forget(); // whatever the variable held before
  Thread *thr = CurrentThreadRaw();
  if (UNLIKELY(!thr || thr->disturbed ||
               !HandleMadeFast(thr, handle, static_cast<const Site *>(site),
                               reinterpret_cast<uptr>(map))))
    MakeSlowly(handle, site, map);
}

static NOINLINE void UseSlowly(Handle *handle, void *site, void *element,
                               uptr pc, uptr bp) {
  Thread *thr = CurrentFollowed();
  if (!thr)
    return;
  int saved = errno;
  HandleUsed(thr, handle, static_cast<Site *>(site),
             reinterpret_cast<uptr>(element), pc, bp);
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_handle_used(void *where, void *site, void *element) {
  auto *handle = static_cast<Handle *>(where);
  if (!handle->watch)
    return;
  Thread *thr = CurrentThreadRaw();
  if (LIKELY(thr &&
             HandleUsedFast(thr, handle, static_cast<const Site *>(site))))
    return;
  UseSlowly(handle, site, element, MAPSAN_HERE);
}

MAPSAN_ENTRY void __mapsan_handle_renewed(void *where) {
  HandleRenewed(static_cast<Handle *>(where));
}

MAPSAN_ENTRY void __mapsan_handle_expected() {
  if (Thread *thr = CurrentThread())
    thr->returned_handle.function = 0;
}

MAPSAN_ENTRY void __mapsan_handle_returned(void *where, void *element,
                                           u64 function) {
  if (Thread *thr = CurrentThread())
    thr->returned_handle = {*static_cast<Handle *>(where),
                            reinterpret_cast<uptr>(element), function};
}

MAPSAN_ENTRY void __mapsan_handle_received(void *where, void *element,
                                           u64 function) {
  auto *handle = static_cast<Handle *>(where);
  handle->Forget();
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  ReturnedHandle &returned = thr->returned_handle;
  if (returned.element == reinterpret_cast<uptr>(element) &&
      returned.function == function)
    *handle = returned.handle;
  returned.function = 0;
}

MAPSAN_ENTRY void __mapsan_iterator_made(void *site, void *map, void *element) {
  Thread *thr = CurrentFollowed();
  if (!thr || thr->disturbed)
    return;
  int saved = errno;
  IteratorMade(thr, static_cast<const Site *>(site),
               reinterpret_cast<uptr>(map), reinterpret_cast<uptr>(element));
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_iterator_used(void *site, void *element) {
  Thread *thr = CurrentFollowed();
  if (!thr || thr->disturbed)
    return;
  int saved = errno;
  IteratorUsed(thr, static_cast<Site *>(site), reinterpret_cast<uptr>(element),
               MAPSAN_HERE);
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_iterator_stepped(void *before, void *after) {
  if (Thread *thr = CurrentThread())
    IteratorStepped(thr, reinterpret_cast<uptr>(before),
                    reinterpret_cast<uptr>(after));
}

MAPSAN_ENTRY void __mapsan_map_erases(void *map, void *element) {
  if (Thread *thr = CurrentThread())
    MapErases(thr, reinterpret_cast<uptr>(map),
              reinterpret_cast<uptr>(element));
}

MAPSAN_ENTRY void __mapsan_map_extracted(void *map, void *element) {
  __mapsan_map_erases(map, element);
}

static NOINLINE void UseElement(void *address, u32 what, void *site, uptr pc,
                                uptr bp) {
  Thread *thr = CurrentThread();
  if (!thr)
    return CountLost();
  if (thr->overlap_only || thr->ignore_maps || !flags()->elements)
    return;
  int saved = errno;
  ScopedRuntime runtime(thr);
  if (UNLIKELY(thr->under_lock))
    LockForOperation(thr);
  ElementUsed(thr, reinterpret_cast<uptr>(address), what,
              static_cast<Site *>(site), pc, bp);
  if (UNLIKELY(thr->under_lock))
    UnlockAfterOperation(thr);
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_element_used(void *address, u32 what, void *site) {
  Thread *thr = CurrentThreadRaw();
  if (LIKELY(thr &&
             ElementUsedAgain(thr, reinterpret_cast<uptr>(address), what)))
    return;
  UseElement(address, what, site, MAPSAN_HERE);
}

static constexpr u64 kNothing = ~0ull;
static_assert(kNothing - 1 == MAPSAN_ATOMIC_UNWATCHED,
              "atomic_end takes them for the greatest tokens");

static NOINLINE u64 UnknownThreadBegin(void *addr, u32 what) {
  return CurrentThread() ? callback::__mapsan_atomic_begin(addr, what)
                         : kNothing;
}

MAPSAN_ENTRY u64 __mapsan_atomic_begin(void *addr, u32 what) {
  Thread *thr = CurrentThreadRaw();
  if (UNLIKELY(!thr))
    return UnknownThreadBegin(addr, what);
  if (UNLIKELY(thr->in_runtime || thr->ignore_sync))
    return kNothing;
  if (UNLIKELY(what & MAPSAN_ATOMIC_CALL))
    ScopedRuntime::Enter(thr);
  return AtomicBegin(thr, reinterpret_cast<uptr>(addr), what);
}

// The first map operation of the process began while the instruction ran.
static NOINLINE void UnwatchedEnd(void *addr, u32 what, u32 done) {
  Thread *thr = CurrentThread();
  if (thr && !thr->ignore_sync)
    AtomicUnwatchedEnd(thr, reinterpret_cast<uptr>(addr), what, done);
}

MAPSAN_ENTRY void __mapsan_atomic_end(void *addr, u32 what, u64 token,
                                      u32 done) {
  if (UNLIKELY(token >= MAPSAN_ATOMIC_UNWATCHED)) {
    if (token == MAPSAN_ATOMIC_UNWATCHED)
      UnwatchedEnd(addr, what, done);
    return;
  }
  Thread *thr = CurrentThreadRaw();
  AtomicEnd(thr, reinterpret_cast<uptr>(addr), what, token, done);
  if (UNLIKELY(what & MAPSAN_ATOMIC_CALL))
    ScopedRuntime::Leave(thr);
}

MAPSAN_ENTRY u32 __mapsan_load_end(void *addr, u32 what, u64 token) {
  Thread *thr = CurrentThreadRaw();
  if (UNLIKELY(token == kNothing || !thr))
    return 0;
  return !LoadEnd(thr, reinterpret_cast<uptr>(addr), what, token);
}

MAPSAN_ENTRY void __mapsan_atomic_fence(u32 order) {
  Thread *thr = CurrentThread();
  if (!thr || thr->ignore_sync)
    return;
  ScopedRuntime runtime(thr);
  AtomicFence(thr, order);
}

MAPSAN_ENTRY void __mapsan_sync_begin(void *object, u32 what) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  int saved = errno;
  ScopedRuntime runtime(thr);
  ModelledBegin(thr, reinterpret_cast<uptr>(object), what, GET_CURRENT_FRAME());
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_sync_end(void *object, u32 what, u64 result) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  int saved = errno;
  ScopedRuntime runtime(thr);
  ModelledEnd(thr, reinterpret_cast<uptr>(object), what, result, MAPSAN_HERE);
  errno = saved;
}

MAPSAN_ENTRY void __mapsan_sync_group(void *object, void *group) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  ScopedRuntime runtime(thr);
  ModelledGroup(thr, reinterpret_cast<uptr>(object),
                reinterpret_cast<uptr>(group));
}

MAPSAN_ENTRY void __mapsan_sync_follow(void *object, void *followed,
                                       u32 joins) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  ScopedRuntime runtime(thr);
  ModelledFollow(thr, reinterpret_cast<uptr>(object),
                 reinterpret_cast<uptr>(followed), joins);
}

MAPSAN_ENTRY void *__mapsan_function_passed(void *function, u32 passed) {
  return reinterpret_cast<void *>(
      StandInFor(reinterpret_cast<uptr>(function), passed));
}

MAPSAN_ENTRY void __mapsan_sync_event(void *object, u32 what) {
  Thread *thr = CurrentThread();
  if (!thr || thr->ignore_sync)
    return;
  ScopedRuntime runtime(thr);
  ModelledEvent(thr, reinterpret_cast<uptr>(object), what);
}

MAPSAN_ENTRY void __mapsan_locked_access(void *object, u32 what, u32 done) {
  Thread *thr = CurrentThread();
  if (!thr || thr->ignore_sync)
    return;
  ScopedRuntime runtime(thr);
  LockedAccess(thr, reinterpret_cast<uptr>(object), what, done);
}

MAPSAN_ENTRY void __mapsan_sync_born(void *addr, u64 size) {
  Thread *thr = CurrentThread();
  if (!thr)
    return;
  ScopedRuntime runtime(thr);
  if (RuleHolds(Rule::life_of_object))
    SyncBorn(reinterpret_cast<uptr>(addr), size);
}

// What the library does inside, or whom the program tells not to look, changes
// nothing: these calls are the synchronisation itself.
MAPSAN_ENTRY void __mapsan_exception_handled(void *globals) {
  Thread *thr = CurrentThread();
  if (!thr || thr->overlap_only)
    return;
  ScopedRuntime runtime(thr);
  ExceptionHandled(thr, globals);
}

MAPSAN_ENTRY void __mapsan_exception_dropped(void *exception) {
  Thread *thr = CurrentThread();
  if (!thr || !exception || thr->overlap_only)
    return;
  ScopedRuntime runtime(thr);
  ExceptionDropped(thr, exception);
}

MAPSAN_ENTRY void __mapsan_exception_ends(void *exception) {
  Thread *thr = CurrentThread();
  if (!thr || thr->overlap_only)
    return;
  ScopedRuntime runtime(thr);
  ExceptionEnds(thr, exception);
}
