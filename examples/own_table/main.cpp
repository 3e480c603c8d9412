// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two bugs with a table of the program's own: threads that count their jobs in
// it, and a loop that drops what it stands on.

#include "table.h"
#include <cstdio>
#include <thread>
#include <vector>

static acme::Table jobs;

static void work(int first) {
  for (int job = first; job < first + 10; job++)
    jobs.put(job, 1);
}

static void dropDone() {
  for (auto &[job, runs] : jobs)
    if (runs)
      jobs.drop(job);
}

int main() {
  std::vector<std::thread> threads;
  for (int first : {100, 200})
    threads.emplace_back(work, first);
  for (std::thread &thread : threads)
    thread.join();
  dropDone();
  std::printf("%zu jobs left\n", jobs.size());
}
