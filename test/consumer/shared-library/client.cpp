// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The executable: it reads what the library wrote in another thread.
#include "../sessions.h"
#include "store.h"

#include <cstdio>
#include <thread>

int main() {
  stepDone();
  Store S;
  std::thread Writer([&S] {
    fillStore(S);
    stepDone() = true;
  });
  std::thread Reader([&S] {
    awaitStep();
    S.find(1);
  });
  Writer.join();
  Reader.join();
  std::puts("DONE");
}
