// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomics that are lent to a thread, and taken back.

#include "world.h"

#include "../../runtime/clock/mapsan_lent.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

constexpr u32 what(MapsanAtomic kind, u32 order) { return kind | order << 4; }
constexpr u32 kLoadAcquire = what(MapsanAtomicLoad, 2);
constexpr u32 kStoreRelaxed = what(MapsanAtomicStore, 0);
constexpr u32 kStoreRelease = what(MapsanAtomicStore, 3);
constexpr u32 kRmwRelaxed = what(MapsanAtomicRmw, 0);
constexpr u32 kRmwRelease = what(MapsanAtomicRmw, 3);
constexpr u32 kRmwAcqRel = what(MapsanAtomicRmw, 4);

class Lent : public testing::Test {
protected:
  Lent() {
    StartWorld();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, true);
    use(a);
    lendTo(a);
  }
  ~Lent() override {
    MemoryObtained(AddressOf(map), sizeof(map));
    SyncBorn(AddressOf(object), sizeof(object));
    for (Thread *thr : threads)
      if (thr)
        ThreadFinish(thr);
  }
  void atomic(Thread *thr, u32 what) {
    uptr addr = AddressOf(object);
    u64 token = BeginAtomic(thr, addr, what);
    EndAtomic(thr, addr, what, token, true);
  }
  void lendTo(Thread *thr) {
    for (u32 i = 0; i <= SyncBucket::kMostReleases + lent::repeats_needed; i++)
      atomic(thr, kStoreRelease);
    ASSERT_TRUE(isLentTo(thr));
  }
  bool isLentTo(Thread *thr) { return IsLent(thr, object); }
  void use(Thread *thr) { Operate(thr, &write, map); }
  bool silent() { return TakeFindings().empty(); }

  Thread *threads[3], *&a = threads[0], *&b = threads[1], *&c = threads[2];
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char map[16] = {};
  alignas(16) char object[16] = {};
};

TEST_F(Lent, ReleasesAreAcquired) {
  for (u32 release : {kStoreRelease, kRmwAcqRel, kRmwRelease})
    atomic(a, release);
  EXPECT_TRUE(isLentTo(a));
  atomic(b, kLoadAcquire);
  use(b);
  EXPECT_TRUE(silent());
}

TEST_F(Lent, AnotherOperationIsAnotherClock) {
  use(a);
  EXPECT_FALSE(isLentTo(a));
  atomic(a, kRmwAcqRel);
  atomic(b, kLoadAcquire);
  use(b);
  EXPECT_TRUE(silent());
  atomic(a, kRmwAcqRel);
  EXPECT_TRUE(isLentTo(a)); // it was not taken back meanwhile
}

TEST_F(Lent, WhatWasAcquiredIsAnotherClock) {
  use(c);
  SyncReleaseStore(c, AddressOf(map));
  SyncAcquire(a, AddressOf(map));
  atomic(a, kRmwAcqRel);
  atomic(b, kLoadAcquire);
  use(b);
  EXPECT_EQ(TakeFindings().size(), 1u); // a and c
}

TEST_F(Lent, AStoreTakesItBack) {
  atomic(b, kStoreRelease);
  EXPECT_FALSE(isLentTo(a));
  atomic(c, kLoadAcquire);
  use(c);
  EXPECT_FALSE(silent());
}

TEST_F(Lent, AJoinTakesItBack) {
  SyncReleaseStore(b, AddressOf(map));
  use(b);
  TakeFindings();
  atomic(b, kRmwRelease);
  EXPECT_FALSE(isLentTo(a));
  atomic(a, kRmwRelease);
  atomic(c, kLoadAcquire);
  EXPECT_TRUE(c->clock.Contains(b->clock.slot(), b->clock.ClosedEpoch()));
  EXPECT_TRUE(c->clock.Contains(a->clock.slot(), a->clock.ClosedEpoch()));
}

