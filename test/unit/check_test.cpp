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
    bucket.Lock();
    state = CreateMap(reader, &bucket, KeyOf(AddressOf(map), 1));
    extra = Extend(reader, state);
    extra->has_reads = true;
    read = AddReadCell(reader, extra);
    setWord(cell(), reader, 1);
    writer->clock.Raise(reader->clock.slot(), 1);
  }
  ~Check() override {
    RemoveMap(reader, &bucket, state);
    bucket.Unlock();
    for (Thread *thr : {reader, writer}) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }

  AccessCell *cell() { return read; }
  void setWord(AccessCell *cell, Thread *thr, u64 epoch) {
    cell->Set(MakeWord(thr->clock.slot(), epoch), details);
  }
  static u64 wordOf(const AccessCell *cell) { return cell->Word(); }
  bool repeat() { return RepeatRead(reader, state, cell(), details); }
  BeginClock writersClock() { return BeginClock(writer->clock, nullptr, 0); }

  Thread *reader, *writer;
  AccessDetails details = {1, 2};
  Bucket bucket = {};
  char map[16];
  MapState *state;
  MapExtra *extra;
  AccessCell *read;
};

TEST_F(Check, ARepeatedReadRaisesItsWord) {
  EXPECT_TRUE(repeat());
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 2));
  EXPECT_TRUE(cell()->Read().details == details);
}

TEST_F(Check, AnUnorderedWriteSendsTheReaderToTheLock) {
  setWord(&extra->write, writer, 1);
  EXPECT_FALSE(repeat());
  // Its word is raised all the same: a writer may be looking for it.
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 2));
}

TEST_F(Check, AnOrderedWriteDoesNot) {
  setWord(&extra->write, writer, 1);
  reader->clock.Raise(writer->clock.slot(), 1);
  EXPECT_TRUE(repeat());
}

TEST_F(Check, AReadInAnotherWayBringsItsDetails) {
  AccessDetails other = {7, 8};
  EXPECT_TRUE(RepeatRead(reader, state, cell(), other));
  Access16 access = cell()->Read();
  EXPECT_EQ(access.word, MakeWord(reader->clock.slot(), 2));
  EXPECT_TRUE(access.details == other);
}

TEST_F(Check, ACellThatIsAnothersIsLeftAlone) {
  setWord(cell(), writer, 1);
  EXPECT_FALSE(repeat());
  EXPECT_EQ(wordOf(cell()), MakeWord(writer->clock.slot(), 1));
  EXPECT_TRUE(cell()->Take(wordOf(cell())));
  EXPECT_FALSE(repeat());
  EXPECT_EQ(wordOf(cell()), 0u);
}

// The reader's compare-exchange comes when the writer's record stands, and no
// read cell was looked at.
TEST_F(Check, AReadDuringTheRecordOfAWriteIsSeen) {
  AccessWord found = 0;
  CheckWrite(
      writersClock(), state,
      [&] {
        EXPECT_TRUE(repeat());
        setWord(&extra->write, writer, 1);
      },
      [&](const Access16 &access, bool) { found = access.word; });
  EXPECT_EQ(found, MakeWord(reader->clock.slot(), 2));
}

// It comes after the writer has looked at the cell: then the reader sees the
// write, and the writer leaves the cell alone.
TEST_F(Check, AReadAfterTheCheckOfAWriteSeesIt) {
  bool found = false;
  CheckWrite(
      writersClock(), state, [&] { setWord(&extra->write, writer, 1); },
      [&](const Access16 &, bool) { found = true; });
  EXPECT_FALSE(found);
  EXPECT_FALSE(repeat());
  DropOrderedReads(state, writersClock());
  EXPECT_EQ(wordOf(cell()), MakeWord(reader->clock.slot(), 2));
}

// Both find their cells again when it is their turn.
TEST_F(Check, ReadersThatTakeTurnsHaveACellEach) {
  Thread *third = ThreadCreate(nullptr, 0, false);
  third->clock.Raise(reader->clock.slot(), 1);
  third->clock.Raise(writer->clock.slot(), 1);
  std::vector<AccessCell *> cells;
  ForEachRead(state, [&](AccessCell *cell) {
    cells.push_back(cell);
    return true;
  });
  for (AccessCell *each : cells) // all are ordered before the third's
    setWord(each, each == cell() ? reader : writer, 1);
  u32 few = few_reads;
  few_reads = 9;
  AccessCell *other =
      ReadCellFor(third, state, BeginClock(third->clock, nullptr, 0));
  few_reads = few;
  for (AccessCell *each : cells)
    EXPECT_NE(other, each);
  EXPECT_TRUE(repeat());
  setWord(other, third, 1);
  EXPECT_EQ(ReadCellFor(third, state, BeginClock(third->clock, nullptr, 0)),
            other);
  ThreadFinish(third);
  ThreadDetached(third);
}

TEST_F(Check, ACellThatIsTakenIsNotRaised) {
  Thread *third = ThreadCreate(nullptr, 0, false);
  third->clock.Raise(reader->clock.slot(), 1);
  std::vector<AccessCell *> cells;
  ForEachRead(state, [&](AccessCell *cell) {
    cells.push_back(cell);
    return true;
  });
  ASSERT_GT(cells.size(), few_reads);
  for (AccessCell *cell : cells) // the second alone is ordered
    setWord(cell, cell == cells[1] ? reader : writer, 1);
  AccessCell *taken =
      ReadCellFor(third, state, BeginClock(third->clock, nullptr, 0));
  EXPECT_EQ(taken, cells[1]);
  EXPECT_FALSE(RepeatRead(reader, state, cells[1], details));
  ThreadFinish(third);
  ThreadDetached(third);
}

} // namespace
