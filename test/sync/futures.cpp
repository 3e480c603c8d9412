// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: who sets a shared state's result happens before who finds it ready,
// and nothing else about promises, futures, tasks and async orders anything.

#include "cases.h"
#include <chrono>
#include <future>
#include <thread>

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

// One thread writes the map, then does First; the other does Second, then
// writes the map.
#define HANDOVER(Expected, Rule, Name, Objects, First, Second)                 \
  Expected(Name, Rule) {                                                       \
    Objects;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          First;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Second;                                                              \
          WRITE;                                                               \
        });                                                                    \
  }

template <class T> struct Pair {
  std::promise<T> p;
  std::future<T> f = p.get_future();
};
// Two who wait for one result.
struct Shared {
  std::promise<int> p;
  std::shared_future<int> f = p.get_future().share(), g = f;
};

static int target;
static const std::exception_ptr kThrown = std::make_exception_ptr(1);
template <class Future> static void GetThrown(Future &f) {
  try {
    f.get();
    __builtin_abort();
  } catch (...) {
  }
}
template <class Function> static void Throws(Function function) {
  try {
    function();
  } catch (const std::future_error &) {
    return;
  }
  __builtin_abort();
}
static void Is(std::future_status status, std::future_status expected) {
  if (status != expected)
    __builtin_abort();
}
#define READY(Wait) Is(Wait, std::future_status::ready)
#define TIMEOUT(Wait) Is(Wait, std::future_status::timeout)
#define DEFERRED(Wait) Is(Wait, std::future_status::deferred)

// --- setting and getting

HANDOVER(SILENT, "library_wait", value, Pair<int> s, s.p.set_value(1),
         s.f.get())
HANDOVER(SILENT, "library_wait", nothing, Pair<void> s, s.p.set_value(),
         s.f.get())
HANDOVER(SILENT, "library_wait", reference, Pair<int &> s,
         s.p.set_value(target), s.f.get())
HANDOVER(SILENT, "library_wait", exception, Pair<int> s,
         s.p.set_exception(kThrown), GetThrown(s.f))
HANDOVER(SILENT, "library_wait", exception_of_void, Pair<void> s,
         s.p.set_exception(kThrown), GetThrown(s.f))
HANDOVER(SILENT, "library_wait+last_owner", broken_promise, Pair<int> s,
         s.p = {}, GetThrown(s.f))
HANDOVER(SILENT, "library_wait", wait, Pair<int> s, s.p.set_value(1),
         s.f.wait())
HANDOVER(SILENT, "library_wait", wait_of_void, Pair<void> s, s.p.set_value(),
         s.f.wait())
HANDOVER(SILENT, "library_wait", wait_for, Pair<int> s, s.p.set_value(1),
         READY(s.f.wait_for(1h)))
HANDOVER(SILENT, "library_wait", wait_for_no_time, Pair<int> s,
         s.p.set_value(1), READY(s.f.wait_for(0s)))
HANDOVER(SILENT, "library_wait", wait_for_of_void, Pair<void> s,
         s.p.set_value(), READY(s.f.wait_for(0s)))
HANDOVER(SILENT, "library_wait", wait_until_steady, Pair<int> s,
         s.p.set_value(1), READY(s.f.wait_until(steady_clock::now())))
HANDOVER(SILENT, "library_wait", wait_until_system, Pair<int> s,
         s.p.set_value(1), READY(s.f.wait_until(system_clock::now() + 1h)))
HANDOVER(SILENT, "library_wait", shared, Shared s, s.p.set_value(1), s.f.get())
HANDOVER(SILENT, "library_wait", shared_wait, Shared s, s.p.set_value(1),
         s.g.wait())
HANDOVER(SILENT, "library_wait", shared_wait_for, Shared s, s.p.set_value(1),
         READY(s.g.wait_for(0s)))
HANDOVER(RACE, NO_RULE, another_promise, Pair<int> s; Pair<int> t;
         t.p.set_value(1), s.p.set_value(1), t.f.get())
HANDOVER(RACE, NO_RULE, get_future, std::promise<int> p, p.set_value(1),
         (void)p.get_future())
HANDOVER(RACE, NO_RULE, valid, Pair<int> s, s.p.set_value(1), (void)s.f.valid())

