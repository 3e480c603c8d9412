// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is done once: flags and the guards of function-local statics.

#include "object.h"
#include "worker.h"

#include <cstdlib>
#include <cxxabi.h>
#include <mutex>
#include <pthread.h>
#include <threads.h>

namespace differential {
namespace {

/// Thrown by `raise`.
struct Raised {};

/// The body: nobody calls it unless the step says so.
thread_local bool ran, wanted;
void Body() {
  if (!wanted)
    std::abort();
  bool raised = Worker::Self()->PlayInside();
  ran = true; // (a call of something else in there has said that it was not)
  if (raised)
    throw Raised();
}

struct StdOnce : Object {
  std::once_flag flag;
  int Do(Worker &, const Step &step) override {
    ran = false;
    wanted = step.verb == once_;
    try {
      std::call_once(flag, Body);
    } catch (Raised &) {
    }
    return ran;
  }
};

struct PthreadOnce : Object {
  pthread_once_t flag = PTHREAD_ONCE_INIT;
  int Do(Worker &, const Step &step) override {
    ran = false;
    wanted = step.verb == once_;
    pthread_once(&flag, Body);
    return ran;
  }
};

struct C11Once : Object {
  once_flag flag = ONCE_FLAG_INIT;
  int Do(Worker &, const Step &step) override {
    ran = false;
    wanted = step.verb == once_;
    ::call_once(&flag, Body);
    return ran;
  }
};

// The two C++ libraries call its type differently.
template <class Word> Word *AsParameterOf(int (*)(Word *), void *address) {
  return static_cast<Word *>(address);
}

/// What the compiler makes of a function-local static.
struct Guard : Object {
  alignas(8) unsigned char guard[8] = {};
  int Do(Worker &, const Step &step) override {
    ran = false;
    wanted = step.verb == once_;
    if (__atomic_load_n(guard, __ATOMIC_ACQUIRE))
      return 0;
    auto *word = AsParameterOf(abi::__cxa_guard_acquire, guard);
    if (!abi::__cxa_guard_acquire(word))
      return 0;
    try {
      Body();
    } catch (Raised &) {
      abi::__cxa_guard_abort(word);
      return 1;
    }
    abi::__cxa_guard_release(word);
    return 1;
  }
};

KindOf<StdOnce> a("std_once");
KindOf<PthreadOnce> b("pthread_once");
KindOf<C11Once> c("c11_once");
KindOf<Guard> d("static_guard");

} // namespace
} // namespace differential
