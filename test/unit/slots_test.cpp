// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slots of vector clocks: reused where that is sound, and only there.

#include "world.h"

#include "../../runtime/clock/mapsan_slots.h"
#include "../../runtime/maps/mapsan_map_table.h"
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
  // The detached thread's write was published, but nobody has heard of it yet.
  // Whoever comes later must not inherit its slot, or it would look like the
  // writer itself.
  static char nobody_looks_here;
  Thread *writer = ThreadCreate(main, 0, true);
  Operate(writer, &write, maps[2]);
  SyncReleaseJoin(writer, AddressOf(&nobody_looks_here));
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
  // Whoever hears of it is ordered after it.
  SyncAcquire(reader, AddressOf(&nobody_looks_here));
  Operate(reader, &read, maps[2]);
  EXPECT_EQ(TakeFindings().size(), 0u);
  ThreadFinish(reader);
  SyncBorn(AddressOf(&nobody_looks_here), 1);
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

TEST_F(Slots, WhatNobodyWasToldKeepsNoSlot) {
  // Threads that end without a word, each leaving records behind: one slot after
  // another for those that live is enough, and every race is found.
  constexpr int kThreads = 3000;
  static char left[kThreads][16];
  std::set<u32> used;
  for (int i = 0; i < kThreads; i++) {
    Thread *thr = ThreadCreate(main, 0, /*detached=*/i % 2 == 0);
    Operate(thr, &write, left[i]);
    Operate(thr, &read, maps[0]);
    used.insert(thr->clock.slot());
    ThreadFinish(thr);
    if (i % 2)
      ThreadDetached(thr); // as std::thread::detach of one that was quick
  }
  EXPECT_LT(used.size(), kThreads / 2u); // (other tests left some)
  int cells = 0;
  {
    Bucket *bucket = map_table.For(AddressOf(maps[0]));
    ScopedLock lock(bucket);
    u32 family = read.GetFamily()->Number();
    ForEachRead(FindMap(bucket, KeyOf(AddressOf(maps[0]), family)),
                [&](AccessCell *) {
                  cells++;
                  return true;
                });
  }
  EXPECT_LT(cells, kThreads / 2); // one for all whom nobody will be after
  EXPECT_TRUE(TakeFindings().empty());
  Thread *other = ThreadCreate(main, 0, true);
  for (int i = 0; i < kThreads; i++)
    Operate(other, &read, left[i]);
  EXPECT_EQ(TakeFindings().size(), static_cast<size_t>(kThreads));
  Operate(other, &write, maps[0]);
  EXPECT_EQ(TakeFindings().size(), 1u);
  ThreadFinish(other);
  MemoryObtained(AddressOf(left), sizeof(left));
}

TEST_F(Slots, WhatAJoinMayStillTellIsKept) {
  // Ended, not yet joined: its last group is in nobody's clock, but may get
  // there. A sweep in between must not make it nobody's.
  Thread *writer = ThreadCreate(main, 0, false);
  Operate(writer, &write, maps[0]);
  ThreadFinish(writer);
  for (int i = 0; i < 1000; i++) {
    Thread *thr = ThreadCreate(nullptr, 0, true);
    Operate(thr, &read, maps[3]);
    ThreadFinish(thr);
    MemoryObtained(AddressOf(maps[3]), 16);
  }
  TakeFindings();
  ThreadJoined(main, writer);
  Operate(main, &write, maps[0]);
  EXPECT_TRUE(TakeFindings().empty());
}

TEST_F(Slots, ThreadsThatNobodyHearsOfAreForgottenInTheEnd) {
  // Each leaves a record of a group that it published: somebody might yet
  // acquire it, but it cannot keep its slot for ever.
  constexpr u32 kThreads = 3 * SlotTable::kRemembered;
  auto *records = new char[kThreads][16];
  auto *table = new SlotTable;
  table->Initialize();
  auto cell = [&](u32 i) -> AccessCell * {
    Bucket *bucket = map_table.For(AddressOf(records[i]));
    ScopedLock lock(bucket);
    MapState *state = FindMap(bucket, KeyOf(AddressOf(records[i]), 1));
    if (!state)
      state = CreateMap(main, bucket, KeyOf(AddressOf(records[i]), 1));
    return &state->write;
  };
  u32 highest = 0;
  for (u32 i = 0; i < kThreads; i++) {
    SlotTable::Lease lease = table->Take(nullptr);
    highest = Max(highest, lease.slot);
    cell(i)->Set(MakeWord(lease.slot, lease.epoch + 1), {});
    table->GiveBack(lease.slot, lease.epoch + 1, lease.epoch + 1,
                    /*joinable=*/false);
  }
  EXPECT_LE(highest, 2 * SlotTable::kRemembered + 1000);
  EXPECT_GT(highest, SlotTable::kRemembered);
  u32 kept = 0;
  for (u32 i = 0; i < kThreads; i++)
    kept += cell(i)->Word() != 0;
  EXPECT_GE(kept, SlotTable::kRemembered / 2);
  EXPECT_LE(kept, 2 * SlotTable::kRemembered + 1000);
  EXPECT_EQ(cell(0)->Word(), 0u);
  EXPECT_NE(cell(kThreads - 1)->Word(), 0u);
  MemoryObtained(AddressOf(records), kThreads * 16);
  delete table;
  delete[] records;
}

TEST_F(Slots, WhenAllAreTakenThereIsNone) {
  auto *table = new SlotTable;
  table->Initialize();
  for (Slot slot = 1; slot < kMaxSlots; slot++)
    ASSERT_EQ(table->Take(nullptr).slot, slot);
  EXPECT_EQ(table->Take(nullptr).slot, kNoSlot);
  table->GiveBack(77, 0, 0, /*joinable=*/false);
  EXPECT_EQ(table->Take(nullptr).slot, 77u);
  delete table;
}

TEST_F(Slots, AThreadIsFoundByItsHandleUntilItIsJoinedOrDetached) {
  Thread *threads[300];
  for (uptr i = 0; i < 300; i++) {
    threads[i] = ThreadCreate(main, 0, false);
    // As pthread_t are: far apart, and the same low bits in all.
    ThreadSetHandle(threads[i], 0x7f0000000640 + i * 0x801000);
  }
  for (uptr i = 0; i < 300; i++)
    EXPECT_EQ(ThreadByHandle(0x7f0000000640 + i * 0x801000), threads[i]);
  EXPECT_EQ(ThreadByHandle(0x7f0000000641), nullptr);
  for (uptr i = 0; i < 300; i++) {
    ThreadFinish(threads[i]);
    i % 2 ? ThreadJoined(main, threads[i]) : ThreadDetached(threads[i]);
    EXPECT_EQ(ThreadByHandle(0x7f0000000640 + i * 0x801000), nullptr);
  }
  // A pthread_t that was given to another thread before the join of the first
  // was noted: the newer one is meant.
  Thread *older = ThreadCreate(main, 0, false);
  ThreadSetHandle(older, 0x7f0000000640);
  ThreadFinish(older);
  Thread *newer = ThreadCreate(main, 0, false);
  ThreadSetHandle(newer, 0x7f0000000640);
  EXPECT_EQ(ThreadByHandle(0x7f0000000640), newer);
  ThreadJoined(main, older);
  EXPECT_EQ(ThreadByHandle(0x7f0000000640), newer);
  ThreadFinish(newer);
  ThreadJoined(main, newer);
}

} // namespace
