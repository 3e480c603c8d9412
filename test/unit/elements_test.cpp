// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Uses of elements: ranges of bytes that overlap, and what ends their lives,
// against a model that knows of each byte all that was ever done to it.

#include "world.h"

#include "../../runtime/maps/mapsan_elements.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <random>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

constexpr u32 kWrite = MAPSAN_ELEMENT_WRITE;

class Elements : public testing::Test {
protected:
  static constexpr int kThreads = 3;

  Elements() {
    StartWorld();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, false);
    forget(0, sizeof(memory));
  }
  ~Elements() override {
    forget(0, sizeof(memory));
    SyncBorn(AddressOf(&mutex), sizeof(mutex));
    for (Thread *thr : threads) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }

  // As the callback does it.
  void use(int thread, u32 offset, u32 size, bool write = false) {
    Thread *thr = threads[thread];
    uptr address = AddressOf(memory) + offset;
    u32 what = size | (write ? kWrite : 0);
    if (ElementUsedAgain(thr, address, what)) {
      again++;
      return;
    }
    Site *site = write ? &writes : &reads;
    ElementUsed(thr, address, what, site,
                AddressOf(__builtin_return_address(0)),
                AddressOf(__builtin_frame_address(0)));
  }
  void write(int thread, u32 offset, u32 size) {
    use(thread, offset, size, /*write=*/true);
  }
  void handOver(int from, int to) {
    SyncReleaseStore(threads[from], AddressOf(&mutex));
    SyncAcquire(threads[to], AddressOf(&mutex));
  }
  // It is handed out again.
  void forget(u32 offset, u32 size) {
    MemoryObtained(AddressOf(memory) + offset, size);
  }
  using Kinds = std::vector<FindingKind>;
  Kinds kinds() {
    Kinds result;
    for (const Finding &f : TakeFindings())
      result.push_back(f.kind);
    return result;
  }
  const Kinds none;
  const Kinds readWrite = {FindingKind::ElementReadWrite};
  const Kinds twoWrites = {FindingKind::ElementWrites};

  Thread *threads[kThreads];
  Site reads =
      MakeSite(MapsanEffectRead, "read of an element", MapsanSiteElement);
  Site writes =
      MakeSite(MapsanEffectWrite, "write to an element", MapsanSiteElement);
  int again = 0;
  alignas(64) char memory[512] = {};
  alignas(16) char mutex[16] = {};
};

TEST_F(Elements, UnorderedWrites) {
  write(0, 8, 4);
  write(1, 8, 4);
  EXPECT_EQ(kinds(), twoWrites);
}

TEST_F(Elements, UnorderedReadAndWrite) {
  use(0, 8, 4);
  write(1, 8, 4);
  EXPECT_EQ(kinds(), readWrite);
  use(2, 8, 4);
  EXPECT_EQ(kinds(), readWrite);
}

TEST_F(Elements, Reads) {
  use(0, 8, 4);
  use(1, 8, 4);
  EXPECT_EQ(kinds(), none);
}

TEST_F(Elements, Ordered) {
  write(0, 8, 8);
  handOver(0, 1);
  write(1, 8, 4);
  handOver(1, 2);
  use(2, 8, 8);
  EXPECT_EQ(kinds(), none);
}

TEST_F(Elements, Neighbours) {
  for (u32 size : {1, 2, 4, 8}) {
    for (u32 at = 0; at < 32; at += size)
      write(at / size % kThreads, at, size);
    EXPECT_EQ(kinds(), none) << size;
    forget(0, 32);
  }
}

TEST_F(Elements, AWholeAndItsParts) {
  for (u32 part = 0; part < 8; part++) {
    write(0, 16, 8);
    use(1, 16 + part, 1);
    EXPECT_EQ(kinds(), readWrite) << part;
    forget(16, 8);
    use(0, 16 + part, 1);
    write(1, 16, 8);
    EXPECT_EQ(kinds(), readWrite) << part;
    forget(16, 8);
  }
}

