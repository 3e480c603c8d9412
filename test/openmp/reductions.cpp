// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: maps that are reduced: each thread's own is combined with the others'
// by whichever method libomp chooses (atomic for up to four threads, a tree
// above, or none in a team of one), also over tasks; what follows sees the
// result. A map that no reduction knows of is not protected by one.

#include "cases.h"
#include <omp.h>

static void Merge(cases::Map &into, const cases::Map &from) {
  for (const auto &entry : from)
    into.insert(entry);
}
#pragma omp declare reduction(merge : cases::Map : Merge(omp_out, omp_in))

static void ReduceIn(int threads) {
  cases::Map all;
#pragma omp parallel num_threads(threads) reduction(merge : all)
  all.emplace(omp_get_thread_num(), 1);
  all.emplace(-1, 1);
  if (all.size() != threads + 1u)
    __builtin_abort();
}
SILENT(team_of_one, NO_RULE) { ReduceIn(1); }
SILENT(team_of_two, "omp_critical") { ReduceIn(2); }
SILENT(team_of_four, "omp_critical") { ReduceIn(4); }
SILENT(team_of_five, "omp_reduction") { ReduceIn(5); }
SILENT(team_of_sixteen, "omp_reduction") { ReduceIn(16); }

static void ReduceLoopIn(int threads) {
  cases::Map all;
#pragma omp parallel num_threads(threads)
  {
#pragma omp for reduction(merge : all)
    for (int i = 0; i < 64; i++)
      all.emplace(i, i);
    if (all.size() != 64)
      __builtin_abort();
  }
}
SILENT(loop_in_a_small_team, "omp_critical") { ReduceLoopIn(2); }
SILENT(loop_in_a_large_team, "omp_reduction") { ReduceLoopIn(8); }
SILENT(sections, "omp_critical") {
  cases::Map all;
#pragma omp parallel sections num_threads(2) reduction(merge : all)
  {
#pragma omp section
    all.emplace(1, 1);
#pragma omp section
    all.emplace(2, 2);
  }
  all.emplace(3, 3);
}
// Two reductions in a row, without a barrier between the loops.
SILENT(nowait, "omp_critical") {
  cases::Map one, two;
#pragma omp parallel num_threads(4)
  {
#pragma omp for reduction(merge : one) nowait
    for (int i = 0; i < 64; i++)
      one.emplace(i, i);
#pragma omp for reduction(merge : two)
    for (int i = 0; i < 64; i++)
      two.emplace(i, i);
    one.find(1);
  }
}
// Thread 1 combines its part after thread 0 has.
RACE(read_before_the_barrier) {
  cases::Map all;
#pragma omp parallel num_threads(2)
  {
#pragma omp for schedule(static, 1) reduction(merge : all) nowait
    for (int i = 0; i < 2; i++) {
      if (i == 1)
        step.WaitFor(1);
      all.emplace(i, i);
    }
    step.Done();
    if (omp_get_thread_num() == 0) {
      step.WaitFor(2);
      all.find(1);
    }
  }
}
RACE(another_map) {
  cases::Map all;
#pragma omp parallel num_threads(2) reduction(merge : all)
  {
    all.emplace(1, 1);
    if (omp_get_thread_num() == 1) {
      WRITE;
      step.Done();
    } else {
      step.WaitFor(1);
      WRITE;
    }
  }
}

// --- over tasks

SILENT(taskgroup, "omp_taskgroup") {
  cases::Map all;
#pragma omp parallel num_threads(3)
#pragma omp single
  {
#pragma omp taskgroup task_reduction(merge : all)
    {
      for (int i = 0; i < 2; i++) {
#pragma omp task in_reduction(merge : all)
        {
          all.emplace(i, i);
          step.Done();
          step.WaitFor(2);
        }
      }
    }
    all.emplace(-1, 1);
    if (all.size() != 3)
      __builtin_abort();
  }
}
SILENT(taskloop, "omp_taskgroup") {
  cases::Map all;
#pragma omp parallel num_threads(3)
#pragma omp single
  {
#pragma omp taskloop grainsize(1) reduction(merge : all)
    for (int i = 0; i < 2; i++) {
      all.emplace(i, i);
      step.Done();
      step.WaitFor(2);
    }
    all.emplace(-1, 1);
  }
}
// Two threads make a task each, which two others execute. The last to arrive
// combines the parts of both, of which it has waited for one.
SILENT(region_with_tasks, "omp_reduction") {
  cases::Map all;
#pragma omp parallel num_threads(4) reduction(task, merge : all)
  {
    int thread = omp_get_thread_num();
    if (thread < 2) {
#pragma omp task in_reduction(merge : all)
      {
        all.emplace(thread, 1);
        step.Done();
        step.WaitFor(2);
      }
      step.WaitFor(2);
    }
  }
  all.emplace(-1, 1);
  if (all.size() != 3)
    __builtin_abort();
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 14 cases
