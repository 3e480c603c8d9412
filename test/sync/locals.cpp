// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s
// RUN: %if full %{ %cases20 -O1 -D_GLIBCXX_DEBUG %s -o %t.debug && %run-cases %t.debug | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}
// Intent: the pass leaves out what concerns local maps that nobody else can
// reach; each way in which another thread can reach one is a race.

#include "cases.h"
#include <algorithm>
#include <atomic>
#include <coroutine>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <tuple>
#include <vector>

using Local = std::map<int, int>;

// Where the other thread looks for the map, if it is not handed over.
static Local *volatile shared;
static volatile bool yes = true;

// The function's own thread goes on when the other one has done this, unordered.
#define OTHER(...)                                                             \
  cases::Thread other([&step, __VA_ARGS__
#define DOES(...)                                                              \
  ] {                                                                          \
    __VA_ARGS__;                                                               \
    step.Done();                                                               \
  });                                                                          \
  step.WaitFor(1)

#define SHARED                                                                 \
  cases::Thread other([&step] {                                                \
    shared->emplace(1, 1);                                                     \
    step.Done();                                                               \
  });                                                                          \
  step.WaitFor(1)

#define OWN(Map)                                                               \
  Map.emplace(2, 2);                                                           \
  other.Join()

// --- stored

RACE(in_a_static) {
  Local local;
  shared = &local;
  SHARED;
  OWN(local);
}

RACE(reference_in_a_struct) {
  Local local;
  struct {
    int before;
    Local &map;
  } holder{1, local};
  OTHER(holder)
  DOES(holder.map.emplace(1, 1));
  OWN(local);
}

RACE(captured) {
  Local local;
  OTHER(&local)
  DOES(local.emplace(1, 1));
  OWN(local);
}

RACE(captured_by_a_function_object) {
  Local local;
  std::function<void()> function = [&] { local.emplace(1, 1); };
  OTHER(&function)
  DOES(function());
  OWN(local);
}

RACE(given_by_a_lambda) {
  Local local;
  auto give = [&]() -> Local & { return local; };
  shared = &give();
  SHARED;
  OWN(local);
}

RACE(in_an_element) {
  Local local;
  std::map<int, Local *> index{{1, &local}};
  OTHER(&index)
  DOES(index.at(1)->emplace(1, 1));
  OWN(local);
}

RACE(on_the_heap) {
  Local local;
  auto holder = new Local *(&local);
  OTHER(holder)
  DOES((*holder)->emplace(1, 1));
  OWN(local);
  delete holder;
}

RACE(by_a_pointer_to_a_pointer) {
  Local local;
  Local *pointer = &local;
  Local **twice = &pointer;
  OTHER(twice)
  DOES((*twice)->emplace(1, 1));
  OWN(local);
}

RACE(copied_as_bytes) {
  Local local;
  Local *pointer = &local, *copy;
  std::memcpy(&copy, &pointer, sizeof pointer);
  shared = copy;
  SHARED;
  OWN(local);
}

RACE(volatile_variable) {
  Local local;
  Local *volatile pointer = &local;
  shared = pointer;
  SHARED;
  OWN(local);
}

RACE(as_a_number) {
  Local local;
  auto number = reinterpret_cast<unsigned long>(&local) ^ 1;
  OTHER(number)
  DOES(reinterpret_cast<Local *>(number ^ 1)->emplace(1, 1));
  OWN(local);
}

RACE(through_assembly) {
  Local local;
  Local *out;
  __asm__("" : "=r"(out) : "0"(&local));
  shared = out;
  SHARED;
  OWN(local);
}

static Local *atomically;

RACE(atomic_store) {
  Local local;
  __atomic_store_n(&atomically, &local, __ATOMIC_RELAXED);
  shared = atomically;
  SHARED;
  OWN(local);
}

RACE(atomic_exchange) {
  Local local;
  __atomic_exchange_n(&atomically, &local, __ATOMIC_RELAXED);
  shared = atomically;
  SHARED;
  OWN(local);
}

