// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: a task begins after its creation and ends before whoever waits for
// it: taskwait (children only), taskgroup (grandchildren too), the barrier;
// two tasks as such are unordered. Whoever must not execute a task itself is
// held up where it cannot: the task then runs in another thread.

#include "cases.h"
#include <atomic>
#include <omp.h>

// One thread makes tasks; the other two wait at the barrier and execute them.
#define TASKS _Pragma("omp parallel num_threads(3)") _Pragma("omp single")

SILENT(creation, "omp_task_begin") {
  TASKS {
    WRITE;
#pragma omp task
    {
      READ;
      step.Done();
    }
    step.WaitFor(1);
  }
}
RACE(task_and_its_creator) {
  TASKS {
#pragma omp task
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
    WRITE;
  }
}
RACE(after_the_creation) {
  TASKS {
#pragma omp task
    {
      step.WaitFor(1);
      WRITE;
      step.Done();
    }
    WRITE;
    step.Done();
    step.WaitFor(2);
  }
}
RACE(task_against_task) {
  TASKS {
#pragma omp task
    {
      WRITE;
      step.Done();
      step.WaitFor(2);
    }
#pragma omp task
    {
      step.WaitFor(1);
      WRITE;
      step.Done();
    }
  }
}
// What is copied for the task is copied by its creator, and destroyed where the
// task ends.
SILENT(firstprivate, "omp_task_begin") {
  TASKS {
    cases::Map mine;
    mine.emplace(1, 1);
#pragma omp task firstprivate(mine)
    {
      mine.emplace(2, 2);
      step.Done();
    }
    step.WaitFor(1);
  }
}

// --- those who wait

SILENT(taskwait, "omp_taskwait") {
  TASKS {
#pragma omp task
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
#pragma omp taskwait
    WRITE;
  }
}
RACE(taskwait_and_grandchildren) {
  TASKS {
#pragma omp task
    {
#pragma omp task
      {
        WRITE;
        step.Done();
      }
      step.WaitFor(1);
      step.Done();
    }
    step.WaitFor(2);
#pragma omp taskwait
    WRITE;
  }
}
SILENT(taskgroup, "omp_taskgroup") {
  TASKS {
#pragma omp taskgroup
    {
#pragma omp task
      {
#pragma omp task
        {
          WRITE;
          step.Done();
        }
        step.WaitFor(1);
        step.Done();
      }
      step.WaitFor(2);
    }
    WRITE;
  }
}
RACE(task_before_the_taskgroup) {
  TASKS {
#pragma omp task
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
#pragma omp taskgroup
    {
#pragma omp task if (0)
      READ; // here: the writer's thread would bring its news
    }
    WRITE;
  }
}
SILENT(taskgroup_in_taskgroup, "omp_taskgroup") {
  TASKS {
#pragma omp taskgroup
    {
#pragma omp taskgroup
      {
#pragma omp task
        {
          WRITE;
          step.Done();
        }
        step.WaitFor(1);
      }
      WRITE;
#pragma omp task
      {
        WRITE;
        step.Done();
      }
      step.WaitFor(2);
    }
    WRITE;
  }
}
SILENT(barrier, "omp_task_barrier+omp_barrier") {
#pragma omp parallel num_threads(3)
  {
#pragma omp single nowait
    {
#pragma omp task
      {
        WRITE;
        step.Done();
      }
      step.WaitFor(1);
    }
#pragma omp barrier
    READ;
  }
}
// Its thread has arrived at the barrier before it executes the task.
SILENT(barrier_of_an_idle_thread, "omp_task_barrier") {
#pragma omp parallel num_threads(2)
  {
#pragma omp single nowait
    {
#pragma omp task
      {
        WRITE;
        step.Done();
      }
      step.WaitFor(1);
    }
#pragma omp barrier
    READ;
#pragma omp barrier
  }
}
SILENT(join, "omp_task_barrier") {
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 0) {
#pragma omp task
      {
        WRITE;
        step.Done();
      }
      step.WaitFor(1);
    }
  }
  WRITE;
}

// --- kinds of tasks

SILENT(undeferred, NO_RULE) {
  TASKS {
    WRITE;
#pragma omp task if (0)
    WRITE;
    WRITE;
  }
}
SILENT(included, NO_RULE) {
  TASKS {
#pragma omp task final(1)
    {
      WRITE;
#pragma omp task
      WRITE;
      WRITE;
#pragma omp taskwait
    }
#pragma omp taskwait
    WRITE;
  }
}
SILENT(mergeable, NO_RULE) {
  TASKS {
#pragma omp task mergeable if (0)
    WRITE;
    WRITE;
  }
}
SILENT(yielding, NO_RULE) {
  TASKS {
    WRITE;
#pragma omp taskyield
    WRITE;
#pragma omp task if (0)
    {
      WRITE;
#pragma omp taskyield
      WRITE;
    }
  }
}
// It yields until another thread takes it up.
SILENT(untied, "omp_untied") {
  TASKS {
#pragma omp task untied
    {
      int first = omp_get_thread_num();
      map.emplace(1, 1);
      while (omp_get_thread_num() == first) {
#pragma omp taskyield
      }
      map.emplace(2, 2);
      step.Done();
    }
#pragma omp taskwait
    READ;
  }
}
SILENT(outside_a_region, NO_RULE) {
#pragma omp task
  WRITE;
#pragma omp taskwait
  WRITE;
}

