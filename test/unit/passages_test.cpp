// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references to elements that go from one map to another.

#include "watching.h"

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class Passing : public Watching {
protected:
  void Destroy(Container *map, const void *freed = nullptr) {
    Begin(a, &destroy, map);
    if (freed) {
      ASSERT_TRUE(FreedWanted());
      FreedWanted()->Add(AddressOf(freed), sizeof(elements[0]));
    }
    End(a, &destroy, map);
  }
  void Clear(Container *map) {
    Change(a, &erase, map, -static_cast<s64>(map->size));
  }
  void TakeOut(Container *map, const void *element) {
    Begin(a, &extract, map);
    Apply(map, -1);
    MapErases(a, AddressOf(map), AddressOf(element));
    End(a, &extract, map, MapsanEvidenceHeader);
  }
  void PutIn(Container *map, const void *element) {
    MapErases(a, AddressOf(map), AddressOf(element));
    Change(a, &insert, map, +1);
  }
};

TEST_F(Passing, AllGoToAMapThatNobodyWatched) {
  Handle it = Make(a, n);
  Merge(5);
  Handle reference = it;
  Destroy(n);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(AfterReference(reference), Invalidation::None);
  Clear(m);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  EXPECT_EQ(AfterReference(reference), Invalidation::Emptied);
}

TEST_F(Passing, AllGoWhereOthersAre) {
  Handle in_m = Make(a, m), in_n = Make(a, n);
  Clear(m);
  Merge(5);
  EXPECT_EQ(After(in_n), Invalidation::None);
  EXPECT_EQ(After(in_m), Invalidation::Emptied);
  EraseAndFree(a, m, node, sizeof(elements[0]));
  EXPECT_EQ(After(in_n, other), Invalidation::None);
  EXPECT_EQ(After(in_n, node), Invalidation::Erased);
}

TEST_F(Passing, WhatGrowthTheyCameWithIsNotTheirs) {
  Family table = MakeFamily(1021, kNodes | kHash);
  Use(&table);
  Handle in_m = Make(a, m), in_n = Make(a, n);
  Both(&merge, m, &merged, n, [&] {
    Apply(m, 5, /*moves=*/true);
    Apply(n, -5);
  });
  EXPECT_EQ(After(in_n), Invalidation::None);
  EXPECT_EQ(After(in_m), Invalidation::Moved);
  Change(a, &insert, m, +1, /*moves=*/true);
  EXPECT_EQ(After(in_n), Invalidation::Moved);
}

TEST_F(Passing, NothingGoes) {
  Handle it = Make(a, n);
  Both(&merge, m, &merged, n, [&] { Apply(m, 0, /*moves=*/true); });
  Clear(m);
  EXPECT_EQ(After(it), Invalidation::None);
  Clear(n);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Passing, SomeGoAndWhichNobodyKnows) {
  Handle it = Make(a, n), in_m = Make(a, m);
  Merge(2);
  Handle late = Make(a, n);
  EXPECT_EQ(After(it), Invalidation::None);
  Clear(n);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
  EXPECT_EQ(After(late), Invalidation::Emptied);
  Clear(m);
  EXPECT_EQ(After(in_m), Invalidation::Emptied);
  EXPECT_EQ(AfterReference(it), Invalidation::Emptied);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Passing, SomeGoAndTheOtherMapFirst) {
  Handle it = Make(a, n);
  Merge(2);
  Destroy(m);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
  Destroy(n);
  EXPECT_EQ(AfterReference(it), Invalidation::Destroyed);
}

TEST_F(Passing, WhatIsFreedWasThere) {
  n->size = 9;
  Handle it = Make(a, n);
  Merge(2);
  EraseAndFree(a, m, node, sizeof(elements[0]));
  EXPECT_EQ(After(it, other), Invalidation::None);
  it = Make(a, n);
  Merge(1);
  EraseAndFree(a, m, node, sizeof(elements[0]));
  EXPECT_EQ(After(it), Invalidation::Erased);
  it = Make(a, n);
  Merge(1);
  EraseAndFree(a, n, node, sizeof(elements[0]));
  EXPECT_EQ(AfterReference(it, node + 8), Invalidation::Erased);
}

TEST_F(Passing, WhatADestructorFreesWasThere) {
  Handle it = Make(a, n);
  Merge(2);
  Destroy(n, node);
  EXPECT_EQ(AfterReference(it, other), Invalidation::None);
  EXPECT_EQ(AfterReference(it, node), Invalidation::Destroyed);
}

TEST_F(Passing, WhatTheProgramErasesWasThere) {
  Handle it = Make(a, n);
  Merge(2);
  MapErases(a, AddressOf(m), AddressOf(node));
  Change(a, &erase, m, -1);
  Handle same = it;
  Used(a, &same, other, &element);
  EXPECT_EQ(After(it), Invalidation::Erased);
}

// A step leads to an element that may lie where another one has gone.
TEST_F(Passing, AStepFromOneOfTwoMapsIsTheLastThatIsKnown) {
  Handle it = Make(a, n);
  Merge(2);
  EraseAndFree(a, m, other, sizeof(elements[0]));
  Used(a, &it, node);
  EXPECT_EQ(Why(), Invalidation::None);
  EXPECT_EQ(it.watch, 0u);
  it = Make(a, n);
  Merge(1);
  Used(a, &it, node, &element); // no step
  EXPECT_NE(it.watch, 0u);
  HandleRenewed(&it); // as what was found from there
  EXPECT_EQ(it.watch, 0u);
}

