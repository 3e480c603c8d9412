// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %compile -O1 %s -o %t && %run-cases %t | %FileCheck %s

// Intent: OpenMP may tell of a lock's release when the next owner has it
// already; the edge between the two is there all the same. The program plays
// the part of the OpenMP runtime, so that it can be as late as it likes.

#include "cases.h"
#include <ctime>
#include <omp-tools.h>

static ompt_callback_mutex_t acquired, released;

static int SetCallback(ompt_callbacks_t event, ompt_callback_t callback) {
  if (event == ompt_callback_mutex_acquired)
    acquired = reinterpret_cast<ompt_callback_mutex_t>(callback);
  if (event == ompt_callback_mutex_released)
    released = reinterpret_cast<ompt_callback_mutex_t>(callback);
  return ompt_set_always;
}
static ompt_interface_fn_t LookUp(const char *name) {
  return std::strcmp(name, "ompt_set_callback")
             ? nullptr
             : reinterpret_cast<ompt_interface_fn_t>(SetCallback);
}

static constexpr ompt_wait_id_t kLock = 4711;

// The first owner tells of its release when the second one is through, or, if
// that waits for it as it should, after a while.
SILENT(told_late, "omp_critical") {
  volatile bool through = false;
  Together(
      [&] {
        acquired(ompt_mutex_critical, kLock, nullptr);
        WRITE;
        step.Done();
        for (int i = 0; i < 100 && !through; i++) {
          timespec a_while = {0, 2000000};
          nanosleep(&a_while, nullptr);
        }
        released(ompt_mutex_critical, kLock, nullptr);
      },
      [&] {
        step.WaitFor(1);
        acquired(ompt_mutex_critical, kLock, nullptr);
        WRITE;
        through = true;
        released(ompt_mutex_critical, kLock, nullptr);
      });
}
RACE(another_lock) {
  InTurn(
      [&] {
        acquired(ompt_mutex_critical, kLock, nullptr);
        WRITE;
        released(ompt_mutex_critical, kLock, nullptr);
      },
      [&] {
        acquired(ompt_mutex_critical, kLock + 8, nullptr);
        WRITE;
        released(ompt_mutex_critical, kLock + 8, nullptr);
      });
}

int main(int argc, char **argv) {
  ompt_start_tool_result_t *tool = ompt_start_tool(202011, "this test");
  if (!tool || !tool->initialize(LookUp, 0, &tool->tool_data))
    return 1;
  return RunCases(argc, argv);
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 2 cases
