// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references that their map has invalidated, rule by rule, and
// what is silent.

#include "watching.h"

#include <thread>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

// --- what invalidates

TEST_F(Watching, NothingHappened) {
  Handle it = Make(a, m);
  EXPECT_NE(it.watch, 0u);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
}

TEST_F(Watching, InANodeContainerOnlyWhatWasErased) {
  Handle it = Make(a, m);
  Change(a, &insert, m, +1, /*moves=*/true);
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it), Invalidation::None);
  MapErases(a, AddressOf(m), AddressOf(other));
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it), Invalidation::None);
  MapErases(a, AddressOf(m), AddressOf(node));
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it), Invalidation::Erased);
  EXPECT_EQ(After(it, other), Invalidation::Erased);
}

TEST_F(Watching, AnElementThatIsToldByASmallNumber) {
  const auto *number = reinterpret_cast<const char *>(uptr{2});
  Handle it = Make(a, m);
  MapErases(a, AddressOf(m), AddressOf(number));
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it, number), Invalidation::Erased);
  EXPECT_EQ(After(it, number + 1), Invalidation::None);
  it = Make(a, m);
  Operate(a, &destroy, m);
  EXPECT_EQ(After(it, number), Invalidation::Destroyed);
}

TEST_F(Watching, WhatTheProgramSaysIsOfTheNextOperationAlone) {
  Handle it = Make(a, m);
  MapErases(a, AddressOf(m), AddressOf(node));
  Change(a, &insert, m, +1);
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it), Invalidation::None);
  Make(a, n);
  MapErases(a, AddressOf(n), AddressOf(node));
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, WhatWasFreedWasErased) {
  Handle it = Make(a, m), reference = it;
  EraseAndFree(a, m, other, sizeof(elements[0]));
  EXPECT_EQ(After(it), Invalidation::None);
  EraseAndFree(a, m, node, sizeof(elements[0]));
  EXPECT_EQ(After(it), Invalidation::Erased);
  EXPECT_EQ(After(it, node + 48), Invalidation::None);
  EXPECT_EQ(AfterReference(reference, node + 40), Invalidation::Erased);
}

TEST_F(Watching, NotWhatAnInsertionFrees) {
  Handle it = Make(a, m);
  Begin(a, &insert, m);
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  Apply(m, +1);
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::None);
  Begin(a, &insert, m); // nor one of a key that was there
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, ManyFreedBlocksAreNotAllKnown) {
  m->size = 1000;
  Handle it = Make(a, m);
  Begin(a, &erase, m);
  for (u32 i = 0; i < 100; i++)
    FreedWanted()->Add(AddressOf(other), sizeof(elements[0]));
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  Apply(m, -101);
  End(a, &erase, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(After(it, other), Invalidation::Erased);
}

TEST_F(Watching, ByTheRulesOfItsFamily) {
  Use(&hash);
  Handle it = Make(a, m);
  Change(a, &insert, m, +1);
  EXPECT_EQ(After(it), Invalidation::None);
  Change(a, &insert, m, +1, /*moves=*/true);
  EXPECT_EQ(After(it), Invalidation::Moved);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
  Use(&flat);
  it = Make(a, n);
  Change(a, &insert, n, +1);
  EXPECT_EQ(After(it), Invalidation::Inserted);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
  Change(a, &insert, n, +1, /*moves=*/true);
  EXPECT_EQ(AfterReference(it), Invalidation::Moved);
  it = Make(a, n);
  Change(a, &erase, n, -1);
  EXPECT_EQ(After(it), Invalidation::ErasedOthers);
  EXPECT_EQ(AfterReference(it), Invalidation::ErasedOthers);
}

// Elements of one family may lie in the table, or each by itself.
TEST_F(Watching, GrowthFreesTheTableThatTheyWereIn) {
  Use(&hash);
  Handle it = Make(a, m);
  Begin(a, &insert, m);
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  Apply(m, +1, /*moves=*/true);
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(AfterReference(it, node + 8), Invalidation::Moved);
  EXPECT_EQ(AfterReference(it, other), Invalidation::None);
}

TEST_F(Watching, WhatAnInsertionFreesOfATableThatGrowsPieceByPiece) {
  Use(&flat);
  flat.invalidates = MapsanReferencesOnGrowth;
  Handle reference = Make(a, m);
  Begin(a, &insert, m);
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  End(a, &insert, m, MapsanEvidenceChanged); // of a key that was there
  EXPECT_EQ(AfterReference(reference, node + 8), Invalidation::None);
  Begin(a, &insert, m);
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  Apply(m, +1);
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(AfterReference(reference, other), Invalidation::None);
  EXPECT_EQ(AfterReference(reference, node + 8), Invalidation::Moved);
}

TEST_F(Watching, WithoutAGrowthWordByTheBuckets) {
  hash.growth_offset = ~0u;
  Use(&hash);
  Handle it = Make(a, m);
  Change(a, &insert, m, +1, /*moves=*/true);
  EXPECT_EQ(After(it), Invalidation::None);
  Begin(a, &insert, m);
  m->buckets = 13;
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::Moved);
}

