// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The core under real threads that meet in its tables as they please. There is
// no verdict to compare; ThreadSanitizer and AddressSanitizer watch the core's
// own memory accesses in their flavours of this program, and what must hold in
// any interleaving is checked.

#include "world.h"

#include "../../runtime/maps/mapsan_map_table.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <gtest/gtest.h>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <thread>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

/// A thread that the core knows.
template <class Body> std::thread start(Body body) {
  Thread *record = ThreadCreate(CurrentThreadRaw(), 0, true);
  return std::thread([record, body] {
    ThreadStart(record);
    body(record);
    ThreadFinish(record);
  });
}

constexpr int kThreads = 8;
constexpr int kSteps = 4000;

TEST(FreeRunning, GuardedMapsAreSilent) {
  StartWorld();
  TakeFindings();
  static char maps[16][16];
  static std::mutex mutexes[16];
  static std::shared_mutex shared[16];
  static Site read = MakeSite(MapsanEffectRead);
  static Site write = MakeSite(MapsanEffectMayWrite);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++)
    threads.push_back(start([t](Thread *self) {
      std::mt19937 random(t);
      for (int i = 0; i < kSteps; i++) {
        unsigned k = random() % 16;
        bool changes = random() % 4 == 0;
        auto evidence =
            changes ? MapsanEvidenceChanged : MapsanEvidenceUnchanged;
        if (k < 8) {
          std::lock_guard<std::mutex> guard(mutexes[k]);
          TakeMutex(self, AddressOf(&mutexes[k]));
          Operate(self, changes ? &write : &read, maps[k], evidence);
          GiveMutexBack(self, AddressOf(&mutexes[k]));
        } else if (changes) {
          std::lock_guard<std::shared_mutex> guard(shared[k]);
          RwLocked(self, AddressOf(&shared[k]), LockMode::Exclusive, 0x1000, 0);
          Operate(self, &write, maps[k], evidence);
          RwUnlocking(self, AddressOf(&shared[k]));
        } else {
          std::shared_lock<std::shared_mutex> guard(shared[k]);
          RwLocked(self, AddressOf(&shared[k]), LockMode::Shared, 0x1000, 0);
          Operate(self, &read, maps[k]);
          RwUnlocking(self, AddressOf(&shared[k]));
        }
      }
    }));
  for (std::thread &t : threads)
    t.join();
  EXPECT_TRUE(TakeFindings().empty());
}

TEST(FreeRunning, UnguardedMapsAreFound) {
  StartWorld();
  TakeFindings();
  static char maps[4][16];
  static Site read = MakeSite(MapsanEffectRead);
  static Site write = MakeSite(MapsanEffectWrite);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++)
    threads.push_back(start([t](Thread *self) {
      std::mt19937 random(t);
      for (int i = 0; i < kSteps; i++) {
        unsigned k = random() % 4;
        Operate(self, random() % 8 ? &read : &write, maps[k]);
        if (random() % 64 == 0)
          MemoryObtained(AddressOf(maps[k]), 16);
      }
    }));
  for (std::thread &t : threads)
    t.join();
  // No step orders any two threads, whatever the schedule was.
  EXPECT_FALSE(TakeFindings().empty());
}

// Threads that wait for each other without a word to the core.
class Meeting {
public:
  explicit Meeting(int threads) : threads_(threads) {}
  void Wait() {
    int phase = phase_.load();
    if (arrived_.fetch_add(1) + 1 == threads_) {
      arrived_.store(0);
      phase_.fetch_add(1);
      return;
    }
    for (int spins = 0; phase_.load() == phase; spins++)
      if (spins > 200)
        std::this_thread::yield();
  }

private:
  const int threads_;
  std::atomic<int> arrived_{0}, phase_{0};
};

TEST(FreeRunning, OneOfAReaderAndAWriterSeesTheOther) {
  StartWorld();
  TakeFindings();
  // The reader has read before, and the writer knows of that; the second read,
  // which needs no lock, and the write are unordered and come at once.
  constexpr int kRounds = 20000;
  static char maps[kRounds][16];
  static char handed_over;
  static Site read = MakeSite(MapsanEffectRead);
  static Site write = MakeSite(MapsanEffectWrite);
  Meeting meeting(2);
  int missed = 0;
  std::thread reader = start([&](Thread *self) {
    for (auto &map : maps) {
      // One call site: the second read repeats the first.
      for (int time = 0; time < 2; time++) {
        Operate(self, &read, map);
        if (time)
          break;
        SyncReleaseStore(self, AddressOf(&handed_over));
        meeting.Wait();
        meeting.Wait();
      }
      meeting.Wait();
      missed += TakeFindings().empty(); // (both may see it)
      meeting.Wait();
    }
  });
  std::thread writer = start([&](Thread *self) {
    for (auto &map : maps) {
      meeting.Wait();
      SyncAcquire(self, AddressOf(&handed_over));
      meeting.Wait();
      Operate(self, &write, map);
      meeting.Wait();
      meeting.Wait();
    }
  });
  reader.join();
  writer.join();
  EXPECT_EQ(missed, 0);
}

