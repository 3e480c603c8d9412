// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An uninstrumented host; with an argument its threads are joined in between.
#include <cstdio>
#include <thread>

#include <sched.h>

extern "C" void tableWrite(int Key);
extern "C" bool tableRead(int Key);

static volatile bool Written;

int main(int Count, char **) {
  std::thread Writer([] {
    tableWrite(1);
    Written = true;
  });
  if (Count > 1)
    Writer.join();
  std::thread Reader([] {
    while (!Written)
      sched_yield();
    tableRead(1);
  });
  Reader.join();
  if (Count == 1)
    Writer.join();
  std::puts("DONE");
}