TEST_F(Watching, EmptiedReplacedDestroyed) {
  Handle it = Make(a, m);
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  EXPECT_EQ(AfterReference(it), Invalidation::Emptied);
  it = Make(a, n);
  Both(&assign, n, &copied, o, [&] { n->size = 9; });
  EXPECT_EQ(After(it), Invalidation::Replaced);
  it = Make(a, o);
  Operate(a, &destroy, o);
  EXPECT_EQ(After(it), Invalidation::Destroyed);
}

TEST_F(Watching, PastTheEndOnlyByDestruction) {
  Use(&flat);
  Handle it = Make(a, m);
  const void *end = reinterpret_cast<char *>(m) + 8;
  Change(a, &insert, m, +1, /*moves=*/true);
  Both(&assign, m, &copied, o, [&] { m->size = 9; });
  Change(a, &erase, m, -9);
  EXPECT_EQ(After(it, nullptr), Invalidation::None);
  EXPECT_EQ(After(it, end), Invalidation::None);
  EXPECT_EQ(After(it), Invalidation::Inserted);
  Operate(a, &destroy, m);
  EXPECT_EQ(After(it, nullptr), Invalidation::Destroyed);
  EXPECT_EQ(After(it, end), Invalidation::Destroyed);
}

TEST_F(Watching, TheReportSaysAll) {
  Handle it = Make(a, m);
  Change(a, &erase, m, -3);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  const Finding &f = found[0];
  EXPECT_EQ(f.kind, FindingKind::InvalidIterator);
  EXPECT_EQ(f.grade, Grade::Invalidated);
  EXPECT_EQ(f.map, AddressOf(m));
  EXPECT_EQ(f.current.site, &step);
  EXPECT_EQ(f.current.tid, a->tid);
  EXPECT_EQ(f.previous.site, &erase);
  EXPECT_EQ(f.previous.tid, a->tid);
  EXPECT_TRUE(f.previous.wrote);
  EXPECT_EQ(f.previous.change.size_before, 3u);
  EXPECT_EQ(f.previous.change.size_after, 0u);
  EXPECT_EQ(f.made, &begin);
  EXPECT_EQ(it.watch, 0u); // one cause, one report
  it = Make(a, n);
  Change(a, &erase, n, -5);
  Used(a, &it, node, &element);
  found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::InvalidElement);
}

TEST_F(Watching, TheFirstCauseIsTheOne) {
  Use(&flat);
  Handle it = Make(a, m);
  Change(a, &insert, m, +1);
  Change(a, &erase, m, -4);
  EXPECT_EQ(After(it), Invalidation::Inserted);
}

TEST_F(Watching, AUseThatIsFineForgetsWhatWasBefore) {
  Handle it = Make(a, m);
  MapErases(a, AddressOf(m), AddressOf(other));
  Change(a, &erase, m, -1);
  Used(a, &it, node); // and steps on to a new element
  Used(a, &it, other);
  EXPECT_EQ(Why(), Invalidation::None);
}

TEST_F(Watching, HowManyMutationsEver) {
  m->size = 1000;
  Handle it = Make(a, m);
  MapErases(a, AddressOf(m), AddressOf(node));
  Change(a, &erase, m, -1);
  for (u32 i = 1; i < WatchLog::kMutations; i++)
    EraseAndFree(a, m, other, sizeof(elements[0]));
  EXPECT_EQ(After(it), Invalidation::Erased);
  EraseAndFree(a, m, other, sizeof(elements[0]));
  EXPECT_EQ(After(it), Invalidation::None); // forgotten
  EXPECT_EQ(After(it, other), Invalidation::Erased);
}

// --- elements that change their map

