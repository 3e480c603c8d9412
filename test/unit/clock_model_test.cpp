// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The core against an independent reference on random traces: plain vector
// clocks that tick at every release and copy everything. Both judge the same
// interleaved steps of several threads; every map must get the same verdict.

#include "world.h"

#include "../../runtime/clock/mapsan_lockset.h"
#include "../../runtime/maps/mapsan_memory.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <random>
#include <string>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

/// The reference. A clock is a map from thread number to count.
using Clock = std::map<int, int>;

void joinInto(Clock &into, const Clock &from) {
  for (auto &[thread, count] : from)
    into[thread] = std::max(into[thread], count);
}

/// One operation as the reference remembers it.
struct Past {
  int thread;
  Clock begin;
  int end; // the thread's own count when the operation ended
  bool wrote;
};

bool happensBefore(const Past &a, const Past &b) {
  auto it = b.begin.find(a.thread);
  return it != b.begin.end() && it->second >= a.end;
}

struct Open {
  int map;
  MapsanEffect effect;
  Clock begin;
};

struct SimThread {
  Thread *real;
  Clock clock;
  Clock releaseFence; // valid if hasReleaseFence
  bool hasReleaseFence = false;
  Clock pending;
  std::vector<Open> open;
  int held = 0;
};

enum Order { Relaxed = 0, Acquire = 2, Release = 3, AcqRel = 4, SeqCst = 5 };
bool acquires(int o) { return o == Acquire || o == AcqRel || o == SeqCst; }
bool releases(int o) { return o == Release || o == AcqRel || o == SeqCst; }

class Trace {
public:
  explicit Trace(unsigned seed) : rng_(seed) {
    memory_.reset(new Memory());
    ForgetMapUsed();
    ForgetNews();
    for (auto *sites : {&read_, &write_, &mayWrite_})
      sites->fresh = 1;
    create(-1);
    for (int i = pick(2); i >= 0; i--)
      create(0);
    for (int &w : weights_)
      w = pick(3) ? pick(4) : 0;
    weights_[0] = 1 << pick(4);
  }

  /// Empty: both agree; else what differs.
  std::string run() {
    for (int steps = 15 + pick(90); steps > 0; steps--)
      step();
    for (size_t t = 0; t < threads_.size(); t++)
      while (!threads_[t].open.empty())
        endOperation(t, false);
    for (const Finding &f : TakeFindings())
      got_[indexOf(f.map)] = true;
    std::string difference;
    for (int m = 0; m < nextMap_; m++)
      if (expected_[m] != got_[m] && difference.empty())
        difference = expected_[m] ? "missed a race" : "a false race";
    for (size_t t = threads_.size(); t-- > 0;)
      if (threads_[t].real)
        finish(t, /*joined_by=*/-1);
    for (auto &[thread, clock] : finished_)
      ThreadDetached(thread);
    SyncBorn(AddressOf(memory_.get()), sizeof(Memory));
    MemoryObtained(AddressOf(memory_.get()), sizeof(Memory));
    return difference;
  }

  int races() const {
    int n = 0;
    for (auto &[map, race] : expected_)
      n += race;
    return n;
  }

private:
  struct Memory {
    alignas(16) char maps[64][16];
    char mutexes[2][8], rwlocks[2][8], atomics[3][8], semaphore[8];
  };

  int pick(int n) { return std::uniform_int_distribution<>(0, n - 1)(rng_); }
  int indexOf(uptr address) const {
    return static_cast<int>((address - AddressOf(memory_->maps)) / 16);
  }
  uptr at(const char *p) const { return AddressOf(p); }

  Clock publish(SimThread &t, int self) {
    Clock copy = t.clock;
    t.clock[self]++;
    return copy;
  }

  void create(int parent) {
    int number = static_cast<int>(threads_.size());
    threads_.emplace_back();
    SimThread &t = threads_.back();
    Thread *by = parent < 0 ? nullptr : threads_[parent].real;
    t.real = ThreadCreate(by, 0, false);
    if (parent >= 0)
      t.clock = publish(threads_[parent], parent);
    t.clock[number] = 1;
    live_.push_back(number);
  }

  void finish(int number, int joiner) {
    SimThread &t = threads_[number];
    ThreadFinish(t.real);
    Clock last = publish(t, number);
    if (joiner >= 0) {
      ThreadJoined(threads_[joiner].real, t.real);
      joinInto(threads_[joiner].clock, last);
    } else {
      finished_[t.real] = last;
    }
    t.real = nullptr;
    for (size_t i = 0; i < live_.size(); i++)
      if (live_[i] == number)
        live_.erase(live_.begin() + i);
  }

