// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: signals in the middle of hooks and interceptors, whose handlers use
// maps and atomics themselves: nothing hangs, is lost or reported falsely.

// RUN: %stress %s -o %t
// RUN: %run-stress %t

#include "Inputs/stress.h"
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace stress;

static thread_local std::map<int, int> *own; // of a thread and its handlers
static std::atomic<int> handled;
static std::atomic<bool> stop;
static std::mutex mutex;
static std::map<int, int> table; // under the mutex
static const std::map<int, int> constant = {{1, 1}};

static void Handler(int) {
  // Only what is legal while the thread may be inside an operation on `own`.
  if (own)
    (void)constant.find(1);
  handled.fetch_add(1, std::memory_order_acq_rel);
}

static void Work(pid_t *tid) {
  std::map<int, int> mine;
  own = &mine;
  __atomic_store_n(tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
  for (int n = 0; !stop.load(std::memory_order_acquire); n++) {
    {
      std::lock_guard lock(mutex);
      table[n % 100]++;
    }
    mine[n % 100]++;
    delete new std::mutex;
    std::map<int, int> brief = {{n, n}};
    std::atomic<int> counter{0};
    counter.fetch_add(1);
    if (n % 256 == 0)
      std::thread([] {}).join();
  }
  own = nullptr;
}

int main(int argc, char **argv) {
  Begin(argc, argv);
  struct sigaction action = {};
  action.sa_handler = Handler;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  constexpr int kThreads = 4;
  pid_t tids[kThreads] = {};
  std::vector<std::thread> threads;
  for (pid_t &tid : tids)
    threads.emplace_back(Work, &tid);
  for (pid_t &tid : tids)
    while (!__atomic_load_n(&tid, __ATOMIC_ACQUIRE))
      std::this_thread::yield();
  // One signal after the other, as fast as they are handled.
  int count = Scale(20000, 500000);
  for (int i = 0; i < count; i++) {
    int before = handled.load(std::memory_order_acquire);
    syscall(SYS_tgkill, getpid(), tids[i % kThreads], SIGUSR1);
    for (int spins = 0; handled.load(std::memory_order_acquire) == before;)
      if (++spins > 100)
        std::this_thread::yield();
  }
  stop = true;
  for (std::thread &thread : threads)
    thread.join();
  if (handled != count)
    return 1;
  CheckPeak(Scale(100, 150));
  return End();
}
