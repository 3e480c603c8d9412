// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The clocks' fast paths where they must not be taken: what random traces of a
// few threads hardly ever come upon.

#include "world.h"

#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

constexpr u32 what(MapsanAtomic kind, u32 order) { return kind | order << 4; }
constexpr u32 kLoadRelaxed = what(MapsanAtomicLoad, 0);
constexpr u32 kRmwRelease = what(MapsanAtomicRmw, 3);
constexpr u32 kRmwAcqRel = what(MapsanAtomicRmw, 4);

class ClockFastPaths : public testing::Test {
protected:
  static constexpr u32 kThreads = 16; // more than a clock lists
  ClockFastPaths() {
    StartWorld();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, true);
    a = threads[0];
    b = threads[1];
  }
  ~ClockFastPaths() override {
    MemoryObtained(AddressOf(maps), sizeof(maps));
    SyncBorn(AddressOf(objects), sizeof(objects));
    for (Thread *thr : threads)
      ThreadFinish(thr);
  }
  void hand(Thread *from, Thread *to, int object) {
    SyncReleaseStore(from, AddressOf(objects[object]));
    SyncAcquire(to, AddressOf(objects[object]));
  }
  void atomic(Thread *thr, u32 what) {
    uptr addr = AddressOf(objects[0]);
    u64 token = BeginAtomic(thr, addr, what);
    EndAtomic(thr, addr, what, token, true);
  }
  void writeAll(Thread *thr) {
    for (auto &map : maps)
      Operate(thr, &write, map);
  }
  // One after the other, of a map of its own.
  void othersTellA() {
    for (u32 i = 2; i < kThreads; i++) {
      Operate(threads[i], &write, maps[i]);
      hand(threads[i], a, i);
    }
  }
  void underLock(Thread *thr, int object, int map) {
    TakeMutex(thr, AddressOf(objects[object]));
    Operate(thr, &write, maps[map]);
    GiveMutexBack(thr, AddressOf(objects[object]));
  }
  bool silent() { return TakeFindings().empty(); }

  Thread *threads[kThreads], *a, *b;
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char maps[kThreads][16] = {};
  alignas(16) char objects[kThreads][16] = {};
};

TEST_F(ClockFastPaths, MoreChangesThanAClockLists) {
  Operate(a, &write, maps[0]);
  hand(a, b, 0); // b knows a's clock from here on
  othersTellA();
  hand(a, b, 0);
  writeAll(b);
  EXPECT_TRUE(silent());
}

TEST_F(ClockFastPaths, MoreChangesAtOnceThanAClockLists) {
  Operate(a, &write, maps[0]);
  hand(a, b, 0);
  for (u32 i = 2; i < kThreads; i++) {
    Operate(threads[i], &write, maps[i]);
    SyncReleaseJoin(threads[i], AddressOf(objects[1]));
  }
  SyncAcquire(a, AddressOf(objects[1]));
  hand(a, b, 0);
  writeAll(b);
  EXPECT_TRUE(silent());
}

// One after the other, and b hears of each.
TEST_F(ClockFastPaths, MoreLateWordsThanASnapshotLists) {
  Operate(a, &write, maps[0]);
  hand(a, b, 0);
  for (u32 i = 2; i < kThreads; i++) {
    Operate(threads[i], &write, maps[i]);
    hand(threads[i], a, i);
    hand(a, b, 0);
    Operate(b, &write, maps[i]);
  }
  writeAll(b);
  EXPECT_TRUE(silent());
}

// The base is brought up to date, as no snapshot uses it any more.
TEST_F(ClockFastPaths, WhatIsNoLongerLateIsInTheBase) {
  Operate(a, &write, maps[0]);
  hand(a, b, 0);
  SyncBorn(AddressOf(objects[0]), sizeof(objects[0]));
  othersTellA();
  hand(a, b, 0);
  writeAll(b);
  EXPECT_TRUE(silent());
}

TEST_F(ClockFastPaths, ABaseThatASnapshotUsesIsLeftAsItWas) {
  // Of a base that has words for all of them.
  Operate(threads[kThreads - 1], &write, maps[1]);
  hand(threads[kThreads - 1], a, 1);
  Operate(a, &write, maps[0]);
  hand(a, b, 0);
  othersTellA();
  SyncAcquire(threads[15], AddressOf(objects[0]));
  Operate(threads[15], &write, maps[0]);
  EXPECT_TRUE(silent());
  Operate(threads[15], &write, maps[2]);
  EXPECT_FALSE(silent());
}

// That c knows more is no change of a's clock, but b hears of it with the next.
TEST_F(ClockFastPaths, WhatOthersKnowIsPassedOn) {
  Thread *c = threads[2], *d = threads[3];
  Operate(c, &write, maps[2]);
  hand(c, a, 2);
  Operate(a, &write, maps[0]);
  hand(a, b, 0);
  Operate(d, &write, maps[3]);
  hand(d, c, 3);
  hand(c, a, 2);
  hand(a, b, 0);
  EXPECT_TRUE(b->clock.Knows(c->clock.slot(), c->clock.OwnStamp()));
}

