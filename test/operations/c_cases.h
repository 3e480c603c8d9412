// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What tests of iterators into C's containers share: their cases, each of
// which runs in a process of its own and is told by the report that ends it.

#ifndef MAPSAN_TEST_C_CASES_H
#define MAPSAN_TEST_C_CASES_H

#include "../support/invisible_barrier.h"

#include <cstdio>
#include <cstring>
#include <mapsan/interface.h>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

const char kSilent[] = "silent";
const char kInvalid[] = "use of invalidated map iterator";
const char kInvalidElement[] = "use of invalidated map element";
const char kRace[] = "concurrent map iteration and map write";
const char kOutside[] = "map iterator used outside its lock";
const char *const kOutcomes[] = {kSilent, kInvalid, kInvalidElement,
                                 kRace,   kOutside, "other"};
constexpr int kOther = 5;

void endWithReport(const mapsan_report *report) {
  int outcome = 1;
  while (outcome < kOther && std::strcmp(report->kind, kOutcomes[outcome]))
    outcome++;
  _exit(outcome);
}

template <class Container> struct CaseOf {
  const char *name, *expected;
  void (*run)(Container *);
};

template <class Container>
const char *outcomeOf(const CaseOf<Container> &tried, Container *(*filled)()) {
  std::fflush(stdout);
  pid_t child = fork();
  if (!child) {
    alarm(60);
    tried.run(filled());
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return kOutcomes[WIFEXITED(status) && WEXITSTATUS(status) < kOther
                       ? WEXITSTATUS(status)
                       : kOther];
}

// All cases, and a line for each that does not come out as expected; or the one
// that is named, in this process, with its report.
template <class Container, int N>
int runCases(const CaseOf<Container> (&cases)[N], Container *(*filled)(),
             int argc, char **argv) {
  if (argc > 1) {
    for (const CaseOf<Container> &tried : cases)
      if (!std::strcmp(tried.name, argv[1]))
        tried.run(filled());
    return 0;
  }
  mapsan_set_report_callback(endWithReport);
  for (const CaseOf<Container> &tried : cases) {
    const char *outcome = outcomeOf(tried, filled);
    if (std::strcmp(outcome, tried.expected))
      std::printf("%s: FAILED: %s, not %s\n", tried.name, outcome,
                  tried.expected);
  }
  std::puts("DONE");
  return 0;
}

} // namespace

#endif // MAPSAN_TEST_C_CASES_H
