// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references that are used outside of the lock under which they
// were made.

#include "watching.h"

#include "../../runtime/clock/mapsan_lockset_table.h"

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class OutsideLock : public Watching {
protected:
  void Lock(Thread *thr, const void *which, LockMode mode = LockMode::Exclusive,
            uptr pc = 0x1000) {
    RwLocked(thr, AddressOf(which), mode, pc, 0);
  }
  void Unlock(Thread *thr, const void *which) {
    RwUnlocking(thr, AddressOf(which));
  }
  void ChangeLocked(Thread *thr, Site *site, s64 by, const void *which,
                    LockMode mode = LockMode::Exclusive) {
    Lock(thr, which, mode);
    Change(thr, site, m, by);
    Unlock(thr, which);
  }
  Handle MakeLocked(const void *which, LockMode mode = LockMode::Exclusive) {
    Lock(a, which, mode);
    Handle handle = Make(a, m);
    Unlock(a, which);
    return handle;
  }
  /// It was told, and nothing else.
  bool Told(Handle *handle, Site *site) {
    Used(a, handle, elements[0], site);
    std::vector<Finding> found = TakeFindings();
    EXPECT_LE(found.size(), 1u);
    if (found.empty())
      return false;
    EXPECT_EQ(found[0].kind, FindingKind::OutsideLock);
    EXPECT_EQ(found[0].grade, Grade::Discipline);
    EXPECT_EQ(found[0].current.tid, a->tid);
    EXPECT_EQ(found[0].map, AddressOf(m));
    last = found[0];
    return true;
  }
  bool Told(Handle handle) { return Told(&handle, &step); }

  Site deref = MakeSite(MapsanEffectRead, "operator*", MapsanSiteHandle);
  Site compare = MakeSite(MapsanEffectRead,
                          "operator==", MapsanSiteHandle | MapsanSiteCompares);
  Finding last;
};

TEST_F(OutsideLock, AStepWhileAnotherThreadChangesTheMap) {
  ChangeLocked(b, &insert, +1, &mutex);
  EXPECT_TRUE(Told(MakeLocked(&mutex)));
  EXPECT_EQ(last.previous.tid, b->tid);
  EXPECT_EQ(last.previous.site, &insert);
  EXPECT_EQ(last.made, &begin);
  LockOfSet locks[Thread::kMaxLocks];
  bool forgotten;
  ASSERT_EQ(LocksOfSet(last.made_lockset, locks, &forgotten), 1u);
  EXPECT_EQ(locks[0].addr, AddressOf(&mutex));
}

TEST_F(OutsideLock, AChangeThatComesAfterTheMaking) {
  Handle it = MakeLocked(&mutex);
  EXPECT_FALSE(Told(&it, &deref));
  ChangeLocked(b, &insert, +1, &mutex);
  Lock(a, &mutex); // so that it is no race
  Unlock(a, &mutex);
  EXPECT_TRUE(Told(it));
}

TEST_F(OutsideLock, AnErasureByWhatTheProgramSaid) {
  nodes.size_offset = ~0u;
  MakeLocked(&mutex); // the map is watched from now on
  ChangeLocked(b, &erase, -1, &mutex);
  Handle it = MakeLocked(&mutex);
  EXPECT_FALSE(Told(&it, &deref));
  MapErases(b, AddressOf(m), AddressOf(other));
  ChangeLocked(b, &erase, -1, &mutex);
  it = MakeLocked(&mutex);
  EXPECT_TRUE(Told(&it, &deref));
}

TEST_F(OutsideLock, ByWhatTheSiteSaysWhereNothingCounts) {
  hash.size_offset = hash.buckets_offset = ~0u;
  Use(&hash);
  insert.flags = MapsanSiteInserts;
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex), reference = it;
  EXPECT_TRUE(Told(&it, &deref)); // the next one may move them
  EXPECT_FALSE(Told(&reference, &element));
  erase.flags = MapsanSiteErases;
  ChangeLocked(b, &erase, -1, &mutex);
  reference = MakeLocked(&mutex);
  EXPECT_TRUE(Told(&reference, &element));
}

TEST_F(OutsideLock, IsToldOnce) {
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex);
  EXPECT_TRUE(Told(&it, &step));
  EXPECT_FALSE(Told(&it, &step));
}

