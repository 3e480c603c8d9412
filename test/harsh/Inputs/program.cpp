// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// program [race] [FILE]: two threads, two inserts; ends with 3. Writes to FILE,
// by the lowest file descriptor that is free.

#include "invisible_barrier.h"
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

static std::unordered_map<int, int> table;

int main(int argc, char **argv) {
  bool race = argc > 1 && !std::strcmp(argv[1], "race");
  int file = argc > 2 ? open(argv[2], O_CREAT | O_TRUNC | O_WRONLY, 0644) : -1;
  invisible::Step step;
  std::thread first([&] {
    table.emplace(1, 1);
    step.Done();
  });
  if (!race)
    first.join();
  std::thread second([&] {
    step.WaitFor(1);
    table.emplace(2, 2);
  });
  second.join();
  if (race)
    first.join();
  if (file >= 0 && write(file, "data\n", 5) != 5)
    return 4;
  std::printf("DONE\n");
  return 3;
}
