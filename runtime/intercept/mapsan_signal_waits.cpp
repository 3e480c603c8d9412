// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Signals that a thread waits for. (One that interrupts a thread tells it
// nothing: what its handler does is not ordered after the sender.)

#include "mapsan_handing_over.h"
#include "mapsan_real.h"

namespace __mapsan {

static void Sending(int signal) {
  HandOverBy(Rule::signal_wait, KernelObject(KernelKind::Signal, signal));
}
static int Awaited(int signal) {
  if (signal > 0)
    TakeOverBy(Rule::signal_wait, KernelObject(KernelKind::Signal, signal));
  return signal;
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, kill, int process, int signal) {
  Sending(signal);
  return real::kill(process, signal);
}

INTERCEPTOR(int, tgkill, int process, int thread, int signal) {
  Sending(signal);
  return real::tgkill(process, thread, signal);
}

INTERCEPTOR(int, sigqueue, int process, int signal, void *value) {
  Sending(signal);
  return real::sigqueue(process, signal, value);
}

INTERCEPTOR(int, pthread_kill, uptr thread, int signal) {
  Sending(signal);
  return real::pthread_kill(thread, signal);
}

INTERCEPTOR(int, pthread_sigqueue, uptr thread, int signal, void *value) {
  Sending(signal);
  return real::pthread_sigqueue(thread, signal, value);
}

INTERCEPTOR(int, sigwait, const void *signals, int *signal) {
  int result = real::sigwait(signals, signal);
  if (!result)
    Awaited(*signal);
  return result;
}

INTERCEPTOR(int, sigwaitinfo, const void *signals, void *info) {
  return Awaited(real::sigwaitinfo(signals, info));
}

INTERCEPTOR(int, sigtimedwait, const void *signals, void *info,
            const void *timeout) {
  return Awaited(real::sigtimedwait(signals, info, timeout));
}
