// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The malloc family: memory that is given back takes its sync objects with it,
// memory that is handed out takes what was left of its earlier life.
//
// malloc looks at all of what it hands out: that is what makes lives end. free
// does it earlier where it costs next to nothing, at the beginning of the
// block: what is left further on goes when the memory is handed out again, by
// whomever.
//
// A program that brings a malloc of its own in the executable keeps it: ours
// are weak. Under a sanitizer with allocation hooks, ours only jump on.

#include "mapsan_malloc.h"
#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "../maps/mapsan_elements.h"
#include "../maps/mapsan_freed.h"
#include "../maps/mapsan_memory.h"
#include "mapsan_early_malloc.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_libc.h"
#include <errno.h>

extern "C" __sanitizer::uptr malloc_usable_size(void *p);

namespace __mapsan {

// Somebody else tells us of memory: see InitializeMalloc.
static bool hooked;

// Larger than that goes the long way: what one look does not cover, or all if
// `hooked`. So one question is enough for most. (Were it static, the compiler
// would keep a flag and work it out each time.)
extern uptr small;
MAPSAN_HIDDEN uptr small = LiveFilter::kBlock;

static uptr (*foreign_size)(const void *);

static void *Obtained(void *p, uptr size) {
  if (p && LIKELY(Active()))
    MemoryObtained(reinterpret_cast<uptr>(p), size);
  return p;
}

// Before the memory really goes: another thread may have it the next moment.
// Whoever frees it was ordered after all who used it; nothing is lost if the
// block then stays where it was (realloc).
static NOINLINE void ReleasedWhole(void *p) {
  if (p && Active())
    MemoryReleased(reinterpret_cast<uptr>(p), malloc_usable_size(p));
}
static void Released(void *p) {
  uptr addr = reinterpret_cast<uptr>(p);
  if (UNLIKELY(!live_filter.NoSyncIn(addr, 1)))
    ReleasedWhole(p);
}

static void ObtainedHook(const volatile void *p, uptr size) {
  Obtained(const_cast<void *>(p), size);
}

// By an operation on a map that is watched: an element, perhaps.
static NOINLINE void NoteFreed(void *p, uptr size) {
  if (p)
    FreedWanted()->Add(reinterpret_cast<uptr>(p), size);
}

// What free does with memory that nothing ever lived in. As long as no map is
// watched, nobody asks what is freed, and nobody need ask whether anybody does.
static void FreeUnresolved(void *p) {
  [[clang::musttail]] return real::free(p);
}
static void FreeAndNote(void *p) {
  if (UNLIKELY(FreedWanted()))
    NoteFreed(p, malloc_usable_size(p));
  [[clang::musttail]] return real::free(p);
}
extern void (*free_quiet)(void *);
MAPSAN_HIDDEN void (*free_quiet)(void *) = FreeUnresolved;
// Not inlined: errno is for those who have something to look at.
static NOINLINE void FreeElements(void *p, uptr size) {
  int saved = errno;
  if (p)
    ElementsFreed(reinterpret_cast<uptr>(p), size);
  errno = saved;
}

static void ReleasedHook(const volatile void *volatile_p) {
  const void *p = const_cast<const void *>(volatile_p);
  if (p && UNLIKELY(FreedWanted()))
    NoteFreed(const_cast<void *>(p), foreign_size(p));
  if (p && UNLIKELY(ElementsUsed()))
    FreeElements(const_cast<void *>(p), foreign_size(p));
  if (p && LIKELY(Active()))
    MemoryReleased(reinterpret_cast<uptr>(p), foreign_size(p));
}

void InitializeMalloc() {
  using Install = int (*)(void (*)(const volatile void *, uptr),
                          void (*)(const volatile void *));
  Install install = reinterpret_cast<Install>(
      ForeignFunction("__sanitizer_install_malloc_and_free_hooks"));
  foreign_size = reinterpret_cast<uptr (*)(const void *)>(
      ForeignFunction("__sanitizer_get_allocated_size"));
  // Its reports show who called malloc; a frame of ours would be in the way.
  hooked = install && foreign_size && install(ObtainedHook, ReleasedHook) != 0;
  free_quiet = real::free;
  if (hooked)
    small = 0;
  else
    on_freed_wanted = [] {
      // Relaxed: a thread that wants to know has stored it itself.
      __atomic_store_n(&free_quiet, FreeAndNote, __ATOMIC_RELAXED);
    };
  // What an element is may not be told from what was there before.
  if (!MallocIsFollowed())
    flags()->elements = false;
}

} // namespace __mapsan

