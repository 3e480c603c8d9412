// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %harsh %s -o %t && env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t | %FileCheck %s

// Intent: operations on stacks that MapSan did not hand out: the user's own
// memory, signal stacks, fibers, very deep ones, threads that it did not see
// start. Each orders what it orders, and no more.

#include "cases.h"
#include <csignal>
#include <linux/sched.h>
#include <map>
#include <memory>
#include <mutex>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <ucontext.h>
#include <unistd.h>
#include <vector>

// --- stacks of the user's own memory, one after the other at the same place

static char own_stack[2][256 << 10] __attribute__((aligned(64)));

struct Task {
  void (*run)(void *);
  void *arg;
};
static void *RunTask(void *arg) {
  Task *task = static_cast<Task *>(arg);
  task->run(task->arg);
  return nullptr;
}
static pthread_t OnStack(char *stack, Task *task) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstack(&attr, stack, sizeof(own_stack[0]));
  pthread_t thread;
  if (pthread_create(&thread, &attr, RunTask, task))
    __builtin_abort();
  pthread_attr_destroy(&attr);
  return thread;
}

SILENT(own_stack_one_after_the_other) {
  for (int i = 0; i < 50; i++) {
    Task task = {[](void *map) {
                   std::map<int, int> local = {{1, 1}};
                   std::mutex mutex; // at one address, again and again
                   std::lock_guard lock(mutex);
                   static_cast<cases::Map *>(map)->emplace(1, 1);
                 },
                 &map};
    pthread_join(OnStack(own_stack[0], &task), nullptr);
  }
}
RACE(own_stack_at_once) {
  struct Both {
    cases::Map &map;
    cases::Step &step;
  } both = {map, step};
  Task first = {[](void *arg) {
                  auto &[map, step] = *static_cast<Both *>(arg);
                  WRITE;
                  step.Done();
                },
                &both};
  Task second = {[](void *arg) {
                   auto &[map, step] = *static_cast<Both *>(arg);
                   step.WaitFor(1);
                   WRITE;
                 },
                 &both};
  pthread_t a = OnStack(own_stack[0], &first);
  pthread_t b = OnStack(own_stack[1], &second);
  pthread_join(a, nullptr);
  pthread_join(b, nullptr);
}

// --- handlers on a signal stack

static cases::Map *handlers_map;
static void Handler(int) {
  handlers_map->emplace(__COUNTER__, 1);
  std::map<int, int> local = {{1, 1}};
}
static void WithSignalStack(int times) {
  std::vector<char> memory(64 << 10);
  stack_t stack = {}, old = {};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  sigaltstack(&stack, &old);
  struct sigaction action = {}, old_action = {};
  action.sa_handler = Handler;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, &old_action);
  for (int i = 0; i < times; i++)
    raise(SIGUSR1);
  sigaction(SIGUSR1, &old_action, nullptr);
  sigaltstack(&old, nullptr);
}
SILENT(signal_stack) {
  handlers_map = &map;
  WRITE;
  WithSignalStack(3);
  cases::Thread([] { WithSignalStack(3); }).Join();
  WRITE;
}
RACE(signal_stack_race) {
  handlers_map = &map;
  InTurn([] { WithSignalStack(1); }, [] { WithSignalStack(1); });
}

// --- fibers: the thread's, whichever stack they run on

static ucontext_t main_context, fiber_context[2];
static cases::Map *fibers_map;
static void Fiber(int self) {
  for (int i = 0; i < 10; i++) {
    fibers_map->emplace(i, self);
    std::map<int, int> local = {{i, i}};
    swapcontext(&fiber_context[self], &fiber_context[!self]);
  }
}
// A hash that switches to another fiber and comes back: an operation of one
// fiber is open while the other has begun and ended its own.
struct Switching {
  std::size_t operator()(int key) const {
    if (key == 1)
      swapcontext(&fiber_context[0], &fiber_context[1]);
    return key;
  }
};
static std::unordered_map<int, int, Switching> *switching_map;

static void RunFibers(void (*first)(), void (*second)()) {
  std::vector<char> stacks[2] = {std::vector<char>(256 << 10),
                                 std::vector<char>(256 << 10)};
  void (*functions[2])() = {first, second};
  for (int i = 0; i < 2; i++) {
    getcontext(&fiber_context[i]);
    fiber_context[i].uc_stack.ss_sp = stacks[i].data();
    fiber_context[i].uc_stack.ss_size = stacks[i].size();
    fiber_context[i].uc_link = &main_context;
    makecontext(&fiber_context[i], functions[i], 0);
  }
  swapcontext(&main_context, &fiber_context[0]);
}
SILENT(fibers) {
  fibers_map = &map;
  RunFibers([] { Fiber(0); }, [] { Fiber(1); });
  WRITE;
}
SILENT(fibers_inside_an_operation) {
  fibers_map = &map;
  std::unordered_map<int, int, Switching> switching;
  switching_map = &switching;
  RunFibers(
      [] {
        switching_map->emplace(1, 1);
        fibers_map->emplace(1, 1);
      },
      [] {
        for (int i = 0; i < 3; i++)
          fibers_map->emplace(i, i);
        swapcontext(&fiber_context[1], &fiber_context[0]);
      });
  cases::Thread([&] { WRITE; }).Join();
  WRITE;
}
RACE(fibers_race) {
  fibers_map = &map;
  InTurn([] { RunFibers([] { Fiber(0); }, [] { Fiber(1); }); }, [&] { WRITE; });
}

// --- deep recursion through maps of maps

struct Tree {
  std::map<int, std::unique_ptr<Tree>> children;
};
// The destructor of a map destroys a map, and so on.
static void Deep(int depth) {
  Tree root, *leaf = &root;
  for (int i = 0; i < depth; i++)
    leaf = (leaf->children[0] = std::make_unique<Tree>()).get();
}
SILENT(deep) {
  Deep(2000);
  cases::Thread([] { Deep(2000); }).Join();
  // No stack is too small for a map.
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 64 << 10);
  Task task = {[](void *map) {
                 std::map<std::string, int> local = {{"1", 1}};
                 static_cast<cases::Map *>(map)->emplace(1, 1);
               },
               &map};
  pthread_t thread;
  if (pthread_create(&thread, &attr, RunTask, &task))
    __builtin_abort();
  pthread_join(thread, nullptr);
  WRITE;
}

// --- a process that shares our memory, by a raw clone: vfork in all but name

static int ShareMemory(void *arg) {
  auto &map = *static_cast<cases::Map *>(arg);
  WRITE;
  syscall(SYS_exit, 0);
  return 0;
}
SILENT(raw_clone_that_is_waited_for) {
  WRITE;
  pid_t child = clone(ShareMemory, own_stack[0] + sizeof(own_stack[0]) - 64,
                      CLONE_VM | CLONE_VFORK | SIGCHLD, &map);
  int status = 0;
  waitpid(child, &status, 0);
  if (status)
    std::printf("status %#x UNEXPECTED\n", status);
  WRITE;
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 9 cases