TEST_F(Watching, SwappedElementsKeepTheirWatch) {
  Handle in_m = Make(a, m), in_n = Make(a, n);
  Swap(m, n);
  EXPECT_EQ(After(in_m), Invalidation::None);
  Change(a, &erase, m, -5); // those that were in n
  EXPECT_EQ(After(in_m), Invalidation::None);
  EXPECT_EQ(After(in_n), Invalidation::Emptied);
  Handle past_end = in_m; // where it was made is what it is past of
  Change(a, &erase, n, -3);
  EXPECT_EQ(After(in_m), Invalidation::Emptied);
  EXPECT_EQ(After(past_end, m), Invalidation::None);
}

TEST_F(Watching, SwappedWithAMapThatNobodyWatches) {
  Handle it = Make(a, m);
  Swap(n, m);
  Change(a, &erase, m, -5);
  EXPECT_EQ(After(it), Invalidation::None);
  Swap(n, o);
  Change(a, &erase, n, -7);
  EXPECT_EQ(After(it), Invalidation::None);
  Change(a, &erase, o, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Watching, SwappedAwayAndBack) {
  Handle it = Make(a, m);
  Swap(m, n);
  Operate(a, &insert, m, MapsanEvidenceChanged);
  EXPECT_TRUE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
  EndShort(a, m);
  Swap(m, n);
  EXPECT_FALSE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Watching, PastTheEndStaysWhereItWas) {
  Swap(m, n);
  Handle end_of_n = Make(a, n), it = end_of_n;
  for (int i = 0; i < 4; i++)
    Swap(n, o);
  Swap(n, o);
  Swap(o, m);
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  EXPECT_EQ(After(end_of_n, n), Invalidation::None);
}

TEST_F(Watching, OfThreePlacesAtMost) {
  Container p = {4, 1, 400};
  Handle it = Make(a, m);
  Swap(m, n);
  Swap(n, o);
  Change(a, &insert, o, +1);
  Handle known = it;
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_NE(known.watch, 0u);
  Swap(o, &p);
  Change(a, &erase, &p, -4);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(After(it, m), Invalidation::None);
  MemoryObtained(AddressOf(&p), sizeof(p));
}

TEST_F(Watching, SwappedWithItselfOrHalfway) {
  Handle it = Make(a, m);
  Both(&swap, m, &swapped, m, [] {});
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::None); // (not known)
  it = Make(a, n);
  Begin(a, &swap, n);
  Begin(a, &swapped, o);
  MapUnwind(a, &swapped, AddressOf(o), GET_CALLER_PC(), GET_CURRENT_FRAME());
  MapUnwind(a, &swap, AddressOf(n), GET_CALLER_PC(), GET_CURRENT_FRAME());
  Change(a, &erase, n, -5);
  EXPECT_EQ(After(it), Invalidation::None);
  Change(a, &erase, o, -7);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, MovedElementsKeepTheirWatch) {
  Handle taken = Make(a, m), replaced = Make(a, n);
  Move(n, m, &move);
  EXPECT_EQ(After(taken), Invalidation::None);
  EXPECT_EQ(After(replaced), Invalidation::Replaced);
  Operate(a, &destroy, m);
  EXPECT_EQ(After(taken), Invalidation::None);
  Change(a, &erase, n, -3);
  EXPECT_EQ(After(taken), Invalidation::Emptied);
  EXPECT_EQ(After(replaced), Invalidation::Replaced);
}

