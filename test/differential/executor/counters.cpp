// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Semaphores, latches and barriers.

#include "clocks.h"
#include "object.h"
#include "worker.h"

#include <barrier>
#include <latch>
#include <optional>
#include <pthread.h>
#include <semaphore.h>
#include <semaphore>

namespace differential {
namespace {

struct PosixSemaphore : Object {
  sem_t semaphore;

  explicit PosixSemaphore(int tokens) {
    sem_init(&semaphore, 0, static_cast<unsigned>(tokens));
  }
  ~PosixSemaphore() override { sem_destroy(&semaphore); }

  int Do(Worker &, const Step &step) override {
    timespec until;
    switch (step.verb) {
    case post:
      for (int n = step.args[1]; n > 0; n--)
        sem_post(&semaphore);
      return 1;
    case wait:
      return !sem_wait(&semaphore);
    case trywait:
      return !sem_trywait(&semaphore);
    case timedwait:
      until = Later(step.args[1]);
      return !sem_timedwait(&semaphore, &until);
    case clockwait:
      until = Later(step.args[1], CLOCK_MONOTONIC);
      return !sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until);
    default:
      Unknown("a semaphore", step.verb);
    }
  }
};

template <class Semaphore> struct StdSemaphore : Object {
  Semaphore semaphore;

  explicit StdSemaphore(int tokens) : semaphore(tokens) {}

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case post:
      semaphore.release(step.args[1]);
      return 1;
    case wait:
      semaphore.acquire();
      return 1;
    case trywait:
      return semaphore.try_acquire();
    case timedwait:
      return semaphore.try_acquire_for(milliseconds(step.args[1]));
    case clockwait:
      return semaphore.try_acquire_until(std::chrono::steady_clock::now() +
                                         milliseconds(step.args[1]));
    default:
      Unknown("a semaphore", step.verb);
    }
  }
};

struct Latch : Object {
  std::latch latch;

  explicit Latch(int size) : latch(size) {}

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case count:
      latch.count_down(step.args[1]);
      return 1;
    case wait:
      latch.wait();
      return 1;
    case trywait:
      return latch.try_wait();
    case arrive_wait:
      latch.arrive_and_wait();
      return 1;
    default:
      Unknown("a latch", step.verb);
    }
  }
};

struct NoCompletion {
  void operator()() noexcept {}
};
/// The phase's completion is played by whoever runs it, up to an `end`.
struct PlayedCompletion {
  void operator()() noexcept { Worker::Self()->PlayInside(); }
};

template <class Completion> struct Barrier : Object {
  std::barrier<Completion> barrier;
  static constexpr int kThreads = 64;
  std::optional<typename std::barrier<Completion>::arrival_token>
      tokens[kThreads];

  explicit Barrier(int size) : barrier(size) {}

  int Do(Worker &self, const Step &step) override {
    switch (step.verb) {
    case arrive_wait:
      barrier.arrive_and_wait();
      return 1;
    case arrive:
      tokens[self.number].emplace(barrier.arrive());
      return 1;
    case wait_token:
      barrier.wait(std::move(*tokens[self.number]));
      return 1;
    case Verb::drop:
      barrier.arrive_and_drop();
      return 1;
    default:
      Unknown("a barrier", step.verb);
    }
  }
};

struct PthreadBarrier : Object {
  pthread_barrier_t barrier;

  explicit PthreadBarrier(int size) {
    pthread_barrier_init(&barrier, nullptr, static_cast<unsigned>(size));
  }
  ~PthreadBarrier() override { pthread_barrier_destroy(&barrier); }

  int Do(Worker &, const Step &step) override {
    if (step.verb != arrive_wait)
      Unknown("a pthread barrier", step.verb);
    int result = pthread_barrier_wait(&barrier);
    if (result && result != PTHREAD_BARRIER_SERIAL_THREAD)
      std::abort();
    return 1;
  }
};

KindOf<PosixSemaphore> a("posix_semaphore");
KindOf<StdSemaphore<std::counting_semaphore<>>> b("counting_semaphore");
KindOf<StdSemaphore<std::binary_semaphore>> c("binary_semaphore");
KindOf<Latch> d("latch");
KindOf<Barrier<NoCompletion>> e("barrier");
KindOf<Barrier<PlayedCompletion>> f("barrier_completing");
KindOf<PthreadBarrier> g("pthread_barrier");

} // namespace
} // namespace differential
