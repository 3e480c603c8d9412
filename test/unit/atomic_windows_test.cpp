// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomic instructions that run without a lock while others release at the same
// object: between an instruction and its hooks.

#include "world.h"

#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

constexpr u32 what(MapsanAtomic kind, u32 order) { return kind | order << 4; }
constexpr u32 kLoadAcquire = what(MapsanAtomicLoad, 2);
constexpr u32 kStoreRelease = what(MapsanAtomicStore, 3);
constexpr u32 kRmwAcquire = what(MapsanAtomicRmw, 2);
constexpr u32 kRmwAcqRel = what(MapsanAtomicRmw, 4);

class AtomicWindows : public testing::Test {
protected:
  AtomicWindows() {
    StartWorld();
    ForgetNews();
    TakeFindings();
    for (Thread *&thr : threads)
      thr = ThreadCreate(nullptr, 0, true);
    use(a); // the others know nothing of it
  }
  ~AtomicWindows() override {
    MemoryObtained(AddressOf(map), sizeof(map));
    SyncBorn(AddressOf(object), sizeof(object));
    for (Thread *thr : threads)
      ThreadFinish(thr);
  }
  u64 begin(Thread *thr, u32 what) {
    return BeginAtomic(thr, AddressOf(object), what);
  }
  void end(Thread *thr, u32 what, u64 token) {
    EndAtomic(thr, AddressOf(object), what, token, true);
  }
  void store(Thread *thr) {
    end(thr, kStoreRelease, begin(thr, kStoreRelease));
  }
  // The second does not know of the first.
  void storeTwice() {
    store(a);
    c->clock.MarkDirty();
    store(c);
  }
  void use(Thread *thr) { Operate(thr, &write, map); }
  bool silent() { return TakeFindings().empty(); }

  Thread *threads[3], *&a = threads[0], *&b = threads[1], *&c = threads[2];
  Site write = MakeSite(MapsanEffectWrite);
  alignas(16) char map[16] = {};
  alignas(16) char object[16] = {};
};

TEST_F(AtomicWindows, ALoadIsDoneAgain) {
  uptr addr = AddressOf(object);
  u64 token = AtomicBegin(b, addr, kLoadAcquire | MAPSAN_ATOMIC_CALL);
  store(a);
  EXPECT_FALSE(LoadEnd(b, addr, kLoadAcquire, token));
  token = AtomicBegin(b, addr, kLoadAcquire | MAPSAN_ATOMIC_AGAIN);
  EXPECT_TRUE(token & atomics_internal::kLocked);
  EXPECT_TRUE(LoadEnd(b, addr, kLoadAcquire, token));
  use(b);
  EXPECT_TRUE(silent());
}

// One that brings a word looks whether it is still the same.
TEST_F(AtomicWindows, ALoadOfNewsIsDoneAgain) {
  uptr addr = AddressOf(object);
  store(a);
  end(b, kLoadAcquire, begin(b, kLoadAcquire));
  use(a);
  store(a);
  u64 token = AtomicBegin(b, addr, kLoadAcquire);
  EXPECT_TRUE(LoadEnd(b, addr, kLoadAcquire, token));
  use(b);
  EXPECT_TRUE(silent());
  a->clock.MarkDirty();
  store(a);
  token = AtomicBegin(b, addr, kLoadAcquire);
  c->clock.MarkDirty();
  store(c);
  a->clock.MarkDirty();
  store(a); // a word, again
  EXPECT_FALSE(LoadEnd(b, addr, kLoadAcquire, token));
}

TEST_F(AtomicWindows, AnExchangeAcquiresTheStore) {
  u64 token = begin(b, kRmwAcquire);
  store(a);
  end(b, kRmwAcquire, token);
  use(b);
  EXPECT_TRUE(silent());
}

// Which of the stores it has seen, nobody can tell.
TEST_F(AtomicWindows, AnExchangeAcquiresBothStores) {
  u64 token = begin(b, kRmwAcquire);
  EXPECT_EQ(token, MAPSAN_ATOMIC_UNWATCHED);
  storeTwice();
  end(b, kRmwAcquire, token);
  use(b);
  EXPECT_TRUE(silent());
}

TEST_F(AtomicWindows, AnExchangeThatIsWatchedAcquiresBothStores) {
  u64 token =
      AtomicBegin(b, AddressOf(object), kRmwAcquire | MAPSAN_ATOMIC_CALL);
  storeTwice();
  AtomicEnd(b, AddressOf(object), kRmwAcquire, token, true);
  use(b);
  EXPECT_TRUE(silent());
}

TEST_F(AtomicWindows, ASilentThreadsExchangeAcquires) {
  // As if its slot had been nobody's before.
  b->operations.shortcuts.Restart(/*speaks=*/false);
  u64 token = begin(b, kRmwAcqRel);
  store(a);
  end(b, kRmwAcqRel, token);
  use(b);
  EXPECT_TRUE(silent());
}

TEST_F(AtomicWindows, ASilentThreadsStoreEndsAnothersRelease) {
  store(b);
  store(a);
  store(b);
  Operate(c, &write, map);
  EXPECT_FALSE(silent());
}

} // namespace