TEST_F(Watching, MovedToAMapThatIsConstructed) {
  Site construct_from = construct;
  construct_from.flags |= MapsanSiteTakes;
  Handle it = Make(a, m);
  Move(n, m, &construct_from);
  Change(a, &erase, n, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Watching, MovedFromAMapThatNobodyWatches) {
  Handle it = Make(a, n);
  Move(n, m, &move);
  EXPECT_EQ(After(it), Invalidation::Replaced);
}

// --- elements in the object itself

TEST_F(Watching, ElementsInsideGoNowhere) {
  Family inside = MakeFamily(1010, kHash | MapsanElementsInside);
  Use(&inside);
  Handle in_m = Make(a, m), in_n = Make(a, n);
  Swap(m, n);
  Change(a, &erase, m, -5);
  Change(a, &erase, n, -3);
  EXPECT_EQ(After(in_m), Invalidation::None); // (not known)
  EXPECT_EQ(After(in_n), Invalidation::None);
  Change(a, &insert, m, +3);
  in_m = Make(a, m), in_n = Make(a, n);
  Move(n, m, &move);
  EXPECT_EQ(After(in_n), Invalidation::Replaced);
  Change(a, &erase, n, -3);
  EXPECT_EQ(After(in_m), Invalidation::None);
}

// The count's lowest bit says so here.
TEST_F(Watching, ElementsInsideAsTheObjectSays) {
  Family inside =
      MakeFamily(1011, kHash | MapsanElementsInside | MapsanInsideByFirstBit);
  Use(&inside);
  m->size = 4, n->size = 6;
  Handle it = Make(a, m);
  Swap(m, n);
  Change(a, &erase, n, -4);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  for (Container *odd : {m, n}) {
    m->size = 4, n->size = 6;
    odd->size++;
    it = Make(a, m);
    Swap(m, n);
    Change(a, &erase, m, -static_cast<s64>(m->size));
    Change(a, &erase, n, -static_cast<s64>(n->size));
    EXPECT_EQ(After(it), Invalidation::None);
  }
  m->size = 4, n->size = 6;
  it = Make(a, m);
  Move(n, m, &move);
  Change(a, &erase, n, -4);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Watching, ElementsThatMoveOutOfTheObject) {
  Family inside =
      MakeFamily(1012, kHash | MapsanElementsInside | MapsanInsideByFirstBit);
  Use(&inside);
  Handle it = Make(a, m);
  Change(a, &insert, m, +2, /*moves=*/true); // (one of them is there)
  EXPECT_EQ(After(it), Invalidation::None);
  Change(a, &insert, m, +1);
  EXPECT_EQ(After(it), Invalidation::Moved);
}

TEST_F(Watching, WhatLiesInsideIsNotPastTheEnd) {
  Family inside = MakeFamily(1013, kFlat | MapsanElementsInside);
  Use(&inside);
  Handle it = Make(a, m);
  Change(a, &insert, m, +1);
  EXPECT_EQ(After(it, &m->elements), Invalidation::Inserted);
  EXPECT_EQ(After(it, nullptr), Invalidation::None);
}

TEST_F(Watching, AnErasureMovesWhatIsBehind) {
  Family array = MakeFamily(1014, kHash | MapsanIteratorsBehind);
  Use(&array);
  Handle it = Make(a, m);
  MapErases(a, AddressOf(m), AddressOf(elements[1]));
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it, elements[0]), Invalidation::None);
  EXPECT_EQ(After(it, elements[1]), Invalidation::Erased);
  EXPECT_EQ(After(it, elements[2]), Invalidation::Moved);
  EXPECT_EQ(AfterReference(it, elements[2]), Invalidation::None);
  array.invalidates = kHash | MapsanReferencesBehind;
  EXPECT_EQ(AfterReference(it, elements[2]), Invalidation::Moved);
  EXPECT_EQ(After(it, elements[2]), Invalidation::None);
  it = Make(a, m);
  EraseAndFree(a, m, mutex, sizeof(mutex)); // which, nobody knows
  EXPECT_EQ(AfterReference(it, elements[2]), Invalidation::None);
}

TEST_F(Watching, AssignedToItself) {
  Handle it = Make(a, m);
  Both(&assign, m, &copied, m, [] {});
  EXPECT_EQ(After(it), Invalidation::None);
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Watching, MergedElementsAreInTheOtherMap) {
  Handle from = Make(a, n), into = Make(a, m);
  Both(&merge, m, &merged, n, [&] {
    Apply(m, +5);
    Apply(n, -5);
  });
  EXPECT_EQ(After(from), Invalidation::None);
  Change(a, &insert, n, +2);
  Change(a, &erase, n, -2);
  EXPECT_EQ(After(from), Invalidation::None);
  Change(a, &erase, m, -8);
  EXPECT_EQ(After(from), Invalidation::Emptied);
  EXPECT_EQ(After(into), Invalidation::Emptied);
}

// What the other one does with them is no matter of that which had them; nor
// where the call could have taken a short way.
TEST_F(Watching, MergedElementsOutliveTheirMap) {
  Operate(a, &insert, m, MapsanEvidenceChanged); // written, and not watched
  Handle it = Make(a, n);
  Both(&merge, m, &merged, n, [&] {
    Apply(m, +5);
    Apply(n, -5);
  });
  Operate(a, &destroy, n);
  EXPECT_EQ(AfterReference(it), Invalidation::None);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, ExtractedElementsOutliveTheirMap) {
  for (u32 changes : {0u, WatchLog::kMutations + 2}) {
    Handle it = Make(a, m);
    MapErases(a, AddressOf(m), AddressOf(node));
    Change(a, &extract, m, -1);
    for (u32 i = 0; i < changes; i++) {
      EraseAndFree(a, m, other, sizeof(elements[0]));
      Change(a, &insert, m, +1);
    }
    Operate(a, &destroy, m);
    EXPECT_EQ(AfterReference(it, node), Invalidation::None);
    EXPECT_EQ(AfterReference(it, node + 40), Invalidation::None);
    // Of so many changes it is not known any more which one that was.
    EXPECT_EQ(AfterReference(it, node - 8),
              changes ? Invalidation::None : Invalidation::Destroyed);
    Operate(a, &construct, m);
    m->size = 3;
  }
}

