// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kinds of mutexes, spin locks among them.

#include "mutexes.h"

namespace differential {
namespace {

struct SpinLock : Object {
  pthread_spinlock_t spin;

  SpinLock() { pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE); }
  ~SpinLock() override { pthread_spin_destroy(&spin); }

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case lock:
      return Outcome(pthread_spin_lock(&spin));
    case trylock:
      return Outcome(pthread_spin_trylock(&spin));
    case unlock:
      return Outcome(pthread_spin_unlock(&spin));
    default:
      Unknown("a spin lock", step.verb);
    }
  }
};

KindOf<StdMutex<std::mutex>> a("std_mutex");
KindOf<StdMutex<std::timed_mutex>> b("std_timed_mutex");
KindOf<StdMutex<std::recursive_mutex>> c("std_recursive_mutex");
KindOf<StdMutex<std::recursive_timed_mutex>> d("std_recursive_timed_mutex");
KindOf<PthreadMutex<PTHREAD_MUTEX_NORMAL>> e("pthread_mutex");
KindOf<PthreadMutex<PTHREAD_MUTEX_RECURSIVE>> f("pthread_recursive");
KindOf<PthreadMutex<PTHREAD_MUTEX_ERRORCHECK>> g("pthread_errorcheck");
KindOf<PthreadMutex<PTHREAD_MUTEX_ADAPTIVE_NP>> h("pthread_adaptive");
KindOf<PthreadMutex<PTHREAD_MUTEX_NORMAL, true>> i("pthread_robust");
KindOf<C11Mutex<mtx_plain>> j("c11_mutex");
KindOf<C11Mutex<mtx_timed>> k("c11_timed");
KindOf<C11Mutex<mtx_plain | mtx_recursive>> l("c11_recursive");
KindOf<SpinLock> m("pthread_spin");

} // namespace
} // namespace differential
