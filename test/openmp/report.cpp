// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %compile -O1 %s -o %t && %run %not %t 2>&1 | %FileCheck %s
// RUN: echo 'race:Index::tally' > %t.supp
// RUN: %run MAPSAN_OPTIONS=suppressions=%t.supp %not %t 2>&1 | %FileCheck --check-prefix=TASK %s

// Intent: a report from OpenMP code names the user's functions, not the ones
// that the compiler makes of them, nor libomp's; it says which threads are
// OpenMP's, where they were made, and which critical sections and locks were
// held.

#include "invisible_barrier.h"
#include <cstdio>
#include <omp.h>
#include <unordered_map>

static invisible::Step step;

class Index {
public:
  void tally() {
#pragma omp parallel num_threads(2)
    {
      if (omp_get_thread_num() == 1) {
#pragma omp critical(words)
        words_[1]++;
        step.Done();
      } else {
        step.WaitFor(1);
        words_[2]++;
      }
    }
  }

  void tasks() {
    omp_lock_t lock;
    omp_init_lock(&lock);
#pragma omp parallel num_threads(2)
#pragma omp single
    {
#pragma omp task
      {
        omp_set_lock(&lock);
        lines_[1]++;
        omp_unset_lock(&lock);
        step.Done();
      }
      step.WaitFor(2);
      lines_[2]++;
    }
    omp_destroy_lock(&lock);
  }

private:
  std::unordered_map<int, int> words_, lines_;
};

int main() {
  Index index;
  index.tally();
  index.tasks();
}

// CHECK:      WARNING: MapSanitizer: concurrent map writes
// CHECK-NEXT: Map `words_` of type std::unordered_map<int, int>
// CHECK-NEXT: Write: operator[] (inserted, size 1 -> 2) by the main thread:
// CHECK-NEXT:   #0 Index::tally {{.*}}report.cpp:29:9
// CHECK:          #{{[0-9]+}} main {{.*}}report.cpp
// CHECK-NEXT:   holding no lock
// CHECK-NEXT: Previous write: operator[] (inserted, size 0 -> 1{{.*}}) by thread T2 'OpenMP worker':
// CHECK-NEXT:   #0 Index::tally {{.*}}report.cpp:25:9
// CHECK-NEXT:   holding M1 (critical section), taken at {{.*}}report.cpp:24:{{[0-9]+}} in Index::tally
// CHECK-NEXT: Locks: the second held M1, the first operation above did not
// CHECK:      Thread T2 'OpenMP worker' created by the main thread at:
// CHECK-NEXT:   #0 Index::tally {{.*}}report.cpp:21:
// CHECK:      Suppress with: race:Index::tally
// CHECK-NEXT: SUMMARY: MapSanitizer: concurrent map writes {{.*}}report.cpp:29:9 in Index::tally

// CHECK:      WARNING: MapSanitizer: concurrent map writes
// (Either thread may be the one that `single` chooses.)
// CHECK-NEXT: Map `lines_` of type std::unordered_map<int, int>
// CHECK-NEXT: Write: operator[] (inserted, size 1 -> 2) by {{the main thread|thread T2 'OpenMP worker'}}:
// CHECK-NEXT:   #0 Index::tasks {{.*}}report.cpp:48:7
// CHECK:        holding no lock
// CHECK-NEXT: Previous write: operator[] (inserted, size 0 -> 1{{.*}}) by {{the main thread|thread T2 'OpenMP worker'}}:
// CHECK-NEXT:   #0 OpenMP task {{.*}}report.cpp:43:9
// CHECK:        holding M1 (omp_lock_t), taken at {{.*}}report.cpp:42:9 in OpenMP task
// CHECK:      SUMMARY: MapSanitizer: concurrent map writes {{.*}}report.cpp:48:7 in Index::tasks
// CHECK-NOT:  WARNING

// TASK-NOT: words_
// TASK:     Map `lines_`
// TASK:     SUMMARY
// TASK-NOT: WARNING
