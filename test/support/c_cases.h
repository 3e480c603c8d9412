/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Many small programs in one, for C (cases.h is C++'s): each case has a
 * home-made map of its own and says whether it races.
 *
 *   static void guarded(void) { ... WRITE; ... }
 *
 *   int main(void) {
 *     SILENT(guarded, "mutex");
 *     RACE(two_mutexes);
 *     return end_of_cases();
 *   }
 *
 * What it prints, and what the rules after the name are, is in cases.h. */

#ifndef MAPSAN_TEST_C_CASES_H
#define MAPSAN_TEST_C_CASES_H

#include "invisible_barrier.h"
#include <mapsan/interface.h>
#ifdef CASES_WITHOUT_RULES
#include "without_rules.h"
#endif

#include <stdio.h>

/* Of the case that runs. Its name is the map's, so that no report passes for one
 * of another case that ran the same lines. */
static void *map;
static const char *case_name;
static invisible_step *step;

static struct {
  long maps[256][8];
  invisible_step steps[256];
  int runs, cases, without, reports, unexpected;
} all_cases;

static void count_report(const mapsan_report *report) {
  (void)report;
  all_cases.reports++;
}

/* Called before each run of a case: what all of them share. */
static void begin_case(void);

static int races_now(const void *body) {
  map = all_cases.maps[all_cases.runs];
  step = &all_cases.steps[all_cases.runs++];
  all_cases.reports = 0;
  begin_case();
  (*(void (*const *)(void))body)();
  return all_cases.reports > 0;
}

static void run_case(const char *name, void (*body)(void), int races,
                     const char *const *rules) {
  int raced;
  mapsan_set_report_callback(count_report);
  case_name = name;
#ifdef CASES_WITHOUT_RULES
  if (!races && !*rules) {
    printf("%s: names no rule UNEXPECTED\n", name);
    all_cases.unexpected++;
  }
  fflush(stdout);
  for (; *rules; rules++) {
    all_cases.unexpected +=
        unmoved_without(name, *rules, races, races_now, &body);
    all_cases.without++;
  }
#else
  (void)rules;
#endif
  raced = races_now(&body);
  printf("%s: %s%s\n", name, raced ? "race" : "silent",
         raced == races ? "" : " UNEXPECTED");
  fflush(stdout);
  all_cases.cases++;
  all_cases.unexpected += raced != races;
}

static inline int end_of_cases(void) {
  printf("DONE: %d cases", all_cases.cases);
  if (all_cases.without)
    printf(", %d runs without a rule", all_cases.without);
  puts("");
  return all_cases.unexpected != 0;
}

#define C_CASE(Name, Races, ...)                                               \
  run_case(#Name, Name, Races, (const char *const[]){__VA_ARGS__})
#define RACE(...) C_CASE_OF(1, __VA_ARGS__, 0)
#define SILENT(...) C_CASE_OF(0, __VA_ARGS__, 0)
#define C_CASE_OF(Races, Name, ...) C_CASE(Name, Races, __VA_ARGS__)

#define WRITE mapsan_map_write(map, case_name)
#define READ mapsan_map_read(map, case_name)

#endif /* MAPSAN_TEST_C_CASES_H */
