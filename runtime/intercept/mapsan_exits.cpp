// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The ways a process ends by itself, and the exit status it ends with.
// Death by a signal is none of them: it stays what it is.

#include "mapsan_exits.h"
#include "../clock/mapsan_thread.h"
#include "../report/mapsan_exit.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_posix.h"

extern "C" {
int on_exit(void (*function)(int, void *), void *arg);
int at_quick_exit(void (*function)());
int fflush(void *stream);
}

namespace __mapsan {

static uptr process; // its children by vfork run on our memory, but are not us
static int quick_exit_status;

static int StatusFor(int status) {
  if (!Active() || !InRememberedProcess())
    return status;
  ScopedRuntimeIfAny inside;
  return ExitStatus(status);
}

// Registered before the C library registers the loader's own handler, hence
// after destructors of statics in every module. Standard I/O is still open,
// and _exit will not flush it.
static void AtExit(int status, void *) {
  int wanted = StatusFor(status);
  if (wanted == status)
    return;
  fflush(nullptr);
  real::_exit(wanted);
}

static void AtQuickExit() {
  int wanted = StatusFor(quick_exit_status);
  if (wanted != quick_exit_status)
    real::_exit(wanted);
}

void InitializeExits() {
  RememberProcess();
  on_exit(AtExit, nullptr);
  at_quick_exit(AtQuickExit);
}

void RememberProcess() { process = internal_getpid(); }
bool InRememberedProcess() { return internal_getpid() == process; }

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(void, _exit, int status) { real::_exit(StatusFor(status)); }

INTERCEPTOR(void, _Exit, int status) { real::_Exit(StatusFor(status)); }

INTERCEPTOR(void, quick_exit, int status) {
  quick_exit_status = status;
  real::quick_exit(status);
}
