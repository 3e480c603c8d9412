// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What atomics were told of, and who has heard it.

#include "world.h"

#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class News : public testing::Test {
protected:
  News() {
    StartWorld();
    ForgetNews();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, true);
  }
  ~News() override {
    MemoryObtained(AddressOf(map), sizeof(map));
    SyncBorn(AddressOf(flags), sizeof(flags));
    for (Thread *thr : threads)
      ThreadFinish(thr);
  }
  void atomic(Thread *thr, int flag, u32 what) {
    uptr addr = AddressOf(flags[flag]);
    u64 token = BeginAtomic(thr, addr, what);
    EndAtomic(thr, addr, what, token, true);
  }
  void store(Thread *thr, int flag = 0) {
    atomic(thr, flag, MapsanAtomicStore | 3 << 4);
  }
  void load(Thread *thr, int flag = 0) {
    atomic(thr, flag, MapsanAtomicLoad | 2 << 4);
  }
  void use(Thread *thr) { Operate(thr, &write, map); }
  bool hasHeardAll(Thread *thr) { return news::CatchUp(thr); }
  bool found() { return !TakeFindings().empty(); }

  Thread *threads[3], *&a = threads[0], *&b = threads[1], *&c = threads[2];
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char map[16] = {};
  alignas(64) char flags[4][64] = {};
};

TEST_F(News, AreHeardByAcquiringThem) {
  EXPECT_TRUE(hasHeardAll(b));
  use(a);
  store(a);
  EXPECT_FALSE(hasHeardAll(b));
  EXPECT_TRUE(hasHeardAll(a));
  load(b, 1); // nothing there
  EXPECT_FALSE(hasHeardAll(b));
  load(b);
  EXPECT_TRUE(hasHeardAll(b));
  use(b);
  EXPECT_FALSE(found());
}

TEST_F(News, OfTheSameVersionAreNoNews) {
  use(a);
  store(a);
  load(b);
  store(a, 1);
  EXPECT_TRUE(hasHeardAll(b));
  use(a);
  store(a, 1);
  EXPECT_FALSE(hasHeardAll(b));
}

TEST_F(News, FromAFenceAreAnnounced) {
  use(a);
  AtomicFence(a, 3);
  EXPECT_TRUE(hasHeardAll(b));
  atomic(a, 0, MapsanAtomicStore); // relaxed
  EXPECT_FALSE(hasHeardAll(b));
  load(b);
  use(b);
  EXPECT_FALSE(found());
}

TEST_F(News, FromAFenceAreToldByAnExchange) {
  use(a);
  AtomicFence(a, 3);
  EXPECT_TRUE(hasHeardAll(a));
  atomic(a, 0, MapsanAtomicRmw); // relaxed
  load(b);
  use(b);
  EXPECT_FALSE(found());
}

TEST_F(News, OfOthersSilenceNobodyWhoHasSome) {
  // As if its slot had been nobody's before.
  a->operations.shortcuts.Restart(/*speaks=*/false);
  use(a);
  c->clock.MarkDirty();
  store(c);
  load(a);
  EXPECT_TRUE(hasHeardAll(a));
  store(a, 1);
  load(b, 1);
  use(b);
  EXPECT_FALSE(found());
}

TEST_F(News, OfThirdPartiesComeWithThoseWhoKnowThem) {
  use(a);
  store(a);
  load(c);
  use(c);
  store(c, 1);
  load(b, 1);
  EXPECT_TRUE(hasHeardAll(b));
  use(b);
  EXPECT_FALSE(found());
}

// Many versions in no time: they are not announced any more, and heard all the
// same.
TEST_F(News, OfThoseWhoTalkAreHeard) {
  for (int i = 0; i < 300; i++) {
    use(a);
    store(a);
    load(b);
    use(b);
    store(b, 1);
    load(a, 1);
  }
  EXPECT_FALSE(found());
  use(a);
  store(a);
  EXPECT_FALSE(hasHeardAll(b));
  for (int i = 0; i < 200; i++)
    store(a); // the same, often: announced
  load(b);
  use(b);
  store(b, 1);
  EXPECT_FALSE(found());
}

} // namespace
