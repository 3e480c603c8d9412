// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reader-writer locks.

#include "clocks.h"
#include "object.h"

#include <pthread.h>
#include <shared_mutex>

namespace differential {
namespace {

template <class Mutex> struct StdRwlock : Object {
  Mutex mutex;

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case wrlock:
      mutex.lock();
      return 1;
    case trywrlock:
      return mutex.try_lock();
    case wrunlock:
      mutex.unlock();
      return 1;
    case rdlock:
      mutex.lock_shared();
      return 1;
    case tryrdlock:
      return mutex.try_lock_shared();
    case rdunlock:
      mutex.unlock_shared();
      return 1;
    default:
      if constexpr (requires { mutex.try_lock_for(milliseconds(1)); }) {
        auto until =
            std::chrono::system_clock::now() + milliseconds(step.args[1]);
        if (step.verb == timedwrlock)
          return mutex.try_lock_for(milliseconds(step.args[1]));
        if (step.verb == clockwrlock)
          return mutex.try_lock_until(until);
        if (step.verb == timedrdlock)
          return mutex.try_lock_shared_for(milliseconds(step.args[1]));
        if (step.verb == clockrdlock)
          return mutex.try_lock_shared_until(until);
      }
      Unknown("a rwlock", step.verb);
    }
  }
};

template <int kType> struct PthreadRwlock : Object {
  pthread_rwlock_t rwlock;

  PthreadRwlock() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, kType);
    if (pthread_rwlock_init(&rwlock, &attributes))
      std::abort();
    pthread_rwlockattr_destroy(&attributes);
  }
  ~PthreadRwlock() override { pthread_rwlock_destroy(&rwlock); }

  int Do(Worker &, const Step &step) override {
    bool clock = step.verb == clockwrlock || step.verb == clockrdlock;
    timespec until =
        Later(step.args[1], clock ? CLOCK_MONOTONIC : CLOCK_REALTIME);
    switch (step.verb) {
    case wrlock:
      return Outcome(pthread_rwlock_wrlock(&rwlock));
    case trywrlock:
      return Outcome(pthread_rwlock_trywrlock(&rwlock));
    case timedwrlock:
      return Outcome(pthread_rwlock_timedwrlock(&rwlock, &until));
    case clockwrlock:
      return Outcome(
          pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &until));
    case rdlock:
      return Outcome(pthread_rwlock_rdlock(&rwlock));
    case tryrdlock:
      return Outcome(pthread_rwlock_tryrdlock(&rwlock));
    case timedrdlock:
      return Outcome(pthread_rwlock_timedrdlock(&rwlock, &until));
    case clockrdlock:
      return Outcome(
          pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &until));
    case wrunlock:
    case rdunlock:
      return Outcome(pthread_rwlock_unlock(&rwlock));
    default:
      Unknown("a pthread rwlock", step.verb);
    }
  }
};

KindOf<StdRwlock<std::shared_mutex>> a("std_shared_mutex");
KindOf<StdRwlock<std::shared_timed_mutex>> b("std_shared_timed_mutex");
KindOf<PthreadRwlock<PTHREAD_RWLOCK_PREFER_READER_NP>> c("pthread_rwlock");
KindOf<PthreadRwlock<PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP>>
    d("pthread_rwlock_writers");

} // namespace
} // namespace differential
