// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -fopenmp-version=51 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -fopenmp-version=51 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: tasks whose dependences clash are ordered, and no others; doacross
// loops order what their sinks name. Two tasks that are in each other's way
// only by what they wait for meet before they end: then they were in two
// threads, and one of them in another than the task before or behind them.

#include "cases.h"
#include <omp.h>

#define TASKS _Pragma("omp parallel num_threads(4)") _Pragma("omp single")
// Both of two tasks are in it at once.
#define MEET(Turns) (step.Done(), step.WaitFor(Turns))

static int x, y;

// A task, then two at once, then one: each of the three edges must be there.
#define DIAMOND(Name, First, Both, Last)                                       \
  SILENT(Name, "omp_depend") {                                                 \
    TASKS {                                                                    \
      _Pragma(First) WRITE;                                                    \
      for (int i = 0; i < 2; i++) {                                            \
        _Pragma(Both) {                                                        \
          READ;                                                                \
          MEET(2);                                                             \
        }                                                                      \
      }                                                                        \
      _Pragma(Last) WRITE;                                                     \
    }                                                                          \
  }
DIAMOND(out_in_out, "omp task depend(out : x)", "omp task depend(in : x)",
        "omp task depend(out : x)")
DIAMOND(inout_in_inout, "omp task depend(inout : x)", "omp task depend(in : x)",
        "omp task depend(inout : x)")
DIAMOND(in_inoutset_in, "omp task depend(in : x)",
        "omp task depend(inoutset : x)", "omp task depend(in : x)")
DIAMOND(out_inoutset_out, "omp task depend(out : x)",
        "omp task depend(inoutset : x)", "omp task depend(out : x)")
DIAMOND(in_mutexinoutset, "omp task depend(mutexinoutset : x)",
        "omp task depend(in : x)", "omp task depend(mutexinoutset : x)")
DIAMOND(all_memory, "omp task depend(out : omp_all_memory)",
        "omp task depend(in : x)", "omp task depend(inout : omp_all_memory)")
DIAMOND(several, "omp task depend(out : x) depend(out : y)",
        "omp task depend(in : y)", "omp task depend(inout : x, y)")

