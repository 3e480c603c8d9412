// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %mapsan-clangxx -g -O1 -I%mapsan_source/test/support %s -o %t && %not %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -g -O1 -I%mapsan_source/test/support -DFIXED %s -o %t.fixed
// RUN: %t.fixed 2>&1 | %FileCheck %s --check-prefix=FIXED
// RUN: %if libcxx %{ %mapsan-clangxx -g -O1 -I%mapsan_source/test/support %s -o %t.cxx %libcxx_flags && %not %t.cxx 2>&1 | %FileCheck %s %}

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
    pthread_setname_np(pthread_self(), "reader");
    server.known(1);
  });
  writer.join();
  reader.join();
  std::fprintf(stderr, "DONE\n");
}

// CHECK: WARNING: MapSanitizer: concurrent map read and map write (pid={{[0-9]+}})
// CHECK: Read: find by thread T{{[0-9]+}} 'reader'
// CHECK-NEXT: #0 Server::known{{.*}}mutex-forgotten.cpp:27
// CHECK: Previous write: operator[]
// CHECK-NEXT: #0 Server::login{{.*}}mutex-forgotten.cpp:21
// CHECK: (exclusive), taken at {{.*}}mutex-forgotten.cpp:20
// The C++ library has no frame pointers, but is no reason to miss its caller.
// CHECK: created by the main thread at:
// CHECK-NEXT: #0 main {{.*}}mutex-forgotten.cpp:42
// CHECK: created by the main thread at:
// CHECK-NEXT: #0 main {{.*}}mutex-forgotten.cpp:38
// CHECK: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}mutex-forgotten.cpp:27:{{[0-9]+}} in Server::known
// CHECK-NOT: WARNING
// CHECK: DONE

// FIXED-NOT: MapSanitizer
// FIXED: DONE
