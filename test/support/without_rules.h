/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Runs a case of a test without the rules of happens-before that it rests on
 * (runtime/clock/mapsan_rules.inc): then its verdict must be the other one, or
 * it shows nothing. For programs linked with --mapsan-debug-runtime. C and
 * C++. */

#ifndef MAPSAN_TEST_WITHOUT_RULES_H
#define MAPSAN_TEST_WITHOUT_RULES_H

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C"
#endif
    /* The debug runtime's. */
    int
    __mapsan_debug_without(const char *rules);

enum { kSaysSilent = 100, kSaysRace, kSaysNoSuchRule };

/* `races_now(argument)` runs the case once, and is not 0 if it was found to
 * race. In a child, and to be called before the case's first run here: statics
 * of a case may serve once. Returns 1 and prints what is wrong if the verdict
 * is the same as with all rules. */
static inline int unmoved_without(const char *name, const char *rules,
                                  int races, int (*races_now)(const void *),
                                  const void *argument) {
  const char *says = "died";
  int status = 0;
  pid_t child = fork();
  if (!child) {
    if (!__mapsan_debug_without(rules))
      _exit(kSaysNoSuchRule);
    _exit(races_now(argument) ? kSaysRace : kSaysSilent);
  }
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) {
    if (WEXITSTATUS(status) == (races ? kSaysSilent : kSaysRace))
      return 0;
    if (WEXITSTATUS(status) == kSaysNoSuchRule)
      says = "no such rule";
    else if (WEXITSTATUS(status) == kSaysRace)
      says = "race";
    else if (WEXITSTATUS(status) == kSaysSilent)
      says = "silent";
  }
  printf("%s: without %s: %s UNEXPECTED\n", name, rules, says);
  return 1;
}

#endif /* MAPSAN_TEST_WITHOUT_RULES_H */
