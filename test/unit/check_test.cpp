// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check between a writer, who holds the bucket's lock, and a reader who
// repeats a read without it: each step of the one between steps of the other.

#include "world.h"

#include "../../runtime/maps/mapsan_check.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class Check : public testing::Test {
protected:
  Check() {
    StartWorld();
    reader = ThreadCreate(nullptr, 0, false);
    writer = ThreadCreate(nullptr, 0, false);
    reader->clock.MarkDirty();
    ThreadFlush(reader); // its first group is published, and the next is open
    state.has_reads = true;
    cell()->SetDetails(details);
    setWord(cell(), reader, 1);
    writer->clock.Raise(reader->clock.slot(), 1);
  }
  ~Check() override {
    for (Thread *thr : {reader, writer}) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }

  AccessCell *cell() { return &state.first_read; }
  static void setWord(AccessCell *cell, Thread *thr, u64 epoch) {
    atomic_store(&cell->word, MakeWord(thr->clock.slot(), epoch),
                 memory_order_relaxed);
  }
  static u64 wordOf(const AccessCell *cell) {
    return atomic_load(&cell->word, memory_order_relaxed);
  }
  bool repeat() { return RepeatRead(reader, &state, cell(), details); }
  BeginClock writersClock() { return BeginClock(writer->clock, nullptr, 0); }

  Thread *reader, *writer;
  Site site = MakeSite(MapsanEffectRead);
  AccessDetails details = {&site, 1, 2, 3};
  MapState state = {};
};

TEST_F(Check, ARepeatedReadRaisesItsWord) {
  EXPECT_TRUE(repeat());
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 2));
  EXPECT_TRUE(cell()->Details() == details);
}

TEST_F(Check, AnUnorderedWriteSendsTheReaderToTheLock) {
  setWord(&state.write, writer, 1);
  EXPECT_FALSE(repeat());
  // Its word is raised all the same: a writer may be looking for it.
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 2));
}

TEST_F(Check, AnOrderedWriteDoesNot) {
  setWord(&state.write, writer, 1);
  reader->clock.Raise(writer->clock.slot(), 1);
  EXPECT_TRUE(repeat());
}

TEST_F(Check, AReadInAnotherWayIsNoRepetition) {
  for (u32 AccessDetails::*field :
       {&AccessDetails::stack, &AccessDetails::lockset, &AccessDetails::tid}) {
    AccessDetails other = details;
    other.*field += 1;
    EXPECT_FALSE(RepeatRead(reader, &state, cell(), other));
  }
  Site another = MakeSite(MapsanEffectRead);
  AccessDetails other = details;
  other.site = &another;
  EXPECT_FALSE(RepeatRead(reader, &state, cell(), other));
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 1));
}

TEST_F(Check, NorIsOneWhoseCellIsAnothers) {
  setWord(cell(), writer, 1);
  EXPECT_FALSE(repeat());
  EXPECT_EQ(wordOf(cell()), MakeWord(writer->clock.slot(), 1));
  atomic_store(&cell()->word, 0, memory_order_relaxed);
  EXPECT_FALSE(repeat());
  EXPECT_EQ(wordOf(cell()), 0u);
}

// The reader's compare-exchange comes when the writer's record stands, and no
// read cell was looked at.
TEST_F(Check, AReadDuringTheRecordOfAWriteIsSeen) {
  const AccessCell *found = nullptr;
  CheckWrite(
      writersClock(), &state,
      [&] {
        EXPECT_TRUE(repeat());
        setWord(&state.write, writer, 1);
      },
      [&](const AccessCell &cell, bool) { found = &cell; });
  EXPECT_EQ(found, cell());
}

// It comes after the writer has looked at the cell: then the reader sees the
// write, and the writer leaves the cell alone.
TEST_F(Check, AReadAfterTheCheckOfAWriteSeesIt) {
  bool found = false;
  CheckWrite(
      writersClock(), &state, [&] { setWord(&state.write, writer, 1); },
      [&](const AccessCell &, bool) { found = true; });
  EXPECT_FALSE(found);
  EXPECT_FALSE(repeat());
  DropOrderedReads(&state, writersClock());
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 2));
}

TEST_F(Check, ACellThatIsTakenIsNotRaised) {
  Thread *third = ThreadCreate(nullptr, 0, false);
  third->clock.Raise(reader->clock.slot(), 1);
  AccessCell *taken =
      ReadCellFor(third, &state, BeginClock(third->clock, nullptr, 0));
  EXPECT_EQ(taken, cell());
  EXPECT_FALSE(repeat());
  ThreadFinish(third);
  ThreadDetached(third);
}

} // namespace
