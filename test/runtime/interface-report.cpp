// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a report callback gets each report as data, in the thread that met
// the race; what it does itself is not looked at.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: MAPSAN_OPTIONS=color=always %not %t 2>/dev/null | %FileCheck %s

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <mapsan/interface.h>
#include <mutex>

static std::map<int, int> sessions;
static std::map<int, int> of_the_callback;
static std::mutex mutex;

static void print(const char *side, const mapsan_operation &operation) {
  std::printf("%s: %s %s in %s %s:%u:%u by %s, locks: %u\n", side,
              operation.effect, operation.operation, operation.function,
              std::strrchr(operation.file, '/') + 1, operation.line,
              operation.column, operation.thread, operation.locks);
}

static void callback(const mapsan_report *report) {
  of_the_callback[1]++;
  std::printf("size %d, count %u\n", report->size == sizeof(*report),
              mapsan_report_count());
  std::printf("%s, %s, %s %s, right map: %d\n", report->kind, report->grade,
              report->map_name, report->map_type, report->map == &sessions);
  std::printf("summary: %s\n", report->summary);
  std::printf("text starts well: %d, ends well: %d, coloured: %d\n",
              !std::strncmp(report->text, "==================\nWARNING: ", 28),
              std::strstr(report->text, "\n==================\n") != nullptr,
              std::strchr(report->text, '\033') != nullptr);
  print("current", report->current);
  print("previous", report->previous);
}

static void touch() { sessions[1]++; }
static void look() {
  std::lock_guard<std::mutex> lock(mutex);
  (void)sessions.find(1);
}

int main() {
  mapsan_set_report_callback(callback);
  InOrder(look, touch);
  mapsan_set_report_callback(nullptr);
  InOrder([] { (void)sessions.size(); }, [] { sessions.clear(); });
  std::printf("count %u\n", mapsan_report_count());
}

// CHECK: size 1, count 1
// CHECK-NEXT: concurrent map read and map write, unordered, sessions std::map<int, int>, right map: 1
// CHECK-NEXT: summary: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}}interface-report.cpp:41:[[COLUMN:[0-9]+]] in touch
// CHECK-NEXT: text starts well: 1, ends well: 1, coloured: 0
// CHECK-NEXT: current: write operator[] (inserted, size 0 -> 1) in touch interface-report.cpp:41:[[COLUMN]] by thread T3, locks: 0
// CHECK-NEXT: previous: read find in look interface-report.cpp:44:{{[0-9]+}} by thread T2, locks: 1
// CHECK-NEXT: count {{[23]}}
