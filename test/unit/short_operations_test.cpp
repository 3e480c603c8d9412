// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations that emitted code passes by the runtime, and what happens to the
// thread while one is in flight.

#include "world.h"

#include "../../runtime/maps/mapsan_map_table.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class ShortOperations : public testing::Test {
protected:
  ShortOperations() {
    StartWorld();
    TakeFindings();
    a = ThreadCreate(nullptr, 0, false);
    b = ThreadCreate(nullptr, 0, false);
  }
  ~ShortOperations() override {
    MemoryObtained(AddressOf(maps), sizeof(maps));
    SyncBorn(AddressOf(&mutex), sizeof(mutex));
    for (Thread *thr : {a, b}) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }

  void release(Thread *thr) { SyncReleaseStore(thr, AddressOf(&mutex)); }
  void acquire(Thread *thr) { SyncAcquire(thr, AddressOf(&mutex)); }
  bool beginShort(Thread *thr, Site *site, const void *map) {
    return BeginShort(thr, site, map, GET_CURRENT_FRAME());
  }
  u32 inFlight(Thread *thr) {
    u32 n = 0;
    thr->operations.ForEach([&](const SeenOperation &) { n++; });
    return n;
  }

  Thread *a, *b;
  Site read = MakeSite(MapsanEffectRead, "find");
  Site write = MakeSite(MapsanEffectWrite, "swap");
  Site insert = MakeSite(MapsanEffectMayWrite, "insert");
  Site destroy = MakeSite(MapsanEffectDestroy, "destructor");
  alignas(16) char maps[2][16] = {};
  alignas(16) char mutex[16] = {};
};

TEST_F(ShortOperations, WhatIsOnRecordIsShort) {
  EXPECT_FALSE(beginShort(a, &read, maps[0]));
  Operate(a, &read, maps[0]);
  EXPECT_TRUE(beginShort(a, &read, maps[0]));
  EXPECT_EQ(inFlight(a), 1u);
  EXPECT_TRUE(EndShort(a, maps[0]));
  EXPECT_EQ(inFlight(a), 0u);
  EXPECT_FALSE(beginShort(a, &read, maps[1]));  // another map
  EXPECT_FALSE(beginShort(a, &write, maps[0])); // more than a read
  EXPECT_FALSE(beginShort(a, &insert, maps[0]));
  EXPECT_FALSE(beginShort(b, &read, maps[0])); // another thread
  Operate(a, &write, maps[0]);
  for (Site *site : {&read, &write, &insert}) {
    EXPECT_TRUE(beginShort(a, site, maps[0]));
    EXPECT_TRUE(EndShort(a, maps[0]));
  }
}

TEST_F(ShortOperations, NotInAnotherEpoch) {
  Operate(a, &write, maps[0]);
  for (int i = 0; i < 2000; i++) { // keys come again
    Operate(a, &read, maps[1]);
    release(a);
    ASSERT_FALSE(beginShort(a, &write, maps[0])) << i;
  }
}

TEST_F(ShortOperations, NotInAnotherLife) {
  Operate(a, &write, maps[0]);
  Operate(a, &destroy, maps[0]);
  EXPECT_FALSE(beginShort(a, &read, maps[0]));
}

TEST_F(ShortOperations, NotByAnotherFamilyAtTheAddress) {
  static Family other = {
      7, "another family", 0, ~0u, ~0u, ~0u, 0, 0, 0, ~0u, ~0u, ~0u, ~0u, 0, 0};
  Site theirs = read;
  theirs.family = reinterpret_cast<const char *>(&other);
  Operate(a, &theirs, maps[1]); // it has a number now
  Operate(a, &read, maps[0]);
  EXPECT_FALSE(beginShort(a, &theirs, maps[0]));
}

TEST_F(ShortOperations, NotAtASiteThatHasNotRun) {
  Operate(a, &read, maps[0]);
  Site fresh = read;
  fresh.fresh = 1;
  EXPECT_FALSE(beginShort(a, &fresh, maps[0]));
}