TEST_F(Watching, ExtractedElementsLiveOn) {
  Handle it = Make(a, m);
  Change(a, &extract, m, -1);
  Change(a, &erase, m, -2);
  EXPECT_EQ(After(it), Invalidation::None); // which one it was nobody knows
  it = Make(a, n);
  MapErases(a, AddressOf(n), AddressOf(other));
  Change(a, &extract, n, -1);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(After(it, other), Invalidation::Erased);
  EXPECT_EQ(AfterReference(it, other), Invalidation::None);
  o->size = 1;
  it = Make(a, o);
  MapErases(a, AddressOf(o), AddressOf(other));
  Change(a, &extract, o, -1); // the last one
  EXPECT_EQ(AfterReference(it, other), Invalidation::None);
  EXPECT_EQ(After(it, other), Invalidation::Erased);
}

// --- what is not known

TEST_F(Watching, AnotherMapThere) {
  Handle it = Make(a, m);
  Operate(a, &construct, m);
  Make(a, m);
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::None);
  it = Make(a, n);
  Operate(a, &destroy, n);
  Operate(a, &construct, n);
  EXPECT_EQ(After(it), Invalidation::Destroyed);
}

TEST_F(Watching, MemoryThatIsHandedOutAnew) {
  Handle it = Make(a, m);
  MemoryObtained(AddressOf(m), sizeof(*m));
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, ChangesThatNobodySaw) {
  Handle it = Make(a, m);
  *m = {}; // moved by code that is not hooked
  Operate(a, &destroy, m);
  EXPECT_EQ(After(it), Invalidation::None);
  it = Make(a, n);
  n->elements++;
  Change(a, &erase, n, -5);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, ChangesThatNobodyLookedAt) {
  Handle it = Make(a, m);
  a->ignore_maps++;
  Operate(a, &swap, m); // after which it looks the same
  a->ignore_maps--;
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, AnOperationThatWasJumpedOutOf) {
  a->stack_bottom = 0x1000;
  a->stack_top = 0x9000;
  Handle it = Make(a, m);
  MapBegin(a, &erase, AddressOf(m), GET_CALLER_PC(), 0x4000);
  EXPECT_TRUE(FreedWanted());
  HealOperations(a, 0x5000);
  EXPECT_FALSE(FreedWanted());
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::None);
  a->stack_bottom = a->stack_top = 0;
}

TEST_F(Watching, AFamilyThatShowsNothing) {
  Family blind = MakeFamily(1004, 0);
  blind.header_bytes = 0;
  blind.size_offset = blind.buckets_offset = blind.growth_offset = ~0u;
  Use(&blind);
  EXPECT_EQ(Make(a, m).watch, 0u);
}

// --- containers that show but the word of what is past the end

class WatchingAnEnd : public Watching {
protected:
  WatchingAnEnd() {
    family.header_bytes = 0;
    family.size_offset = family.buckets_offset = family.growth_offset = ~0u;
    family.end_offset = offsetof(Container, elements);
    m->elements = AddressOf(elements[1]);
    n->elements = AddressOf(elements[0]);
    Use(&family);
  }
  Family family = MakeFamily(1006, 0);
  Site clear = MakeSite(MapsanEffectWrite, "clear", MapsanSiteReplaces);
  static constexpr char *end = elements[1];
};

TEST_F(WatchingAnEnd, IsNoElement) {
  clear.family = erase.family;
  Handle it = Make(a, m);
  EXPECT_NE(it.watch, 0u);
  Operate(a, &clear, m);
  EXPECT_EQ(After(it, end), Invalidation::None);
  EXPECT_EQ(After(it), Invalidation::Replaced);
  it = Make(a, m);
  Operate(a, &destroy, m);
  EXPECT_EQ(After(it, end), Invalidation::Destroyed);
}

