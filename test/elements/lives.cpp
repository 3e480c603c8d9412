// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %debug-cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s
// RUN: %if libcxx %{ %debug-cases %libcxx_flags -O2 %s -o %t.libcxx && %run-cases %t.libcxx | %FileCheck %s %}

// Intent: what was done to an element is not held against what comes to be in its memory.

#include "cases.h"

#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <map>
#include <mutex>
#include <vector>

using Tree = std::map<int, int>;
using Table = std::unordered_map<int, int>;

// Each thread has a map of its own, and some of one's elements lie where the
// other's have lain: a thread keeps no more than 7 blocks of a size for itself.
// (The allocator locks, which nobody sees.)
template <class Map> static void inTheSameMemory() {
  static constexpr int kElements = 16;
  int *first[kElements]; // (no map: that would be a race)
  bool again = false;
  InTurn(
      [&] {
        Map *own = new Map;
        for (int i = 0; i < kElements; i++) {
          int &value = (*own)[i];
          value = 1;
          first[i] = &value;
        }
        delete own;
      },
      [&] {
        Map *own = new Map;
        for (int i = 0; i < kElements; i++) {
          int &value = (*own)[i];
          value = 2;
          for (int *earlier : first)
            again |= earlier == &value;
        }
        delete own;
      });
  if (!again)
    std::puts("never met UNEXPECTED");
}
SILENT(reused, "life_of_map") { inTheSameMemory<Tree>(); }
SILENT(reused_of_a_table, "life_of_map") { inTheSameMemory<Table>(); }

// The thread's own record is of the life before.
RACE(in_the_next_life, NO_RULE) {
  Tree m;
  InTurn(
      [&] {
        int *first = &m[1];
        *first = 1;
        m.clear();
        int *second = &m[1];
        *second = 2;
        if (first != second)
          std::puts("never met UNEXPECTED");
      },
      [&] {
        mapsan_ignore_begin(); // (of the map)
        auto it = m.begin();
        mapsan_ignore_end();
        it->second = 3;
      });
}

// Memory of a thread goes to the next one: that creates nobody's order.
template <class T> struct InArena {
  using value_type = T;
  char *arena;
  explicit InArena(char *arena) : arena(arena) {}
  template <class U> InArena(const InArena<U> &o) : arena(o.arena) {}
  T *allocate(std::size_t) { return reinterpret_cast<T *>(arena); }
  void deallocate(T *, std::size_t) {}
  template <class U> bool operator==(const InArena<U> &) const { return true; }
  template <class U> bool operator!=(const InArena<U> &) const { return false; }
};
using Placed =
    std::map<int, int, std::less<int>, InArena<std::pair<const int, int>>>;
static void setPlaced(Placed::iterator it) { it->second = 1; }
static int *putInto(char *arena) {
  Placed map{Placed::allocator_type(arena)};
  setPlaced(map.emplace(1, 0).first);
  return &map.begin()->second;
}
static int *inThreadLocal() {
  alignas(16) static thread_local char arena[256];
  return putInto(arena);
}
static int *onTheStack() {
  alignas(16) char arena[256];
  return putInto(arena);
}
// The main thread does not know that the first one has ended.
static void oneAfterTheOther(int *(*function)()) {
  invisible::Step step;
  int *first = nullptr, *second = nullptr;
  auto ended = [&] {
    cases::Thread thread([&] { first = function(); });
    thread.Join();
    step.Done();
  };
  cases::Thread other(ended);
  step.WaitFor(1);
  cases::Thread thread([&] { second = function(); });
  thread.Join();
  other.Join();
  if (first != second)
    std::puts("never met UNEXPECTED");
}
SILENT(thread_locals, "life_of_map") { oneAfterTheOther(inThreadLocal); }
SILENT(stacks, "life_of_map") { oneAfterTheOther(onTheStack); }

// In a flat map others' elements move; all of that is done under the lock.
struct Flat {
  std::vector<std::pair<int, int>> all;
};
SILENT(erased_and_inserted, "mutex") {
  std::map<int, Flat> m;
  std::mutex mutex;
  auto locked = [&](auto function) {
    return [&, function] {
      std::lock_guard<std::mutex> lock(mutex);
      function();
    };
  };
  InTurn(locked([&] { m[1].all.emplace_back(1, 2); }), locked([&] {
           m.erase(1);
           m[2].all.emplace_back(3, 4);
         }),
         locked([&] { m[2].all.clear(); }));
}

// --- erased

static int sink;
static void set(Tree::iterator it) { it->second = 1; }
static void get(Tree::iterator it) { sink += it->second; }

// The iterator is there before the threads are.
#define ERASED(Expected, Name, First, Second)                                  \
  Expected(Name, NO_RULE) {                                                    \
    auto *m = new Tree;                                                        \
    (*m)[1] = 5;                                                               \
    (*m)[2] = 5;                                                               \
    auto one = m->find(1);                                                     \
    InTurn([&] { First; }, [&] { Second; });                                   \
  }
ERASED(RACE, written_and_erased, set(one), m->erase(1))
ERASED(RACE, read_and_erased, get(one), m->erase(1))
ERASED(RACE, erased_and_read, m->erase(1), get(one))
ERASED(RACE, read_and_cleared, get(one), m->clear())
ERASED(RACE, read_and_destroyed, get(one), delete m)
ERASED(RACE, read_and_assigned_over, get(one), *m = Tree())
ERASED(SILENT, other_erased, set(one), m->erase(2))
ERASED(SILENT, extracted, set(one), (void)m->extract(2))
SILENT(erased_guarded, "mutex") {
  Tree m;
  m[1];
  auto one = m.begin();
  std::mutex mutex;
  InTurn(
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        set(one);
      },
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        m.erase(one);
      });
}
// What is destroyed may wait for those who use it.
struct Joining {
  cases::Thread<void (*)()> *thread = nullptr;
  int value = 0;
  ~Joining() {
    if (thread)
      thread->Join();
  }
};
static std::map<int, Joining> joining;
static std::map<int, Joining>::iterator joined;
static void setJoined(std::map<int, Joining>::iterator it) {
  it->second.value = 1;
}
SILENT(waited_for_in_the_destructor, "thread_join") {
  joining[1];
  joined = joining.find(1);
  joined->second.thread =
      new cases::Thread<void (*)()>(+[] { setJoined(joined); });
  joining.erase(1);
}

int main(int argc, char **argv) {
  mallopt(M_ARENA_MAX, 1);
  return RunCases(argc, argv);
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