TEST(FreeRunning, ManyReadersComeAndGo) {
  StartWorld();
  TakeFindings();
  // More readers than a lock remembers one by one, most of them ended by the
  // time that a writer joins what they released.
  static char map[16];
  static std::shared_mutex mutex;
  static Site read = MakeSite(MapsanEffectRead);
  static Site write = MakeSite(MapsanEffectWrite);
  for (int round = 0; round < 20; round++) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 24; t++)
      threads.push_back(start([t](Thread *self) {
        for (int i = 0; i < 20; i++) {
          bool writes = t % 8 == 0 && i == 19;
          auto mode = writes ? LockMode::Exclusive : LockMode::Shared;
          writes ? mutex.lock() : mutex.lock_shared();
          RwLocked(self, AddressOf(&mutex), mode, 0x1000, 0);
          Operate(self, writes ? &write : &read, map);
          RwUnlocking(self, AddressOf(&mutex));
          writes ? mutex.unlock() : mutex.unlock_shared();
        }
      }));
    for (std::thread &t : threads)
      t.join();
  }
  EXPECT_TRUE(TakeFindings().empty());
}

TEST(FreeRunning, AtomicsHandOver) {
  StartWorld();
  TakeFindings();
  // A spin lock made of hooked atomics guards a map.
  static char map[16];
  static std::atomic<int> lock{0};
  static Site write = MakeSite(MapsanEffectWrite);
  constexpr u32 exchange = MapsanAtomicRmw | 2 << 4; // acquire
  constexpr u32 store = MapsanAtomicStore | 3 << 4;  // release
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++)
    threads.push_back(start([](Thread *self) {
      uptr addr = AddressOf(&lock);
      for (int i = 0; i < kSteps / 4; i++) {
        for (;;) {
          u64 token = AtomicBegin(self, addr, exchange);
          int old = lock.exchange(1, std::memory_order_acquire);
          AtomicEnd(self, addr, exchange, token, true);
          if (!old)
            break;
          std::this_thread::yield();
        }
        Operate(self, &write, map);
        u64 token = AtomicBegin(self, addr, store);
        lock.store(0, std::memory_order_release);
        AtomicEnd(self, addr, store, token, true);
      }
    }));
  for (std::thread &t : threads)
    t.join();
  EXPECT_TRUE(TakeFindings().empty());
}

// Whoever reads a value that was released finds the clock that goes with it, also
// if the releasing store repeats an earlier one and another thread stores at
// the same time.
TEST(FreeRunning, ARepeatedReleaseIsOneStepWithItsValue) {
  StartWorld();
  TakeFindings();
  static std::atomic<int> word{0};
  constexpr u32 store = MapsanAtomicStore | 3 << 4; // release
  Thread *thr = ThreadCreate(nullptr, 0, false);
  thr->clock.MarkDirty(); // it has something to publish
  uptr addr = AddressOf(&word);
  for (int time = 0; time < 2; time++) {
    u64 token = AtomicBegin(thr, addr, store);
    word.store(1, std::memory_order_release);
    EXPECT_TRUE(token & atomics_internal::kLocked);
    AtomicEnd(thr, addr, store, token, true);
  }
  SyncBorn(addr, sizeof(word));
  ThreadFinish(thr);
  ThreadDetached(thr);
}

// Two threads repeat their releases at one atomic and take it from each other;
// each value says whose it is. Whoever reads one has that thread's clock.
TEST(FreeRunning, ALentAtomicsValuesHaveTheirClocks) {
  StartWorld();
  TakeFindings();
  static std::atomic<int> word{-1};
  static std::atomic<bool> done{false};
  uptr addr = AddressOf(&word);
  constexpr u32 store = MapsanAtomicStore | 3 << 4; // release
  static Thread *writers[2];
  for (Thread *&writer : writers) {
    writer = ThreadCreate(nullptr, 0, true);
    writer->clock.MarkDirty();
    ThreadFlush(writer);
  }
  word = -1;
  done = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; t++)
    threads.emplace_back([=] {
      std::mt19937 random(t);
      while (!done) {
        for (unsigned i = random() % 64; i > 0; i--) {
          u64 token = BeginAtomic(writers[t], addr, store);
          word.store(t, std::memory_order_release);
          EndAtomic(writers[t], addr, store, token, true);
        }
        for (unsigned i = random() % 256; i > 0; i--)
          (void)done.load();
      }
    });
  int missed = 0;
  for (int i = 0; i < kSteps; i++) {
    Thread *reader = ThreadCreate(nullptr, 0, true);
    int value = Load(reader, word, std::memory_order_acquire);
    missed += value >= 0 &&
              !reader->clock.Contains(writers[value]->clock.slot(),
                                      writers[value]->clock.ClosedEpoch());
    ThreadFinish(reader);
  }
  done = true;
  for (std::thread &t : threads)
    t.join();
  EXPECT_EQ(missed, 0);
  SyncBorn(addr, sizeof(word));
  for (Thread *writer : writers)
    ThreadFinish(writer);
}

TEST(FreeRunning, MapsComeAndGoWithoutGrowth) {
  StartWorld();
  TakeFindings();
  static Site construct = MakeSite(MapsanEffectConstruct);
  static Site destroy = MakeSite(MapsanEffectDestroy);
  auto blocks = [] {
    u32 n = 0;
    ForEachMap([](MapState *, void *arg) { ++*static_cast<u32 *>(arg); }, &n);
    return n;
  };
  u32 before = blocks();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++)
    threads.push_back(start([](Thread *self) {
      alignas(16) char map[64][16];
      for (int i = 0; i < kSteps; i++) {
        Operate(self, &construct, map[i % 64]);
        Operate(self, &destroy, map[i % 64]);
      }
      MemoryObtained(AddressOf(map), sizeof(map));
    }));
  for (std::thread &t : threads)
    t.join();
  EXPECT_EQ(blocks(), before);
  EXPECT_TRUE(TakeFindings().empty());
}

} // namespace