TEST_F(Passing, ThereAndBackAgain) {
  Handle it = Make(a, n);
  for (int i = 0; i < 2; i++) {
    Merge(static_cast<s64>(n->size));
    std::swap(m, n);
  }
  EXPECT_EQ(n->size, 8u);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
  Clear(m);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Passing, OfSoManyMapsNobodyKnows) {
  Handle it = Make(a, n);
  for (int i = 0; i < 8; i++) {
    Merge(1);
    std::swap(m, n);
  }
  Clear(m);
  Clear(n);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Passing, PastTheEndStays) {
  Handle it = Make(a, n);
  Merge(5);
  Clear(m);
  EXPECT_EQ(After(it, nullptr), Invalidation::None);
  EXPECT_EQ(After(it, n), Invalidation::None);
  Destroy(n);
  EXPECT_EQ(After(it, n), Invalidation::Destroyed);
}

TEST_F(Passing, LongAgo) {
  Handle it = Make(a, n);
  Merge(2);
  for (u32 i = 0; i < WatchLog::kMutations; i++)
    EraseAndFree(a, n, other, sizeof(elements[0]));
  Clear(n);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Passing, AStepReadsTheMapWhereItIs) {
  Handle it = Make(a, n);
  Merge(5);
  Change(b, &insert, n, +1); // not ordered, but elsewhere
  TakeFindings();            // (with the merge)
  Used(a, &it, node);
  EXPECT_TRUE(TakeFindings().empty());
  release(a);
  acquire(b);
  Change(b, &insert, m, +1);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::IterationWrite);
  EXPECT_EQ(found[0].map, AddressOf(m));
}

TEST_F(Passing, OneOfItsLocksIsNotTheOthers) {
  Handle it = Make(a, n);
  Merge(2);
  it.stamp |= Handle::kAsk;
  Used(a, &it, node, &element);
  EXPECT_NE(it.stamp & Handle::kAsk, 0u); // not asked
}

TEST_F(Passing, MergedWithItself) {
  Handle it = Make(a, m);
  Both(&merge, m, &merged, m, [] {});
  EXPECT_EQ(After(it), Invalidation::None);
  Clear(m);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Passing, ElementsThatAreNoBlocksOfTheirOwn) {
  Use(&hash);
  Handle it = Make(a, n);
  Merge(5);
  Change(a, &insert, n, +1);
  Clear(n);
  EXPECT_EQ(After(it), Invalidation::None); // (not known)
  it = Make(a, m);
  Change(a, &extract, m, -1);
  Clear(m);
  EXPECT_EQ(After(it), Invalidation::None);
}

// --- one element

TEST_F(Passing, TakenOutByItsKey) {
  Handle it = Make(a, m);
  TakeOut(m, node);
  Clear(m);
  EXPECT_EQ(After(it, node), Invalidation::Erased);
  EXPECT_EQ(After(it, other), Invalidation::Emptied);
  EXPECT_EQ(AfterReference(it, node), Invalidation::None);
}

TEST_F(Passing, TakenOutAndWhichIsNotSaid) {
  Handle it = Make(a, m);
  Change(a, &extract, m, -1);
  Handle late = Make(a, m);
  EraseAndFree(a, m, node, sizeof(elements[0]));
  EXPECT_EQ(After(it, node), Invalidation::Erased);
  Clear(m);
  EXPECT_EQ(After(it, other), Invalidation::None);
  EXPECT_EQ(After(late, other), Invalidation::Emptied);
}

TEST_F(Passing, PutInElsewhere) {
  Handle it = Make(a, m);
  TakeOut(m, node);
  Handle reference = it;
  EXPECT_EQ(AfterReference(reference, node), Invalidation::None);
  PutIn(n, node);
  Destroy(m);
  EXPECT_EQ(After(it), Invalidation::None);
  Used(a, &reference, node, &element);
  Clear(n);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  EXPECT_EQ(AfterReference(reference, node), Invalidation::Emptied);
}

TEST_F(Passing, PutInWhereItWas) {
  Handle it = Make(a, m);
  TakeOut(m, node);
  PutIn(m, node);
  EXPECT_EQ(After(it), Invalidation::None);
  EraseAndFree(a, m, node, sizeof(elements[0]));
  EXPECT_EQ(After(it), Invalidation::Erased);
}

TEST_F(Passing, NotPutIn) {
  Handle it = Make(a, m);
  TakeOut(m, node);
  MapErases(a, AddressOf(n), AddressOf(node));
  Operate(a, &insert, n, MapsanEvidenceUnchanged); // there is one of its key
  EXPECT_EQ(After(it), Invalidation::Erased);
}

TEST_F(Passing, SomethingElseIsPutIn) {
  Handle it = Make(a, m);
  TakeOut(m, node);
  PutIn(n, other);
  EXPECT_EQ(After(it), Invalidation::Erased);
}

} // namespace