  void endOperation(int number, bool wrote) {
    SimThread &t = threads_[number];
    Open open = t.open.back();
    t.open.pop_back();
    wrote = open.effect == MapsanEffectWrite ||
            (open.effect == MapsanEffectMayWrite && wrote);
    End(t.real, siteOf(open.effect), memory_->maps[open.map],
        wrote ? MapsanEvidenceChanged : MapsanEvidenceUnchanged);
    Past now = {number, open.begin, t.clock[number], wrote};
    for (const Past &p : history_[open.map])
      if (p.thread != number && (p.wrote || wrote) && !happensBefore(p, now) &&
          !happensBefore(now, p))
        expected_[open.map] = true;
    history_[open.map].push_back(now);
  }

  Site *siteOf(MapsanEffect effect) {
    return effect == MapsanEffectRead    ? &read_
           : effect == MapsanEffectWrite ? &write_
                                         : &mayWrite_;
  }

  void mapStep(int number) {
    SimThread &t = threads_[number];
    if (!t.open.empty() && pick(4)) {
      endOperation(number, pick(2));
      return;
    }
    int map = current_[pick(3)];
    for (const Open &o : t.open)
      if (o.map == map)
        return;
    if (!t.open.empty() && pick(10))
      return;
    const MapsanEffect effects[] = {MapsanEffectRead, MapsanEffectRead,
                                    MapsanEffectRead, MapsanEffectWrite,
                                    MapsanEffectMayWrite};
    MapsanEffect effect = effects[pick(5)];
    Begin(t.real, siteOf(effect), memory_->maps[map]);
    t.open.push_back({map, effect, t.clock});
  }

  void mutexStep(int number) {
    SimThread &t = threads_[number];
    int k = pick(2);
    uptr addr = at(memory_->mutexes[k]);
    if (mutexHolder_[k] < 0) {
      mutexHolder_[k] = number;
      t.held++;
      if (pick(2))
        TakeMutex(t.real, addr);
      else
        MutexLocked(t.real, addr, 0x1000, 0, false);
      joinInto(t.clock, mutexClock_[k]);
    } else if (mutexHolder_[k] == number) {
      mutexHolder_[k] = -1;
      t.held--;
      if (pick(2))
        GiveMutexBack(t.real, addr);
      else
        MutexUnlocking(t.real, addr);
      mutexClock_[k] = publish(t, number);
    }
  }

  void rwlockStep(int number) {
    SimThread &t = threads_[number];
    int k = pick(2);
    uptr addr = at(memory_->rwlocks[k]);
    auto &readers = readHolders_[k];
    if (writeHolder_[k] == number) {
      writeHolder_[k] = -1;
      t.held--;
      RwUnlocking(t.real, addr);
      writeClock_[k] = publish(t, number);
      readClock_[k].clear();
    } else if (readers.count(number)) {
      readers.erase(number);
      t.held--;
      RwUnlocking(t.real, addr);
      joinInto(readClock_[k], publish(t, number));
    } else if (writeHolder_[k] < 0 && readers.empty() && pick(2)) {
      writeHolder_[k] = number;
      t.held++;
      RwLocked(t.real, addr, LockMode::Exclusive, 0x1000, 0);
      joinInto(t.clock, writeClock_[k]);
      joinInto(t.clock, readClock_[k]);
    } else if (writeHolder_[k] < 0) {
      readers[number] = 1;
      t.held++;
      RwLocked(t.real, addr, LockMode::Shared, 0x1000, 0);
      joinInto(t.clock, writeClock_[k]);
    }
  }

  void atomicStep(int number) {
    SimThread &t = threads_[number];
    int k = pick(3);
    uptr addr = at(memory_->atomics[k]);
    Clock &l = atomicClock_[k];
    if (!pick(12)) { // the memory is handed out anew
      SyncBorn(addr, 8);
      l.clear();
      return;
    }
    const int loadOrders[] = {Relaxed, Acquire, SeqCst};
    const int storeOrders[] = {Relaxed, Release, SeqCst};
    const int rmwOrders[] = {Relaxed, Acquire, Release, AcqRel, SeqCst};
    int kind = pick(4);
    int order = kind == MapsanAtomicLoad    ? loadOrders[pick(3)]
                : kind == MapsanAtomicStore ? storeOrders[pick(3)]
                                            : rmwOrders[pick(5)];
    int failure = loadOrders[pick(3)];
    bool done = kind != MapsanAtomicCas || pick(2);
    u32 what = kind | order << 4 | failure << 8;
    u64 token = BeginAtomic(t.real, addr, what);
    EndAtomic(t.real, addr, what, token, done);

    if (kind != MapsanAtomicStore) {
      if (acquires(done ? order : failure))
        joinInto(t.clock, l);
      else
        joinInto(t.pending, l);
    }
    if (kind == MapsanAtomicLoad || !done)
      return;
    Clock head = releases(order)     ? publish(t, number)
                 : t.hasReleaseFence ? t.releaseFence
                                     : Clock();
    if (kind == MapsanAtomicStore)
      l = head;
    else
      joinInto(l, head);
  }

