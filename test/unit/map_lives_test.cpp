// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lives of maps: what one object at an address did is never held against the
// next, and a destroyed one is remembered as long as it must be.

#include "world.h"

#include "../../runtime/clock/mapsan_lockset_table.h"
#include "../../runtime/maps/mapsan_map_table.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>
#include <thread>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class MapLives : public testing::Test {
protected:
  MapLives() {
    StartWorld();
    TakeFindings();
    a = ThreadCreate(nullptr, 0, false);
    b = ThreadCreate(nullptr, 0, false);
  }
  ~MapLives() override {
    MemoryObtained(AddressOf(&map), sizeof(map));
    SyncBorn(AddressOf(&mutex), sizeof(mutex));
    for (Thread *thr : {a, b}) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }

  void handOver(Thread *from, Thread *to) {
    SyncReleaseStore(from, AddressOf(&mutex));
    SyncAcquire(to, AddressOf(&mutex));
  }
  std::vector<FindingKind> kinds() {
    std::vector<FindingKind> result;
    for (const Finding &f : TakeFindings())
      result.push_back(f.kind);
    return result;
  }

  using Kinds = std::vector<FindingKind>;
  Thread *a, *b;
  Site construct = MakeSite(MapsanEffectConstruct, "constructor");
  Site destroy = MakeSite(MapsanEffectDestroy, "destructor");
  Site read = MakeSite(MapsanEffectRead, "find");
  Site write = MakeSite(MapsanEffectWrite, "swap");
  Site mayWrite = MakeSite(MapsanEffectMayWrite, "insert");
  Site begin = MakeSite(MapsanEffectRead, "begin", MapsanSiteIterates);
  alignas(16) char map[16] = {};
  alignas(16) char mutex[16] = {};
};

TEST_F(MapLives, UnorderedReadAndWriteRace) {
  Operate(a, &write, map);
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, OrderedOnesDoNot) {
  Operate(a, &write, map);
  handOver(a, b);
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, ReadsDoNotRace) {
  Operate(a, &read, map);
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, KindNamesWhatBothSidesDid) {
  Operate(a, &begin, map);
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::IterationWrite});
  handOver(b, a); // (b's record of this epoch is of the last life)
  Operate(a, &construct, map);
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::Writes});
}

TEST_F(MapLives, MayWriteIsJudgedByItsEvidence) {
  Operate(a, &read, map);
  Operate(b, &mayWrite, map, MapsanEvidenceUnchanged);
  EXPECT_EQ(kinds(), Kinds{});
  EXPECT_EQ(LastEffect(b), 0u);
  Operate(b, &mayWrite, map, MapsanEvidenceChanged);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
  EXPECT_EQ(LastEffect(b), 1u);
}

TEST_F(MapLives, MayWriteAfterAWriteIsReportedOnceWithItsFinalKind) {
  Operate(a, &write, map);
  Begin(b, &mayWrite, map);
  EXPECT_EQ(kinds(), Kinds{}) << "its kind is not known yet";
  End(b, &mayWrite, map, MapsanEvidenceChanged);
  EXPECT_EQ(kinds(), Kinds{FindingKind::Writes});
}

TEST_F(MapLives, MayWriteThatIsAbandonedIsReportedAllTheSame) {
  Operate(a, &write, map);
  Begin(b, &mayWrite, map);
  DropOperations(b);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, ConstructionBeginsALife) {
  Operate(a, &write, map);
  Operate(b, &construct, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, DestructionUnderAReaderRaces) {
  Operate(a, &construct, map);
  handOver(a, b);
  Operate(b, &read, map);
  Operate(a, &destroy, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::DestructionAccess});
}

TEST_F(MapLives, UseOfADestroyedMapRaces) {
  Operate(a, &construct, map);
  handOver(a, b);
  Operate(a, &destroy, map);
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::DestructionAccess});
}

TEST_F(MapLives, UseOrderedAfterDestructionIsANewLife) {
  Operate(a, &construct, map);
  Operate(a, &destroy, map);
  handOver(a, b);
  Operate(b, &read, map); // constant-initialised: no constructor was called
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, MemoryHandedOutAnewForgetsTheTombstone) {
  Operate(a, &construct, map);
  Operate(a, &destroy, map);
  MemoryReleased(AddressOf(map), sizeof(map));
  MemoryObtained(AddressOf(map), sizeof(map));
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, ReleasedMemoryAloneKeepsTheTombstone) {
  Operate(a, &construct, map);
  Operate(a, &destroy, map);
  MemoryReleased(AddressOf(map), sizeof(map));
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::DestructionAccess});
}

