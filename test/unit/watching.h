// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads and three maps, for tests of iterators and references.

#ifndef MAPSAN_TEST_WATCHING_H
#define MAPSAN_TEST_WATCHING_H

#include "world.h"

#include "../../runtime/maps/mapsan_handle_fast.h"
#include "../../runtime/maps/mapsan_map_table.h"
#include "../../runtime/maps/mapsan_memory.h"
#include "../../runtime/maps/mapsan_watch.h"

#include <gtest/gtest.h>

namespace __mapsan {
namespace test {

/// What the runtime sees of a container.
struct Container {
  u64 size, buckets, elements; // the last: where they lie
};

inline Family MakeFamily(u64 id, u32 invalidates) {
  Family family = {};
  family.id = id;
  family.name = "test container";
  family.header_bytes = sizeof(Container);
  family.size_offset = 0;
  family.buckets_offset = 8;
  family.through = ~0u;
  family.invalidates = invalidates;
  family.growth_offset = 16;
  family.end_offset = ~0u;
  family.owners_behind = family.end_behind = ~0u;
  return family;
}

constexpr u32 kFlat = MapsanIteratorsOnInsert | MapsanIteratorsOnErase |
                      MapsanReferencesOnGrowth | MapsanReferencesOnErase;
constexpr u32 kHash = MapsanIteratorsOnGrowth;
constexpr u32 kNodes = MapsanElementsAreNodes;

class Watching : public testing::Test {
protected:
  Watching() {
    StartWorld();
    TakeFindings();
    a = ThreadCreate(nullptr, 0, false);
    b = ThreadCreate(nullptr, 0, false);
    for (Thread *thr : {a, b}) // of no stack, as frames here are those of hooks
      thr->stack_bottom = thr->stack_top = 0;
    Use(&nodes);
  }
  ~Watching() override {
    MemoryObtained(AddressOf(maps), sizeof(maps));
    SyncBorn(AddressOf(&mutex), sizeof(mutex));
    for (Thread *thr : {a, b}) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }

  void Use(Family *family) {
    for (Site *site : {&begin, &erase, &insert, &assign, &copied, &swap,
                       &swapped, &move, &moved, &merge, &merged, &extract,
                       &construct, &destroy, &step, &element})
      site->family = reinterpret_cast<const char *>(family);
  }

  Handle Make(Thread *thr, Container *map) {
    Handle handle = {1, 1, 1, 1};
    Operate(thr, &begin, map);
    handle.Forget();
    if (!HandleMadeFast(thr, &handle, &begin, AddressOf(map)))
      HandleMade(thr, &handle, &begin, AddressOf(map));
    return handle;
  }
  void Used(Thread *thr, Handle *handle, const void *where, Site *site) {
    if (handle->watch && !HandleUsedFast(thr, handle, site))
      HandleUsed(thr, handle, site, AddressOf(where), GET_CALLER_PC(),
                 GET_CURRENT_FRAME());
  }
  void Used(Thread *thr, Handle *handle, const void *where) {
    Used(thr, handle, where, &step);
  }
  /// What came of it: one finding, why; None: nothing was found.
  Invalidation Why() {
    std::vector<Finding> found = TakeFindings();
    EXPECT_LE(found.size(), 1u);
    return found.empty() ? Invalidation::None : found[0].why;
  }
  Invalidation After(Handle handle, const void *where = elements[0]) {
    Used(a, &handle, where);
    return Why();
  }
  Invalidation AfterReference(Handle handle, const void *where = elements[0]) {
    Used(a, &handle, where, &element);
    return Why();
  }
  void Change(Thread *thr, Site *site, Container *map, s64 by,
              bool moves = false) {
    Begin(thr, site, map);
    Apply(map, by, moves);
    End(thr, site, map, MapsanEvidenceHeader);
  }
  static void Apply(Container *map, s64 by, bool moves = false) {
    map->size += static_cast<u64>(by);
    map->elements += moves;
  }
  template <class Callback>
  void Both(Site *outer, Container *x, Site *inner, Container *y,
            Callback callback) {
    Begin(a, outer, x);
    Begin(a, inner, y);
    callback();
    End(a, inner, y);
    End(a, outer, x);
  }
  void Swap(Container *x, Container *y) {
    Both(&swap, x, &swapped, y, [&] { std::swap(*x, *y); });
  }
  void Move(Container *to, Container *from, Site *by) {
    Both(by, to, &moved, from, [&] {
      *to = *from;
      *from = {};
    });
  }
  /// `moved` of n's elements go to m.
  void Merge(s64 moved) {
    Both(&merge, m, &merged, n, [&] {
      Apply(m, moved);
      Apply(n, -moved);
    });
  }
  void EraseAndFree(Thread *thr, Container *map, const void *block, u32 size) {
    Begin(thr, &erase, map);
    ASSERT_TRUE(FreedWanted());
    FreedWanted()->Add(AddressOf(block), size);
    Apply(map, -1);
    End(thr, &erase, map, MapsanEvidenceHeader);
    EXPECT_FALSE(FreedWanted());
  }
  void release(Thread *thr) { SyncReleaseStore(thr, AddressOf(&mutex)); }
  void acquire(Thread *thr) { SyncAcquire(thr, AddressOf(&mutex)); }

