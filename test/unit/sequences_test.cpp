// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references of containers whose elements have places.

#include "watching.h"

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

/// Of the Container `elements` is where the first one is, `buckets` what
/// iterators past the end have.
class Sequences : public Watching {
protected:
  Sequences() {
    for (Family *family : {&array, &blocks, &bag}) {
      family->size_offset = family->buckets_offset = ~0u;
      family->end_offset = 8;
    }
  }
  void UseSequence(Family *family) {
    Use(family);
    for (Site *site : {&put, &take, &resize, &part})
      site->family = begin.family;
    for (Container *map : {m, n})
      *map = {0, 1080, 1000};
  }
  /// What `site` did, at that place (0: none is said), left the bounds there.
  void Do(Site *site, uptr place, uptr first, uptr last) {
    if (place)
      MapErases(a, AddressOf(m), place);
    Begin(a, site, m);
    *m = {m->size + 1, last, first}; // (the size is only seen to change)
    End(a, site, m, MapsanEvidenceHeader);
  }
  static const void *At(uptr address) {
    return reinterpret_cast<const void *>(address);
  }
  Invalidation Iterator(Handle handle, uptr at) {
    return After(handle, At(at));
  }
  Invalidation Reference(Handle handle, uptr at) {
    return AfterReference(handle, At(at));
  }

  Family array =
      MakeFamily(1004, MapsanIteratorsOnGrowth | MapsanReferencesOnGrowth |
                           MapsanInOneArray);
  Family blocks = MakeFamily(
      1005, MapsanIteratorsOnInsert | MapsanIteratorsOnGrowth | MapsanInBlocks);
  Family bag = MakeFamily(1006, MapsanIteratorsOnGrowth |
                                    MapsanReferencesOnGrowth | MapsanInBag);
  Site put = MakeSite(MapsanEffectMayWrite, "push_back", MapsanSiteInserts);
  Site take = MakeSite(MapsanEffectMayWrite, "erase", MapsanSiteErases);
  Site resize = MakeSite(MapsanEffectMayWrite, "resize");
  Site part = MakeSite(MapsanEffectMayWrite, "erase", MapsanSiteErases);
};

TEST_F(Sequences, AnArrayFromThePlaceOn) {
  UseSequence(&array);
  for (Site *site : {&put, &take}) {
    Handle it = Make(a, m);
    Do(site, 1040, 1000, site == &put ? 1090 : 1080);
    EXPECT_EQ(Iterator(it, 1039), Invalidation::None);
    EXPECT_EQ(Iterator(it, 1040), Invalidation::Behind);
    EXPECT_EQ(Iterator(it, 1060), Invalidation::Behind);
    EXPECT_EQ(Reference(it, 1039), Invalidation::None);
    EXPECT_EQ(Reference(it, 1044), Invalidation::Behind);
  }
}

TEST_F(Sequences, AnArrayThatMovesAllOfIt) {
  UseSequence(&array);
  Handle it = Make(a, m);
  Do(&put, 1040, 2000, 2090);
  EXPECT_EQ(Iterator(it, 1000), Invalidation::Moved);
  EXPECT_EQ(Reference(it, 1000), Invalidation::Moved);
}

TEST_F(Sequences, AnArrayByItsEnd) {
  UseSequence(&array);
  Handle it = Make(a, m);
  Do(&take, 0, 1000, 1070);
  EXPECT_EQ(Iterator(it, 1069), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1070), Invalidation::Behind);
  EXPECT_EQ(Iterator(it, 1080), Invalidation::Behind);
  it = Make(a, m);
  Do(&resize, 0, 1000, 1020);
  EXPECT_EQ(Iterator(it, 1019), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1020), Invalidation::Behind);
}

// What is put there moves nothing, however often: what was before that stays
// known.
TEST_F(Sequences, AdditionsAtTheEndLeaveTheLogAlone) {
  UseSequence(&array);
  Handle it = Make(a, m);
  Do(&put, 0, 2000, 2080);
  for (uptr i = 0; i < 100; i++)
    Do(&put, i % 2 ? 2080 + i : 0, 2000, 2081 + i);
  EXPECT_EQ(Iterator(it, 1000), Invalidation::Moved);
  it = Make(a, m);
  Do(&put, 0, 2000, 2300);
  EXPECT_EQ(Iterator(it, 2000), Invalidation::None);
}

TEST_F(Sequences, AllOfThemGone) {
  for (Family *family : {&array, &blocks, &bag}) {
    UseSequence(family);
    Handle it = Make(a, m);
    Do(&take, 1000, 1000, 1000);
    EXPECT_EQ(Iterator(it, 1040), Invalidation::Emptied);
    EXPECT_EQ(Iterator(it, 1080), Invalidation::Emptied);
    EXPECT_EQ(Reference(it, 1000), Invalidation::Emptied);
    it = Make(a, m);
    Do(&resize, 0, 1000, 1000); // (there was nothing to be emptied)
    EXPECT_EQ(Reference(it, 1000), Invalidation::None);
    Operate(a, &destroy, m);
  }
}