TEST_F(MapLives, AReleaseInsideAnOperationDoesNotPublishIt) {
  Begin(a, &write, map);
  handOver(a, b); // a functor unlocks in the middle of the operation
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
  End(a, &write, map);
}

TEST_F(MapLives, AReleaseInsideARepeatedReadDoesNotPublishItEither) {
  Operate(a, &read, map);
  Begin(a, &read, map); // nothing to record: the same epoch
  handOver(a, b);
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
  End(a, &read, map);
}

TEST_F(MapLives, AnAcquireInsideAnOperationComesTooLate) {
  Begin(b, &mayWrite, map);
  Operate(a, &read, map);
  handOver(a, b); // the allocator locks in the middle of the operation
  End(b, &mayWrite, map, MapsanEvidenceChanged);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, ALockInReleasedMemoryOrdersNothing) {
  Operate(a, &write, map);
  SyncReleaseStore(a, AddressOf(&mutex));
  MemoryReleased(AddressOf(&mutex), sizeof(mutex));
  SyncAcquire(b, AddressOf(&mutex));
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, ALockInMemoryHandedOutAnewOrdersNothing) {
  Operate(a, &write, map);
  SyncReleaseStore(a, AddressOf(&mutex));
  MemoryObtained(AddressOf(&mutex), sizeof(mutex));
  SyncAcquire(b, AddressOf(&mutex));
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, AStoreReplacesWhatSomebodyWhoKnewMoreHadStored) {
  // Random traces come across this once in 150,000.
  alignas(16) char other[16], flag[16];
  Operate(a, &write, map);
  handOver(a, b);
  Operate(b, &write, other);
  SyncReleaseStore(b, AddressOf(flag)); // holds what a knows, and more
  SyncReleaseStore(a, AddressOf(flag)); // a has not acquired it
  Thread *c = ThreadCreate(nullptr, 0, false);
  SyncAcquire(c, AddressOf(flag));
  Operate(c, &read, map);
  EXPECT_EQ(kinds(), Kinds{});
  Operate(c, &read, other);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
  MemoryObtained(AddressOf(other), sizeof(other));
  SyncBorn(AddressOf(flag), sizeof(flag));
  ThreadFinish(c);
  ThreadDetached(c);
}

TEST_F(MapLives, BothInsideAtOnceIsAnOverlap) {
  Begin(a, &write, map);
  Begin(b, &read, map);
  auto found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].grade, Grade::Overlap);
  End(b, &read, map);
  End(a, &write, map);
  Operate(b, &write, map);
  found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].grade, Grade::Unordered);
}

TEST_F(MapLives, NestedOperationsOnTheSameMapBelongToTheOuter) {
  Operate(a, &read, map);
  Begin(b, &read, map);
  Operate(b, &write, map); // the library's own, inside
  End(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, AThousandReadersAllCount) {
  constexpr int kReaders = 1000;
  std::vector<Thread *> readers;
  for (int i = 0; i < kReaders; i++) {
    readers.push_back(ThreadCreate(nullptr, 0, false));
    Operate(readers.back(), &read, map);
  }
  // The writer is ordered after all of them but one.
  for (int i = 0; i < kReaders; i++)
    if (i != 437)
      handOver(readers[i], a);
  Operate(a, &write, map);
  auto found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].previous.tid, readers[437]->tid);
  for (Thread *thr : readers) {
    ThreadFinish(thr);
    ThreadDetached(thr);
  }
}

TEST_F(MapLives, AMutexThatAnotherUnlockedIsTakenAnew) {
  // Not allowed by POSIX, and works everywhere: a locks, b unlocks.
  uptr addr = AddressOf(mutex);
  TakeMutex(a, addr);
  handOver(a, b);
  Operate(b, &write, map);
  GiveMutexBack(b, addr);
  TakeMutex(a, addr);
  Operate(a, &write, map);
  GiveMutexBack(a, addr);
  TakeMutex(b, addr);
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, AMergeIsAcquiredByEveryThread) {
  // Two that know nothing of each other release at one place.
  uptr addr = AddressOf(mutex);
  Operate(a, &write, map);
  SyncReleaseJoin(a, addr);
  Site elsewhere = MakeSite(MapsanEffectWrite);
  alignas(16) char other[16] = {};
  Operate(b, &elsewhere, other);
  SyncReleaseJoin(b, addr);
  // The second of these takes over the first one's record.
  for (int i = 0; i < 2; i++) {
    Thread *thr = ThreadCreate(nullptr, 0, true);
    SyncAcquire(thr, addr);
    SyncAcquire(thr, addr);
    if (i)
      Operate(thr, &write, map);
    ThreadFinish(thr);
  }
  EXPECT_EQ(kinds(), Kinds{});
  MemoryObtained(AddressOf(other), sizeof(other));
}