TEST_F(Elements, WhatAFindingSays) {
  write(0, 17, 1);
  use(1, 16, 4);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].grade, Grade::Unordered);
  EXPECT_EQ(found[0].map, AddressOf(memory) + 16);
  EXPECT_EQ(found[0].current.site, &reads);
  EXPECT_EQ(found[0].current.tid, threads[1]->tid);
  EXPECT_FALSE(found[0].current.wrote);
  EXPECT_EQ(found[0].previous.site, &writes);
  EXPECT_EQ(found[0].previous.tid, threads[0]->tid);
  EXPECT_TRUE(found[0].previous.wrote);
  EXPECT_TRUE(IsOfElement(found[0]));
}

TEST_F(Elements, OddAccessesAreSplit) {
  write(0, 3, 10); // 1 4 4 1
  EXPECT_EQ(kinds(), none);
  for (u32 at : {2u, 13u}) {
    use(1, at, 1);
    EXPECT_EQ(kinds(), none) << at;
  }
  for (u32 at : {3u, 4u, 7u, 8u, 11u, 12u}) {
    use(1, at, 1);
    EXPECT_EQ(kinds(), readWrite) << at;
  }
}

TEST_F(Elements, OneAccessIsReportedOnce) {
  write(0, 0, 64);
  write(1, 0, 64);
  EXPECT_EQ(kinds(), twoWrites);
}

TEST_F(Elements, OfLargeOnesTheBeginning) {
  write(0, 0, 400);
  use(1, kElementBytes - 1, 1);
  EXPECT_EQ(kinds(), readWrite);
  use(1, kElementBytes, 1);
  EXPECT_EQ(kinds(), none);
}

TEST_F(Elements, NothingIsNothing) {
  write(0, 8, 0);
  write(1, 8, 0);
  EXPECT_EQ(kinds(), none);
}

TEST_F(Elements, RepetitionsCostNothing) {
  write(0, 8, 8);
  EXPECT_EQ(again, 0);
  write(0, 8, 8);
  use(0, 8, 8);
  EXPECT_EQ(again, 2);
  use(0, 16, 8);
  write(0, 16, 8); // stronger
  EXPECT_EQ(again, 2);
  handOver(0, 1); // another epoch
  write(0, 8, 8);
  EXPECT_EQ(again, 2);
  write(1, 8, 8);
  EXPECT_EQ(kinds(), twoWrites);
}

TEST_F(Elements, AReadAfterAWriteKeepsTheWrite) {
  write(0, 8, 4);
  use(0, 8, 4);
  write(0, 8, 4);
  EXPECT_EQ(again, 2);
}

TEST_F(Elements, ARepetitionInAnotherLifeIsNone) {
  write(0, 8, 8);
  forget(8, 8);
  write(1, 8, 8);
  EXPECT_EQ(kinds(), none);
  forget(8, 8);
  write(0, 8, 8);
  EXPECT_EQ(again, 0);
  write(1, 8, 8);
  EXPECT_EQ(kinds(), twoWrites);
}

// Nor is there anything to do if the thread has forgotten it.
TEST_F(Elements, TheRecordItselfIsLookedAt) {
  auto forgotten = [&](u32 what) {
    ForgetElements(threads[0]);
    ElementUsed(threads[0], AddressOf(memory) + 8, what, &writes, 0, 0);
  };
  use(0, 8, 8);
  forgotten(8 | kWrite); // stronger
  forgotten(8);
  forgotten(8 | kWrite);
  use(0, 8, 8);
  EXPECT_EQ(again, 1);
  write(1, 8, 8);
  EXPECT_EQ(kinds(), twoWrites);
}