// --- taskloop

SILENT(taskloop, "omp_taskgroup") {
  TASKS {
    WRITE;
#pragma omp taskloop grainsize(1)
    for (int i = 0; i < 2; i++) {
      if (i == 0) {
        READ;
        step.Done();
        step.WaitFor(2);
      } else {
        step.WaitFor(1);
        READ;
        step.Done();
      }
    }
    WRITE;
  }
}
RACE(taskloop_iterations) {
  TASKS {
#pragma omp taskloop grainsize(1)
    for (int i = 0; i < 2; i++) {
      if (i == 0) {
        step.WaitFor(1);
        WRITE;
        step.Done();
      } else {
        WRITE;
        step.Done();
        step.WaitFor(2);
      }
    }
  }
}
RACE(taskloop_nogroup) {
  TASKS {
#pragma omp taskloop grainsize(1) nogroup
    for (int i = 0; i < 2; i++) {
      if (i == 0)
        WRITE;
      step.Done();
    }
    step.WaitFor(2);
    WRITE;
  }
}
SILENT(taskloop_nogroup_taskwait, "omp_taskwait") {
  TASKS {
#pragma omp taskloop grainsize(1) nogroup
    for (int i = 0; i < 2; i++) {
      if (i == 0)
        WRITE;
      step.Done();
    }
    step.WaitFor(2);
#pragma omp taskwait
    WRITE;
  }
}
// So many that libomp lets tasks make tasks.
SILENT(long_taskloop, "omp_taskgroup") {
  static cases::Map maps[300];
  TASKS {
#pragma omp taskloop grainsize(1)
    for (int i = 0; i < 300; i++) {
      maps[i].emplace(i, i);
      // The first two meet, so that not all run in this thread.
      if (i == 0 || i == 299) {
        step.Done();
        step.WaitFor(2);
      }
    }
    for (cases::Map &m : maps)
      m.emplace(-1, 1);
  }
}

// --- detached tasks

SILENT(detached, "omp_taskwait") {
  auto &other = *new cases::Map;
  TASKS {
    omp_event_handle_t event;
#pragma omp task detach(event)
    {
      WRITE;
      step.Done();
    }
    step.WaitFor(1);
#pragma omp task firstprivate(event)
    {
      other.emplace(1, 1);
      omp_fulfill_event(event);
      step.Done();
    }
    step.WaitFor(2);
#pragma omp taskwait
    WRITE;
    other.emplace(2, 2);
  }
}
// By a thread that is none of OpenMP's, before the task is over.
SILENT(fulfilled_early, "omp_taskwait") {
  TASKS {
    omp_event_handle_t event;
    auto &other = *new cases::Map;
#pragma omp task detach(event)
    {
      step.WaitFor(2);
      WRITE;
      step.Done();
    }
    cases::Thread fulfiller([&] {
      step.WaitFor(1);
      other.emplace(1, 1);
      omp_fulfill_event(event);
      step.Done();
    });
    step.Done();
    step.WaitFor(3);
#pragma omp taskwait
    WRITE;
    other.emplace(2, 2);
    fulfiller.Join();
  }
}
RACE(fulfiller_and_task) {
  TASKS {
    omp_event_handle_t event;
    cases::Thread fulfiller([&] {
      step.WaitFor(2);
      omp_fulfill_event(event);
      WRITE;
      step.Done();
    });
#pragma omp task detach(event)
    {
      WRITE;
      step.Done();
    }
    step.Done();
    step.WaitFor(3);
    fulfiller.Join();
  }
}

// --- cancellation (OMP_CANCELLATION=true)

SILENT(cancelled_taskgroup, "omp_taskgroup") {
  TASKS {
#pragma omp taskgroup
    {
#pragma omp task
      {
        WRITE;
        step.Done();
#pragma omp cancel taskgroup
      }
#pragma omp task
      {
#pragma omp cancellation point taskgroup
      }
      step.WaitFor(1);
    }
    WRITE;
  }
}
SILENT(cancelled_region, "omp_parallel_end+omp_barrier") {
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 1) {
      WRITE;
#pragma omp cancel parallel
    }
#pragma omp barrier
#pragma omp cancellation point parallel
  }
  WRITE;
}

// --- inside an operation

// A hash that is a scheduling point: the thread may do anything in it.
struct YieldingHash {
  unsigned operator()(int i) const {
#pragma omp taskyield
    return i;
  }
};
SILENT(yielding_inside_an_operation, NO_RULE) {
  static std::unordered_map<int, int, YieldingHash> yielding;
  TASKS {
#pragma omp task
    {
      map.emplace(1, 1);
      step.Done();
    }
    yielding.emplace(1, 1);
    step.WaitFor(1);
#pragma omp taskwait
    map.emplace(2, 2);
    yielding.emplace(2, 2);
  }
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 30 cases