  void fenceStep(int number) {
    SimThread &t = threads_[number];
    const int orders[] = {Acquire, Release, AcqRel, SeqCst};
    int order = orders[pick(4)];
    AtomicFence(t.real, order);
    if (acquires(order)) {
      joinInto(t.clock, t.pending);
      t.pending.clear();
    }
    if (releases(order)) {
      t.hasReleaseFence = true;
      t.releaseFence = publish(t, number);
    }
  }

  void semaphoreStep(int number) {
    SimThread &t = threads_[number];
    uptr addr = at(memory_->semaphore);
    if (pick(2)) {
      SyncReleaseJoin(t.real, addr);
      joinInto(semaphoreClock_, publish(t, number));
    } else {
      SyncAcquire(t.real, addr);
      joinInto(t.clock, semaphoreClock_);
    }
  }

  void lifeStep(int number) {
    switch (pick(4)) {
    case 0:
      if (live_.size() < 5 && threads_.size() < 12)
        create(number);
      break;
    case 1:
      if (live_.size() > 1 && threads_[number].open.empty() &&
          !threads_[number].held)
        finish(number, -1);
      break;
    case 2:
      if (!finished_.empty()) {
        auto it = finished_.begin();
        std::advance(it, pick(static_cast<int>(finished_.size())));
        ThreadJoined(threads_[number].real, it->first);
        joinInto(threads_[number].clock, it->second);
        finished_.erase(it);
      }
      break;
    case 3: { // a new life at an address: another map from now on
      int k = pick(3);
      for (const SimThread &t : threads_)
        for (const Open &o : t.open)
          if (o.map == current_[k])
            return;
      MemoryObtained(AddressOf(memory_->maps[current_[k]]), 16);
      if (nextMap_ < 64)
        current_[k] = nextMap_++;
      break;
    }
    }
  }

  void step() {
    int number = live_[pick(static_cast<int>(live_.size()))];
    using Step = void (Trace::*)(int);
    const Step steps[] = {&Trace::mapStep,    &Trace::mutexStep,
                          &Trace::rwlockStep, &Trace::atomicStep,
                          &Trace::fenceStep,  &Trace::semaphoreStep,
                          &Trace::lifeStep};
    int total = 0;
    for (int w : weights_)
      total += w;
    int choice = pick(total);
    for (size_t i = 0; i < 7; i++) {
      choice -= weights_[i];
      if (choice < 0) {
        (this->*steps[i])(number);
        return;
      }
    }
  }

  std::mt19937 rng_;
  std::unique_ptr<Memory> memory_;
  Site read_ = MakeSite(MapsanEffectRead);
  Site write_ = MakeSite(MapsanEffectWrite);
  Site mayWrite_ = MakeSite(MapsanEffectMayWrite);
  std::vector<SimThread> threads_;
  std::vector<int> live_;
  std::map<Thread *, Clock> finished_;
  std::map<int, std::vector<Past>> history_;
  std::map<int, bool> expected_, got_;
  int current_[3] = {0, 1, 2};
  int nextMap_ = 3;
  int weights_[7];
  int mutexHolder_[2] = {-1, -1};
  Clock mutexClock_[2];
  int writeHolder_[2] = {-1, -1};
  std::map<int, int> readHolders_[2];
  Clock writeClock_[2], readClock_[2], atomicClock_[3], semaphoreClock_;
};

/// MAPSAN_TEST_TRACES=n runs n of them, MAPSAN_TEST_SEED=n starts elsewhere.
unsigned fromEnvironment(const char *name, unsigned otherwise) {
  const char *value = getenv(name);
  return value ? static_cast<unsigned>(strtoul(value, nullptr, 10)) : otherwise;
}

TEST(ClockModel, AgreesWithPlainVectorClocks) {
  StartWorld();
  unsigned traces = fromEnvironment("MAPSAN_TEST_TRACES", 20000);
  unsigned seed = fromEnvironment("MAPSAN_TEST_SEED", 1);
  int racy = 0, different = 0;
  for (unsigned i = 0; i < traces && different < 5; i++) {
    Trace trace(seed * 1000003u + i);
    std::string difference = trace.run();
    EXPECT_EQ(difference, "") << "in trace " << i << " of seed " << seed;
    different += !difference.empty();
    racy += trace.races();
  }
  // A generator that produces hardly any race, or nothing but, proves little.
  EXPECT_GT(racy, static_cast<int>(traces) / 10);
}

} // namespace