TEST_F(Elements, MapsAtTheSameAddressAreOtherThings) {
  Site insert = MakeSite(MapsanEffectWrite, "insert");
  Operate(threads[0], &insert, memory + 16);
  write(1, 16, 8);
  Operate(threads[0], &insert, memory + 16);
  EXPECT_EQ(kinds(), none);
  Operate(threads[2], &insert, memory + 16);
  EXPECT_EQ(kinds(), Kinds{FindingKind::Writes});
}

TEST_F(Elements, AreNoMaps) {
  MapLives before = CountMapLives();
  write(0, 8, 8);
  write(1, 8, 8);
  MapLives after = CountMapLives();
  EXPECT_EQ(before.seen, after.seen);
  EXPECT_EQ(before.shared, after.shared);
}

TEST_F(Elements, AThreadsMemoryEndsWithIt) {
  write(0, 8, 8);
  ThreadFinish(threads[0]);
  ThreadDetached(threads[0]);
  EXPECT_EQ(threads[0]->elements, nullptr);
  write(1, 8, 8);
  EXPECT_EQ(kinds(), twoWrites);
  threads[0] = ThreadCreate(nullptr, 0, false);
}

// --- memory that is given back by an operation

class FreedElements : public Elements {
protected:
  // As free is called inside of it.
  void free(int thread, Site *site, u32 offset, u32 size) {
    Thread *thr = threads[thread];
    Begin(thr, site, map);
    elements_internal::Freed(thr, AddressOf(memory) + offset, size);
    End(thr, site, map);
  }
  ~FreedElements() override { MemoryObtained(AddressOf(map), sizeof(map)); }

  Site erase = MakeSite(MapsanEffectWrite, "erase");
  Site find = MakeSite(MapsanEffectRead, "find");
  alignas(16) char map[16] = {};
};

TEST_F(FreedElements, RaceWithUsesBefore) {
  write(0, 20, 4);
  free(1, &erase, 16, 32);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, FindingKind::ElementWrites);
  EXPECT_EQ(found[0].map, AddressOf(memory) + 20);
  EXPECT_EQ(found[0].current.site, &erase);
  EXPECT_TRUE(found[0].current.wrote);
  EXPECT_EQ(found[0].previous.site, &writes);
}

TEST_F(FreedElements, RaceWithUsesAfter) {
  write(0, 20, 4);
  handOver(0, 1);
  free(1, &erase, 16, 32);
  EXPECT_EQ(kinds(), none);
  use(2, 20, 2);
  std::vector<Finding> found = TakeFindings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].previous.site, &erase);
  handOver(1, 0);
  use(0, 20, 4);
  EXPECT_EQ(kinds(), none);
}

TEST_F(FreedElements, TheGroupIsPublished) {
  write(0, 20, 4);
  handOver(0, 1);
  free(1, &erase, 16, 32);
  handOver(1, 2);
  use(2, 20, 4);
  EXPECT_EQ(kinds(), none);
}

TEST_F(FreedElements, OneFindingForAll) {
  write(0, 16, 32);
  free(1, &erase, 0, 64);
  EXPECT_EQ(kinds(), twoWrites);
}

TEST_F(FreedElements, NotBeside) {
  write(0, 8, 8);
  write(0, 40, 8);
  free(1, &erase, 16, 24);
  EXPECT_EQ(kinds(), none);
}

TEST_F(FreedElements, NotByReading) {
  write(0, 16, 8);
  free(1, &find, 16, 32);
  EXPECT_EQ(kinds(), none);
}