RACE(atomic_compare_exchange) {
  Local local;
  Local *expected = atomically = nullptr;
  __atomic_compare_exchange_n(&atomically, &expected, &local, false,
                              __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  shared = atomically;
  SHARED;
  OWN(local);
}

// --- one of several

RACE(on_one_way_only) {
  Local local, another;
  shared = yes ? &local : &another;
  SHARED;
  OWN(local);
}

RACE(in_a_variable_that_changes) {
  Local local, another;
  Local *pointer = &another;
  pointer->emplace(3, 3);
  pointer = &local;
  shared = pointer;
  SHARED;
  OWN(local);
}

// The reference is of one that escapes and one that does not.
RACE(used_by_a_choice) {
  Local local, another;
  shared = &local;
  SHARED;
  Local &either = yes ? local : another;
  OWN(either);
}

RACE(in_an_array) {
  Local some[3];
  shared = &some[1];
  SHARED;
  OWN(some[1]);
}

RACE(in_an_array_by_a_loop) {
  Local some[3];
  for (Local &each : some)
    if (&each != &some[2])
      shared = &each;
  SHARED;
  OWN(some[1]);
}

RACE(member_of_a_local) {
  struct {
    int before;
    Local map;
  } local;
  OTHER(&local)
  DOES(local.map.emplace(1, 1));
  OWN(local.map);
}

RACE(structured_binding) {
  std::pair<Local, Local> both;
  auto &[first, second] = both;
  shared = &both.second;
  SHARED;
  OWN(second);
}

RACE(tied) {
  Local local, another;
  auto both = std::tie(another, local);
  OTHER(both)
  DOES(std::get<1>(both).emplace(1, 1));
  OWN(local);
}

// --- called with

__attribute__((noinline)) static void Publish(Local &map) { shared = &map; }

RACE(passed) {
  Local local;
  Publish(local);
  SHARED;
  OWN(local);
}

RACE(passed_while_an_exception_is_handled) {
  Local local;
  try {
    throw 1;
  } catch (int) {
    Publish(local);
  }
  SHARED;
  OWN(local);
}

struct Cleanup {
  Local &map;
  ~Cleanup() { shared = &map; }
};

RACE(passed_by_a_cleanup) {
  Local local;
  try {
    Cleanup cleanup{local};
    throw 1;
  } catch (int) {
  }
  SHARED;
  OWN(local);
}

struct Registers : Local {
  Registers() { shared = this; }
};

RACE(passed_to_a_constructor) {
  Registers local;
  SHARED;
  OWN(local);
}

RACE(passed_to_a_thread) {
  Local local;
  std::thread other(
      [](Local &map, cases::Step &step) {
        map.emplace(1, 1);
        step.Done();
      },
      std::ref(local), std::ref(step));
  step.WaitFor(1);
  local.emplace(2, 2);
  other.join();
}

RACE(passed_to_async) {
  Local local;
  // (not before async has returned: it locks what a thread locks at its end)
  auto other = std::async(std::launch::async, [&] {
    step.WaitFor(1);
    local.emplace(1, 1);
    step.Done();
  });
  step.Done();
  step.WaitFor(2);
  local.emplace(2, 2);
  other.get();
}

RACE(passed_to_an_algorithm) {
  Local local;
  std::vector<std::reference_wrapper<Local>> all{local};
  std::ranges::for_each(all, [](Local &map) { shared = &map; });
  SHARED;
  OWN(local);
}

RACE(address_by_a_function) {
  Local local;
  shared = std::addressof(local);
  SHARED;
  OWN(local);
}

// --- returned

RACE(returned_by_an_assignment) {
  Local local;
  shared = &(local = Local());
  SHARED;
  OWN(local);
}

static Local Make() {
  Local made;
  shared = &made;
  return made;
}

RACE(made_in_place) {
  Local local = Make();
  SHARED;
  OWN(local);
}

RACE(parameter) {
  auto function = [](Local map, cases::Step &step) {
    shared = &map;
    SHARED;
    OWN(map);
  };
  function({{3, 3}}, step);
}

// A functor inside of the map.
struct Order {
  std::set<int, Order> *of;
  bool operator()(int a, int b) const { return a < b; }
};

RACE(in_its_own_functor) {
  std::set<int, Order> local(Order{&local});
  OTHER(of = local.key_comp().of)
  DOES(of->emplace(1));
  local.emplace(2);
  other.Join();
}

// --- resumed by somebody else

struct Task {
  struct promise_type {
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};

static Task Resumable() {
  Local local;
  co_await std::suspend_always();
  local.emplace(1, 1);
  co_await std::suspend_always();
  local.emplace(2, 2);
}

RACE(in_a_coroutine) {
  Task task = Resumable();
  OTHER(task)
  DOES(task.handle.resume());
  task.handle.resume();
  other.Join();
  task.handle.destroy();
}

// --- the other map of an operation on a local one

#define OTHER_MAP(Name, ...)                                                   \
  RACE(Name) {                                                                 \
    auto given = std::make_unique<Local>();                                    \
    Local *other_map = given.get();                                            \
    shared = other_map;                                                        \
    SHARED;                                                                    \
    Local local{{5, 5}};                                                       \
    __VA_ARGS__;                                                               \
    other.Join();                                                              \
  }

OTHER_MAP(copied, Local copy(*other_map); (void)copy.size())
OTHER_MAP(moved, Local copy(std::move(*other_map)); (void)copy.size())
OTHER_MAP(assigned, local = *other_map)
OTHER_MAP(assigned_to, *other_map = local)
OTHER_MAP(assigned_by_a_move, local = std::move(*other_map))
OTHER_MAP(swapped, local.swap(*other_map))
OTHER_MAP(swapped_with, other_map->swap(local))
OTHER_MAP(swapped_by_a_function, std::swap(local, *other_map))
OTHER_MAP(merged, local.merge(*other_map))
OTHER_MAP(merged_into, other_map->merge(local))
OTHER_MAP(compared, if (local == *other_map) std::puts("equal"))

// --- and nobody

SILENT(kept, NO_RULE) {
  InTurn(
      [] {
        Local local;
        local.emplace(1, 1);
      },
      [] {
        Local local;
        local.emplace(1, 1);
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }
// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 48 cases