// Of those that come in between, c hears all at once.
TEST_F(ClockFastPaths, WhatIsLateIsToldToThirds) {
  Thread *c = threads[2];
  for (int round = 0; round < 4; round++) {
    underLock(a, 0, 0);
    underLock(b, 0, 1);
    if (round == 1)
      hand(b, c, 1);
  }
  TakeMutex(c, AddressOf(objects[0]));
  Operate(c, &write, maps[0]);
  Operate(c, &write, maps[1]);
  GiveMutexBack(c, AddressOf(objects[0]));
  EXPECT_TRUE(silent());
}

// What b has acquired of others since its base was taken is news to a, though it
// knows that base.
TEST_F(ClockFastPaths, ALateWordThatIsNotTheAcquirersIsNews) {
  for (int round = 0; round < 3; round++) {
    underLock(a, 0, 0);
    underLock(b, 0, 0);
  }
  Operate(threads[2], &write, maps[2]);
  hand(threads[2], b, 2);
  underLock(b, 0, 0);
  underLock(a, 0, 0);
  Operate(a, &write, maps[2]);
  EXPECT_TRUE(silent());
  // Also where it is the only one.
  Operate(threads[4], &write, maps[4]);
  hand(threads[4], threads[3], 4);
  Operate(threads[3], &write, maps[3]);
  hand(threads[3], threads[5], 3);
  Operate(threads[6], &write, maps[6]);
  hand(threads[6], threads[3], 6);
  hand(threads[3], threads[5], 3);
  Operate(threads[5], &write, maps[6]);
  EXPECT_TRUE(silent());
}

TEST_F(ClockFastPaths, ATurnAtALockTellsWhatIsTrueNow) {
  underLock(a, 0, 0);
  underLock(b, 0, 0);
  Operate(a, &write, maps[1]); // after a's turn
  underLock(b, 0, 0);
  Operate(b, &write, maps[1]);
  EXPECT_FALSE(silent());
  underLock(a, 0, 0); // brings up to date what it left there
  underLock(b, 0, 0);
  Operate(b, &write, maps[1]);
  EXPECT_TRUE(silent());
}

// What a leaves at a lock in its turn is shared with another lock: that one goes
// on saying what it said.
TEST_F(ClockFastPaths, ATurnDoesNotChangeWhatAnotherLockHolds) {
  Operate(a, &write, maps[0]);
  for (int object : {0, 1}) { // one snapshot for both
    TakeMutex(a, AddressOf(objects[object]));
    GiveMutexBack(a, AddressOf(objects[object]));
  }
  underLock(b, 0, 1);
  underLock(a, 0, 2);
  TakeMutex(threads[2], AddressOf(objects[1]));
  Operate(threads[2], &write, maps[0]);
  EXPECT_TRUE(silent());
  Operate(threads[2], &write, maps[2]);
  EXPECT_FALSE(silent());
  GiveMutexBack(threads[2], AddressOf(objects[1]));
}

// An object that b, too, has released to, with what b does not know.
TEST_F(ClockFastPaths, AnAcquireOfWhatWasOnlyLookedAt) {
  Operate(a, &write, maps[0]);
  atomic(a, kRmwRelease);
  Operate(b, &write, maps[1]);
  atomic(b, kRmwRelease);
  atomic(b, kLoadRelaxed);
  atomic(b, kRmwAcqRel);
  Operate(b, &write, maps[0]);
  EXPECT_TRUE(silent());
}

TEST_F(ClockFastPaths, AFenceAcquiresWhatARepeatedReleaseHasRead) {
  Operate(a, &write, maps[0]);
  atomic(a, kRmwRelease);
  Operate(b, &write, maps[1]);
  atomic(b, kRmwRelease);
  Operate(threads[2], &write, maps[2]);
  atomic(threads[2], kRmwRelease);
  atomic(b, kRmwRelease);
  AtomicFence(b, 2);
  Operate(b, &write, maps[2]);
  EXPECT_TRUE(silent());
}

// The object holds a clock of the thread's slot, but of its life before: what that
// one knew of others stays.
TEST_F(ClockFastPaths, AReleaseWhereTheSlotsLastThreadReleased) {
  Operate(b, &write, maps[1]);
  hand(b, a, 1);
  atomic(a, kRmwRelease);
  Slot slot = a->clock.slot();
  for (int i = 0; i < 2000; i++) { // until it is given to somebody
    ThreadFinish(a);
    a = threads[0] = ThreadCreate(nullptr, 0, true);
    if (a->clock.slot() == slot)
      break;
  }
  ASSERT_EQ(a->clock.slot(), slot);
  a->clock.MarkDirty();
  atomic(a, kRmwRelease);
  atomic(threads[2], kRmwAcqRel);
  Operate(threads[2], &write, maps[1]);
  EXPECT_TRUE(silent());
}

TEST_F(ClockFastPaths, AReleaseThatDoesNotAcquireOrdersNothing) {
  Operate(a, &write, maps[0]);
  atomic(a, kRmwRelease);
  Operate(b, &write, maps[1]);
  atomic(b, kRmwRelease);
  atomic(b, kRmwRelease);
  Operate(b, &write, maps[0]);
  EXPECT_FALSE(silent());
}

} // namespace
