// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: thread_local objects are made and destroyed within their thread;
// static ones are destroyed behind all that happens before exit. Exceptions
// are objects that threads share.

#include "cases.h"
#include <atomic>
#include <exception>
#include <future>
#include <thread>

using cases::Map;

// --- thread_local

struct WritesBothWays {
  Map *map;
  WritesBothWays(Map *map) : map(map) { map->emplace(__COUNTER__, 0); }
  ~WritesBothWays() { map->emplace(__COUNTER__, 0); }
};
static Map *current;
static WritesBothWays &Local() {
  static thread_local WritesBothWays local(current);
  return local;
}
SILENT(construction_and_destruction, "thread_create", "thread_join") {
  current = &map;
  WRITE;
  std::thread thread([] { Local(); });
  thread.join();
  WRITE;
}
RACE(constructions) {
  current = &map;
  InTurn([] { Local(); }, [] { Local(); });
}
SILENT(one_after_the_other, "thread_join") {
  current = &map;
  for (int i = 0; i < 3; i++)
    std::thread([] { Local(); }).join();
  WRITE;
}
// (Its own object, which is silent at the end: that comes at any time.)
struct WritesAtFirst {
  explicit WritesAtFirst(Map &map) { WRITE; }
};
RACE(detached) {
  std::thread([&] {
    static thread_local WritesAtFirst local(map);
    (void)&local;
    step.Done();
  }).detach();
  step.WaitFor(1);
  WRITE;
}
// A map of each thread's own.
SILENT(map_of_each_thread, NO_RULE) {
  auto body = [] {
    static thread_local Map own;
    own.emplace(1, 1);
  };
  Together(body, body, body);
}
static thread_local Map global_own;
SILENT(global_of_each_thread, NO_RULE) {
  auto body = [] { global_own.emplace(1, 1); };
  Together(body, body);
  body();
}
RACE(map_lent_to_another_thread) {
  Map *lent = nullptr;
  Together(
      [&] {
        static thread_local Map own;
        lent = &own;
        own.emplace(1, 1);
        step.Done();
        step.WaitFor(2);
      },
      [&] {
        step.WaitFor(1);
        lent->emplace(2, 2);
        step.Done();
      });
}

// --- exception_ptr

struct Carrier {
  Map map;
};
static std::exception_ptr Carry() { return std::make_exception_ptr(Carrier()); }
static std::exception_ptr Catch() {
  try {
    throw Carrier();
  } catch (...) {
    return std::current_exception();
  }
}
RACE(exception_seen_by_two) {
  std::exception_ptr exception = Catch();
  auto write = [&] {
    try {
      std::rethrow_exception(exception);
    } catch (Carrier &carrier) {
      carrier.map.emplace(__COUNTER__, 0);
    }
  };
  InTurn(write, write);
}
SILENT(exception_from_a_future, "library_wait") {
  auto result = std::async(std::launch::async, [&]() -> int {
    WRITE;
    throw Carrier();
  });
  try {
    result.get();
  } catch (Carrier &carrier) {
    carrier.map.emplace(1, 1);
    WRITE;
  }
}
SILENT(exception_to_two_by_a_future, "library_wait") {
  std::promise<int> promise;
  std::shared_future<int> first = promise.get_future().share(), second = first;
  auto look = [&map](std::shared_future<int> &future) {
    try {
      future.get();
    } catch (Carrier &carrier) {
      (void)carrier.map.find(1);
      READ;
    }
  };
  InTurn(
      [&] {
        WRITE;
        promise.set_exception(Carry());
      },
      [&] { look(first); }, [&] { look(second); });
}