RACE(in_against_in) {
  TASKS {
#pragma omp task depend(in : x)
    {
      WRITE;
      MEET(1);
      step.WaitFor(2);
    }
#pragma omp task depend(in : x)
    {
      step.WaitFor(1);
      WRITE;
      step.Done();
    }
  }
}
RACE(inoutset_against_inoutset) {
  TASKS {
#pragma omp task depend(inoutset : x)
    {
      WRITE;
      MEET(1);
      step.WaitFor(2);
    }
#pragma omp task depend(inoutset : x)
    {
      step.WaitFor(1);
      WRITE;
      step.Done();
    }
  }
}
RACE(another_variable) {
  TASKS {
#pragma omp task depend(out : x)
    {
      WRITE;
      MEET(1);
      step.WaitFor(2);
    }
#pragma omp task depend(out : y)
    {
      step.WaitFor(1);
      WRITE;
      step.Done();
    }
  }
}
// Dependences are between siblings.
RACE(not_a_sibling) {
  TASKS {
#pragma omp task depend(out : x)
    {
      WRITE;
      MEET(1);
      step.WaitFor(2);
    }
#pragma omp task
    {
#pragma omp task depend(out : x)
      {
        step.WaitFor(1);
        WRITE;
        step.Done();
      }
    }
  }
}
// What two tasks exclude is ordered as it came; until both ran in different
// threads.
SILENT(mutexinoutset, "omp_depend") {
  bool different = false;
  for (int key = 0; !different; key += 2) {
    int threads[2] = {0, 0};
    TASKS {
      for (int i = 0; i < 2; i++) {
#pragma omp task depend(mutexinoutset : x)
        {
          map.emplace(key + i, 0);
          threads[i] = omp_get_thread_num();
        }
      }
#pragma omp taskwait
      different = threads[0] != threads[1];
    }
  }
}
SILENT(depobj, "omp_depend") {
  TASKS {
    omp_depend_t object;
#pragma omp depobj(object) depend(inout : x)
#pragma omp task depend(depobj : object)
    WRITE;
    for (int i = 0; i < 2; i++) {
#pragma omp task depend(in : x)
      {
        READ;
        MEET(2);
      }
    }
#pragma omp taskwait
#pragma omp depobj(object) destroy
  }
}
SILENT(iterators, "omp_depend") {
  static int v[4];
  TASKS {
#pragma omp task depend(iterator(int k = 0 : 4), out : v[k])
    WRITE;
    for (int i = 0; i < 2; i++) {
#pragma omp task depend(in : v[i])
      {
        READ;
        MEET(2);
      }
    }
  }
}
SILENT(taskwait_depend, "omp_depend") {
  TASKS {
#pragma omp task depend(out : x)
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
#pragma omp taskwait depend(in : x)
    WRITE;
  }
}
RACE(taskwait_depend_on_another) {
  TASKS {
#pragma omp task depend(out : y) if (0)
    READ; // here: the writer's thread would bring its news
#pragma omp task depend(out : x)
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
#pragma omp taskwait depend(in : y)
    WRITE;
  }
}
SILENT(undeferred, "omp_depend") {
  TASKS {
#pragma omp task depend(out : x)
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
#pragma omp task depend(in : x) if (0)
    WRITE;
  }
}
// A task that was detached is over when it is fulfilled.
SILENT(detached, "omp_depend") {
  auto &other = *new cases::Map;
  TASKS {
    omp_event_handle_t event;
#pragma omp task depend(out : x) detach(event)
    WRITE;
    for (int i = 0; i < 2; i++) {
#pragma omp task depend(in : x)
      {
        READ;
        other.find(1);
        MEET(2);
      }
    }
    other.emplace(1, 1);
    omp_fulfill_event(event);
    step.WaitFor(2);
  }
}
// Many variables, many tasks: a sweep over a grid.
SILENT(wavefront, "omp_depend") {
  static int grid[17][17];
  static cases::Map maps[17][17];
  TASKS {
    for (int i = 1; i < 17; i++)
      for (int j = 1; j < 17; j++) {
#pragma omp task depend(in : grid[i - 1][j], grid[i][j - 1])                   \
    depend(out : grid[i][j]) firstprivate(i, j)
        {
          maps[i][j].emplace(i, j);
          maps[i - 1][j].find(1);
          maps[i][j - 1].find(1);
        }
      }
    // Two at once, or all of it might run in one thread.
    for (int i = 0; i < 2; i++) {
#pragma omp task depend(in : grid[16][16])
      {
        maps[16][16].find(1);
        maps[1][1].find(1);
        MEET(2);
      }
    }
  }
}

// --- doacross loops

SILENT(doacross, "omp_doacross") {
#pragma omp parallel for ordered(1) schedule(static, 1) num_threads(2)
  for (int i = 0; i < 8; i++) {
#pragma omp ordered depend(sink : i - 1)
    map.emplace(i, i);
#pragma omp ordered depend(source)
  }
}
SILENT(doacross_in_two_dimensions, "omp_doacross") {
  static cases::Map maps[4][4];
#pragma omp parallel for ordered(2) schedule(static, 1) num_threads(3)
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
#pragma omp ordered depend(sink : i - 1, j) depend(sink : i, j - 1)
      maps[i][j].emplace(1, 1);
      if (i > 0)
        maps[i - 1][j].find(1);
#pragma omp ordered depend(source)
    }
}
RACE(doacross_of_another_iteration) {
#pragma omp parallel for ordered(1) schedule(static, 1) num_threads(2)
  for (int i = 0; i < 2; i++) {
#pragma omp ordered depend(sink : i - 2)
    if (i == 1)
      step.WaitFor(1);
    map.emplace(i, i);
    if (i == 0)
      step.Done();
#pragma omp ordered depend(source)
  }
}
// Iteration 4 of the second loop is not that of the first: another thread has
// it, and knows nothing of that.
RACE(doacross_of_another_loop) {
#pragma omp parallel num_threads(3)
  {
#pragma omp for ordered(1) schedule(static, 1) nowait
    for (int i = 0; i < 8; i++) {
      if (i == 4) { // by thread 1
        map.emplace(1, 1);
        step.Done();
      }
#pragma omp ordered depend(source)
    }
#pragma omp for ordered(1) schedule(static, 2) nowait
    for (int i = 0; i < 8; i++) {
      if (i == 6) { // by thread 0; 4 is thread 2's
#pragma omp ordered depend(sink : i - 2)
        step.WaitFor(1);
        map.emplace(2, 2);
      }
#pragma omp ordered depend(source)
    }
  }
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 23 cases
