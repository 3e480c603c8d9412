// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Mutexes of every kind, each with what its verbs call. Condition variables
// need to know them.

#ifndef MAPSAN_DIFFERENTIAL_MUTEXES_H
#define MAPSAN_DIFFERENTIAL_MUTEXES_H

#include "clocks.h"
#include "object.h"

#include <mutex>
#include <pthread.h>
#include <threads.h>

namespace differential {

template <class Mutex> struct StdMutex : Object {
  Mutex mutex;

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case lock:
      mutex.lock();
      return 1;
    case trylock:
      return mutex.try_lock();
    case unlock:
      mutex.unlock();
      return 1;
    default:
      if constexpr (requires { mutex.try_lock_for(milliseconds(1)); }) {
        if (step.verb == timedlock)
          return mutex.try_lock_for(milliseconds(step.args[1]));
        if (step.verb == clocklock)
          return mutex.try_lock_until(std::chrono::system_clock::now() +
                                      milliseconds(step.args[1]));
      }
      Unknown("a mutex", step.verb);
    }
  }
};

template <int kType, bool kRobust = false> struct PthreadMutex : Object {
  pthread_mutex_t mutex;

  PthreadMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, kType);
    if (kRobust)
      pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (pthread_mutex_init(&mutex, &attributes))
      std::abort();
    pthread_mutexattr_destroy(&attributes);
  }
  ~PthreadMutex() override { pthread_mutex_destroy(&mutex); }

  int Do(Worker &, const Step &step) override {
    timespec until;
    switch (step.verb) {
    case lock:
      return Outcome(pthread_mutex_lock(&mutex));
    case trylock:
      return Outcome(pthread_mutex_trylock(&mutex));
    case timedlock:
      until = Later(step.args[1]);
      return Outcome(pthread_mutex_timedlock(&mutex, &until));
    case clocklock:
      until = Later(step.args[1], CLOCK_MONOTONIC);
      return Outcome(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until));
    case unlock:
      return Outcome(pthread_mutex_unlock(&mutex));
    default:
      Unknown("a pthread mutex", step.verb);
    }
  }
};

template <int kType> struct C11Mutex : Object {
  mtx_t mutex;

  C11Mutex() {
    if (mtx_init(&mutex, kType) != thrd_success)
      std::abort();
  }
  ~C11Mutex() override { mtx_destroy(&mutex); }

  int Do(Worker &, const Step &step) override {
    timespec until;
    switch (step.verb) {
    case lock:
      return mtx_lock(&mutex) == thrd_success;
    case trylock:
      return mtx_trylock(&mutex) == thrd_success;
    case timedlock:
      until = Later(step.args[1]);
      return mtx_timedlock(&mutex, &until) == thrd_success;
    case unlock:
      return mtx_unlock(&mutex) == thrd_success;
    default:
      Unknown("a C11 mutex", step.verb);
    }
  }
};

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_MUTEXES_H
