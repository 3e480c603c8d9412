// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=locals=1
// RUN: %harsh %s -o %t && env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t | %FileCheck %s

// Intent: other programs are started in every way, by threads in the middle of
// map operations: their status and output arrive, and the parent is none the
// wiser.

#include "cases.h"
#include <cerrno>
#include <mutex>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

static void Expect(const char *what, int got, int wanted) {
  if (got != wanted)
    std::printf("%s: %d instead of %d UNEXPECTED\n", what, got, wanted);
}
static int StatusOf(pid_t child) {
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

static void StartAll() {
  Expect("system", WEXITSTATUS(system("exit 4")), 4);
  std::FILE *pipe = popen("echo hello; exit 5", "r");
  char line[16] = {};
  Expect("popen",
         pipe && std::fgets(line, sizeof(line), pipe) &&
             !std::strcmp(line, "hello\n"),
         1);
  Expect("pclose", WEXITSTATUS(pclose(pipe)), 5);
  const char *const arguments[] = {"sh", "-c", "exit 6", nullptr};
  pid_t child;
  Expect("posix_spawn",
         posix_spawn(&child, "/bin/sh", nullptr, nullptr,
                     const_cast<char **>(arguments), environ),
         0);
  Expect("spawned", StatusOf(child), 6);
  Expect("posix_spawn of nothing",
         posix_spawn(&child, "/nonexistent", nullptr, nullptr,
                     const_cast<char **>(arguments), environ) != 0,
         1);
  child = vfork();
  if (!child) {
    execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
    _exit(99);
  }
  Expect("vfork", StatusOf(child), 7);
  child = vfork();
  if (!child)
    _exit(8);
  Expect("vfork and _exit", StatusOf(child), 8);
  // fork without the C library's knowledge: no handler of ours runs.
  child = static_cast<pid_t>(syscall(SYS_fork));
  if (!child) {
    execl("/bin/sh", "sh", "-c", "exit 9", nullptr);
    syscall(SYS_exit_group, 99);
  }
  Expect("raw fork", StatusOf(child), 9);
}

// A comparison in the middle of which other programs are started.
static bool starts;
struct Starting {
  std::size_t operator()(int key) const {
    if (starts) {
      starts = false;
      StartAll();
    }
    return key;
  }
};

SILENT(one_thread) {
  WRITE;
  StartAll();
  WRITE;
}
SILENT(inside_an_operation) {
  std::unordered_map<int, int, Starting> table;
  starts = true;
  table.emplace(1, 1);
  WRITE;
}
SILENT(while_others_work) {
  std::mutex mutex;
  bool stop = false;
  cases::Thread worker([&] {
    for (bool over = false; !over;) {
      std::lock_guard lock(mutex);
      WRITE;
      over = stop;
    }
  });
  std::thread starter([] {
    for (int i = 0; i < 3; i++)
      StartAll();
  });
  starter.join();
  {
    std::lock_guard lock(mutex);
    stop = true;
  }
  worker.Join();
  WRITE;
}
RACE(race_afterwards) {
  StartAll();
  InTurn([&] { WRITE; }, [&] { WRITE; });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 4 cases
