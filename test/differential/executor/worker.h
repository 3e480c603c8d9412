// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread of a program: it does its steps, each when the conductor says so.
// Nothing here is seen by MapSan or ThreadSanitizer.

#ifndef MAPSAN_DIFFERENTIAL_WORKER_H
#define MAPSAN_DIFFERENTIAL_WORKER_H

#include "../../support/invisible_barrier.h"
#include "program.h"

namespace differential {

// ThreadSanitizer would see races in how the conductor and its threads hand
// things over: they are ordered by what it cannot see.
#define UNSEEN __attribute__((no_sanitize("thread")))
// Runs inside ThreadSanitizer while it reports, which may not be entered again:
// not even by a function's entry.
#ifdef PROXY
#define IN_REPORT __attribute__((disable_sanitizer_instrumentation))
#else
#define IN_REPORT
#endif

class Stage;

/// One thread. Used by itself; the conductor looks at what is public.
class Worker {
public:
  Worker(Stage *stage, int number, const std::string &kind)
      : stage(stage), number(number), kind(kind) {}

  Stage *const stage;
  const int number;
  std::string kind;
  /// The steps of this thread, by their number in the program.
  std::vector<int> own_steps;

  invisible_step ready = {0};   // 1: runs
  invisible_step go = {0};      // how many steps it may do
  invisible_step entered = {0}; // how many calls that block have begun
  invisible_step done = {0};    // how many steps are over
  int tid = 0;                  // the kernel's, once it is ready

  void *handle = nullptr; // of whoever created it (threads.cpp)

  /// All that this thread does, in a function that its creation calls.
  void Run();
  /// What a call of step `begin` runs inside itself, up to `end` (0) or `raise`
  /// (1). Called on the thread itself.
  int PlayInside();
  /// What runs after the thread's function (Verb::tls).
  void PlayAtExit();

  static Worker *Self();

private:
  const Step &Next();
  int Play();
  void Over();
  void SkipToEnd();

  int position_ = 0; // steps begun
  int current_ = -1; // the step begun last
  bool tail_ = false;
  int left_out_ = 0; // (Verb::unless)
};

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_WORKER_H
