// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Waiting for descriptors to be ready: who is told that there is something to
// read need not read it to come after who wrote it.

#include "mapsan_handing_over.h"
#include "mapsan_readiness.h"
#include "mapsan_real.h"

namespace __mapsan {

// After the real call, which found `result` descriptors ready.
template <class Take> static int Ready(int result, bool wanted, Take take) {
  if (result <= 0 || !MapUsed() || !wanted)
    return result;
  if (Thread *thr = Synchronising()) {
    ScopedRuntime inside(thr);
    take(thr);
  }
  return result;
}

static int Polled(int result, const void *fds, uptr count) {
  return Ready(result, RuleHolds(Rule::descriptor_ready),
               [=](Thread *thr) { TakeOverPolled(thr, fds, count); });
}

static int Selected(int result, int count, const void *set) {
  return Ready(result, RuleHolds(Rule::descriptor_ready),
               [=](Thread *thr) { TakeOverSelected(thr, count, set); });
}

static int Reported(int result, int epoll, const void *events) {
  return Ready(result, /*wanted=*/true, [=](Thread *thr) {
    TakeOverReported(thr, epoll, events, result);
  });
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, poll, void *fds, uptr count, int timeout) {
  return Polled(real::poll(fds, count, timeout), fds, count);
}

INTERCEPTOR(int, __poll_chk, void *fds, uptr count, int timeout, uptr room) {
  return Polled(real::__poll_chk(fds, count, timeout, room), fds, count);
}

INTERCEPTOR(int, ppoll, void *fds, uptr count, const void *timeout,
            const void *mask) {
  return Polled(real::ppoll(fds, count, timeout, mask), fds, count);
}

INTERCEPTOR(int, __ppoll_chk, void *fds, uptr count, const void *timeout,
            const void *mask, uptr room) {
  return Polled(real::__ppoll_chk(fds, count, timeout, mask, room), fds, count);
}

INTERCEPTOR(int, select, int count, void *to_read, void *to_write,
            void *exceptions, void *timeout) {
  return Selected(real::select(count, to_read, to_write, exceptions, timeout),
                  count, to_read);
}

INTERCEPTOR(int, pselect, int count, void *to_read, void *to_write,
            void *exceptions, const void *timeout, const void *mask) {
  return Selected(
      real::pselect(count, to_read, to_write, exceptions, timeout, mask), count,
      to_read);
}

INTERCEPTOR(int, epoll_ctl, int epoll, int what, int fd, void *event) {
  if (MapUsed())
    if (Thread *thr = Synchronising()) {
      ScopedRuntime inside(thr);
      HandOverRegistered(thr, epoll, fd, event);
    }
  return real::epoll_ctl(epoll, what, fd, event);
}

INTERCEPTOR(int, epoll_wait, int epoll, void *events, int room, int timeout) {
  return Reported(real::epoll_wait(epoll, events, room, timeout), epoll,
                  events);
}

INTERCEPTOR(int, epoll_pwait, int epoll, void *events, int room, int timeout,
            const void *mask) {
  return Reported(real::epoll_pwait(epoll, events, room, timeout, mask), epoll,
                  events);
}

INTERCEPTOR(int, epoll_pwait2, int epoll, void *events, int room,
            const void *timeout, const void *mask) {
  return Reported(real::epoll_pwait2(epoll, events, room, timeout, mask), epoll,
                  events);
}
