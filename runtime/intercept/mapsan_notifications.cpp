// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls for which the C library will run a function of the program's in a
// thread of its own making (SIGEV_THREAD). Nobody sees such a thread start: it
// begins after all of these calls so far (ReleaseToUnseenThreads).

#include "mapsan_real.h"
#include "mapsan_synchronising.h"

namespace __mapsan {

static void Registering() {
  if (!MapUsed())
    return;
  if (Thread *thr = Synchronising(Rule::notification)) {
    ScopedRuntime inside(thr);
    ReleaseToUnseenThreads(thr);
  }
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, timer_create, int clock, void *event, void *timer) {
  Registering();
  return real::timer_create(clock, event, timer);
}

INTERCEPTOR(int, timer_settime, void *timer, int flags, const void *wanted,
            void *before) {
  Registering();
  return real::timer_settime(timer, flags, wanted, before);
}

INTERCEPTOR(int, mq_notify, int queue, const void *event) {
  Registering();
  return real::mq_notify(queue, event);
}

INTERCEPTOR(int, aio_read, void *request) {
  Registering();
  return real::aio_read(request);
}

INTERCEPTOR(int, aio_read64, void *request) {
  Registering();
  return real::aio_read64(request);
}

INTERCEPTOR(int, aio_write, void *request) {
  Registering();
  return real::aio_write(request);
}

INTERCEPTOR(int, aio_write64, void *request) {
  Registering();
  return real::aio_write64(request);
}

INTERCEPTOR(int, aio_fsync, int what, void *request) {
  Registering();
  return real::aio_fsync(what, request);
}

INTERCEPTOR(int, aio_fsync64, int what, void *request) {
  Registering();
  return real::aio_fsync64(what, request);
}

INTERCEPTOR(int, lio_listio, int mode, void *requests, int count, void *event) {
  Registering();
  return real::lio_listio(mode, requests, count, event);
}

INTERCEPTOR(int, lio_listio64, int mode, void *requests, int count,
            void *event) {
  Registering();
  return real::lio_listio64(mode, requests, count, event);
}

INTERCEPTOR(int, getaddrinfo_a, int mode, void *requests, int count,
            void *event) {
  Registering();
  return real::getaddrinfo_a(mode, requests, count, event);
}
