// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Clocks that stand in their buckets, without an object.

#include "world.h"

#include "../../include/mapsan/abi.h"
#include "../../runtime/clock/mapsan_atomics.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

constexpr u32 what(MapsanAtomic kind, u32 order) { return kind | order << 4; }
constexpr u32 kLoadRelaxed = what(MapsanAtomicLoad, 0);
constexpr u32 kLoadAcquire = what(MapsanAtomicLoad, 2);
constexpr u32 kStoreRelaxed = what(MapsanAtomicStore, 0);
constexpr u32 kStoreRelease = what(MapsanAtomicStore, 3);
constexpr u32 kRmwRelease = what(MapsanAtomicRmw, 3);
constexpr u32 kRmwAcqRel = what(MapsanAtomicRmw, 4);

class BareClock : public testing::Test {
protected:
  BareClock() {
    StartWorld();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, true);
    use(a, &ofA); // the others know nothing of it
    use(c, &ofC);
  }
  ~BareClock() override {
    MemoryObtained(AddressOf(&maps), sizeof(maps));
    SyncBorn(AddressOf(words), sizeof(words));
    for (Thread *thr : threads)
      ThreadFinish(thr);
  }
  void atomic(Thread *thr, u32 what, const u64 *word) {
    uptr addr = AddressOf(word);
    u64 token = BeginAtomic(thr, addr, what);
    EndAtomic(thr, addr, what, token, true);
  }
  static SyncBucket *bucketOf(const void *p) {
    return sync_table.For(AddressOf(p));
  }
  static bool isBare(const void *p) {
    return bucketOf(p)->BareAt(AddressOf(p)) != nullptr;
  }
  static bool isObject(const void *p) {
    return Peek(bucketOf(p), AddressOf(p)).object != nullptr;
  }
  void use(Thread *thr, const char (*map)[16]) { Operate(thr, &write, map); }
  // Looked at once, as what is used has a new last user.
  bool knowsOf(Thread *thr, const char (*map)[16]) {
    use(thr, map);
    return TakeFindings().empty();
  }

  Thread *threads[3], *&a = threads[0], *&b = threads[1], *&c = threads[2];
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char maps[2][16] = {};
  const char (&ofA)[16] = maps[0], (&ofC)[16] = maps[1];
  alignas(64) u64 words[8] = {}; // two a bucket
};

TEST_F(BareClock, IsAcquired) {
  atomic(a, kStoreRelease, &words[0]);
  EXPECT_TRUE(isBare(&words[0]));
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_TRUE(isBare(&words[0]));
  EXPECT_TRUE(knowsOf(b, &ofA));
}

TEST_F(BareClock, IsAcquiredAtAFence) {
  atomic(a, kStoreRelease, &words[0]);
  atomic(b, kLoadRelaxed, &words[0]);
  AtomicFence(b, 2);
  EXPECT_TRUE(knowsOf(b, &ofA));
}

TEST_F(BareClock, IsNotThatOfTheWordBeside) {
  atomic(a, kStoreRelease, &words[0]);
  ASSERT_EQ(bucketOf(&words[0]), bucketOf(&words[1]));
  atomic(b, kLoadAcquire, &words[1]);
  EXPECT_FALSE(knowsOf(b, &ofA));
}

TEST_F(BareClock, IsNotThatOfAFarAddressInItsBucket) {
  atomic(a, kStoreRelease, &words[1]);
  SyncBucket *bucket = bucketOf(&words[1]);
  uptr addr = AddressOf(&words[1]), far = 0;
  for (uptr upper = SyncTable::UpperOf(addr) + 1; !far; upper++)
    far = sync_table.GranuleOf(bucket, upper) + 8;
  ASSERT_EQ(bucket, sync_table.For(far));
  EXPECT_EQ(nullptr, bucket->BareAt(far));
  EXPECT_EQ(nullptr, bucket->BareAt(addr - 8));
  EXPECT_EQ(addr, bucket->BareAddress());
}

