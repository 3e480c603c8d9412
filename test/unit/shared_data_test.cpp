// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators of containers whose copies share their data, as long as they only
// look at it: what its owner does to it concerns nobody else's iterators.

#include "watching.h"

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

/// What copies share; the container is a pointer to it.
struct Data {
  u32 owners = 1, padding = 0;
  u64 size = 3, buckets = 8, elements = 100;
  u64 end = 0; // its address is that of what is past the end
};

class SharedData : public Watching {
protected:
  SharedData() {
    hash.header_bytes = 8;
    hash.through = 0;
    hash.behind_offset = offsetof(Data, size);
    hash.behind_bytes = 3 * sizeof(u64);
    hash.size_offset = MAPSAN_BEHIND(0, offsetof(Data, size));
    hash.buckets_offset = MAPSAN_BEHIND(0, offsetof(Data, buckets));
    hash.growth_offset = MAPSAN_BEHIND(0, offsetof(Data, elements));
    hash.owners_behind = offsetof(Data, owners);
    hash.end_behind = offsetof(Data, end);
    Use(&hash);
    for (Site *site : {&clear, &copy, &source, &looked_at, &detach, &deref})
      site->family = begin.family;
    Point(m, &data);
    Point(n, nullptr);
  }
  static void Point(Container *map, Data *to) { map->size = AddressOf(to); }

  void Erase(Thread *thr) {
    Begin(thr, &erase, m);
    FreedWanted() ? FreedWanted()->Add(AddressOf(node), 48) : void();
    data.size--;
    End(thr, &erase, m, MapsanEvidenceHeader);
  }
  /// As a program that takes its own copy of what others own, too.
  void EraseDetached(Thread *thr) {
    Begin(thr, &erase, m);
    data.owners--;
    detached.size = data.size - 1;
    Point(m, &detached);
    End(thr, &erase, m, MapsanEvidenceHeader);
  }
  void Copy() {
    Both(&copy, n, &source, m, [&] {
      Point(n, &data);
      data.owners++;
    });
  }
  /// `a` makes a step that nothing orders behind what `b` does then.
  bool StepRaces(Handle it) {
    Hand(); // (it has read the map before)
    Used(a, &it, node);
    Operate(b, &detach, m);
    return !TakeFindings().empty();
  }
  void Hand() {
    release(a);
    acquire(b);
  }

  Data data, detached;
  Site clear = MakeSite(MapsanEffectMayWrite, "clear", MapsanSiteReplaces);
  Site copy = MakeSite(MapsanEffectConstruct, "copy constructor");
  Site source =
      MakeSite(MapsanEffectRead, "copy constructor", MapsanSiteSecondary);
  Site looked_at = MakeSite(MapsanEffectRead, "operator==", 0);
  Site detach = MakeSite(MapsanEffectWrite, "detach");
  Site deref = MakeSite(MapsanEffectRead, "operator*", MapsanSiteHandle);
};

TEST_F(SharedData, OfOneOwnerIsAContainerLikeAnyOther) {
  Handle it = Make(a, m);
  Erase(a);
  EXPECT_EQ(After(it), Invalidation::Erased);
  EXPECT_EQ(After(it, other), Invalidation::None);
  it = Make(a, m);
  Begin(a, &insert, m);
  data.size++;
  data.elements++;
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::Moved);
  it = Make(a, m);
  Begin(a, &erase, m);
  data.size = 0;
  End(a, &erase, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  it = Make(a, m);
  Operate(a, &destroy, m);
  EXPECT_EQ(After(it), Invalidation::Destroyed);
}

TEST_F(SharedData, WhatIsToldOfSizesLiesBehindThePointer) {
  Handle it = Make(a, m);
  Erase(a);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].previous.change.size_before, 3u);
  EXPECT_EQ(found[0].previous.change.size_after, 2u);
  EXPECT_EQ(found[0].previous.change.buckets_after, 8u);
}

