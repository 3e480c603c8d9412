// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program of a project that uses MapSan: a race, or with FIXED none.
#include "../sessions.h"

#include <cstdio>
#include <thread>

int main() {
  stepDone(); // initialised before there are threads
  Sessions S;
  std::thread Writer([&S] {
    S.login("ada");
    stepDone() = true;
  });
  std::thread Reader([&S] {
    awaitStep();
    S.isKnown("ada");
  });
  Writer.join();
  Reader.join();
  std::puts("DONE");
}