TEST_F(OutsideLock, NotWhereTheLockIsHeldAgain) {
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex);
  Lock(a, &mutex);
  EXPECT_FALSE(Told(&it, &step));
  Unlock(a, &mutex);
  EXPECT_TRUE(Told(&it, &step));
}

TEST_F(OutsideLock, NotWhereAnotherLockOfTheirsIsHeld) {
  static char second;
  Lock(b, &second);
  ChangeLocked(b, &insert, +1, &mutex);
  Unlock(b, &second);
  Handle it = MakeLocked(&mutex);
  Lock(a, &second, LockMode::Shared);
  EXPECT_FALSE(Told(&it, &step));
  Unlock(a, &second);
  EXPECT_TRUE(Told(&it, &step));
  SyncBorn(AddressOf(&second), sizeof(second));
}

TEST_F(OutsideLock, SharedModeIsAsGoodAgainstWriters) {
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex, LockMode::Shared);
  Lock(a, &mutex, LockMode::Shared);
  EXPECT_FALSE(Told(&it, &step));
  Unlock(a, &mutex);
  EXPECT_TRUE(Told(&it, &step));
}

TEST_F(OutsideLock, TwoInSharedModeKeepNobodyOut) {
  ChangeLocked(b, &insert, +1, &mutex, LockMode::Shared);
  SyncReleaseStore(b, AddressOf(&maps[1])); // orders them, as that does not
  SyncAcquire(a, AddressOf(&maps[1]));
  EXPECT_FALSE(Told(MakeLocked(&mutex, LockMode::Shared)));
  SyncBorn(AddressOf(&maps[1]), 8);
}

TEST_F(OutsideLock, NotWhereTheLockNeverKeptThemOut) {
  static char second;
  ChangeLocked(b, &insert, +1, &second);
  Lock(a, &second); // (what orders the two)
  Unlock(a, &second);
  EXPECT_FALSE(Told(MakeLocked(&mutex)));
  SyncBorn(AddressOf(&second), sizeof(second));
}

TEST_F(OutsideLock, NotWhereOnlyThisThreadChangesIt) {
  ChangeLocked(a, &insert, +1, &mutex);
  EXPECT_FALSE(Told(MakeLocked(&mutex)));
}

TEST_F(OutsideLock, NotWhereItWasMadeUnderNone) {
  ChangeLocked(b, &insert, +1, &mutex);
  Lock(a, &mutex);
  Unlock(a, &mutex);
  EXPECT_FALSE(Told(Make(a, m)));
}

TEST_F(OutsideLock, NotWhereTheOtherHasChangedNothing) {
  Lock(b, &mutex);
  Change(b, &insert, m, 0);
  Unlock(b, &mutex);
  EXPECT_FALSE(Told(MakeLocked(&mutex)));
}

// What is of no concern to a use, by the family's rules.
TEST_F(OutsideLock, InsertionsConcernWhomTheyMayMove) {
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex);
  EXPECT_FALSE(Told(&it, &deref));
  EXPECT_FALSE(Told(&it, &element));
  Use(&hash);
  deref.family = step.family;
  ChangeLocked(b, &insert, +1, &mutex);
  it = MakeLocked(&mutex);
  EXPECT_FALSE(Told(&it, &element));
  EXPECT_TRUE(Told(&it, &deref));
}

TEST_F(OutsideLock, ErasuresConcernAll) {
  for (Site *use : {&deref, &element, &step}) { // (that reads the map)
    ChangeLocked(b, &erase, -1, &mutex);
    Handle it = MakeLocked(&mutex);
    EXPECT_TRUE(Told(&it, use));
  }
}

TEST_F(OutsideLock, AComparisonReadsNothing) {
  ChangeLocked(b, &erase, -1, &mutex);
  Handle it = MakeLocked(&mutex);
  EXPECT_FALSE(Told(&it, &compare));
  EXPECT_TRUE(Told(&it, &deref));
}