// Where copies share their data, who finds to be the only owner is told by the
// count of owners that the others are done.
TEST_F(FreedElements, WhoIsTheOnlyOwnerComesAfterThoseWhoLetGo) {
  Family family = *erase.GetFamily();
  family.id = 2001;
  family.number = 0;
  family.through = 0;
  family.owners_behind = 4;
  erase.family = reinterpret_cast<const char *>(&family);
  u32 data[2] = {0, 1};
  const uptr owners = AddressOf(&data[1]), at = AddressOf(data);
  __builtin_memcpy(map, &at, sizeof(at));
  use(0, 20, 4);
  SyncReleaseJoin(threads[0], owners);
  free(1, &erase, 16, 32);
  EXPECT_EQ(kinds(), none);
  data[1] = 2; // a copy, which has as much right to them
  use(2, 60, 4);
  SyncReleaseJoin(threads[2], owners);
  free(1, &erase, 56, 8);
  EXPECT_EQ(kinds(), readWrite);
  SyncBorn(owners, sizeof(u32));
}

// --- against a model

// Everything that was done to each byte, and what each thread has seen of it.
class Model {
public:
  static constexpr int kThreads = 3;
  using Clock = std::array<int, kThreads>;

  // It races with something.
  bool use(int thread, u32 offset, u32 size, bool write) {
    int now = ++clocks_[thread][thread];
    bool races = false;
    for (u32 at = offset; at < offset + size; at++) {
      for (const Access &a : bytes_[at])
        races |= (a.write || write) && clocks_[thread][a.thread] < a.time;
      bytes_[at].push_back({thread, now, write});
    }
    return races;
  }
  void handOver(int from, int to) {
    for (int t = 0; t < kThreads; t++)
      clocks_[to][t] = std::max(clocks_[to][t], clocks_[from][t]);
  }
  void forget(u32 offset, u32 size) {
    for (u32 at = offset; at < offset + size; at++)
      bytes_.erase(at);
  }

private:
  struct Access {
    int thread, time;
    bool write;
  };
  Clock clocks_[kThreads] = {};
  std::map<u32, std::vector<Access>> bytes_;
};

TEST_F(Elements, AsTheModelSays) {
  const char *seed = std::getenv("MAPSAN_TEST_SEED");
  const char *traces = std::getenv("MAPSAN_TEST_TRACES");
  std::mt19937 random(seed ? std::atoi(seed) : 1);
  auto upTo = [&](u32 n) { return random() % n; };
  int races = 0, silent = 0;
  for (int trace = 0, n = traces ? std::atoi(traces) : 3000; trace < n;
       trace++) {
    Model model;
    // All of them know the same at first.
    for (int t = 1; t < kThreads; t++)
      handOver(t - 1, t);
    for (int t = kThreads - 1; t > 0; t--)
      handOver(t, t - 1);
    forget(0, 48);
    std::string story;
    for (int step = 0; step < 40; step++) {
      u32 what = upTo(16);
      if (what < 4) {
        int from = upTo(kThreads), to = upTo(kThreads);
        story += std::to_string(from) + ">" + std::to_string(to) + " ";
        handOver(from, to);
        model.handOver(from, to);
        continue;
      }
      if (what == 4) {
        u32 block = 16 * upTo(2);
        story += "forget " + std::to_string(block) + " ";
        forget(block, 16);
        model.forget(block, 16);
        continue;
      }
      if (what == 5) { // others have taken its place
        ForgetElements(threads[upTo(kThreads)]);
        continue;
      }
      static const u32 sizes[] = {1, 2, 4, 8, 8, 3, 12, 20};
      int thread = upTo(kThreads);
      u32 size = sizes[upTo(8)], offset = upTo(20);
      if (upTo(2))
        offset = offset / 8 * 8;
      bool writes = upTo(3) == 0;
      story += std::to_string(thread) + (writes ? "w" : "r") +
               std::to_string(offset) + "+" + std::to_string(size) + " ";
      use(thread, offset, size, writes);
      bool expected = model.use(thread, offset, size, writes);
      bool found = !TakeFindings().empty();
      ASSERT_EQ(found, expected) << story;
      (found ? races : silent)++;
      if (found) // what comes after the first race is no more than likely
        break;
    }
  }
  EXPECT_GT(races, 100);
  EXPECT_GT(silent, 1000);
  EXPECT_GT(again, 10);
}

} // namespace