TEST_F(ShortOperations, AReleaseInsideStampsItAnew) {
  Operate(a, &read, maps[0]);
  ASSERT_TRUE(beginShort(a, &read, maps[0]));
  release(a); // by a hash function, say
  EXPECT_EQ(inFlight(a), 1u);
  acquire(b);
  Operate(b, &write, maps[0]); // after the first read, not after the second
  EXPECT_EQ(TakeFindings().size(), 1u);
  EXPECT_FALSE(EndShort(a, maps[0]));
  End(a, &read, maps[0]);
  EXPECT_EQ(inFlight(a), 0u);
}

TEST_F(ShortOperations, AMayWriteIsJudgedAfterARelease) {
  for (bool changes : {false, true}) {
    Operate(a, &insert, maps[changes], MapsanEvidenceChanged);
    ASSERT_TRUE(beginShort(a, &insert, maps[changes]));
    release(a);
    acquire(b);
    End(a, &insert, maps[changes],
        changes ? MapsanEvidenceChanged : MapsanEvidenceUnchanged);
    Operate(b, &read, maps[changes]);
    EXPECT_EQ(TakeFindings().size(), changes);
  }
}

TEST_F(ShortOperations, AnotherOneInsideIsNested) {
  Operate(a, &read, maps[0]);
  ASSERT_TRUE(beginShort(a, &read, maps[0]));
  EXPECT_FALSE(beginShort(a, &read, maps[0]));
  Operate(a, &write, maps[1]);
  EXPECT_EQ(inFlight(a), 1u);
  EXPECT_FALSE(EndShort(a, maps[0]));
  End(a, &read, maps[0]);
  EXPECT_TRUE(a->operations.empty());
  EXPECT_TRUE(beginShort(a, &read, maps[0]));
  EXPECT_TRUE(EndShort(a, maps[0]));
}

TEST_F(ShortOperations, OneThatWasJumpedOutOfIsGone) {
  a->stack_bottom = 0x1000;
  a->stack_top = 0x9000;
  Operate(a, &read, maps[0]);
  ASSERT_TRUE(BeginShort(a, &read, maps[0], 0x4000));
  HealOperations(a, 0x3000); // called from its frame
  EXPECT_EQ(inFlight(a), 1u);
  HealOperations(a, 0x4000); // from its caller's
  EXPECT_EQ(inFlight(a), 0u);
  ASSERT_TRUE(BeginShort(a, &read, maps[0], 0x4000));
  HealOperations(a, 0x5000); // that was never more than emitted code's
  EXPECT_TRUE(a->operations.empty());
  a->stack_bottom = a->stack_top = 0;
}

TEST_F(ShortOperations, WhoAsksForEffectsGetsAllJudged) {
  Operate(a, &write, maps[0]);
  EXPECT_EQ(LastEffect(a), 1u);
  EXPECT_FALSE(beginShort(a, &read, maps[0]));
  Operate(a, &read, maps[0]);
  EXPECT_EQ(LastEffect(a), 0u);
}

TEST(MapSizes, PackedOrNotAtAll) {
  const u32 unknown = MapSizes::kUnknown;
  u64 packed;
  for (MapSizes sizes : {MapSizes{0, 1, 0, 1}, MapSizes{65534, 65533, 32766, 0},
                         MapSizes{unknown, 3, unknown, unknown},
                         MapSizes{unknown, unknown, 13, 29}}) {
    ASSERT_TRUE(Pack(sizes, &packed));
    EXPECT_NE(packed, 0u);
    EXPECT_EQ(packed & 1, 0u);
    MapSizes back = Unpack(packed);
    EXPECT_EQ(back.size_before, sizes.size_before);
    EXPECT_EQ(back.size_after, sizes.size_after);
    EXPECT_EQ(back.buckets_before, sizes.buckets_before);
    EXPECT_EQ(back.buckets_after, sizes.buckets_after);
  }
  EXPECT_TRUE(Pack({}, &packed));
  EXPECT_EQ(packed, 0u);
  EXPECT_FALSE(Unpack(0).Known());
  EXPECT_FALSE(Pack({65535, 1, 1, 1}, &packed));
  EXPECT_FALSE(Pack({1, 65536, 1, 1}, &packed));
  EXPECT_FALSE(Pack({1, 1, 32767, 1}, &packed));
  EXPECT_FALSE(Pack({1, 1, 1, 1u << 31}, &packed));
}

} // namespace
