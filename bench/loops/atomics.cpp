// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomics and reference counts, in programs that use no map, have used one,
// and use one all the time.

#include "loops.h"
#include <atomic>
#include <map>
#include <memory>
#include <unordered_map>

using namespace loops;

namespace {

// Counters of the thread's own, a common flag that is looked at, and now and
// then a common sum.
void count(State &state) {
  static std::atomic<long> total{0};
  static std::atomic<bool> stop{false};
  alignas(64) std::atomic<long> mine{0};
  keep(mine);
  long i = 0;
  for (auto _ : state) {
    FLOOR_ACQUIRE(stop);
    if (stop.load(std::memory_order_acquire))
      break;
    FLOOR_ACQUIRE(mine);
    mine.fetch_add(1, std::memory_order_acq_rel);
    FLOOR_RELEASE(mine);
    if (++i % 64 == 0) {
      FLOOR_ACQUIRE(total);
      total.fetch_add(mine.exchange(0));
      FLOOR_RELEASE(total);
    }
  }
}

void copyPointer(State &state) {
  auto object = std::make_shared<long>(0);
  for (auto _ : state) {
    auto copy = object;
    FLOOR_ACQUIRE(*object);
    keep(copy);
    FLOOR_RELEASE(*object);
  }
}

// Both threads have used a map, and go on with atomics alone.
void useMap() {
  static const std::map<uint32_t, uint32_t> table{{1, 2}, {3, 4}};
  FLOOR_READ(table);
  keep(table.count(3));
}
void countAfterMaps(State &state) {
  useMap();
  count(state);
}
void copyPointerAfterMaps(State &state) {
  useMap();
  copyPointer(state);
}

// Each tells the other of an operation on its own map, every time.
void news(State &state) {
  struct alignas(64) Mail {
    std::atomic<long> sent{0};
  };
  static Mail mails[2];
  // (Local variables of their threads would be none of MapSan's business.)
  static std::unordered_map<uint32_t, uint32_t> maps[2];
  auto &own = maps[state.thread_index()];
  for (uint32_t key = 0; key < 1024; ++key)
    own[key * 2] = key;
  Random random(state.thread_index());
  uint32_t hits = 0;
  Mail &mine = mails[state.thread_index()];
  Mail &theirs = mails[1 - state.thread_index()];
  long i = 0;
  for (auto _ : state) {
    {
      FLOOR_READ(own);
      hits += own.count(random() % 2048);
    }
    FLOOR_RELEASE(mine);
    mine.sent.store(++i, std::memory_order_release);
    keep(theirs.sent.load(std::memory_order_acquire));
    FLOOR_ACQUIRE(theirs);
  }
  keep(hits);
}

} // namespace

int main(int argc, char **argv) {
  return run(argc, argv,
             {
                 {"atomics", count, 2, 20'000'000},
                 {"shared-ptr", copyPointer, 2, 12'000'000},
                 {"atomics-after-maps", countAfterMaps, 2, 20'000'000},
                 {"shared-ptr-after-maps", copyPointerAfterMaps, 2, 12'000'000},
                 {"atomics-news", news, 2, 5'000'000},
             });
}