  static constexpr u32 kSteps = MapsanSiteHandle | MapsanSiteIterates;
  Thread *a, *b;
  Family nodes = MakeFamily(1001, kNodes);
  Family flat = MakeFamily(1002, kFlat);
  Family hash = MakeFamily(1003, kHash);
  Site begin = MakeSite(MapsanEffectRead, "begin", MapsanSiteIterates);
  Site erase = MakeSite(MapsanEffectMayWrite, "erase");
  Site insert = MakeSite(MapsanEffectMayWrite, "insert");
  Site assign = MakeSite(MapsanEffectWrite, "operator=", MapsanSiteReplaces);
  Site copied = MakeSite(MapsanEffectRead, "operator=", MapsanSiteSecondary);
  Site swap = MakeSite(MapsanEffectWrite, "swap", MapsanSiteExchanges);
  Site swapped = MakeSite(MapsanEffectWrite, "swap",
                          MapsanSiteExchanges | MapsanSiteSecondary);
  Site move = MakeSite(MapsanEffectWrite, "operator=", MapsanSiteTakes);
  Site moved = MakeSite(MapsanEffectWrite,
                        "operator=", MapsanSiteTakes | MapsanSiteSecondary);
  Site merge = MakeSite(MapsanEffectMayWrite, "merge", MapsanSiteMixes);
  Site merged = MakeSite(MapsanEffectWrite, "merge",
                         MapsanSiteMixes | MapsanSiteSecondary);
  Site extract = MakeSite(MapsanEffectMayWrite, "extract", MapsanSiteMixes);
  Site construct = MakeSite(MapsanEffectConstruct, "construct");
  Site destroy = MakeSite(MapsanEffectDestroy, "destroy");
  Site step = MakeSite(MapsanEffectRead, "operator++", kSteps);
  Site element =
      MakeSite(MapsanEffectRead, "use", MapsanSiteHandle | MapsanSiteReference);
  // Farther apart than what counts as inside of one, and with entries of their
  // own in what a thread remembers.
  alignas(64) struct {
    Container map;
    char padding[320 - sizeof(Container)];
  } maps[3] = {{{3, 1, 100}, {}}, {{5, 1, 200}, {}}, {{7, 1, 300}, {}}};
  Container *m = &maps[0].map, *n = &maps[1].map, *o = &maps[2].map;
  alignas(16) char mutex[16] = {};
  static char elements[3][48];
  static constexpr char *node = elements[0], *other = elements[2];
};
inline char Watching::elements[3][48];

} // namespace test
} // namespace __mapsan

#endif // MAPSAN_TEST_WATCHING_H
