// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: parallel regions begin after what precedes them and end before what
// follows; barriers, explicit or implied, order a team; nothing else does,
// neither a worker that serves one region after another nor libomp's own locks.

#include "cases.h"
#include <omp.h>

// Two threads, one turn each, then the region ends.
#define TURN(Number) (omp_get_thread_num() == (Number))

// libomp's threads are there afterwards: who creates one is ordered before it.
static void MakeThreads() {
#pragma omp parallel num_threads(4)
#pragma omp parallel num_threads(2)
  {
  }
}

SILENT(begin, "omp_parallel_begin") {
  MakeThreads();
  WRITE;
#pragma omp parallel num_threads(2)
  READ;
}
SILENT(end, "omp_parallel_end") {
#pragma omp parallel num_threads(2)
  {
    if (TURN(1))
      WRITE;
  }
  WRITE;
}
// The workers are there already, and the second region's master is not the one
// that made them work before.
SILENT(region_after_region, "omp_parallel_begin", "omp_parallel_end") {
#pragma omp parallel num_threads(3)
  {
    if (TURN(2))
      WRITE;
  }
#pragma omp parallel num_threads(3)
  {
    if (TURN(1))
      WRITE;
  }
#pragma omp parallel num_threads(2)
  READ;
}
RACE(within_a_region) {
#pragma omp parallel num_threads(2)
  {
    if (TURN(0)) {
      WRITE;
      step.Done();
    } else {
      step.WaitFor(1);
      WRITE;
    }
  }
}
// What the master does in the region is not before it.
RACE(master_in_the_region) {
#pragma omp parallel num_threads(2)
  {
    if (TURN(1)) {
      WRITE;
      step.Done();
    } else {
      step.WaitFor(1);
      WRITE;
    }
  }
}

SILENT(barrier, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
    if (TURN(0))
      WRITE;
#pragma omp barrier
    if (TURN(1))
      WRITE;
  }
}
RACE(after_the_barrier) {
#pragma omp parallel num_threads(2)
  {
#pragma omp barrier
    if (TURN(0)) {
      WRITE;
      step.Done();
    } else {
      step.WaitFor(1);
      WRITE;
    }
  }
}
// Who leaves a barrier late does not learn what others did since.
RACE(second_phase) {
  auto &late = *new cases::Map;
#pragma omp parallel num_threads(3)
  {
#pragma omp barrier
    if (TURN(0)) {
      map.emplace(1, 1);
      step.Done();
    }
    if (TURN(2)) {
      step.WaitFor(1);
      map.find(7);
    }
#pragma omp barrier
    late.find(1);
  }
}
SILENT(many_phases, "omp_barrier") {
#pragma omp parallel num_threads(4)
  {
    for (int i = 0; i < 40; i++) {
      if (TURN(i % 4))
        map.emplace(i, 0);
#pragma omp barrier
    }
  }
}

// --- worksharing

SILENT(for_ends_with_a_barrier, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
#pragma omp for schedule(static, 1)
    for (int i = 0; i < 2; i++)
      if (i == 0)
        WRITE;
    if (TURN(1))
      WRITE;
  }
}
RACE(for_nowait) {
#pragma omp parallel num_threads(2)
  {
#pragma omp for schedule(static, 1) nowait
    for (int i = 0; i < 2; i++) {
      if (i == 0) {
        WRITE;
        step.Done();
      } else {
        step.WaitFor(1);
      }
    }
    if (TURN(1))
      WRITE;
  }
}
#define LOOP(Name, ...)                                                        \
  RACE(Name##_iterations) {                                                    \
    _Pragma("omp parallel num_threads(2)") {                                   \
      _Pragma(__VA_ARGS__) for (int i = 0; i < 2; i++) {                       \
        if (i == 0) {                                                          \
          WRITE;                                                               \
          step.Done();                                                         \
          step.WaitFor(2); /* the other thread takes the other one */          \
        } else {                                                               \
          step.WaitFor(1);                                                     \
          WRITE;                                                               \
          step.Done();                                                         \
        }                                                                      \
      }                                                                        \
    }                                                                          \
  }                                                                            \
  SILENT(Name##_then_read, "omp_barrier") {                                    \
    _Pragma("omp parallel num_threads(2)") {                                   \
      _Pragma(__VA_ARGS__) for (int i = 0; i < 2; i++) {                       \
        if (i == 0) {                                                          \
          step.WaitFor(1);                                                     \
        } else {                                                               \
          WRITE;                                                               \
          step.Done();                                                         \
        }                                                                      \
      }                                                                        \
      READ;                                                                    \
    }                                                                          \
  }
LOOP(static_loop, "omp for schedule(static, 1)")
LOOP(dynamic_loop, "omp for schedule(dynamic, 1)")
LOOP(guided_loop, "omp for schedule(guided, 1)")

SILENT(sections, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
#pragma omp sections
    {
#pragma omp section
      step.WaitFor(1);
#pragma omp section
      {
        WRITE;
        step.Done();
      }
    }
    READ;
  }
}
RACE(section_against_section) {
#pragma omp parallel num_threads(2)
  {
#pragma omp sections
    {
#pragma omp section
      {
        step.WaitFor(1);
        WRITE;
      }
#pragma omp section
      {
        WRITE;
        step.Done();
      }
    }
  }
}

