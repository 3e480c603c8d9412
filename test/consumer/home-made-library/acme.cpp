// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The library: atomics and sleeping, none of which MapSan sees.

#include "acme.h"
#include <atomic>
#include <chrono>
#include <thread>

namespace acme {

static void Doze() {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

struct Pool::State {
  std::atomic<Job *> next{nullptr};
  std::atomic<int> pending{0};
  std::atomic<bool> ended{false};
  std::thread worker;
};

Pool::Pool() : state_(new State) {
  state_->worker = std::thread([state = state_] {
    while (!state->ended) {
      if (Job *job = state->next.exchange(nullptr)) {
        job->perform();
        --state->pending;
      }
      Doze();
    }
  });
}

Pool::~Pool() {
  state_->ended = true;
  state_->worker.join();
  delete state_;
}

void Pool::submit(Job *job) {
  ++state_->pending;
  for (Job *none = nullptr; !state_->next.compare_exchange_weak(none, job);
       none = nullptr)
    Doze();
}

void Pool::drain() {
  while (state_->pending)
    Doze();
}

void Gate::open() { __atomic_store_n(&state_, 1, __ATOMIC_RELEASE); }

bool Gate::passed(int milliseconds) {
  for (; !__atomic_load_n(&state_, __ATOMIC_ACQUIRE); --milliseconds) {
    if (milliseconds <= 0)
      return false;
    Doze();
  }
  return true;
}

} // namespace acme
