// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}
// Intent: the pass leaves out reads that repeat an earlier one; whatever may
// synchronise between the two, however deep in a call, keeps the second one.

#include "cases.h"
#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_set>

using cases::Map;

// Turns by volatile variables, which the pass takes for quiet, as they are.
static volatile int turn;
static volatile bool yes = true;
static std::atomic<int> flag;

static void Begin() {
  turn = 0;
  flag.store(0, std::memory_order_relaxed);
}
static inline void AwaitTurn(int number) {
  while (turn < number)
    ;
}

// The write comes after the first of two reads, and is unordered with the second.
#define BETWEEN(Name, ...)                                                     \
  RACE(Name) {                                                                 \
    Begin();                                                                   \
    Together(                                                                  \
        [&] {                                                                  \
          READ;                                                                \
          __VA_ARGS__;                                                         \
          AwaitTurn(1);                                                        \
          READ;                                                                \
        },                                                                     \
        [&] {                                                                  \
          while (!flag.load(std::memory_order_acquire))                        \
            ;                                                                  \
          WRITE;                                                               \
          turn = 1;                                                            \
        });                                                                    \
  }

static inline void Release() { flag.store(1, std::memory_order_release); }
__attribute__((noinline)) static void Release1() { Release(); }
static int Release2(int argument) {
  if (argument)
    Release1();
  return argument;
}
struct Getter {
  int value = 1;
  virtual int Get() const { return Release2(value); }
  virtual ~Getter() = default;
};
struct AtTheEnd {
  ~AtTheEnd() { Release(); }
};

BETWEEN(a_store, Release())
BETWEEN(a_function, Release1())
BETWEEN(deep_in_calls, (void)Release2(1))
BETWEEN(a_pointer_to_a_function, void (*volatile pointer)() = Release1;
        pointer())
BETWEEN(a_virtual_function, Getter getter; Getter *volatile pointer = &getter;
        (void)pointer->Get())
BETWEEN(a_function_object, std::function<void()> f = Release1; f())
BETWEEN(a_destructor, { AtTheEnd end; })
BETWEEN(a_fence, std::atomic_thread_fence(std::memory_order_release);
        flag.store(1, std::memory_order_relaxed))
BETWEEN(one_side_of_a_branch, if (yes) Release())
BETWEEN(a_handler, try { throw 1; } catch (int) { Release(); })
BETWEEN(a_static_variable, static int once = Release2(1); (void)once)
BETWEEN(a_thread, cases::Thread other(Release1); other.Join())

// What another container's look-up calls.
struct Comparison {
  bool operator()(int a, int b) const { return Release2(1) && a < b; }
};
struct Hash {
  size_t operator()(int key) const { return Release2(1) + key; }
};
struct Equal {
  bool operator()(int a, int b) const { return Release2(1) && a == b; }
};
struct Key {
  int value;
  bool operator<(const Key &other) const {
    return Release2(1) && value < other.value;
  }
};

template <class Other> static Other &Filled() {
  static auto &other = *new Other{{1}, {2}, {3}};
  flag.store(0, std::memory_order_relaxed);
  return other;
}

#define LOOK_UP(Name, ...)                                                     \
  RACE(Name) {                                                                 \
    using Other = __VA_ARGS__;                                                 \
    Other &other = Filled<Other>();                                            \
    Begin();                                                                   \
    Together(                                                                  \
        [&] {                                                                  \
          READ;                                                                \
          (void)other.find({2});                                               \
          AwaitTurn(1);                                                        \
          READ;                                                                \
        },                                                                     \
        [&] {                                                                  \
          while (!flag.load(std::memory_order_acquire))                        \
            ;                                                                  \
          WRITE;                                                               \
          turn = 1;                                                            \
        });                                                                    \
  }

LOOK_UP(a_comparison, std::set<int, Comparison>)
LOOK_UP(a_hash_function, std::unordered_multiset<int, Hash>)
LOOK_UP(an_equality, std::unordered_multiset<int, std::hash<int>, Equal>)
LOOK_UP(a_key, std::set<Key>)

// In the second round of a loop.
RACE(a_loop) {
  Begin();
  Together(
      [&] {
        for (int i = 0; i < 2; i++) {
          READ;
          if (i == 0)
            Release();
          AwaitTurn(1);
        }
      },
      [&] {
        while (!flag.load(std::memory_order_acquire))
          ;
        WRITE;
        turn = 1;
      });
}

// Nothing in between but what is quiet: the second read is left out, and the
// write meets the first one.
#define QUIET(Name, ...)                                                       \
  RACE(Name) {                                                                 \
    Begin();                                                                   \
    static auto &other = *new std::map<std::string, int>{{"a", 1}};            \
    (void)other;                                                               \
    Together(                                                                  \
        [&] {                                                                  \
          READ;                                                                \
          turn = 1;                                                            \
          __VA_ARGS__;                                                         \
          AwaitTurn(2);                                                        \
          READ;                                                                \
        },                                                                     \
        [&] {                                                                  \
          AwaitTurn(1);                                                        \
          WRITE;                                                               \
          turn = 2;                                                            \
        });                                                                    \
  }

QUIET(nothing)
QUIET(another_look_up, static const std::string key = "a";
      (void)other.find(key))
QUIET(an_iteration, for (auto &entry : other) entry.second++)

SILENT(ordered, NO_RULE) {
  Begin();
  Together(
      [&] {
        READ;
        if (map.find(3) == map.end() && map.empty())
          Release();
      },
      [&] {
        while (!flag.load(std::memory_order_acquire))
          ;
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }
// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 21 cases
