// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a report holds, in a stable order, all that is needed to fix the bug;
// the fixed program is silent.

// RUN: %mapsan-clangxx -g -O0 %s -o %t
// RUN: %not %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -g -O2 %s -o %t
// RUN: %not %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -g -O1 -DFIXED %s -o %t
// RUN: %t 2>&1 | %FileCheck %s --check-prefix=FIXED

#include "Inputs/threads.h"
#include <cstdio>
#include <mutex>
#include <pthread.h>
#include <string>
#include <unordered_map>

struct Session {
  int requests = 0;
};

class Server {
public:
  __attribute__((noinline)) void touch(const std::string &id) {
#ifdef FIXED
    std::lock_guard<std::mutex> lock(mutex_);
#endif
    sessions_[id].requests++;
  }
  __attribute__((noinline)) bool has(const std::string &id) {
    std::lock_guard<std::mutex> lock(mutex_);
    return sessions_.find(id) != sessions_.end();
  }

private:
  std::mutex mutex_;
  std::unordered_map<std::string, Session> sessions_;
};

int main() {
  Server server;
  InOrder([&] { server.has("a"); },
          [&] {
            pthread_setname_np(pthread_self(), "worker-1");
            server.touch("a");
          });
  std::puts("DONE");
}

// CHECK:      ==================
// CHECK-NEXT: WARNING: MapSanitizer: concurrent map read and map write (pid={{[0-9]+}})
// CHECK-NEXT:   Map `sessions_` of type std::unordered_map<std::string, Session> at 0x{{[0-9a-f]+}}
// CHECK-NEXT:   Write: operator[] (inserted, size 0 -> 1, rehash 1 -> 13 buckets) by thread T3 'worker-1':
// CHECK-NEXT:     #0 Server::touch {{.*}}report-layout.cpp:29:5 ({{.*}}+0x{{[0-9a-f]+}})
// CHECK:          #{{[0-9]}} main::{{.*}} {{.*}}report-layout.cpp:46:20
// CHECK:          holding no lock
// CHECK-NEXT:   Previous read: find by thread T2:
// CHECK-NEXT:     #0 Server::has {{.*}}report-layout.cpp:33:22
// CHECK:          #{{[0-9]}} main::{{.*}} {{.*}}report-layout.cpp:43:24
// CHECK:          holding M1 0x{{[0-9a-f]+}} (exclusive), taken at {{.*}}report-layout.cpp:32:{{[0-9]+}} in Server::has
// CHECK-NEXT:   Locks: the read held M1, the write did not
// CHECK-NEXT:   Grade: unordered (nothing in this run orders one operation before the other)
// CHECK-NEXT:   Map created by the main thread: constructor
// CHECK:          main {{.*}}report-layout.cpp:42:10
// CHECK-NEXT:   Thread T3 'worker-1' created by the main thread at:
// CHECK:          main {{.*}}report-layout.cpp:43:3
// CHECK-NEXT:   Thread T2 created by the main thread at:
// CHECK:          main {{.*}}report-layout.cpp:43:3
// CHECK-NEXT:   Suppress with: race:Server::touch
// CHECK-NEXT: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}report-layout.cpp:29:5 in Server::touch
// CHECK-NEXT: ==================
// CHECK-NOT:  MapSanitizer

// FIXED-NOT: MapSanitizer
// FIXED: DONE
