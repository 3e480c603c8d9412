// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: instrumented modules are loaded and unloaded again and again, by two
// threads, while others work: their maps, locks and call sites go with them,
// whatever comes to lie there next, and memory does not grow.

// RUN: %stress -shared -fPIC -DMODULE=1 %s -o %t.1.so
// RUN: %stress -shared -fPIC -DMODULE=2 %s -o %t.2.so
// RUN: %stress %s -o %t
// RUN: %run-stress %t -- %t.1.so %t.2.so

#include <map>
#include <mutex>

#ifdef MODULE

// At the same places in both modules: a map where the other has its mutex.
#if MODULE == 1
static std::map<int, int> table;
static std::mutex mutex;
#else
static std::mutex mutex;
static std::map<int, int> table;
#endif

extern "C" void Work(int n) {
  std::lock_guard lock(mutex);
  table[n % 16]++;
  static std::map<int, int> local = {{1, 1}};
  (void)local.find(1);
}

#else

#include "Inputs/stress.h"
#include <atomic>
#include <dlfcn.h>
#include <thread>
#include <vector>

using namespace stress;

static std::atomic<bool> stop;

static void LoadAndUnload(const char *path, int count) {
  for (int i = 0; i < count; i++) {
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    auto work = reinterpret_cast<void (*)(int)>(dlsym(module, "Work"));
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; t++)
      threads.emplace_back([&] {
        for (int n = 0; n < 20; n++)
          work(n);
      });
    for (std::thread &thread : threads)
      thread.join();
    dlclose(module);
  }
}

static void Busy() {
  std::map<int, int> own;
  for (int n = 0; !stop.load(std::memory_order_acquire); n++) {
    own[n % 100]++;
    std::map<int, int> brief = {{n, n}};
  }
}

int main(int argc, char **argv) {
  Begin(argc, argv);
  std::thread busy(Busy);
  long before = 0;
  for (int round = 0; round < 2; round++) {
    // The first round finds out how much is needed.
    int count = round ? Scale(300, 20000) : 200;
    std::thread a(LoadAndUnload, argv[argc - 2], count);
    std::thread b(LoadAndUnload, argv[argc - 1], count);
    a.join();
    b.join();
    if (!round)
      before = Memory("VmRSS:");
  }
  stop = true;
  busy.join();
  long after = Memory("VmRSS:");
  std::printf("before %ld MiB, after %ld\n", before, after);
  if (after > before + 8)
    return 1;
  return End();
}

#endif