SILENT(get_blocks, "library_wait") {
  Pair<int> s;
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        s.p.set_value(1);
      },
      [&] {
        step.Done();
        s.f.get();
        WRITE;
      });
}
SILENT(wait_for_blocks, "library_wait") {
  Pair<void> s;
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        s.p.set_value();
      },
      [&] {
        step.Done();
        READY(s.f.wait_for(1h));
        WRITE;
      });
}
RACE(after_set_value) {
  Pair<int> s;
  InTurn(
      [&] {
        s.p.set_value(1);
        WRITE;
      },
      [&] {
        s.f.get();
        WRITE;
      });
}
RACE(before_get) {
  Pair<int> s;
  InTurn(
      [&] {
        WRITE;
        s.p.set_value(1);
      },
      [&] {
        WRITE;
        s.f.get();
      });
}

// Setters behave as if they took a mutex of the promise's.
HANDOVER(SILENT, "once", satisfied_already, Pair<int> s, s.p.set_value(1),
         Throws([&] { s.p.set_value(2); }))

// --- waiting tells nobody anything

HANDOVER(RACE, NO_RULE, getters, Shared s;
         s.p.set_value(1), s.f.get(), s.g.get())
HANDOVER(RACE, NO_RULE, waiters, Shared s;
         s.p.set_value(1), s.f.wait(), s.g.wait())
HANDOVER(RACE, NO_RULE, timed_waiters, Shared s;
         s.p.set_value(1), READY(s.f.wait_for(0s)), READY(s.g.wait_for(0s)))
HANDOVER(RACE, NO_RULE, waiters_in_vain, Shared s, TIMEOUT(s.f.wait_for(0s)),
         TIMEOUT(s.g.wait_for(0s)))
HANDOVER(RACE, NO_RULE, waiters_in_vain_until, Shared s,
         TIMEOUT(s.f.wait_until(system_clock::now() + 100us)),
         TIMEOUT(s.g.wait_until(steady_clock::now() + 100us)))
HANDOVER(RACE, NO_RULE, set_after_a_wait_in_vain, Shared s,
         TIMEOUT(s.f.wait_for(100us)), s.p.set_value(1))
HANDOVER(RACE, NO_RULE, copies, Shared s, (void)std::shared_future<int>(s.f),
         (void)std::shared_future<int>(s.g))
HANDOVER(RACE, NO_RULE, dropped_copies,
         std::shared_future<int> *f = new std::shared_future<int>;
         std::shared_future<int> *g = new std::shared_future<int>; Shared s;
         *f = *g = s.f, delete f, delete g)

// The last owner of the state destroys the value in it.
SILENT(last_owner_destroys_the_value, "last_owner") {
  auto *f = new std::shared_future<cases::Map>;
  auto *g = new std::shared_future<cases::Map>;
  {
    std::promise<cases::Map> p;
    *f = *g = p.get_future().share();
    p.set_value(cases::Map());
  }
  auto look = [&](auto *future) {
    (void)future->get().find(1);
    delete future;
  };
  InTurn([&] { look(f); }, [&] { look(g); });
}

// --- at thread exit

static thread_local struct WritesAtExit {
  cases::Map *map = nullptr;
  ~WritesAtExit() {
    if (map)
      map->emplace(__COUNTER__, 0);
  }
} writes_at_exit;

SILENT(value_at_thread_exit, "release_at_thread_exit") {
  Pair<int> s;
  std::thread setter([&] {
    writes_at_exit.map = &map;
    s.p.set_value_at_thread_exit(1);
    WRITE;
  });
  s.f.get();
  WRITE;
  setter.join();
}
SILENT(void_at_thread_exit, "release_at_thread_exit") {
  Pair<void> s;
  std::thread setter([&] {
    s.p.set_value_at_thread_exit();
    WRITE;
  });
  READY(s.f.wait_for(1h));
  WRITE;
  setter.join();
}
SILENT(exception_at_thread_exit, "release_at_thread_exit") {
  Pair<int> s;
  std::thread setter([&] {
    s.p.set_exception_at_thread_exit(kThrown);
    WRITE;
  });
  GetThrown(s.f);
  WRITE;
  setter.join();
}
RACE(not_before_thread_exit) {
  Pair<int> s;
  std::thread setter([&] {
    WRITE;
    s.p.set_value_at_thread_exit(1);
    step.Done();
    step.WaitFor(2);
  });
  step.WaitFor(1);
  TIMEOUT(s.f.wait_for(100us));
  WRITE;
  step.Done();
  setter.join();
}

// --- tasks

HANDOVER(SILENT, "library_wait", task,
         std::packaged_task<int()> task([] { return 1; });
         auto f = task.get_future(), task(), f.get())
HANDOVER(SILENT, "library_wait", task_that_throws,
         std::packaged_task<void()> task([] { throw 1; });
         auto f = task.get_future(), task(), GetThrown(f))
HANDOVER(SILENT, "library_wait+last_owner", task_dropped,
         auto *task = new std::packaged_task<void()>([] {});
         auto f = task->get_future(), delete task, GetThrown(f))