TEST_F(BareClock, OfPartsOfAWordThereIsNone) {
  uptr upper_half = AddressOf(&words[0]) + 4;
  EndAtomic(a, upper_half, kStoreRelease,
            BeginAtomic(a, upper_half, kStoreRelease), true);
  EXPECT_FALSE(bucketOf(&words[0])->IsBare());
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_FALSE(knowsOf(b, &ofA));
}

TEST_F(BareClock, MakesRoomForAnotherOfItsBucket) {
  atomic(a, kStoreRelease, &words[2]);
  atomic(c, kStoreRelease, &words[3]);
  EXPECT_TRUE(isObject(&words[2]));
  EXPECT_TRUE(isObject(&words[3]));
  atomic(b, kLoadAcquire, &words[2]);
  EXPECT_FALSE(knowsOf(b, &ofC));
  EXPECT_TRUE(knowsOf(b, &ofA));
}

TEST_F(BareClock, IsOverwritten) {
  atomic(a, kStoreRelease, &words[0]);
  atomic(c, kStoreRelease, &words[0]);
  EXPECT_TRUE(isBare(&words[0]));
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_FALSE(knowsOf(b, &ofA));
  EXPECT_TRUE(knowsOf(b, &ofC));
}

TEST_F(BareClock, IsOverAfterARelaxedStore) {
  atomic(a, kStoreRelease, &words[0]);
  atomic(c, kStoreRelaxed, &words[0]);
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_FALSE(knowsOf(b, &ofA));
}

TEST_F(BareClock, IsJoined) {
  for (u32 rmw : {kRmwRelease, kRmwAcqRel}) {
    const u64 *word = &words[rmw == kRmwRelease ? 0 : 4];
    atomic(a, kStoreRelease, word);
    atomic(c, rmw, word);
    EXPECT_EQ(rmw == kRmwAcqRel, isBare(word));
  }
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_TRUE(knowsOf(b, &ofA));
  EXPECT_TRUE(knowsOf(b, &ofC));
}

// c's clock takes the place of a's, which it had to acquire for that.
TEST_F(BareClock, IsAcquiredByWhoReplacesIt) {
  atomic(a, kStoreRelease, &words[0]);
  atomic(c, kRmwAcqRel, &words[0]);
  EXPECT_TRUE(isBare(&words[0]));
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_TRUE(knowsOf(b, &ofC));
  EXPECT_TRUE(knowsOf(b, &ofA));
}

TEST_F(BareClock, BecomesAnObjectsAfterManyChanges) {
  u32 changes = 0;
  do {
    use(a, &ofA);
    atomic(a, kStoreRelease, &words[0]);
  } while (isBare(&words[0]) && ++changes < 1000);
  EXPECT_TRUE(isObject(&words[0]));
  EXPECT_GT(changes, 1u);
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_TRUE(knowsOf(b, &ofA));
}

TEST_F(BareClock, BecomesAnObjectsAfterManyRepeats) {
  for (u32 i = 0; i < 1000; i++)
    atomic(a, kStoreRelease, &words[0]);
  EXPECT_TRUE(IsLent(a, &words[0]));
  atomic(b, kLoadAcquire, &words[0]);
  EXPECT_TRUE(knowsOf(b, &ofA));
}

TEST_F(BareClock, GoesWithItsMemory) {
  atomic(a, kStoreRelease, &words[1]);
  atomic(a, kStoreRelease, &words[5]);
  SyncMemoryChanged(AddressOf(&words[0]), AddressOf(&words[1]));
  SyncMemoryChanged(AddressOf(&words[2]), AddressOf(&words[8]));
  EXPECT_TRUE(isBare(&words[1]));
  EXPECT_FALSE(isBare(&words[5]));
  EXPECT_TRUE(bucketOf(&words[5])->IsEmpty());
  atomic(b, kLoadAcquire, &words[5]);
  EXPECT_FALSE(knowsOf(b, &ofA));
}

} // namespace
