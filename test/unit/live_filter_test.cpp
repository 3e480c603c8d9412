// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where maps and sync objects live, as malloc and free ask it.

#include "../../runtime/clock/mapsan_live_filter.h"

#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace {

using namespace __mapsan;
using Parts = std::vector<std::pair<uptr, uptr>>;

constexpr uptr kBlock = LiveFilter::kBlock;

class LiveFilterTest : public testing::Test {
protected:
  LiveFilterTest() { filter().Initialize(); }
  // Its memory is a loader's, zeroed: each test has addresses of its own.
  static LiveFilter &filter() {
    static LiveFilter filter;
    return filter;
  }
  static Parts parts(LiveFilter::Kind kind, uptr addr, uptr size) {
    Parts found;
    filter().ForEachBlock(addr, size,
                          [&](uptr begin, uptr end, bool maps, bool sync) {
                            if (kind == LiveFilter::kMap ? maps : sync)
                              found.push_back({begin, end});
                          });
    return found;
  }
};

TEST_F(LiveFilterTest, IsQuietWhereNothingLived) {
  constexpr uptr addr = 0x10000000;
  EXPECT_TRUE(filter().IsQuiet(addr));
  EXPECT_TRUE(filter().NoneIn(addr, kBlock));
  EXPECT_EQ(parts(LiveFilter::kMap, addr, uptr(1) << 26), Parts{});
}

TEST_F(LiveFilterTest, MemoryOfABlockAtMostNeedsOneQuestion) {
  // Wherever it begins, and wherever in it something lives.
  constexpr uptr addr = 0x20000000;
  filter().Add(LiveFilter::kMap, addr);
  for (uptr before = 0; before < kBlock; before++)
    ASSERT_FALSE(filter().IsQuiet(addr - before)) << before;
  EXPECT_TRUE(filter().IsQuiet(addr - 2 * kBlock));
  EXPECT_TRUE(filter().IsQuiet(addr + kBlock));
}

TEST_F(LiveFilterTest, WhatLivesIsFoundAndForgottenAgain) {
  constexpr uptr addr = 0x30000000 + 3 * kBlock / 2;
  filter().Add(LiveFilter::kMap, addr);
  EXPECT_FALSE(filter().NoneIn(addr, 1));
  EXPECT_FALSE(filter().NoneIn(addr - kBlock + 1, kBlock));
  EXPECT_TRUE(filter().NoSyncIn(addr, 1));
  filter().Add(LiveFilter::kSync, addr);
  EXPECT_FALSE(filter().NoSyncIn(addr, 1));
  EXPECT_FALSE(filter().NoSyncIn(addr - kBlock + 1, kBlock));
  filter().Remove(LiveFilter::kMap, addr);
  EXPECT_FALSE(filter().NoneIn(addr, 1));
  filter().Remove(LiveFilter::kSync, addr);
  EXPECT_TRUE(filter().NoneIn(addr, 1));
  EXPECT_FALSE(filter().IsQuiet(addr)) << "something did live there";
}

TEST_F(LiveFilterTest, LargeMemoryIsSearchedBlockByBlock) {
  constexpr uptr addr = 0x40000000, size = 1 << 20;
  EXPECT_FALSE(filter().NoneIn(addr, size)) << "one question does not tell";
  uptr first = addr + 5 * kBlock, last = addr + size - kBlock;
  filter().Add(LiveFilter::kMap, first + 16);
  filter().Add(LiveFilter::kSync, last + 16);
  EXPECT_EQ(parts(LiveFilter::kMap, addr, size),
            (Parts{{first, first + kBlock}}));
  EXPECT_EQ(parts(LiveFilter::kSync, addr, size),
            (Parts{{last, last + kBlock}}));
  // No more than what was asked for.
  EXPECT_EQ(parts(LiveFilter::kMap, first + 8, 16),
            (Parts{{first + 8, first + 24}}));
}

} // namespace
