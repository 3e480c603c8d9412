// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which findings count as the same, and how often a map was reported.

#include "report/mapsan_history.h"

#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace __mapsan {
namespace {

Site sites[3];

Finding Make(const Site *current, const Site *previous) {
  Finding finding = {};
  finding.kind = FindingKind::Writes;
  finding.current.site = current;
  finding.previous.site = previous;
  return finding;
}

TEST(ReportHistory, SameForAReader) {
  Finding a = Make(&sites[0], &sites[1]), b = Make(&sites[1], &sites[0]);
  b.map = 42;
  b.current.stack = 7;
  b.current.tid = 3;
  EXPECT_EQ(ReportKey(a), ReportKey(b));
  EXPECT_NE(ReportKey(a), ReportKey(Make(&sites[0], &sites[2])));
  b.kind = FindingKind::ReadWrite;
  EXPECT_NE(ReportKey(a), ReportKey(b));
  b.kind = a.kind;
  b.creation.stack = 5;
  EXPECT_NE(ReportKey(a), ReportKey(b));
}

TEST(ReportHistory, SuppressionsLookAtStacksToo) {
  Finding a = Make(&sites[0], &sites[1]), b = a;
  EXPECT_EQ(SuppressionKey(a), SuppressionKey(b));
  b.current.stack = 7;
  EXPECT_NE(SuppressionKey(a), SuppressionKey(b));
}

TEST(ReportHistory, KeySet) {
  auto set = std::make_unique<KeySet<1024>>();
  set->Clear();
  EXPECT_FALSE(set->Contains(5));
  set->Insert(5);
  set->Insert(5);
  set->Insert(5 + 1024); // the same slot
  EXPECT_TRUE(set->Contains(5));
  EXPECT_TRUE(set->Contains(5 + 1024));
  EXPECT_FALSE(set->Contains(5 + 2048));
  set->Clear();
  EXPECT_FALSE(set->Contains(5));
}

TEST(ReportHistory, AFullKeySetForgetsButDoesNotLie) {
  auto set = std::make_unique<KeySet<64>>();
  set->Clear();
  for (u64 key = 1; key <= 200; key++)
    set->Insert(key);
  for (u64 key = 201; key <= 400; key++)
    EXPECT_FALSE(set->Contains(key));
}

TEST(ReportHistory, KeySetFromManyThreads) {
  auto set = std::make_unique<KeySet<8192>>();
  set->Clear();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([&] {
      for (u64 key = 1; key <= 500; key++)
        set->Insert(key * 0x9e3779b97f4a7c15ull);
    });
  for (std::thread &thread : threads)
    thread.join();
  for (u64 key = 1; key <= 500; key++)
    EXPECT_TRUE(set->Contains(key * 0x9e3779b97f4a7c15ull)) << key;
}

TEST(ReportHistory, ReportsPerMap) {
  auto maps = std::make_unique<ReportedMaps>();
  maps->Clear();
  EXPECT_EQ(maps->Of(0x1000), 0u);
  maps->Add(0x1000);
  maps->Add(0x1000);
  maps->Add(0x2000);
  EXPECT_EQ(maps->Of(0x1000), 2u);
  EXPECT_EQ(maps->Of(0x2000), 1u);
  for (uptr map = 0x10000; map < 0x10000 + 5000; map++)
    maps->Add(map); // more than there is room for
  EXPECT_EQ(maps->Of(0x1000), 2u);
}

} // namespace
} // namespace __mapsan
