// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a program's own crash handlers work as ever: one that is installed
// later replaces ours, and what a library installed before is called by it; an
// ignored signal stays ignored; reports printed before a crash are not lost.

// RUN: %mapsan-clangxx -g -O1 %s -o %t
// RUN: %t own >%t.out 2>&1; test $? -eq 5
// RUN: %FileCheck %s --check-prefix=OWN <%t.out
// OWN: own handler
// RUN: %t chained >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefix=CHAINED <%t.out
// CHAINED: first handler
// RUN: %t ignored >%t.out 2>&1; test $? -eq 0
// RUN: %t report-then-crash >%t.out 2>&1; test $? -eq 139
// RUN: %FileCheck %s --check-prefix=REPORT <%t.out
// REPORT: WARNING: MapSanitizer: concurrent map read and map write
// REPORT: SUMMARY: MapSanitizer
// RUN: %t kill >%t.out 2>&1; test $? -eq 143
// RUN: %t recursion >%t.out 2>&1; test $? -eq 139

#include "Inputs/threads.h"
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <unistd.h>

static void own(int) {
  (void)!write(2, "own handler\n", 12);
  _exit(5);
}

static struct sigaction ours;
static void first(int signal, siginfo_t *info, void *context) {
  (void)!write(2, "first handler\n", 14);
  if (ours.sa_flags & SA_SIGINFO)
    ours.sa_sigaction(signal, info, context);
}

__attribute__((noinline, optnone)) static int deeper(int depth) {
  volatile char frame[4096] = {};
  return frame[0] + deeper(depth + 1) + depth;
}

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  if (chosen("own"))
    std::signal(SIGSEGV, own);
  if (chosen("chained")) {
    struct sigaction action = {};
    action.sa_sigaction = first;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, &ours);
  }
  if (chosen("report-then-crash")) {
    std::map<int, int> table;
    InOrder([&] { (void)table.size(); }, [&] { table[2] = 2; });
  }
  if (chosen("ignored")) {
    std::signal(SIGFPE, SIG_IGN);
    std::raise(SIGFPE);
    return 0;
  }
  if (chosen("kill"))
    kill(getpid(), SIGTERM);
  if (chosen("recursion"))
    return deeper(0);
  *(volatile int *)8 = 1;
}
