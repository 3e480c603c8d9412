// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Signals that end the process. What can be decided is printed before an
// operation runs; an operation that may write is undecided until its end, and
// if the program dies before that, this is where it is told.
//
// In the handlers: no allocation, no lock, no symbolizer. The call sites carry
// all that is printed.

#include "mapsan_signals.h"

#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "../entry/mapsan_init.h"
#include "mapsan_history.h"
#include "mapsan_inflight.h"
#include "mapsan_output.h"
#include "mapsan_report.h"
#include "mapsan_words.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_linux.h"

#include <errno.h>
#include <signal.h>

namespace __mapsan {

namespace {

const int kFatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
const int kTerminating[] = {SIGTERM, SIGINT};

// How long an operation must stay where it is to be called stuck.
constexpr u64 kStuckMicroseconds = 50 * 1000;

struct sigaction previous[NSIG];
atomic_uint32_t busy; // a handler is printing: the others wait no time
InFlightList in_flight, in_flight_later;

// Text on its way out, of bounded size.
class Line {
public:
  void Add(const char *text) { Add("%s", text); }
  template <class... Arguments>
  void Add(const char *format, Arguments... arguments) {
    if (used_ < sizeof(buffer_))
      used_ += internal_snprintf(buffer_ + used_, sizeof(buffer_) - used_,
                                 format, arguments...);
  }
  void Write() {
    used_ = Min<uptr>(used_, sizeof(buffer_) - 1);
    WriteOutputFromSignal(buffer_, used_);
    used_ = 0;
  }

private:
  uptr used_ = 0;
  char buffer_[1024];
};

void AddPlace(Line *line, const Site *site) {
  if (site->file && site->line)
    line->Add("%s:%u:%u", site->file, site->line, site->column);
  if (site->function)
    line->Add("%sin %s", site->file && site->line ? " " : "", site->function);
}

void AddOperation(Line *line, const InFlight &operation, bool other) {
  const Site *site = operation.site;
  const char *noun = operation.phase == Phase::Writing    ? "write"
                     : operation.phase == Phase::MayWrite ? "possible write"
                     : site->Iterates()                   ? "iteration"
                                                          : "read";
  line->Add("  In flight%s: %s: %s", other ? " too" : "", noun,
            site->operation);
  if (operation.phase == Phase::MayWrite)
    line->Add(" (was about to %s)", Intention(site));
  line->Add(" by thread T%u at ", operation.tid);
  AddPlace(line, site);
  line->Add("\n");
}

const char *SignalName(int signal) {
  switch (signal) {
  case SIGSEGV:
    return "SIGSEGV";
  case SIGBUS:
    return "SIGBUS";
  case SIGABRT:
    return "SIGABRT";
  case SIGILL:
    return "SIGILL";
  default:
    return "SIGFPE";
  }
}

void PrintCollision(const Collision &collision, const Thread *crashed,
                    int signal) {
  const InFlight *first = collision.first, *second = collision.second;
  if (second->thread == crashed) { // the thread that died comes first
    const InFlight *swap = first;
    first = second;
    second = swap;
  }
  u64 key = SitesKey(first->site, second->site);
  if (ReportHistory()->printed.Contains(key))
    return;
  ReportHistory()->printed.Insert(key);
  const Site *site = first->site;
  Line line;
  line.Add("==================\nWARNING: MapSanitizer: %s (pid=%d)\n",
           KindWords(collision.kind), static_cast<int>(internal_getpid()));
  line.Add("  Map%s%s%s of type %s at %p\n", site->name ? " `" : "",
           site->name ? site->name : "", site->name ? "`" : "",
           site->type ? site->type : "?", reinterpret_cast<void *>(first->map));
  line.Write();
  AddOperation(&line, *first, false);
  line.Write();
  AddOperation(&line, *second, true);
  line.Add("  Grade: overlap (both threads were inside the map when %s came)\n",
           SignalName(signal));
  line.Write();
  line.Add("SUMMARY: MapSanitizer: %s ", KindWords(collision.kind));
  AddPlace(&line, site);
  line.Add("\n==================\n");
  line.Write();
}

// One line for each operation on a map that was reported, if the operation has
// not moved for a while: what the race broke may keep it there for ever.
void PrintStuck() {
  if (!atomic_load(&ReportHistory()->reports, memory_order_relaxed))
    return;
  in_flight.Collect();
  internal_usleep(kStuckMicroseconds);
  in_flight_later.Collect();
  const ReportedMaps &reported = ReportHistory()->maps;
  for (u32 i = 0; i < in_flight.count; i++) {
    const InFlight &then = in_flight.operations[i];
    if (!reported.Of(then.map))
      continue;
    for (u32 j = 0; j < in_flight_later.count; j++) {
      const InFlight &now = in_flight_later.operations[j];
      if (now.thread != then.thread || now.site != then.site ||
          now.map != then.map)
        continue;
      Line line;
      line.Add("MapSanitizer: a map operation did not return: %s on %s by "
               "thread T%u at ",
               now.site->operation,
               now.site->name ? now.site->name : "a reported map", now.tid);
      AddPlace(&line, now.site);
      line.Add("\n");
      line.Write();
      break;
    }
  }
}

void Print(int signal) {
  // A thread that died inside the runtime may hold what we would look at.
  Thread *self = CurrentThreadRaw();
  if (self && self->in_runtime)
    return;
  if (atomic_exchange(&busy, 1, memory_order_acquire))
    return;
  if (self)
    ScopedRuntime::Enter(self);
  if (signal == SIGTERM || signal == SIGINT) {
    PrintStuck();
  } else {
    in_flight.Collect();
    in_flight.ForEachCollision(self, [&](const Collision &collision) {
      PrintCollision(collision, self, signal);
    });
  }
  if (self)
    ScopedRuntime::Leave(self);
  atomic_store(&busy, 0, memory_order_release);
}

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
  Print(signal);
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
  if (!flags()->handle_signals)
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
