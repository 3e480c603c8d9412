// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How many watches there are.

#include "world.h"

#include "../../runtime/maps/mapsan_watch.h"
#include "../../runtime/maps/mapsan_watches.h"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

class WatchRing : public testing::Test {
protected:
  WatchRing() { StartWorld(); }
  ~WatchRing() override {
    for (MapKey key = 1; key <= last_; key++)
      watches_->Retire(KeyOfMap(key));
  }
  Watch *open(MapKey number) {
    u64 stamp;
    last_ = Max(last_, number);
    return watches_->Open(KeyOfMap(number), {}, &stamp);
  }
  bool isThere(MapKey number) {
    u64 stamp;
    return watches_->Find(KeyOfMap(number), &stamp);
  }
  void destroy(MapKey number) { watches_->NoteLast(KeyOfMap(number), {}); }

  // One of its own: that of the process has had other maps before.
  static Watches *Fresh() {
    static Watches all[2];
    static u32 next;
    return &all[next++];
  }
  Watches *watches_ = Fresh();

private:
  static MapKey KeyOfMap(MapKey number) { return KeyOf(number * 64, 1); }
  MapKey last_ = 0;
};

// What was one map's is soon another's, so that it is in the cache still.
TEST_F(WatchRing, MapsThatComeAndGoTakeTurns) {
  std::set<Watch *> used;
  open(1); // stays
  open(2); // stays, too
  for (MapKey number = 3; number < 5 * Watches::kFirstRing; number++) {
    used.insert(open(number));
    destroy(number);
  }
  EXPECT_LE(used.size(), Watches::kFirstRing);
  EXPECT_GT(used.size(), Watches::kFirstRing / 2);
  EXPECT_TRUE(isThere(1));
  EXPECT_TRUE(isThere(2));
}

TEST_F(WatchRing, MapsThatStayHaveOneEach) {
  for (MapKey number = 1; number <= Watches::kWatches; number++)
    open(number);
  for (MapKey number = 1; number <= Watches::kWatches; number++)
    EXPECT_TRUE(isThere(number)) << number;
}

} // namespace