SILENT(task_writes, "library_wait") {
  std::packaged_task<void(int)> task([&](int i) { map.emplace(i, i); });
  auto f = task.get_future();
  InTurn([&] { task(1); },
         [&] {
           f.wait();
           WRITE;
         });
}
RACE(after_the_task) {
  std::packaged_task<void()> task([] {});
  auto f = task.get_future();
  InTurn(
      [&] {
        task();
        WRITE;
      },
      [&] {
        f.get();
        WRITE;
      });
}
SILENT(task_at_thread_exit, "release_at_thread_exit") {
  std::packaged_task<void()> task([&] { WRITE; });
  auto f = task.get_future();
  std::thread runner([&] {
    task.make_ready_at_thread_exit();
    WRITE;
  });
  f.get();
  WRITE;
  runner.join();
}

// --- async

SILENT(async, "thread_create", "library_wait") {
  WRITE;
  auto f = std::async(std::launch::async, [&] { WRITE; });
  f.get();
  WRITE;
}
SILENT(async_value, "thread_create", "library_wait") {
  WRITE;
  auto f = std::async(std::launch::async, [&] {
    WRITE;
    return 1;
  });
  READY(f.wait_for(1h));
  WRITE;
}
SILENT(async_that_throws, "library_wait") {
  auto f = std::async(std::launch::async, [&] {
    WRITE;
    throw 1;
  });
  GetThrown(f);
  WRITE;
}
SILENT(async_joined_by_destructor, "thread_join") {
  (void)std::async(std::launch::async, [&] { WRITE; });
  WRITE;
}
SILENT(async_of_any_policy, "library_wait") {
  WRITE;
  auto f = std::async([&] { WRITE; });
  f.get();
  WRITE;
}
RACE(async_not_waited_for) {
  auto f = std::async(std::launch::async, [&] {
    WRITE;
    step.Done();
    step.WaitFor(2);
  });
  step.WaitFor(1);
  TIMEOUT(f.wait_for(100us));
  WRITE;
  step.Done();
  f.get();
}
RACE(after_async) {
  auto f = std::async(std::launch::async, [&] {
    step.WaitFor(1);
    WRITE;
  });
  WRITE;
  step.Done();
  f.get();
}
// A deferred function runs in the first who waits, before all who waited.
SILENT(deferred, "thread_create", "thread_join") {
  WRITE;
  auto f = std::async(std::launch::deferred, [&] { WRITE; });
  InTurn([&] { f.get(); });
  WRITE;
}
SILENT(deferred_for_two, "library_calls_back", "library_wait+once") {
  std::shared_future<int> f = std::async(std::launch::deferred, [&] {
    WRITE;
    return 1;
  });
  auto g = f;
  InTurn([&] { f.get(); },
         [&] {
           g.wait();
           WRITE;
         });
}
SILENT(deferred_that_throws, "library_calls_back", "library_wait+once") {
  auto f = std::async(std::launch::deferred, [&] {
             WRITE;
             throw 1;
           }).share();
  auto g = f;
  InTurn([&] { GetThrown(f); },
         [&] {
           GetThrown(g);
           WRITE;
         });
}
// What a deferred function synchronises with is the program's, not wait's.
SILENT(deferred_that_locks, "library_calls_back", "mutex") {
  std::mutex m;
  std::shared_future<void> f = std::async(std::launch::deferred, [&] {
    std::lock_guard lock(m);
    WRITE;
  });
  InTurn([&] { f.wait(); },
         [&] {
           std::lock_guard lock(m);
           WRITE;
         });
}
RACE(deferred_not_run) {
  std::shared_future<void> f = std::async(std::launch::deferred, [] {});
  auto g = f;
  InTurn(
      [&] {
        WRITE;
        DEFERRED(f.wait_for(0s));
      },
      [&] {
        DEFERRED(g.wait_for(0s));
        WRITE;
      });
}
RACE(waiters_of_deferred) {
  std::shared_future<void> f = std::async(std::launch::deferred, [] {});
  f.wait();
  auto g = f;
  InTurn(
      [&] {
        WRITE;
        f.wait();
      },
      [&] {
        g.wait();
        WRITE;
      });
}
// The first who waits joins the thread, by a once_flag of the state's.
RACE(waiters_of_async, "library_wait_tells_nobody") {
  std::shared_future<int> f = std::async(std::launch::async, [] { return 1; });
  auto g = f;
  InTurn(
      [&] {
        WRITE;
        f.wait();
      },
      [&] {
        g.wait();
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 57 cases
