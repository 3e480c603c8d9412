// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %mapsan-clangxx -g -fPIC -shared %S/Inputs/module.cpp -o %t.so
// RUN: %debug-cases -O0 -DMODULE='"%t.so"' %s -o %t.O0 -ldl && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 -DMODULE='"%t.so"' %s -o %t.O2 -ldl && %run-cases %t.O2 | %FileCheck %s %}

// Intent: instrumented modules that come and go: what they do is watched as the
// program's own; what lay in one that is gone is gone with it, and what it did
// elsewhere still counts.

#include "cases.h"
#include <dlfcn.h>

using cases::Map;
using cases::Step;

namespace {
/// Loaded while it lives.
class Module {
public:
  Module() : handle_(dlopen(MODULE, RTLD_NOW)) {
    if (!handle_) {
      std::puts(dlerror());
      __builtin_abort();
    }
  }
  ~Module() { dlclose(handle_); }
  Module(const Module &) = delete;
  template <class Symbol> Symbol *Get(const char *name) const {
    return reinterpret_cast<Symbol *>(dlsym(handle_, name));
  }
  void Write(Map &map) const { Get<void(Map *)>("module_write")(&map); }
  pthread_mutex_t *Mutex() const {
    return Get<pthread_mutex_t>("module_mutex");
  }

private:
  void *handle_;
};
} // namespace

RACE(module_and_program) {
  Module module;
  InTurn([&] { module.Write(map); }, [&] { WRITE; });
}
SILENT(joined, "thread_join") {
  Module module;
  cases::Thread thread([&] { module.Write(map); });
  thread.Join();
  WRITE;
}
SILENT(under_the_modules_mutex, "mutex") {
  Module module;
  InTurn(
      [&] {
        pthread_mutex_lock(module.Mutex());
        module.Write(map);
        pthread_mutex_unlock(module.Mutex());
      },
      [&] {
        pthread_mutex_lock(module.Mutex());
        WRITE;
        pthread_mutex_unlock(module.Mutex());
      });
}
// What it did is not forgotten, though nobody can say any more what it was.
RACE(done_before_it_was_unloaded) {
  auto *module = new Module;
  InTurn([&] { module->Write(map); }, [&] { delete module; }, [&] { WRITE; });
}
// Its mutex is another one when it is loaded again, which is in the same place.
static void CheckSame(const void *before, const void *now) {
  if (before != now)
    std::printf("the module came back elsewhere UNEXPECTED\n");
}
RACE(mutex_of_another_life, "life_of_memory") {
  auto *module = new Module;
  pthread_mutex_t *mutex = module->Mutex();
  InTurn(
      [&] {
        WRITE;
        pthread_mutex_lock(mutex);
        pthread_mutex_unlock(mutex);
      },
      [&] {
        delete module;
        module = new Module;
        CheckSame(mutex, module->Mutex());
      },
      [&] {
        pthread_mutex_lock(mutex);
        pthread_mutex_unlock(mutex);
        WRITE;
      });
}
int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 5 cases