using namespace __mapsan;

#define FORWARD(Function, ...)                                                 \
  if (UNLIKELY(hooked)) [[clang::musttail]]                                    \
  return real::Function(__VA_ARGS__)

static NOINLINE void *LongMalloc(uptr size) {
  FORWARD(malloc, size);
  return Obtained(real::malloc(size), size);
}

// Not inlined: the registers that they need are not for those who only ask.
static NOINLINE void *LookAt(uptr block) {
  void *p = reinterpret_cast<void *>(block);
  return early::Owns(p) ? p : Obtained(p, malloc_usable_size(p));
}
static NOINLINE void LookAndFree(void *p) {
  if (UNLIKELY(early::Owns(p)))
    return;
  FORWARD(free, p);
  if (UNLIKELY(FreedWanted()))
    NoteFreed(p, malloc_usable_size(p));
  if (UNLIKELY(ElementsUsed()))
    FreeElements(p, malloc_usable_size(p));
  Released(p);
  [[clang::musttail]] return real::free(p);
}

INTERCEPTOR(void *, malloc, uptr size) {
  if (UNLIKELY(size > small)) {
    [[clang::musttail]] return LongMalloc(size);
  }
  uptr block = reinterpret_cast<uptr>(real::malloc(size));
  if (LIKELY(live_filter.IsQuiet(block)))
    return reinterpret_cast<void *>(block);
  [[clang::musttail]] return LookAt(block);
}

INTERCEPTOR(void, free, void *p) {
  if (LIKELY(live_filter.IsQuiet(reinterpret_cast<uptr>(p)))) {
    [[clang::musttail]] return free_quiet(p);
  }
  [[clang::musttail]] return LookAndFree(p);
}

INTERCEPTOR(void *, calloc, uptr count, uptr size) {
  FORWARD(calloc, count, size);
  // No overflow if it succeeds.
  return Obtained(real::calloc(count, size), count * size);
}

INTERCEPTOR(void *, realloc, void *p, uptr size) {
  if (UNLIKELY(early::Owns(p))) {
    void *moved = Obtained(real::malloc(size), size);
    if (moved)
      internal_memcpy(moved, p, Min(size, early::SizeOf(p)));
    return moved;
  }
  FORWARD(realloc, p, size);
  Released(p);
  return Obtained(real::realloc(p, size), size);
}

INTERCEPTOR(void *, reallocarray, void *p, uptr count, uptr size) {
  FORWARD(reallocarray, p, count, size);
  Released(p);
  return Obtained(real::reallocarray(p, count, size), count * size);
}

INTERCEPTOR(void *, memalign, uptr alignment, uptr size) {
  FORWARD(memalign, alignment, size);
  return Obtained(real::memalign(alignment, size), size);
}

INTERCEPTOR(void *, aligned_alloc, uptr alignment, uptr size) {
  FORWARD(aligned_alloc, alignment, size);
  return Obtained(real::aligned_alloc(alignment, size), size);
}

INTERCEPTOR(int, posix_memalign, void **result, uptr alignment, uptr size) {
  FORWARD(posix_memalign, result, alignment, size);
  int error = real::posix_memalign(result, alignment, size);
  if (!error)
    Obtained(*result, size);
  return error;
}

INTERCEPTOR(void *, valloc, uptr size) {
  FORWARD(valloc, size);
  return Obtained(real::valloc(size), size);
}

bool __mapsan::MallocIsFollowed() {
  // (ours is weak, so which it is, is the linker's choice)
  return hooked || &malloc == &__interceptor_malloc;
}