TEST_F(WatchingAnEnd, GoesWithTheElements) {
  clear.family = erase.family;
  Handle it = Make(a, m);
  Swap(m, n);
  Operate(a, &clear, n);
  EXPECT_EQ(After(it, end), Invalidation::None);
  EXPECT_EQ(After(it), Invalidation::Replaced);
}

TEST_F(WatchingAnEnd, AnotherOneTellsOfWhatWasNotSeen) {
  clear.family = erase.family;
  Handle it = Make(a, m);
  std::swap(*m, *n);
  Operate(a, &clear, m);
  EXPECT_EQ(After(it, other), Invalidation::None);
}

TEST_F(WatchingAnEnd, WhatIsFreedWasErased) {
  Handle it = Make(a, m);
  Begin(a, &erase, m);
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  End(a, &erase, m, MapsanEvidenceChanged);
  EXPECT_EQ(After(it, other), Invalidation::None);
  EXPECT_EQ(After(it), Invalidation::Erased);
}

// --- changes through an iterator, and by functions that know what they did

TEST_F(Watching, AChangeThroughIt) {
  Use(&flat);
  Handle it = Make(a, m), another = it;
  Change(a, &erase, m, -1);
  HandleRenewed(&it);
  EXPECT_EQ(After(it), Invalidation::None);
  EXPECT_EQ(After(another), Invalidation::ErasedOthers);
  Change(a, &erase, m, -1);
  EXPECT_EQ(After(it), Invalidation::ErasedOthers);
  Handle unknown = {};
  HandleRenewed(&unknown);
  EXPECT_EQ(unknown.watch, 0u);
}

TEST_F(Watching, AWriteThatKnowsOfNoElement) {
  flat.size_offset = ~0u;
  Use(&flat);
  Site put = MakeSite(MapsanEffectWrite, "put");
  put.family = erase.family;
  Handle it = Make(a, m);
  Begin(a, &put, m);
  End(a, &put, m, MapsanEvidenceUnchanged);
  EXPECT_EQ(After(it), Invalidation::None);
  Begin(a, &put, m);
  End(a, &put, m, MapsanEvidenceChanged);
  EXPECT_EQ(After(it), Invalidation::Changed);
}

TEST_F(Watching, TheLastOfTheElementsAndPerhapsOfTheMap) {
  Site give_up = MakeSite(MapsanEffectWrite, "give up", MapsanSiteEnds);
  give_up.family = erase.family;
  Handle it = Make(a, m);
  Operate(a, &give_up, m);
  EXPECT_EQ(After(it), Invalidation::Emptied);
  it = Make(a, m); // another owner's
  EXPECT_EQ(After(it), Invalidation::None);
}

TEST_F(Watching, NoMapAtAll) {
  Site put = MakeSite(MapsanEffectMayWrite, "put");
  put.family = erase.family;
  Begin(a, &put, nullptr);
  End(a, &put, nullptr, MapsanEvidenceHeader);
}

TEST_F(Watching, MoreMapsThanCanBeWatched) {
  static Container many[Watches::kWatches + 64];
  Handle it = Make(a, m), used = Make(a, n);
  for (Container &map : many) {
    map.size = 1;
    Make(a, &map);
    Make(a, n);
  }
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::None);
  Change(a, &erase, n, -5); // it has been asked for all the time
  EXPECT_EQ(After(used), Invalidation::Emptied);
  MemoryObtained(AddressOf(many), sizeof(many));
}

TEST_F(Watching, ADestroyedMapIsRememberedForAWhile) {
  static Container many[1000];
  Handle it = Make(a, m);
  Operate(a, &destroy, m);
  for (Container &map : many)
    Make(a, &map);
  EXPECT_EQ(After(it), Invalidation::Destroyed);
  MemoryObtained(AddressOf(many), sizeof(many));
}

// --- what operations take the long way

TEST_F(Watching, NoShortWayForWhatMayChangeIt) {
  Operate(a, &insert, m, MapsanEvidenceChanged);
  ASSERT_TRUE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
  EndShort(a, m);
  Make(a, m);
  EXPECT_FALSE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
  for (int i = 0; i < 3; i++) {
    Operate(a, &insert, m, MapsanEvidenceChanged);
    EXPECT_FALSE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
    release(a); // another epoch
  }
  Operate(a, &insert, m, MapsanEvidenceChanged);
  EXPECT_FALSE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
  EXPECT_TRUE(BeginShort(a, &begin, m, GET_CURRENT_FRAME()));
  EndShort(a, m);
}

