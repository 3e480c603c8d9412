// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a process ends while its threads are in the middle of everything, in
// each of the ways to end one: its status and its output are what they ought to
// be, every time.

// RUN: %stress %s -o %t
// RUN: %run-stress %t

#include "Inputs/stress.h"
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace stress;

static void Busy() {
  static auto &mutex = *new std::mutex;
  static auto &table = *new std::map<int, int>;
  std::map<int, int> own;
  for (int n = 0;; n++) {
    {
      std::lock_guard lock(mutex);
      table[n % 100]++;
    }
    own[n % 100]++;
    std::map<int, int> brief = {{n, n}};
    if (n % 64 == 0)
      std::thread([] {}).join();
  }
}

enum Way { kReturn, kExit, kUnderscore, kQuick, kThread, kSignal, kWays };

// What main would do, in a process of its own.
[[noreturn]] static void Body(Way way, bool race) {
  for (int i = 0; i < 3; i++)
    std::thread(Busy).detach();
  if (race)
    Race();
  std::printf("said %d", way); // buffered
  switch (way) {
  case kReturn:
  case kExit:
    std::exit(7);
  case kUnderscore:
    std::fflush(stdout);
    _exit(7);
  case kQuick:
    std::fflush(stdout);
    std::quick_exit(7);
  case kThread:
    std::thread([] { std::exit(7); }).join();
    break;
  default:
    std::fflush(stdout);
    raise(SIGTERM);
  }
  std::abort();
}

// Its status, and what it said.
static bool Runs(char **argv, Way way, bool race) {
  int ends[2];
  if (pipe(ends))
    return false;
  pid_t child = fork();
  if (!child) {
    alarm(60);
    dup2(ends[1], 1);
    char number[] = {static_cast<char>('0' + way), 0};
    execl("/proc/self/exe", argv[0], argv[1], race ? "race" : "-", "body",
          number, nullptr);
    _exit(99);
  }
  close(ends[1]);
  char said[64] = {};
  int got = 0;
  for (ssize_t n; got < 60 && (n = read(ends[0], said + got, 60 - got)) > 0;)
    got += n;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  char expected[64];
  std::snprintf(expected, sizeof(expected), "said %d", way);
  bool right =
      way == kSignal
          ? WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM
          : WIFEXITED(status) && WEXITSTATUS(status) == (race ? 66 : 7);
  if (right && !std::strcmp(said, expected))
    return true;
  std::printf("way %d%s: status %#x, output '%s'\n", way, race ? ", race" : "",
              status, said);
  return false;
}

int main(int argc, char **argv) {
  Begin(argc, argv);
  if (argc > 4)
    Body(static_cast<Way>(argv[4][0] - '0'), races);
  bool right = true;
  for (int i = 0; i < Scale(2, 200); i++)
    for (int way = 0; way < kWays; way++)
      for (bool race : {false, true})
        right &= Runs(argv, static_cast<Way>(way), race);
  if (!right)
    return 1;
  return End();
}
