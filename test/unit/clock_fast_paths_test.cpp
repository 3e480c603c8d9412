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
  bool silent() { return TakeFindings().empty(); }

  Thread *threads[kThreads], *a, *b;
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char maps[kThreads][16] = {};
  alignas(16) char objects[kThreads][16] = {};
};

TEST_F(ClockFastPaths, MoreChangesThanAClockLists) {
  Operate(a, &write, maps[0]);
  hand(a, b, 0); // b knows a's clock from here on
  for (u32 i = 2; i < kThreads; i++) {
    Operate(threads[i], &write, maps[i]);
    hand(threads[i], a, i);
  }
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