TEST_F(MapLives, RecordsNamesLocksOfBothSides) {
  TakeMutex(a, AddressOf(mutex));
  Operate(a, &write, map);
  GiveMutexBack(a, AddressOf(mutex));
  Operate(b, &read, map);
  auto found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].current.lockset, 0u);
  LockOfSet locks[Thread::kMaxLocks];
  bool forgotten;
  ASSERT_EQ(LocksOfSet(found[0].previous.lockset, locks, &forgotten), 1u);
  EXPECT_FALSE(forgotten);
  EXPECT_EQ(locks[0].addr, AddressOf(mutex));
  EXPECT_EQ(locks[0].mode, LockMode::Exclusive);
}

// A read that repeats an earlier one goes by the cell that remembers that one.
// Cells are handed on: here the map's life ends, and its reader's cell comes to
// serve another map of the same reader, who has published nothing meanwhile.
class RepeatedReads : public MapLives {
protected:
  // `a` has read the map, as its second reader; b was the first.
  RepeatedReads() {
    Operate(b, &read, map);
    readAgain();
  }
  ~RepeatedReads() override { MemoryObtained(AddressOf(maps), sizeof(maps)); }

  // (All by Operate, hence at one call site: one can repeat another.)
  void readAgain(const void *which = nullptr) {
    Operate(a, &read, which ? which : map);
  }
  // `a` reads more maps than it has cells in stock; all but those whose place
  // among its recent accesses is the map's.
  void readOthers() {
    auto place = [](const void *p) {
      return (AddressOf(p) >> 4 ^ AddressOf(p) >> 11) % 128;
    };
    for (auto &other : maps)
      if (place(other) != place(map)) {
        Operate(b, &read, other);
        readAgain(other);
      }
  }
  // The map is read in the life that it has now, in the same way as before.
  void expectRecorded() {
    SyncReleaseStore(a, AddressOf(&mutex)); // a new epoch
    readAgain();
    TakeFindings();
    Operate(b, &write, map);
    EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
  }

  alignas(16) char maps[256][16] = {};
};

TEST_F(RepeatedReads, OfAMapThatIsGone) {
  for (auto &other : maps) // so that none of them gets the map's state, too
    Operate(b, &read, other);
  // By a thread without a stock of cells: they go to everybody's.
  std::thread([this] { MemoryObtained(AddressOf(&map), sizeof(map)); }).join();
  readOthers();
  expectRecorded();
}

TEST_F(RepeatedReads, OfAnotherLifeOfTheMap) {
  Thread *c = ThreadCreate(nullptr, 0, false);
  Operate(c, &construct, map);
  handOver(c, a);
  SyncAcquire(b, AddressOf(&mutex));
  ThreadFinish(c); // its stock goes to everybody's
  ThreadDetached(c);
  readOthers();
  expectRecorded();
}

// A thread's own write of the open epoch stands for what it does afterwards, also
// when it has been forgotten among the recent accesses; one of an earlier epoch
// does not, nor does a destruction.
TEST_F(RepeatedReads, BehindAnOwnWrite) {
  handOver(b, a);
  Operate(a, &write, map);
  readOthers();
  TakeFindings();
  readAgain();
  EXPECT_EQ(kinds(), Kinds{});
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::Writes});
}

