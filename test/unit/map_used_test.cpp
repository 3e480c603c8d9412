// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Synchronisation before the first map operation of the process, and at the
// moment when that begins.

#include "world.h"

#include "../../runtime/clock/mapsan_sync_object.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

constexpr u32 what(MapsanAtomic kind, u32 order) { return kind | order << 4; }
constexpr u32 kLoadAcquire = what(MapsanAtomicLoad, 2);
constexpr u32 kLoadRelaxed = what(MapsanAtomicLoad, 0);
constexpr u32 kStoreRelease = what(MapsanAtomicStore, 3);

class FirstUse : public testing::Test {
protected:
  FirstUse() {
    StartWorld();
    TakeFindings();
    ForgetMapUsed();
    a = ThreadCreate(nullptr, 0, false);
    b = ThreadCreate(nullptr, 0, false);
  }
  ~FirstUse() override {
    NoteMapUsed();
    MemoryObtained(AddressOf(&map), sizeof(map));
    SyncBorn(AddressOf(&object), sizeof(object));
    for (Thread *thr : {a, b}) {
      ThreadFinish(thr);
      ThreadDetached(thr);
    }
  }
  bool objectExists() {
    return Peek(sync_table.For(AddressOf(&object)), AddressOf(&object)).holds;
  }
  void atomic(Thread *thr, u32 what) {
    u64 token = BeginAtomic(thr, AddressOf(&object), what);
    EndAtomic(thr, AddressOf(&object), what, token, true);
  }

  Thread *a, *b;
  Site write = MakeSite(MapsanEffectWrite, "swap");
  alignas(16) char map[16] = {};
  alignas(16) char object[16] = {};
};

TEST_F(FirstUse, BeforeThatNothingIsKept) {
  uptr addr = AddressOf(&object);
  TakeMutex(a, addr);
  GiveMutexBack(a, addr);
  RwLocked(a, addr, LockMode::Shared, 0x1000, 0);
  RwUnlocking(a, addr);
  SyncReleaseJoin(a, addr);
  atomic(a, kStoreRelease);
  EXPECT_FALSE(objectExists());
  EXPECT_FALSE(MapUsed());
}

TEST_F(FirstUse, TheFirstOperationIsReleased) {
  uptr addr = AddressOf(&object);
  TakeMutex(a, addr);
  Operate(a, &write, map);
  GiveMutexBack(a, addr);
  TakeMutex(b, addr);
  Operate(b, &write, map);
  GiveMutexBack(b, addr);
  EXPECT_TRUE(TakeFindings().empty());
}

TEST_F(FirstUse, ALoadThatRanMeanwhileAcquires) {
  u64 token = BeginAtomic(b, AddressOf(&object), kLoadAcquire);
  Operate(a, &write, map);
  atomic(a, kStoreRelease);
  EndAtomic(b, AddressOf(&object), kLoadAcquire, token, true);
  Operate(b, &write, map);
  EXPECT_TRUE(TakeFindings().empty());
}

TEST_F(FirstUse, ARelaxedOneIsAcquiredByTheFence) {
  u64 token = BeginAtomic(b, AddressOf(&object), kLoadRelaxed);
  Operate(a, &write, map);
  atomic(a, kStoreRelease);
  EndAtomic(b, AddressOf(&object), kLoadRelaxed, token, true);
  AtomicFence(b, 2);
  Operate(b, &write, map);
  EXPECT_TRUE(TakeFindings().empty());
}

TEST_F(FirstUse, AStoreThatRanMeanwhileReleasesNothing) {
  u64 token = BeginAtomic(b, AddressOf(&object), kStoreRelease);
  Operate(a, &write, map);
  EndAtomic(b, AddressOf(&object), kStoreRelease, token, true);
  atomic(b, kLoadAcquire);
  Operate(b, &write, map);
  EXPECT_EQ(TakeFindings().size(), 1u);
}

} // namespace
