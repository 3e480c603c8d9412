// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who overlapped with whom: every pair of intervals, one of which changed the
// map, is told of exactly once, and no other. Against a model that looks at all
// pairs afterwards.

#include "../../runtime/maps/mapsan_presence.h"
#include "world.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace __mapsan {
namespace {

using test::MakeSite;

struct Operation {
  u32 thread;
  uptr map;
  bool may, writes; // it may write; it does
  int begin, end;   // in time
  Presence presence;
};

bool Race(const Operation &a, const Operation &b) {
  return a.thread != b.thread && a.map == b.map && a.begin < b.end &&
         b.begin < a.end && (a.writes || b.writes);
}

using Pair = std::pair<u32, u32>; // of stacks, which number the operations
Pair PairOf(u32 a, u32 b) { return {Min(a, b), Max(a, b)}; }

// Random operations of a few threads, each inside several at most one after
// the other, begun and ended in a random order.
void Compare(u32 seed) {
  static Site site = MakeSite(MapsanEffectMayWrite);
  std::mt19937 random(seed);
  auto below = [&](u32 n) { return static_cast<u32>(random() % n); };
  const u32 threads = 2 + below(4), maps = 1 + below(2);
  std::vector<std::unique_ptr<Operation>> all;
  std::vector<Operation *> inside(threads);
  std::map<Pair, int> told;
  Place place = {};
  auto tell = [&](const Access &current, const Access &previous) {
    told[PairOf(current.stack, previous.stack)]++;
    EXPECT_FALSE(current.pending && current.wrote);
    // Who tells has written, or met one who has.
    EXPECT_TRUE(current.wrote || previous.wrote);
  };
  for (int time = 1; time <= 60; time++) {
    u32 t = below(threads);
    if (Operation *op = inside[t]) {
      op->end = time;
      op->presence.access.pending = false;
      op->presence.access.wrote = op->writes;
      ScopedLock lock(&place);
      place.Leave(&op->presence, tell);
      inside[t] = nullptr;
      continue;
    }
    all.push_back(std::make_unique<Operation>());
    Operation *op = inside[t] = all.back().get();
    op->thread = t;
    op->map = 64 * (1 + below(maps));
    op->may = below(2);
    op->writes = below(2);
    op->begin = time;
    op->end = 1000;
    Presence &p = op->presence;
    p.map = op->map;
    p.family = 42;
    p.access.site = &site;
    p.access.tid = t + 1;
    p.access.stack = static_cast<u32>(all.size());
    p.access.pending = op->may;
    p.access.wrote = !op->may && op->writes;
    ScopedLock lock(&place);
    place.Enter(&p, tell);
  }
  for (Operation *op : inside) {
    if (!op)
      continue;
    op->end = 1000;
    op->presence.access.pending = false;
    op->presence.access.wrote = op->writes;
    place.Leave(&op->presence, tell);
  }
  for (size_t i = 0; i < all.size(); i++)
    for (size_t j = i + 1; j < all.size(); j++) {
      int times =
          told.count(PairOf(i + 1, j + 1)) ? told[PairOf(i + 1, j + 1)] : 0;
      ASSERT_EQ(times, Race(*all[i], *all[j]) ? 1 : 0)
          << "seed " << seed << ", operations " << i + 1 << " and " << j + 1;
    }
}

TEST(Presence, EveryPairOnceAndNoOther) {
  test::StartWorld();
  for (u32 seed = 1; seed <= 5000; seed++) {
    Compare(seed);
    if (HasFatalFailure())
      return;
  }
}

// Those that say the same are remembered once: an operation that stays inside
// while a million readers pass does not grow.
TEST(Presence, RemembersEachPlaceOnce) {
  test::StartWorld();
  static Site site = MakeSite(MapsanEffectMayWrite);
  Place place = {};
  int told = 0;
  auto tell = [&](const Access &, const Access &) { told++; };
  Presence waits = {};
  waits.map = 64;
  waits.family = 42;
  waits.access.site = &site;
  waits.access.tid = 1;
  waits.access.pending = true;
  place.Enter(&waits, tell);
  for (u32 i = 0; i < 1000; i++) {
    Presence reader = {};
    reader.map = 64;
    reader.family = 42;
    reader.access.site = &site;
    reader.access.tid = 2 + i;
    reader.access.stack = i % 2;
    place.Enter(&reader, tell);
    place.Leave(&reader, tell);
  }
  int remembered = 0;
  for (Meeting *m = waits.met; m; m = m->next)
    remembered++;
  EXPECT_EQ(remembered, 2);
  EXPECT_EQ(told, 0);
  waits.access.pending = false;
  waits.access.wrote = true;
  place.Leave(&waits, tell);
  EXPECT_EQ(told, 2);
  EXPECT_EQ(waits.met, nullptr);
}

TEST(Presence, SitesOfUnloadedModulesAreForgotten) {
  test::StartWorld();
  static Site sites[2] = {MakeSite(MapsanEffectRead),
                          MakeSite(MapsanEffectRead)};
  Place place = {};
  std::vector<const Site *> told;
  auto tell = [&](const Access &, const Access &previous) {
    told.push_back(previous.site);
  };
  Presence waits = {};
  waits.access.site = &sites[1];
  waits.access.tid = 1;
  waits.access.pending = true;
  place.Enter(&waits, tell);
  for (Site &site : sites) {
    Presence reader = {};
    reader.access.site = &site;
    reader.access.tid = 2;
    place.Enter(&reader, tell);
    place.Leave(&reader, tell);
  }
  place.ForgetSites(&sites[0], &sites[1]);
  waits.access.pending = false;
  waits.access.wrote = true;
  place.Leave(&waits, tell);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], &sites[1]);
}

