// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %mapsan-clangxx -g -O1 -I%mapsan_source/test/support %s -o %t && %not %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -g -O1 -I%mapsan_source/test/support -DFIXED %s -o %t.fixed
// RUN: %t.fixed 2>&1 | %FileCheck %s --check-prefix=FIXED

// Intent: a lock held on one side and forgotten on the other is a race, and the
// report shows both sides; held on both, all is silent.

#include "invisible_barrier.h"
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

class Server {
public:
  void login(int id) {
    std::lock_guard lock(mutex_);
    sessions_[id] = "new";
  }
  bool known(int id) {
#ifdef FIXED
    std::lock_guard lock(mutex_);
#endif
    return sessions_.find(id) != sessions_.end();
  }

private:
  std::mutex mutex_;
  std::unordered_map<int, std::string> sessions_;
};

int main() {
  Server server;
  invisible::Step step;
  std::thread writer([&] {
    server.login(1);
    step.Done();
  });
  std::thread reader([&] {
    step.WaitFor(1);
    server.known(1);
  });
  writer.join();
  reader.join();
  std::fprintf(stderr, "DONE\n");
}

// CHECK: WARNING: MapSanitizer: concurrent map read and map write (pid={{[0-9]+}})
// CHECK: Read: find
// CHECK-NEXT: #0 Server::known{{.*}}mutex-forgotten.cpp:26
// CHECK: Previous write: operator[]
// CHECK-NEXT: #0 Server::login{{.*}}mutex-forgotten.cpp:20
// CHECK: exclusive
// CHECK: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}mutex-forgotten.cpp:26:{{[0-9]+}} in Server::known
// CHECK-NOT: WARNING
// CHECK: DONE

// FIXED-NOT: MapSanitizer
// FIXED: DONE
