// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Held locks as records name them: numbers of sets, which are given to others
// in time, and where each lock was taken.

#include "world.h"

#include "../../runtime/clock/mapsan_lockset_table.h"
#include "sanitizer_common/sanitizer_stackdepot.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class Locksets : public testing::Test {
protected:
  Locksets() {
    // Zeroed memory is an empty table.
    table = static_cast<LocksetTable *>(calloc(1, sizeof(LocksetTable)));
  }
  ~Locksets() override { free(table); }

  static LockOfSet lock(uptr addr, LockMode mode = LockMode::Exclusive) {
    return {addr, nullptr, 1, mode};
  }
  void internOthers(uptr count) {
    for (uptr i = 0; i < count; i++)
      table->Intern(0, lock(0x100000 + i * 8));
  }
  /// The last one first; "?": the rest is not known any more.
  std::string locksOf(u32 id) {
    std::string text;
    LockOfSet found;
    while (id) {
      if (!table->Find(id, &found, &id))
        return text + "?";
      text += std::to_string(found.addr) +
              (found.mode == LockMode::Shared ? "s " : " ");
    }
    return text;
  }

  static constexpr u32 kEntries = LocksetTable::kEntries;
  LocksetTable *table;
};

TEST_F(Locksets, EqualSetsHaveOneNumber) {
  u32 one = table->Intern(0, lock(1));
  u32 both = table->Intern(one, lock(2, LockMode::Shared));
  EXPECT_EQ(table->Intern(0, lock(1)), one);
  EXPECT_EQ(table->Intern(one, lock(2, LockMode::Shared)), both);
  EXPECT_NE(table->Intern(one, lock(2)), both);
  EXPECT_NE(table->Intern(0, lock(2, LockMode::Shared)), both);
  EXPECT_EQ(locksOf(both), "2s 1 ");
}

TEST_F(Locksets, ANumberThatIsAnothersIsNotMistaken) {
  u32 id = table->Intern(0, lock(1));
  internOthers(kEntries - 1);
  EXPECT_EQ(locksOf(id), "1 ");
  internOthers(1); // it is known already
  internOthers(2 * kEntries);
  EXPECT_EQ(locksOf(id), "?");
}

TEST_F(Locksets, TheRestMayBeForgottenFirst) {
  u32 one = table->Intern(0, lock(1));
  internOthers(kEntries / 2 - 2);
  u32 both = table->Intern(one, lock(2));
  internOthers(kEntries);
  EXPECT_EQ(locksOf(one), "?");
  // (internOthers came upon half of its own again)
  EXPECT_EQ(locksOf(both), "2 ?");
}

TEST_F(Locksets, WhatIsHandedOutIsKnownForAWhile) {
  u32 id = table->Intern(0, lock(1));
  internOthers(kEntries / 2);
  EXPECT_FALSE(table->IsRecent(id));
  u32 again = table->Intern(0, lock(1));
  EXPECT_NE(again, id);
  EXPECT_TRUE(table->IsRecent(again));
  internOthers(kEntries / 2);
  EXPECT_EQ(locksOf(again), "1 ");
}

TEST_F(Locksets, ReadersNeverSeeHalfOfOne) {
  // Every lock of the writers has equal parts.
  std::atomic<bool> stop{false};
  std::atomic<u32> newest{0};
  std::vector<std::thread> threads;
  for (u32 w = 0; w < 2; w++)
    threads.emplace_back([&, w] {
      for (u32 n = w + 1; !stop; n += 2)
        newest = table->Intern(0, {n, nullptr, n, LockMode::Exclusive});
    });
  // Also of entries that are about to be another's.
  u32 seen = 0, torn = 0;
  for (u32 i = 0; seen < 20000; i++) {
    LockOfSet found;
    u32 rest;
    if (table->Find(newest - i % kEntries, &found, &rest)) {
      seen++;
      torn += found.addr != found.stack;
    }
  }
  stop = true;
  for (std::thread &t : threads)
    t.join();
  EXPECT_EQ(torn, 0u);
}

// Where locks are taken, by frames of a stack that the test lays out.
class LockStacksTest : public testing::Test {
protected:
  LockStacksTest() {
    StartWorld();
    thr = ThreadCreate(nullptr, 0, true);
    bottom = thr->stack_bottom;
    top = thr->stack_top;
    thr->stack_bottom = AddressOf(stack);
    thr->stack_top = AddressOf(stack + 64);
    // Frames at 4, 12 and 20; the last one's caller is not known.
    frame(4, 12, 0x2000);
    frame(12, 20, 0x3000);
    frame(20, 0, 0x4000);
  }
  ~LockStacksTest() override {
    thr->stack_bottom = bottom;
    thr->stack_top = top;
    ThreadFinish(thr);
  }
  void frame(u32 at, u32 caller, uptr pc) {
    stack[at] = caller ? AddressOf(stack + caller) : 0;
    stack[at + 1] = pc;
  }
  std::vector<uptr> taken(uptr pc) {
    StackTrace trace =
        StackDepotGet(thr->lock_stacks.IdOf(thr, pc, AddressOf(stack + 4)));
    return {trace.trace, trace.trace + trace.size};
  }
  using Frames = std::vector<uptr>;
  Thread *thr;
  uptr bottom, top;
  alignas(16) uptr stack[64] = {};
};

TEST_F(LockStacksTest, AreThoseOfNow) {
  EXPECT_EQ(taken(0x1000), (Frames{0x1000, 0x3000, 0x4000}));
  EXPECT_EQ(taken(0x1000), (Frames{0x1000, 0x3000, 0x4000}));
  EXPECT_EQ(taken(0x1008), (Frames{0x1008, 0x3000, 0x4000}));
  // The same place, called by somebody else; and one that called that.
  frame(20, 0, 0x4004);
  EXPECT_EQ(taken(0x1000), (Frames{0x1000, 0x3000, 0x4004}));
  frame(12, 20, 0x3004);
  EXPECT_EQ(taken(0x1000), (Frames{0x1000, 0x3004, 0x4004}));
}

TEST(KnownLocksets, AreOfThatLockAlone) {
  HeldLock lock = {1 << 20, 5,     nullptr, 1, LockMode::Exclusive,
                   false,   false, 0};
  KnownLockset known = {lock, 3, 7};
  EXPECT_TRUE(known.Is(3, lock));
  EXPECT_FALSE(known.Is(4, lock));
  HeldLock other = lock;
  other.addr += 1 << 18; // in the same place
  EXPECT_FALSE(known.Is(3, other));
  other = lock;
  other.where = 6;
  EXPECT_FALSE(known.Is(3, other));
  other = lock;
  other.mode = LockMode::Shared;
  EXPECT_FALSE(known.Is(3, other));
}

} // namespace