TEST_F(Lent, ARelaxedStoreEndsIt) {
  atomic(b, kStoreRelaxed);
  EXPECT_FALSE(isLentTo(a));
  atomic(a, kRmwRelease);
  atomic(c, kLoadAcquire);
  use(c);
  EXPECT_TRUE(silent());
}

TEST_F(Lent, OnesOwnRelaxedStoreEndsIt) {
  atomic(a, kStoreRelaxed);
  EXPECT_FALSE(isLentTo(a));
  atomic(a, kRmwRelease);
  atomic(c, kLoadAcquire);
  use(c);
  EXPECT_TRUE(silent());
}

// A fence's clock may be an older one.
TEST_F(Lent, OnesOwnFenceEndsIt) {
  AtomicFence(a, 3);
  use(a);
  lendTo(a);
  atomic(a, kStoreRelaxed);
  EXPECT_FALSE(isLentTo(a));
  atomic(a, kStoreRelease);
  atomic(c, kLoadAcquire);
  use(c);
  EXPECT_TRUE(silent());
}

TEST_F(Lent, LooksLeaveItThere) {
  atomic(b, kLoadAcquire);
  atomic(b, kRmwRelaxed);
  EXPECT_TRUE(isLentTo(a));
}

TEST_F(Lent, MemoryThatIsHandedOutAnewIsNot) {
  SyncBorn(AddressOf(object), sizeof(object));
  EXPECT_FALSE(isLentTo(a));
  atomic(a, kRmwRelease);
  atomic(b, kLoadAcquire);
  use(b);
  EXPECT_TRUE(silent());
}

TEST_F(Lent, ToNobodyOnceItsThreadHasEnded) {
  ThreadFinish(a);
  a = ThreadCreate(nullptr, 0, true); // of the same record, perhaps
  EXPECT_FALSE(isLentTo(a));
  use(b);
  TakeFindings();
  atomic(b, kStoreRelease);
  atomic(c, kLoadAcquire);
  use(c);
  EXPECT_TRUE(silent());
}

TEST_F(Lent, SignalHandlersReleaseUnderTheLock) {
  uptr addr = AddressOf(object);
  u64 token = BeginAtomic(a, addr, kRmwRelease);
  EXPECT_TRUE(a->operations.shortcuts.IsReleasing(addr));
  u64 inner = BeginAtomic(a, addr, kRmwRelease);
  EXPECT_TRUE(inner & atomics_internal::kLocked);
  EXPECT_TRUE(a->operations.shortcuts.IsReleasing(addr));
  EndAtomic(a, addr, kRmwRelease, inner, true);
  EXPECT_TRUE(a->operations.shortcuts.IsReleasing(addr));
  EndAtomic(a, addr, kRmwRelease, token, true);
  EXPECT_FALSE(a->operations.shortcuts.IsReleasing(addr));
}

TEST_F(Lent, AllKeysAreThroughAtSomeTime) {
  u64 key =
      atomic_load(&a->operations.shortcuts.lent_key, memory_order_relaxed);
  do
    a->operations.shortcuts.ClockChanges();
  while (atomic_load(&a->operations.shortcuts.lent_key, memory_order_relaxed) !=
         key);
  EXPECT_FALSE(isLentTo(a));
}

// Whoever wants to change it waits till the instruction has run.
TEST_F(Lent, AStoreWaitsForARelease) {
  uptr addr = AddressOf(object);
  std::atomic<bool> begun{false}, ended{false}, overtaken{false};
  u64 token = BeginAtomic(a, addr, kRmwRelease);
  std::thread other([&] {
    begun = true;
    u64 token = BeginAtomic(b, addr, kStoreRelease);
    overtaken = !ended;
    EndAtomic(b, addr, kStoreRelease, token, true);
  });
  for (int i = 0; i < 200 && !overtaken; i++) // it has its time
    begun ? std::this_thread::yield() : (void)(i = 0);
  ended = true;
  EndAtomic(a, addr, kRmwRelease, token, true);
  other.join();
  EXPECT_FALSE(overtaken);
}

} // namespace