// Two threads own one; the second's end is the exception's.
template <class First, class Second>
static void TwoOwners(First useAndDrop, Second drop) {
  std::exception_ptr one = Catch(), other = one;
  InTurn([&] { useAndDrop(one); }, [&] { drop(other); });
}
static void Write(const std::exception_ptr &exception) {
  try {
    std::rethrow_exception(exception);
  } catch (Carrier &carrier) {
    carrier.map.emplace(__COUNTER__, 0);
  }
}
SILENT(exception_dropped_by_two, "exception_last_owner") {
  TwoOwners(
      [](std::exception_ptr &own) {
        Write(own);
        own = nullptr;
      },
      [](std::exception_ptr &own) { own = nullptr; });
}
SILENT(exception_assigned_over, "exception_last_owner") {
  const std::exception_ptr none;
  TwoOwners(
      [&](std::exception_ptr &own) {
        Write(own);
        own = none;
      },
      [&](std::exception_ptr &own) { own = none; });
}
// The last owner is a handler, of the exception itself or of a rethrown one.
SILENT(exception_handled_last, "exception_last_owner") {
  std::exception_ptr other;
  std::atomic<bool> handed(false);
  Together(
      [&] {
        step.WaitFor(1);
        (void)handed.load(std::memory_order_acquire);
        Write(other);
        other = nullptr;
        step.Done();
      },
      [&] {
        try {
          throw Carrier();
        } catch (...) {
          other = std::current_exception();
          handed.store(true, std::memory_order_release);
          step.Done();
          step.WaitFor(2);
        }
      });
}
SILENT(rethrown_exception_handled_last, "exception_last_owner") {
  TwoOwners(
      [](std::exception_ptr &own) {
        Write(own);
        own = nullptr;
      },
      [](std::exception_ptr &own) {
        try {
          std::rethrow_exception(std::move(own));
        } catch (...) {
          own = nullptr;
        }
      });
}
// And the first owner may be one.
SILENT(exception_handled_first, "exception_last_owner") {
  std::exception_ptr other;
  Together(
      [&] {
        try {
          throw Carrier();
        } catch (Carrier &carrier) {
          other = std::current_exception();
          carrier.map.emplace(1, 1);
        }
        step.Done();
      },
      [&] {
        step.WaitFor(1);
        other = nullptr;
      });
}
// A map that is thrown is one of its exception's parts.
SILENT(exception_is_a_map, "exception_last_owner") {
  std::exception_ptr one = std::make_exception_ptr(Map()), other = one;
  InTurn(
      [&] {
        try {
          std::rethrow_exception(one);
        } catch (Map &map) {
          map.emplace(1, 1);
        }
        one = nullptr;
      },
      [&] { other = nullptr; });
}
RACE(exception_used_after_its_owner_dropped_it) {
  TwoOwners(
      [](std::exception_ptr &own) {
        Map *its = nullptr;
        try {
          std::rethrow_exception(own);
        } catch (Carrier &carrier) {
          its = &carrier.map;
        }
        own = nullptr;
        its->emplace(1, 1); // the other one still has it
      },
      [](std::exception_ptr &own) { own = nullptr; });
}
// To own one together orders nothing else.
RACE(exception_dropped_by_two_orders_no_other_map) {
  std::exception_ptr one = Catch(), other = one, third = one;
  InTurn(
      [&] {
        WRITE;
        one = nullptr;
      },
      [&] {
        other = nullptr;
        WRITE;
      });
}

// --- the end of the program: reports after the cases count as the last one's

static Map at_the_end;
static struct PrintsAtEnd {
  ~PrintsAtEnd() {
    at_the_end.emplace(__COUNTER__, 0);
    std::printf("END: %d reports\n", cases::reports);
  }
} prints_at_end;
static Map &MadeByAnyone() {
  static Map made;
  return made;
}
SILENT(joined_before_the_end, NO_RULE) {
  std::thread([] {
    at_the_end.emplace(__COUNTER__, 0);
    MadeByAnyone().emplace(1, 1);
    std::atexit([] { at_the_end.emplace(__COUNTER__, 0); });
  }).join();
}

int main(int argc, char **argv) {
  int result = RunCases(argc, argv);
  cases::reports = 0;
  return result;
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 19 cases
// CHECK: END: 0 reports