TEST_F(Watching, TheFirstOfAnEpoch) {
  Use(&hash);
  Handle it = Make(a, m);
  release(a);
  Change(a, &insert, m, +1, /*moves=*/true);
  EXPECT_EQ(After(it), Invalidation::Moved);
}

TEST_F(Watching, OpenedInsideOfAnOperation) {
  Use(&hash);
  Operate(a, &insert, m, MapsanEvidenceChanged);
  ASSERT_TRUE(BeginShort(a, &insert, m, GET_CURRENT_FRAME()));
  Handle it = Make(a, m); // by the hash function, say
  Apply(m, +1, /*moves=*/true);
  EXPECT_FALSE(EndShort(a, m));
  End(a, &insert, m, MapsanEvidenceChanged);
  EXPECT_EQ(After(it), Invalidation::None); // how it was before is not known
}

TEST_F(Watching, AnotherInsideIsTheOuterOnes) {
  Handle it = Make(a, m);
  Begin(a, &insert, m);
  Change(a, &erase, m, -1);
  ASSERT_TRUE(FreedWanted());
  FreedWanted()->Add(AddressOf(node), sizeof(elements[0]));
  Apply(m, -1);
  End(a, &insert, m, MapsanEvidenceHeader);
  EXPECT_EQ(After(it), Invalidation::Erased);
}

TEST_F(Watching, LeftByAnException) {
  Use(&flat);
  Handle it = Make(a, m);
  Begin(a, &insert, m);
  Apply(m, +1);
  MapUnwind(a, &insert, AddressOf(m), GET_CALLER_PC(), GET_CURRENT_FRAME());
  EXPECT_EQ(After(it), Invalidation::Inserted);
}

// --- several threads

TEST_F(Watching, ByAnotherThreadBefore) {
  Handle it = Make(a, m);
  release(a);
  acquire(b);
  Change(b, &erase, m, -3);
  release(b);
  acquire(a);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].why, Invalidation::Emptied);
  EXPECT_EQ(found[0].previous.tid, b->tid);
}

TEST_F(Watching, AStepRacesWithWhatIsUnordered) {
  Handle it = Make(a, m);
  release(a);
  acquire(b);
  Change(b, &erase, m, -3);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u); // not twice
  EXPECT_EQ(found[0].kind, FindingKind::IterationWrite);
  EXPECT_EQ(found[0].current.site, &step);
  EXPECT_EQ(it.watch, 0u);
}

TEST_F(Watching, AStepIsRecorded) {
  Handle it = Make(a, m);
  release(a);
  Used(a, &it, node);
  acquire(b); // after begin, not after the step
  Change(b, &insert, m, +1);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::IterationWrite);
  EXPECT_EQ(found[0].previous.site, &step);
}

TEST_F(Watching, AReferenceDoesNotReadTheMap) {
  Handle it = Make(a, m);
  release(a);
  acquire(b);
  Change(b, &insert, m, +1);
  Used(a, &it, node, &element);
  EXPECT_EQ(Why(), Invalidation::None);
  // What comes before it in time has invalidated it, whatever orders the two.
  Change(b, &erase, m, -4);
  Used(a, &it, node, &element);
  EXPECT_EQ(Why(), Invalidation::Emptied);
}

TEST_F(Watching, ADestructionThatIsUnordered) {
  Handle it = Make(a, m);
  release(a);
  acquire(b);
  Operate(b, &destroy, m);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::DestructionAccess);
}

TEST_F(Watching, ThoseOfAnotherThread) {
  Handle it = Make(a, m);
  release(a);
  acquire(b);
  Handle theirs = Make(b, m);
  EXPECT_EQ(it.watch, theirs.watch);
  Change(b, &erase, m, -3);
  Used(b, &theirs, node);
  EXPECT_EQ(Why(), Invalidation::Emptied);
}

// --- what is remembered of mutations

TEST_F(Watching, AModuleThatIsGoneIsNotNamed) {
  Handle it = Make(a, m);
  Change(a, &erase, m, -3);
  watches.ForgetSites(&erase, &erase + 1);
  Used(a, &it, node);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].previous.site, nullptr);
  EXPECT_EQ(found[0].previous.tid, a->tid);
}

TEST_F(Watching, AnotherLifeSinceItWasLookedAt) {
  Handle it = Make(a, m);
  Operate(a, &construct, m);
  Make(a, m);
  Cause cause;
  EXPECT_EQ(watches.WhyInvalid(it, &step, AddressOf(node), &cause),
            Invalidation::None);
  EXPECT_EQ(cause.stamp, 0u);
}