TEST_F(SharedData, OfNoData) {
  Handle it = Make(a, n);
  EXPECT_NE(it.watch, 0u);
  Begin(a, &insert, n);
  Point(n, &data);
  End(a, &insert, n, MapsanEvidenceHeader);
  EXPECT_EQ(After(it, nullptr), Invalidation::None);
  it = Make(a, n);
  Begin(a, &erase, n);
  Point(n, nullptr);
  End(a, &erase, n, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(SharedData, OfAnotherOwnerStaysWhereItIs) {
  Handle it = Make(a, m);
  data.owners = 2;
  EraseDetached(a);
  EXPECT_EQ(After(it), Invalidation::None);
  // What is the map's own from then on is none of its business.
  Begin(a, &erase, m);
  detached.size = 0;
  End(a, &erase, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(SharedData, OfAnotherOwnerOutlivesTheMap) {
  Handle it = Make(a, m);
  data.owners = 2;
  Operate(a, &destroy, m);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(SharedData, GoesWithASwap) {
  static Data others;
  Point(n, &others);
  Handle it = Make(a, m);
  Swap(m, n);
  Begin(a, &erase, n);
  data.size = 0;
  End(a, &erase, n, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(SharedData, WhatIsPastItsEnd) {
  Handle it = Make(a, m);
  Begin(a, &clear, m);
  data.size = 0;
  data.elements++;
  End(a, &clear, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it, &data.end), Invalidation::None);
  EXPECT_EQ(After(it), Invalidation::Replaced);
  it = Make(a, m);
  Begin(a, &clear, m); // and the data with them
  Point(m, &detached);
  End(a, &clear, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it, &data.end), Invalidation::Replaced);
}

TEST_F(SharedData, AStepReadsTheMapThatOwnsIt) {
  EXPECT_TRUE(StepRaces(Make(a, m)));
}

// The other thread's change would leave alone what is stepped through.
TEST_F(SharedData, AStepReadsNoMapWhereOthersOwnIt) {
  data.owners = 2;
  EXPECT_FALSE(StepRaces(Make(a, m)));
}

TEST_F(SharedData, AStepReadsNoMapSinceItWasCopied) {
  Handle it = Make(a, m);
  Copy();
  EXPECT_FALSE(StepRaces(it));
}

TEST_F(SharedData, WhoOnlyLooksAtItIsNoOwner) {
  Handle it = Make(a, m);
  Both(&copy, n, &source, m, [] {});
  EXPECT_TRUE(StepRaces(it));
}

TEST_F(SharedData, AStepReadsTheMapAgainOnceItOwnsIt) {
  Handle it = Make(a, m);
  Copy();
  data.owners = 1; // the copy is gone
  Begin(a, &insert, m);
  data.size++;
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_TRUE(StepRaces(it));
}

TEST_F(SharedData, EachMakingAsksWhoOwnsIt) {
  Make(a, m);
  data.owners = 2; // by somebody that is not seen
  EXPECT_FALSE(StepRaces(Make(a, m)));
  data.owners = 1;
  TakeFindings();
  EXPECT_TRUE(StepRaces(Make(a, m)));
}

TEST_F(SharedData, ItsWatchMayBecomeThatOfAnotherMap) {
  data.owners = 2;
  Handle shared = Make(a, m);
  Use(&nodes);
  Handle it = Make(a, o);
  // All of them are another map's by then, at least once.
  static Container many[Watches::kWatches * 2];
  for (Container &map : many)
    it = Make(a, &map), map.size = it.watch == shared.watch;
  for (Container &map : many) {
    if (!map.size)
      continue;
    it = Make(a, &map);
    Hand();
    Used(a, &it, node);
    Operate(b, &assign, &map);
    EXPECT_FALSE(TakeFindings().empty());
  }
  MemoryObtained(AddressOf(many), sizeof(many));
}

TEST_F(SharedData, NeedsNoLockWhereOthersOwnIt) {
  auto lock = [&](Thread *thr) {
    RwLocked(thr, AddressOf(&mutex), LockMode::Exclusive, 0x1000, 0);
  };
  auto unlock = [&](Thread *thr) { RwUnlocking(thr, AddressOf(&mutex)); };
  for (u32 owners : {2, 1}) {
    data.owners = 1;
    Make(a, m); // it is watched
    Hand();
    lock(b);
    Erase(b);
    unlock(b);
    lock(a);
    data.owners = owners;
    Handle it = Make(a, m);
    unlock(a);
    Used(a, &it, other, &deref);
    std::vector<Finding> found = TakeFindings();
    EXPECT_EQ(found.size(), owners == 1 ? 1u : 0u);
  }
}

} // namespace
