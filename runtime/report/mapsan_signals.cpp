// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Signals that end the process: our handlers, before those that were there.
// What they print is mapsan_last_words.

#include "mapsan_signals.h"

#include "../entry/mapsan_flags.h"
#include "../entry/mapsan_init.h"
#include "mapsan_last_words.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_linux.h"

#include <errno.h>
#include <signal.h>

// libFuzzer's, where the program has it.
extern "C" __attribute__((weak)) int
LLVMFuzzerRunDriver(int *, char ***,
                    int (*)(const unsigned char *, unsigned long));

namespace __mapsan {
using namespace __sanitizer;

namespace {

const int kFatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
const int kTerminating[] = {SIGTERM, SIGINT};

struct sigaction previous[NSIG];

void Default(int signal) {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  internal_sigaction(signal, &action, nullptr);
}

// What was there before us decides what becomes of the process.
void Chain(int signal, siginfo_t *info, void *context) {
  const struct sigaction &action = previous[signal];
  if (action.sa_flags & SA_SIGINFO) {
    action.sa_sigaction(signal, info, context);
    return;
  }
  if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) {
    action.sa_handler(signal);
    return;
  }
  // The instruction that failed runs again and dies of it, with the status and
  // the core that it would have had without us. A signal that somebody sent is
  // sent once more; it waits until this handler is done.
  Default(signal);
  if (info->si_code <= 0 || signal == SIGABRT)
    TgKill(internal_getpid(), GetTid(), signal);
}

void Handle(int signal, siginfo_t *info, void *context) {
  int saved = errno;
  if (signal == SIGTERM || signal == SIGINT)
    PrintTermination();
  else
    PrintCrash();
  errno = saved;
  Chain(signal, info, context);
}

void Install(int signal, bool only_default) {
  struct sigaction old;
  if (internal_sigaction(signal, nullptr, &old))
    return;
  bool ours = (old.sa_flags & SA_SIGINFO) && old.sa_sigaction == Handle;
  bool is_default = !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_DFL;
  bool is_ignored = !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_IGN;
  if (ours || is_ignored || (only_default && !is_default))
    return;
  previous[signal] = old;
  struct sigaction action = {};
  action.sa_sigaction = Handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  if (is_default && only_default)
    action.sa_flags |= SA_RESTART;
  internal_sigaction(signal, &action, nullptr);
}

} // namespace

void InitializeSignals() {
  // libFuzzer keeps the input that a program died of, but not where it finds a
  // handler that was there before its own.
  if (!flags()->handle_signals || LLVMFuzzerRunDriver)
    return;
  // A stack of its own for the main thread, so that endless recursion through
  // a broken tree has room to be told; other threads bring their own if they
  // have one.
  SetAlternateSignalStack();
  for (u32 i = 0; i < ARRAY_SIZE(kFatal); i++)
    Install(kFatal[i], false);
  for (u32 i = 0; i < ARRAY_SIZE(kTerminating); i++)
    Install(kTerminating[i], true);
}

} // namespace __mapsan

// Constructors of the executable run after those of shared libraries, where
// another sanitizer may have installed its handlers: ours go before them.
__attribute__((constructor)) static void InstallBeforeMain() {
  if (__mapsan::Active())
    __mapsan::InitializeSignals();
}
