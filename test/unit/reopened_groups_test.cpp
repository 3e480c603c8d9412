// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread that takes a lock again goes on with the group of operations that it
// closed there, unless somebody was told of it: each way to be told.

#include "world.h"

#include "../../runtime/clock/mapsan_lockset.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class ReopenedGroups : public testing::Test {
protected:
  ReopenedGroups() {
    StartWorld();
    ForgetNews();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, true);
  }
  ~ReopenedGroups() override {
    MemoryObtained(AddressOf(maps), sizeof(maps));
    SyncBorn(AddressOf(locks), sizeof(locks));
    for (Thread *thr : threads)
      ThreadFinish(thr);
  }
  void lock(Thread *thr, int which = 0) {
    TakeMutex(thr, AddressOf(locks[which]));
  }
  void unlock(Thread *thr, int which = 0) {
    GiveMutexBack(thr, AddressOf(locks[which]));
  }
  void lockShared(Thread *thr) {
    RwLocked(thr, AddressOf(locks[3]), LockMode::Shared, 0x1000, 0);
  }
  void lockAlone(Thread *thr) {
    RwLocked(thr, AddressOf(locks[3]), LockMode::Exclusive, 0x1000, 0);
  }
  void unlockRw(Thread *thr) { RwUnlocking(thr, AddressOf(locks[3])); }
  void atomic(Thread *thr, u32 kind, u32 order) {
    u32 what = kind | order << 4;
    u64 token = BeginAtomic(thr, AddressOf(locks[4]), what);
    EndAtomic(thr, AddressOf(locks[4]), what, token, true);
  }
  void store(Thread *thr) { atomic(thr, MapsanAtomicStore, 3); }
  void load(Thread *thr) { atomic(thr, MapsanAtomicLoad, 2); }
  void use(Thread *thr, int map = 0) { Operate(thr, &write, maps[map]); }
  void locked(Thread *thr, int which = 0) {
    lock(thr, which);
    use(thr);
    unlock(thr, which);
  }
  u64 epoch() { return a->clock.OpenEpoch(); }
  bool found() { return !TakeFindings().empty(); }

  Thread *threads[3], *&a = threads[0], *&b = threads[1], *&c = threads[2];
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char maps[2][16] = {};
  alignas(64) char locks[8][64] = {};
};

TEST_F(ReopenedGroups, AreToldAtALockInside) {
  locked(a, 1);
  locked(a, 0);
  lock(a, 0);
  lock(a, 1);
  use(a);
  unlock(a, 1);
  lock(b, 1);
  use(b);
  EXPECT_FALSE(found());
  unlock(b, 1);
  unlock(a, 0);
}

TEST_F(ReopenedGroups, OfTheSameLockGoOn) {
  locked(a);
  u64 closed = epoch() - 1;
  for (int i = 0; i < 3; i++) {
    lock(a);
    EXPECT_EQ(epoch(), closed);
    use(a);
    unlock(a);
    EXPECT_EQ(epoch(), closed + 1);
  }
  locked(b);
  EXPECT_FALSE(found());
}

TEST_F(ReopenedGroups, WhatComesAfterTheUnlockIsNotTold) {
  locked(a);
  locked(a);
  use(a); // without the lock
  locked(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotAtALockThatIsAnotherOneSinceItWasTold) {
  locked(a);
  lock(b); // is told
  unlock(b);
  SyncBorn(AddressOf(locks[0]), sizeof(locks[0]));
  u64 open = epoch();
  lock(a);
  unlock(a);
  lock(a);
  EXPECT_EQ(epoch(), open);
  use(a, 1);
  unlock(a);
  use(b, 1);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfAllWasAcquired) {
  locked(a);
  ThreadAcquireAll(b);
  locked(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfAnotherThreadHadTheLock) {
  locked(a);
  lock(b);
  unlock(b);
  locked(a);
  use(b); // knows the first, and not the second
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfAnotherThreadWasNotSeenToUnlock) {
  locked(a);
  lock(b);
  locked(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfAnotherThreadUsedItsNews) {
  locked(a);
  locked(b); // and releases: the lock's clock is another's
  locked(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfItWasToldByAnAtomic) {
  locked(a);
  store(a);
  load(b);
  locked(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfItWasToldByAnotherLock) {
  locked(a);
  lock(a, 1);
  unlock(a, 1);
  lock(b, 1);
  locked(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfItWasToldByTheLockAround) {
  locked(a);
  lock(a);      // goes on
  lock(a, 1);   //
  use(a);       //
  unlock(a, 1); // tells by the inner lock
  unlock(a);    // and by the outer one, which has it already
  lock(b);
  locked(a, 1);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotWithOperationsInBetween) {
  locked(a);
  use(a, 1);
  u64 open = epoch();
  lock(a);
  EXPECT_EQ(epoch(), open);
  unlock(a);
}

TEST_F(ReopenedGroups, NotWithSomethingAcquiredInBetween) {
  Operate(b, &write, maps[1]);
  store(b);
  locked(a);
  u64 closed = epoch() - 1;
  load(a);
  lock(a);
  EXPECT_EQ(epoch(), closed + 1);
  unlock(a);
}

TEST_F(ReopenedGroups, NotByAReaderOfTheLock) {
  lockAlone(a);
  use(a);
  unlockRw(a);
  lockShared(a);
  lockShared(b); // beside it
  use(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, NotIfReadersHadTheLock) {
  lockAlone(a);
  use(a);
  unlockRw(a);
  lockShared(b);
  unlockRw(b);
  lockAlone(a);
  use(a);
  unlockRw(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, OfAReadersWriterLockGoOn) {
  lockAlone(a);
  use(a);
  unlockRw(a);
  u64 closed = epoch() - 1;
  lockAlone(a);
  EXPECT_EQ(epoch(), closed);
  unlockRw(a);
}

TEST_F(ReopenedGroups, NotIfTheLockIsAnotherOne) {
  locked(a);
  u64 closed = epoch() - 1;
  SyncBorn(AddressOf(locks[0]), sizeof(locks[0]));
  lock(a);
  EXPECT_EQ(epoch(), closed + 1);
  unlock(a);
}

// Closed by an atomic's release in the middle, and told by that.
TEST_F(ReopenedGroups, EndWhereTheyAreTold) {
  locked(a);
  lock(a);
  use(a);
  store(a);
  load(b);
  use(a);
  unlock(a);
  use(b);
  EXPECT_TRUE(found());
}

TEST_F(ReopenedGroups, AreWhatTheLockTellsInTheEnd) {
  locked(a);
  lock(a);
  Operate(a, &write, maps[1]);
  unlock(a);
  lock(b);
  Operate(b, &write, maps[1]);
  unlock(b);
  EXPECT_FALSE(found());
}

} // namespace