TEST_F(Watching, ASlotThatIsGivenToAnotherThread) {
  Handle it = Make(a, m);
  release(a);
  acquire(b);
  Change(b, &erase, m, -3);
  release(b);
  acquire(a);
  Slot slot = b->clock.slot();
  watches.ReplaceWords(
      [](AccessWord word, void *arg) {
        return SlotOf(word) == *static_cast<Slot *>(arg)
                   ? MakeWord(kNobody, (1ull << kEpochBits) - 1)
                   : word;
      },
      &slot);
  Used(a, &it, node);
  EXPECT_EQ(Why(), Invalidation::None); // ordered after nobody
}

TEST_F(Watching, LocksThatNobodyHoldsAfterAFork) {
  Handle it = Make(a, m);
  watches.ResetAfterFork();
  Change(a, &erase, m, -3);
  EXPECT_EQ(After(it), Invalidation::Emptied);
}

TEST_F(Watching, WhatIsAskedForDoesNotCount) {
  Handle it = Make(a, m);
  LastEffect(a); // from now on all are judged
  Change(a, &erase, m, -1);
  EXPECT_EQ(LastEffect(a), 1u);
  release(a);
  Used(a, &it, node);
  EXPECT_EQ(LastEffect(a), 1u);
}

// --- all at once

// Threads that do everything to a few watches: nothing is lost or found twice,
// and no thread waits for ever. (Under ThreadSanitizer: nothing races.)
TEST(Watches, ManyThreads) {
  StartWorld();
  static Watches many; // none of the world's
  constexpr u32 kMaps = 6, kThreads = 4, kSteps = 20000;
  static Family family = MakeFamily(1005, kFlat);
  static Container at[kMaps] = {};
  auto work = [](u32 seed) {
    u64 random = seed * 0x9e3779b97f4a7c15ull + 1;
    auto next = [&random](u32 below) {
      random = random * 6364136223846793005ull + 1442695040888963407ull;
      return static_cast<u32>(random >> 33) % below;
    };
    auto key = [&](u32 i) { return KeyOf(AddressOf(&at[i]), family.Number()); };
    Site use = MakeSite(MapsanEffectRead, "use", MapsanSiteHandle);
    use.family = reinterpret_cast<const char *>(&family);
    Mutation mutation = {};
    mutation.iterators = Invalidation::Emptied;
    Handle handles[4] = {};
    for (Handle &handle : handles)
      handle.made = AddressOf(&use);
    for (u32 i = 0; i < kSteps; i++) {
      u32 x = next(kMaps), y = (x + 1 + next(kMaps - 1)) % kMaps;
      Handle &handle = handles[next(4)];
      u64 stamp;
      Cause cause;
      switch (next(9)) {
      case 0:
      case 1:
        handle.watch = reinterpret_cast<uptr>(
            many.Open(key(x), /*looks=*/{}, &handle.stamp));
        break;
      case 2:
        many.Note(key(x), mutation, nullptr);
        break;
      case 3:
        many.Exchange(key(x), key(y));
        break;
      case 4:
        many.Move(key(x), key(y), mutation);
        break;
      case 5:
        many.Retire(key(x));
        break;
      case 6:
        many.NoteLast(key(x), mutation);
        break;
      case 7:
        many.Find(key(x), &stamp);
        break;
      default:
        MapKey now;
        if (!handle.watch ||
            !handle.GetWatch()->Look(Watch::LifeOf(handle.stamp), &stamp, &now))
          break;
        EXPECT_GE(stamp, handle.stamp);
        many.WhyInvalid(handle, &use, 0x1000, &cause);
      }
    }
  };
  std::vector<std::thread> threads;
  for (u32 i = 0; i < kThreads; i++)
    threads.emplace_back(work, i);
  for (std::thread &thread : threads)
    thread.join();
  // Each map has one watch at most, and it is found.
  for (Container &map : at) {
    MapKey key = KeyOf(AddressOf(&map), family.Number());
    u64 stamp;
    Watch *watch = many.Open(key, {}, &stamp);
    EXPECT_EQ(watch->Key(), key);
    EXPECT_EQ(many.Open(key, {}, &stamp), watch);
    many.Retire(key);
  }
  for (Container &map : at)
    EXPECT_FALSE(many.MayHave(AddressOf(&map)));
}

} // namespace
