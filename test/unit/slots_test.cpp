// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slots of vector clocks: reused where that is sound, and only there.

#include "world.h"

#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>
#include <set>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class Slots : public testing::Test {
protected:
  Slots() {
    StartWorld();
    TakeFindings();
    main = ThreadCreate(nullptr, 0, false);
  }
  ~Slots() override {
    MemoryObtained(AddressOf(maps), sizeof(maps));
    ThreadFinish(main);
    ThreadDetached(main);
  }

  Thread *main;
  Site read = MakeSite(MapsanEffectRead);
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char maps[4][16] = {};
};

TEST_F(Slots, AJoinedThreadsSlotServesTheNext) {
  std::set<u32> used; // (other tests have left slots behind)
  for (int i = 0; i < 5000; i++) {
    Thread *thr = ThreadCreate(main, 0, false);
    Operate(thr, &write, maps[0]);
    used.insert(thr->clock.slot());
    ThreadFinish(thr);
    ThreadJoined(main, thr);
  }
  EXPECT_LT(used.size(), 5u);
  EXPECT_TRUE(TakeFindings().empty());
}

TEST_F(Slots, ADetachedThreadsSlotComesBackOnceNoMapNamesIt) {
  std::set<u32> used;
  for (int i = 0; i < 5000; i++) {
    Thread *thr = ThreadCreate(main, 0, true);
    Operate(thr, &write, maps[1]);
    used.insert(thr->clock.slot());
    ThreadFinish(thr);
    MemoryObtained(AddressOf(maps[1]), 16);
  }
  EXPECT_LT(used.size(), 2500u);
  TakeFindings();
}

TEST_F(Slots, ASlotThatAMapNamesIsNotTakenByAStranger) {
  // The detached thread's write is ordered before nobody. Whoever comes later
  // must not inherit its slot, or it would look like the writer itself.
  Thread *writer = ThreadCreate(main, 0, true);
  Operate(writer, &write, maps[2]);
  u32 slot = writer->clock.slot();
  ThreadFinish(writer);
  for (int i = 0; i < 500; i++) {
    Thread *thr = ThreadCreate(main, 0, true);
    EXPECT_NE(thr->clock.slot(), slot);
    Operate(thr, &read, maps[3]);
    ThreadFinish(thr);
    MemoryObtained(AddressOf(maps[3]), 16);
  }
  TakeFindings();
  Thread *reader = ThreadCreate(main, 0, true);
  Operate(reader, &read, maps[2]);
  EXPECT_EQ(TakeFindings().size(), 1u);
  ThreadFinish(reader);
}

TEST_F(Slots, ANewLifeOfASlotIsNotTakenForTheOld) {
  // Two lives of one slot: knowing the first says nothing of the second.
  Thread *first = ThreadCreate(main, 0, false);
  Operate(first, &write, maps[0]);
  u32 slot = first->clock.slot();
  ThreadFinish(first);
  ThreadJoined(main, first);
  Thread *second = ThreadCreate(main, 0, false);
  ASSERT_EQ(second->clock.slot(), slot);
  Operate(second, &write, maps[0]);
  Operate(main, &read, maps[0]);
  EXPECT_EQ(TakeFindings().size(), 1u);
  ThreadFinish(second);
  ThreadJoined(main, second);
}

} // namespace
