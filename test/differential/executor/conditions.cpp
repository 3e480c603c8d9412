// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Condition variables, with the mutexes that go with them.

#include "mutexes.h"
#include "stage.h"

#include <condition_variable>

namespace differential {
namespace {

Object *MutexOf(Worker &self, const Step &step) {
  return self.stage->object(step.args[1]).get();
}

template <class Condition, class Mutex> struct StdCondition : Object {
  Condition condition;

  int Do(Worker &self, const Step &step) override {
    if (step.verb == cv_one) {
      condition.notify_one();
      return 1;
    }
    if (step.verb == cv_all) {
      condition.notify_all();
      return 1;
    }
    auto *mutex = static_cast<StdMutex<Mutex> *>(MutexOf(self, step));
    std::unique_lock<Mutex> held(mutex->mutex, std::adopt_lock);
    int result = 1;
    switch (step.verb) {
    case cv_wait:
      condition.wait(held);
      break;
    case cv_timedwait:
      result = condition.wait_until(held, std::chrono::system_clock::now() +
                                              milliseconds(step.args[2])) ==
               std::cv_status::no_timeout;
      break;
    case cv_clockwait:
      result = condition.wait_for(held, milliseconds(step.args[2])) ==
               std::cv_status::no_timeout;
      break;
    default:
      Unknown("a condition variable", step.verb);
    }
    held.release();
    return result;
  }
};

struct PthreadCondition : Object {
  pthread_cond_t condition;

  PthreadCondition() { pthread_cond_init(&condition, nullptr); }
  ~PthreadCondition() override { pthread_cond_destroy(&condition); }

  int Do(Worker &self, const Step &step) override {
    if (step.verb == cv_one)
      return Outcome(pthread_cond_signal(&condition));
    if (step.verb == cv_all)
      return Outcome(pthread_cond_broadcast(&condition));
    auto *mutex =
        &static_cast<PthreadMutex<PTHREAD_MUTEX_NORMAL> *>(MutexOf(self, step))
             ->mutex;
    bool clock = step.verb == cv_clockwait;
    timespec until =
        Later(step.args[2], clock ? CLOCK_MONOTONIC : CLOCK_REALTIME);
    switch (step.verb) {
    case cv_wait:
      return Outcome(pthread_cond_wait(&condition, mutex));
    case cv_timedwait:
      return Outcome(pthread_cond_timedwait(&condition, mutex, &until));
    case cv_clockwait:
      return Outcome(
          pthread_cond_clockwait(&condition, mutex, CLOCK_MONOTONIC, &until));
    default:
      Unknown("a pthread condition variable", step.verb);
    }
  }
};

struct C11Condition : Object {
  cnd_t condition;

  C11Condition() { cnd_init(&condition); }
  ~C11Condition() override { cnd_destroy(&condition); }

  int Do(Worker &self, const Step &step) override {
    if (step.verb == cv_one)
      return cnd_signal(&condition) == thrd_success;
    if (step.verb == cv_all)
      return cnd_broadcast(&condition) == thrd_success;
    auto *mutex =
        &static_cast<C11Mutex<mtx_plain> *>(MutexOf(self, step))->mutex;
    timespec until = Later(step.args[2]);
    switch (step.verb) {
    case cv_wait:
      return cnd_wait(&condition, mutex) == thrd_success;
    case cv_timedwait:
      return cnd_timedwait(&condition, mutex, &until) == thrd_success;
    default:
      Unknown("a C11 condition variable", step.verb);
    }
  }
};

KindOf<StdCondition<std::condition_variable, std::mutex>> a("std_condition");
KindOf<StdCondition<std::condition_variable_any, std::mutex>>
    b("std_condition_any");
KindOf<PthreadCondition> c("pthread_condition");
KindOf<C11Condition> d("c11_condition");

} // namespace
} // namespace differential
