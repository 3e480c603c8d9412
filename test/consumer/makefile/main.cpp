// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads that write one table, one after the other, ordered by nothing
// that a C++ program may rely on.
#include "../sessions.h"

#include <thread>

void hit(int Page);

int main() {
  stepDone();
  std::thread First([] {
    hit(1);
    stepDone() = true;
  });
  std::thread Second([] {
    awaitStep();
    hit(2);
  });
  First.join();
  Second.join();
}