TEST_F(RepeatedReads, BehindAnOwnWriteOfAnEarlierEpoch) {
  handOver(b, a);
  Operate(a, &write, map);
  handOver(a, b);
  readOthers();
  readAgain();
  TakeFindings();
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(RepeatedReads, BehindAnOwnDestruction) {
  handOver(b, a);
  Operate(a, &destroy, map);
  readOthers();
  readAgain(); // constant-initialised: a new life that nobody announced
  TakeFindings();
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, AnotherThreadsMapWhereAnOwnOneWas) {
  Operate(a, &construct, map);
  handOver(a, b);
  Operate(b, &construct, map);
  Operate(a, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, AReleaseInsideAConstructorDoesNotPublishIt) {
  Begin(a, &construct, map);
  handOver(a, b); // an element's constructor unlocks
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
  End(a, &construct, map);
  EXPECT_EQ(LastEffect(a), 1u);
  handOver(a, b);
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{});
}

TEST_F(MapLives, AReleaseInsideADestructorDoesNotPublishIt) {
  Operate(a, &construct, map);
  handOver(a, b);
  Begin(a, &destroy, map);
  handOver(a, b);
  Operate(b, &read, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::DestructionAccess});
  End(a, &destroy, map);
  EXPECT_EQ(LastEffect(a), 1u);
}

TEST_F(MapLives, ADestructionForgetsWhatItsThreadHadRecorded) {
  Operate(a, &construct, map);
  Operate(a, &write, map);
  Operate(a, &destroy, map);
  Operate(a, &read, map); // of the same epoch, of another life
  Operate(b, &write, map);
  EXPECT_EQ(kinds(), Kinds{FindingKind::ReadWrite});
}

TEST_F(MapLives, ASecondDestructionIsOfAnotherMap) {
  Operate(a, &construct, map);
  Operate(a, &destroy, map);
  Operate(a, &destroy, map); // its construction was not seen
  Operate(b, &read, map);
  auto found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::DestructionAccess);
  EXPECT_EQ(found[0].creation.site, nullptr);
}

// The only thread of the process destroys a map of its own: nothing is left of
// it, unless the destructor creates a thread.
class LivesAlone : public testing::Test {
protected:
  LivesAlone() {
    StartWorld();
    TakeFindings();
    self = CurrentThreadRaw();
  }
  ~LivesAlone() override {
    if (child) {
      ThreadFinish(child);
      ThreadJoined(self, child);
    }
    MemoryObtained(AddressOf(&map), sizeof(map));
  }
  void SetUp() override { ASSERT_TRUE(OnlyOneThread()); }

  MapState *state() {
    return FindMap(map_table.For(AddressOf(map)),
                   KeyOf(AddressOf(map), construct.GetFamily()->Number()));
  }
  bool childMeetsTheDestruction() {
    Operate(child, &read, map);
    auto found = TakeFindings();
    return found.size() == 1 &&
           found[0].kind == FindingKind::DestructionAccess &&
           found[0].previous.site == &destroy && found[0].creation.site;
  }

  Thread *self, *child = nullptr;
  Site construct = MakeSite(MapsanEffectConstruct, "constructor");
  Site destroy = MakeSite(MapsanEffectDestroy, "destructor");
  Site read = MakeSite(MapsanEffectRead, "find");
  alignas(16) char map[16] = {};
};

TEST_F(LivesAlone, LeaveNothingBehind) {
  Operate(self, &construct, map);
  EXPECT_TRUE(state());
  u64 begun = self->lives_begun;
  Operate(self, &destroy, map);
  EXPECT_FALSE(state());
  EXPECT_EQ(LastEffect(self), 1u);
  child = ThreadCreate(self, 0, false);
  Operate(child, &read, map);
  EXPECT_EQ(TakeFindings().size(), 0u);
  EXPECT_EQ(self->lives_begun, begun);
}

TEST_F(LivesAlone, AThreadOfTheDestructorsOwnMeetsIt) {
  Operate(self, &construct, map);
  u64 begun = self->lives_begun;
  Begin(self, &destroy, map);
  child = ThreadCreate(self, 0, false);
  EXPECT_TRUE(childMeetsTheDestruction());
  End(self, &destroy, map);
  EXPECT_EQ(self->lives_begun, begun) << "no other life than the first";
}

TEST_F(LivesAlone, AThreadOfTheDestructorsOwnMeetsTheTombstone) {
  Operate(self, &construct, map);
  Begin(self, &destroy, map);
  child = ThreadCreate(self, 0, false);
  End(self, &destroy, map);
  EXPECT_TRUE(childMeetsTheDestruction());
}

TEST_F(LivesAlone, ADestructorThatThrowsLeavesNoMap) {
  Operate(self, &construct, map);
  Begin(self, &destroy, map);
  MapUnwind(self, &destroy, AddressOf(map), GET_CALLER_PC(),
            GET_CURRENT_FRAME());
  EXPECT_FALSE(state());
  EXPECT_TRUE(self->operations.empty());
}

} // namespace