// Threads of their own, through the runtime's entry: what they find is what
// they did (for ThreadSanitizer, above all).
TEST(Presence, FreeRunning) {
  test::StartWorld();
  test::TakeFindings();
  flags()->detect = Detect::Overlap;
  static Site read = MakeSite(MapsanEffectRead, "read");
  static Site may = MakeSite(MapsanEffectMayWrite, "may");
  static Site write = MakeSite(MapsanEffectWrite, "write");
  static int maps[4];
  std::atomic<u32> writers{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([t, &writers] {
      Thread *thr = ThreadCreate(nullptr, 0, /*detached=*/true);
      ThreadStart(thr);
      EXPECT_TRUE(thr->overlap_only);
      std::mt19937 random(t);
      for (int i = 0; i < 3000; i++) {
        const void *map = &maps[random() % 4];
        Site *site = random() % 8 ? &read : random() % 2 ? &may : &write;
        writers += site == &write;
        test::Operate(thr, site, map,
                      random() % 2 ? MapsanEvidenceChanged
                                   : MapsanEvidenceUnchanged);
      }
      ThreadFinish(thr);
    });
  for (std::thread &thread : threads)
    thread.join();
  flags()->detect = Detect::All;
  EXPECT_GT(writers, 0u);
  for (const Finding &finding : test::TakeFindings()) {
    EXPECT_EQ(finding.grade, Grade::Overlap);
    EXPECT_NE(finding.current.tid, finding.previous.tid);
    EXPECT_TRUE(finding.current.wrote || finding.previous.wrote);
  }
}

// In detect=overlap, too, an operation that threads took turns in is nothing.
TEST(Presence, TurnsAreSilent) {
  test::StartWorld();
  test::TakeFindings();
  flags()->detect = Detect::Overlap;
  static Site write = MakeSite(MapsanEffectWrite, "write");
  static Site read = MakeSite(MapsanEffectRead, "read");
  int map = 0;
  Thread *one = ThreadCreate(nullptr, 0, true);
  Thread *two = ThreadCreate(nullptr, 0, true);
  test::Operate(one, &write, &map);
  test::Operate(two, &write, &map);
  test::Operate(one, &write, &map);
  EXPECT_TRUE(test::TakeFindings().empty());
  test::Begin(one, &read, &map);
  test::Operate(two, &write, &map);
  test::End(one, &read, &map);
  EXPECT_EQ(test::TakeFindings().size(), 1u);
  flags()->detect = Detect::All;
  for (Thread *thr : {one, two})
    ThreadFinish(thr);
}

} // namespace
} // namespace __mapsan
