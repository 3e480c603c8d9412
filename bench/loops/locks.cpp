// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Locks, and no map anywhere.

#include "loops.h"
#include <condition_variable>
#include <mutex>

using namespace loops;

namespace {

void uncontended(State &state) {
  struct alignas(64) {
    std::mutex mutex;
    long count = 0; // guarded by mutex
  } own;
  for (auto _ : state) {
    std::lock_guard<std::mutex> lock(own.mutex);
    FLOOR_HELD(own.mutex);
    keep(++own.count);
  }
}

void contended(State &state) {
  static std::mutex mutex;
  static long count = 0; // guarded by mutex
  for (auto _ : state) {
    std::lock_guard<std::mutex> lock(mutex);
    FLOOR_HELD(mutex);
    keep(++count);
  }
}

// Two threads hand a turn to and fro.
void pingPong(State &state) {
  static std::mutex mutex;
  static std::condition_variable changed;
  static int turn = 0; // guarded by mutex
  const int me = state.thread_index();
  for (auto _ : state) {
    std::unique_lock<std::mutex> lock(mutex);
    FLOOR_HELD(mutex);
    changed.wait(lock, [me] { return turn == me; });
    turn = 1 - me;
    changed.notify_one();
  }
}

} // namespace

int main(int argc, char **argv) {
  return run(argc, argv,
             {
                 {"mutex-uncontended", uncontended, 2, 20'000'000},
                 {"mutex-contended", contended, 2, 5'000'000},
                 {"condition-variable", pingPong, 2, 60'000},
             });
}