// The erasure is what a reference has to fear, whatever came after it.
TEST_F(OutsideLock, WhatConcernsMostIsKept) {
  Handle it = MakeLocked(&mutex);
  ChangeLocked(b, &insert, +1, &mutex);
  ChangeLocked(b, &erase, -1, &mutex);
  Lock(b, &mutex, LockMode::Exclusive, 0x2000);
  Change(b, &insert, m, +1);
  Unlock(b, &mutex);
  Lock(a, &mutex);
  Unlock(a, &mutex);
  EXPECT_TRUE(Told(&it, &element));
  EXPECT_EQ(last.previous.site, &erase);
}

TEST_F(OutsideLock, NotWhenTheOtherHasEnded) {
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex);
  ThreadFinish(b);
  EXPECT_FALSE(Told(&it, &step));
  ThreadDetached(b);
  b = ThreadCreate(nullptr, 0, false); // for the fixture to end
  EXPECT_FALSE(Told(&it, &step));
}

TEST_F(OutsideLock, ARaceIsToldAsOne) {
  Handle it = MakeLocked(&mutex);
  ChangeLocked(b, &insert, +1, &mutex);
  Used(a, &it, elements[0], &step);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::IterationWrite);
}

TEST_F(OutsideLock, ANewLifeKnowsNothingOfThat) {
  ChangeLocked(b, &insert, +1, &mutex);
  EXPECT_TRUE(Told(MakeLocked(&mutex)));
  Lock(a, &mutex);
  Operate(a, &destroy, m);
  Operate(a, &construct, m);
  Unlock(a, &mutex);
  EXPECT_FALSE(Told(MakeLocked(&mutex)));
}

TEST_F(OutsideLock, AWatchThatIsTakenAgainKnowsNothingOfThat) {
  ChangeLocked(b, &insert, +1, &mutex);
  Handle it = MakeLocked(&mutex);
  EXPECT_TRUE(Told(&it, &step));
  static Container many[Watches::kWatches + 64];
  bool again = false;
  for (Container &map : many) {
    map.size = 1;
    Lock(a, &mutex);
    Handle other = Make(a, &map);
    Unlock(a, &mutex);
    again |= other.watch == it.watch;
    EXPECT_FALSE(Told(&other, &step));
  }
  EXPECT_TRUE(again);
  MemoryObtained(AddressOf(many), sizeof(many));
}

// What another thread has done to the map is no matter for what was taken out of
// it under the lock.
TEST_F(OutsideLock, NotWhereTheContentsAreInAnotherMap) {
  ChangeLocked(b, &erase, -1, &mutex);
  Lock(a, &mutex);
  Handle it = Make(a, m);
  Swap(m, n);
  Unlock(a, &mutex);
  EXPECT_FALSE(Told(&it, &element));
}

TEST_F(OutsideLock, NotWhatWasDoneBeforeTheThreadBegan) {
  ChangeLocked(b, &erase, -1, &mutex);
  Handle before = MakeLocked(&mutex); // it is known from now on
  Thread *c = ThreadCreate(b, 0, false);
  Lock(c, &mutex);
  Handle it = Make(c, m);
  Unlock(c, &mutex);
  Used(c, &it, elements[0], &deref);
  EXPECT_TRUE(TakeFindings().empty());
  EXPECT_TRUE(Told(&before, &deref));
  // Nor what the watch has not seen.
  Container other = {3, 1, 400};
  Lock(b, &mutex);
  Change(b, &erase, &other, -1);
  Unlock(b, &mutex);
  Thread *d = ThreadCreate(b, 0, false);
  Lock(d, &mutex);
  it = Make(d, &other);
  Unlock(d, &mutex);
  Used(d, &it, elements[0], &deref);
  EXPECT_TRUE(TakeFindings().empty());
  MemoryObtained(AddressOf(&other), sizeof(other));
  for (Thread *thr : {c, d}) {
    ThreadFinish(thr);
    ThreadDetached(thr);
  }
}

TEST_F(OutsideLock, NotWhereMoreLocksAreHeldThanAreListed) {
  static char many[2 * Thread::kMaxLocks];
  ChangeLocked(b, &erase, -1, &mutex);
  Handle it = MakeLocked(&mutex);
  for (char &lock : many)
    Lock(a, &lock);
  EXPECT_FALSE(Told(&it, &deref));
  for (char &lock : many)
    Unlock(a, &lock);
  SyncBorn(AddressOf(many), sizeof(many));
}

} // namespace