SILENT(single, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
#pragma omp single
    WRITE;
    READ;
  }
}
RACE(single_nowait) {
#pragma omp parallel num_threads(2)
  {
#pragma omp single nowait
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
    READ;
  }
}
// The others copy from the one that was in it, which waits for them.
SILENT(copyprivate, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
    cases::Map mine;
#pragma omp single copyprivate(mine)
    mine.emplace(1, 1);
    mine.emplace(2, 2);
  }
}
RACE(master_has_no_barrier) {
#pragma omp parallel num_threads(2)
  {
#pragma omp master
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
    READ;
  }
}
RACE(masked_has_no_barrier) {
#pragma omp parallel num_threads(2)
  {
#pragma omp masked filter(1)
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
    READ;
  }
}
SILENT(master_and_barrier, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
#pragma omp master
    WRITE;
#pragma omp barrier
    READ;
  }
}

// --- data environment

static cases::Map own;
#pragma omp threadprivate(own)
SILENT(threadprivate, NO_RULE) {
#pragma omp parallel num_threads(2)
  own.emplace(omp_get_thread_num(), 1);
}
SILENT(copyin, "omp_parallel_begin") {
  MakeThreads();
  own.emplace(7, 7);
#pragma omp parallel num_threads(2) copyin(own)
  own.emplace(omp_get_thread_num(), 1);
}
SILENT(firstprivate, "omp_parallel_begin") {
  MakeThreads();
  cases::Map copied;
  copied.emplace(7, 7);
#pragma omp parallel num_threads(2) firstprivate(copied)
  copied.emplace(omp_get_thread_num(), 1);
}
SILENT(lastprivate, "omp_parallel_end+omp_barrier") {
  cases::Map last;
#pragma omp parallel num_threads(2)
  {
#pragma omp for schedule(static, 1) lastprivate(last)
    for (int i = 0; i < 2; i++)
      last.emplace(i, i);
    last.find(1);
  }
}

// --- serialised and nested regions

SILENT(serialised, NO_RULE) {
  WRITE;
#pragma omp parallel if (0)
  {
    WRITE;
#pragma omp barrier
    WRITE;
  }
  WRITE;
}
SILENT(nested, "omp_parallel_begin", "omp_parallel_end") {
  MakeThreads();
#pragma omp parallel num_threads(2)
  {
    if (TURN(1)) {
      WRITE;
#pragma omp parallel num_threads(2)
      {
        if (TURN(1))
          WRITE;
      }
      WRITE;
    }
  }
  READ;
}
RACE(nested_and_outer) {
#pragma omp parallel num_threads(2)
  {
    if (TURN(1)) {
#pragma omp parallel num_threads(2)
      {
        if (TURN(1)) {
          WRITE;
          step.Done();
        }
      }
    } else {
      step.WaitFor(1);
      WRITE;
    }
  }
}
// The second inner team gets one of the first one's threads, which hears only
// then that the first has ended, but not that one which wrote.
RACE(worker_of_two_teams, "omp_late_end") {
  MakeThreads();
#pragma omp parallel num_threads(2)
  {
    if (TURN(0)) {
#pragma omp parallel num_threads(3)
      {
        if (TURN(2))
          WRITE;
      }
      step.Done();
    } else {
      step.WaitFor(1);
#pragma omp parallel num_threads(2)
      {
      }
      WRITE;
    }
  }
}
// Two inner teams at a time: else a worker of one may be one of the other's
// afterwards, and its own past orders it.
static void MeetOtherTeam(cases::Step &step) {
  if (TURN(1)) {
    step.Done();
    step.WaitFor(2);
  }
}
RACE(barrier_of_another_team) {
#pragma omp parallel num_threads(2)
  {
    int outer = omp_get_thread_num();
#pragma omp parallel num_threads(2)
    {
      MeetOtherTeam(step);
      if (outer == 0 && TURN(0))
        WRITE;
#pragma omp barrier
      if (outer == 0 && TURN(1))
        step.Done();
      if (outer == 1 && TURN(1)) {
        step.WaitFor(3);
        WRITE;
      }
    }
  }
}
SILENT(outer_barrier, "omp_barrier") {
#pragma omp parallel num_threads(2)
  {
    int outer = omp_get_thread_num();
#pragma omp parallel num_threads(2)
    {
      MeetOtherTeam(step);
      if (outer == 0 && TURN(1))
        WRITE;
    }
#pragma omp barrier
    if (outer == 1)
      WRITE;
  }
}

// --- teams on the host

SILENT(teams, "omp_parallel_begin", "omp_parallel_end") {
  MakeThreads();
  WRITE;
#pragma omp teams num_teams(2) thread_limit(2)
  {
    int team = omp_get_team_num();
#pragma omp parallel num_threads(2)
    {
      if (team == 1 && TURN(1))
        WRITE;
    }
  }
  WRITE;
}
RACE(team_against_team) {
#pragma omp teams num_teams(2) thread_limit(1)
  {
    if (omp_get_team_num() == 0) {
      step.WaitFor(1);
      WRITE;
    } else {
      WRITE;
      step.Done();
    }
  }
}
SILENT(target_on_the_host, NO_RULE) {
  WRITE;
  cases::Map *same = &map;
#pragma omp target firstprivate(same)
  same->emplace(-7, 1);
  WRITE;
}

// --- other threads than OpenMP's

// Two threads of the program, each with teams of its own from one pool: libomp's
// locks may order them by accident, which counts for nothing.
RACE(two_programs_threads) {
  InTurn(
      [&] {
        WRITE;
#pragma omp parallel num_threads(2)
        READ;
      },
      [&] {
#pragma omp parallel num_threads(2)
        READ;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 39 cases