// Ten bytes each.
TEST_F(Sequences, ABagsLastTakesThePlaceOfTheErased) {
  UseSequence(&bag);
  Handle it = Make(a, m);
  Do(&take, 1040, 1000, 1070);
  EXPECT_EQ(Iterator(it, 1030), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1040), Invalidation::Erased);
  EXPECT_EQ(Iterator(it, 1050), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1060), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1070), Invalidation::Last);
  EXPECT_EQ(Iterator(it, 1080), Invalidation::Last); // past the end
  EXPECT_EQ(Reference(it, 1069), Invalidation::None);
  EXPECT_EQ(Reference(it, 1074), Invalidation::Last);
  it = Make(a, m);
  Do(&take, 0, 1000, 1060); // by its key
  EXPECT_EQ(Iterator(it, 1050), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1060), Invalidation::Last);
}

TEST_F(Sequences, ABagThatGrows) {
  UseSequence(&bag);
  Handle it = Make(a, m);
  Do(&resize, 0, 1000, 1090);
  EXPECT_EQ(Iterator(it, 1070), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1080), Invalidation::None); // past the end
  Do(&resize, 0, 2000, 2100);
  EXPECT_EQ(Iterator(it, 1000), Invalidation::Moved);
}

// The place tells what goes, where anything does.
TEST_F(Sequences, ABagOfWhichNothingIsErased) {
  UseSequence(&bag);
  Handle it = Make(a, m);
  Do(&take, 1040, 1000, 1080);
  EXPECT_EQ(Iterator(it, 1040), Invalidation::None);
  EXPECT_EQ(Iterator(it, 1080), Invalidation::None);
}

// It has no place: the next operation may come at any.
TEST_F(Sequences, ThePlaceIsOfTheOperationItself) {
  UseSequence(&array);
  Make(a, m);
  Begin(a, &take, m); // as std::erase_if
  MapErases(a, AddressOf(m), 1040);
  Begin(a, &part, m);
  m->buckets = 1060;
  End(a, &part, m, MapsanEvidenceHeader);
  End(a, &take, m, MapsanEvidenceHeader);
  Handle it = Make(a, m);
  Do(&put, 0, 1000, 1070);
  EXPECT_EQ(Iterator(it, 1050), Invalidation::None);
}

TEST_F(Sequences, NorOfOneThatIsNotLookedAt) {
  UseSequence(&array);
  Make(a, m);
  a->ignore_maps++;
  MapErases(a, AddressOf(m), 1040);
  Operate(a, &take, m);
  a->ignore_maps--;
  Handle it = Make(a, m);
  Do(&put, 0, 1000, 1090);
  EXPECT_EQ(Iterator(it, 1050), Invalidation::None);
}

TEST_F(Sequences, InBlocksInsertionsInvalidateIterators) {
  UseSequence(&blocks);
  Handle it = Make(a, m);
  Do(&put, 0, 1000, 1090);
  EXPECT_EQ(Iterator(it, 1000), Invalidation::Inserted);
  EXPECT_EQ(Reference(it, 1000), Invalidation::None);
  Do(&put, 1000, 990, 1090); // at the beginning
  EXPECT_EQ(Reference(it, 1000), Invalidation::None);
  Do(&put, 1090, 990, 1100); // at the end
  EXPECT_EQ(Reference(it, 1000), Invalidation::None);
  Do(&put, 1040, 990, 1110);
  EXPECT_EQ(Reference(it, 1000), Invalidation::Inserted);
}

TEST_F(Sequences, InBlocksErasuresAtTheEndsThoseAlone) {
  UseSequence(&blocks);
  Handle it = Make(a, m);
  Do(&take, 0, 1010, 1080); // pop_front
  EXPECT_EQ(Iterator(it, 1000), Invalidation::Erased);
  EXPECT_EQ(Iterator(it, 1010), Invalidation::None);
  Do(&take, 0, 1010, 1070); // pop_back
  EXPECT_EQ(Reference(it, 1070), Invalidation::Erased);
  EXPECT_EQ(Reference(it, 1060), Invalidation::None);
  Do(&take, 1010, 1020, 1070); // erase(begin())
  EXPECT_EQ(Iterator(it, 1010), Invalidation::Erased);
  EXPECT_EQ(Iterator(it, 1020), Invalidation::None);
  Do(&take, 1060, 1020, 1060); // erase of the last
  EXPECT_EQ(Iterator(it, 1060), Invalidation::Erased);
  EXPECT_EQ(Iterator(it, 1050), Invalidation::None);
  Do(&take, 1040, 1020, 1050);
  EXPECT_EQ(Iterator(it, 1020), Invalidation::ErasedOthers);
  EXPECT_EQ(Reference(it, 1020), Invalidation::ErasedOthers);
}

// Where the ends are is not known, as in a larger object.
TEST_F(Sequences, InBlocksWithoutBounds) {
  blocks.end_offset = blocks.growth_offset = ~0u;
  UseSequence(&blocks);
  Handle it = Make(a, m);
  Do(&take, 1040, 1000, 1070);
  EXPECT_EQ(Iterator(it, 1040), Invalidation::Erased);
  EXPECT_EQ(Iterator(it, 1050), Invalidation::None);
  Do(&put, 1050, 1000, 1080);
  EXPECT_EQ(Iterator(it, 1050), Invalidation::Inserted);
  EXPECT_EQ(Reference(it, 1050), Invalidation::None);
}

} // namespace
