// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %debug-cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s
// RUN: %not env MAPSAN_OPTIONS=symbolize=0:elements=0 %t.O2 | %FileCheck %s --check-prefix=OFF
// RUN: %if libcxx %{ %debug-cases %libcxx_flags -O0 %s -o %t.libcxx && %run-cases %t.libcxx | %FileCheck %s %}
// RUN: %if libcxx %{ %if full %{ %debug-cases %libcxx_flags -O2 %s -o %t.libcxx2 && %run-cases %t.libcxx2 | %FileCheck %s %} %}

// Intent: unordered uses of the same bytes of an element race if one writes, however the element was come by; other bytes,
// ordered uses, atomics and locks do not.

#include "cases.h"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct Point {
  int x = 0, y = 0;
};
struct Session {
  int user = 0, hits = 0;
  Point at, seen;
  char letters[8] = {};
  unsigned low : 3, high : 5;
  unsigned : 0;
  unsigned apart : 4;
  long sum = 0;
  Session() : low(0), high(0), apart(0) {}
};
struct Busy {
  std::atomic<int> count{0};
  std::atomic<int> *counter() { return &count; }
  std::mutex mutex;
  int guarded = 0;
  volatile int device = 0;
};

using Ints = std::unordered_map<int, int>;
using Tree = std::map<int, int>;
using Sessions = std::map<int, Session>;

static int sink;
template <class T> static void use(const T &value) {
  asm volatile("" ::"r"(&value) : "memory");
}

// Both threads use the element 1 of a map, which has another one, 2.
#define BOTH(Expected, Rule, Name, Map, First, Second)                         \
  Expected(Name, Rule) {                                                       \
    Map m;                                                                     \
    m[1];                                                                      \
    m[2];                                                                      \
    InTurn([&] { First; }, [&] { Second; });                                   \
  }
#define RACES(Name, Map, First, Second)                                        \
  BOTH(RACE, NO_RULE, Name, Map, First, Second)
#define QUIET(Name, Map, First, Second)                                        \
  BOTH(SILENT, NO_RULE, Name, Map, First, Second)

// --- ways to an element

RACES(subscript, Ints, m[1] = 1, m[1] = 2)
RACES(subscript_and_at, Ints, m[1] = 1, sink += m.at(1))
RACES(read_before, Ints, sink += m[1], m[1] = 2)
RACES(compound, Tree, m[1] += 1, m[1] += 2)
RACES(increment, Tree, m[1]++, ++m.at(1))
RACES(found, Ints, m.find(1)->second = 1, m.find(1)->second = 2)
RACES(found_and_kept, Tree, auto it = m.find(1);
      if (it != m.end()) it->second = 1, auto it = m.lower_bound(1);
      (*it).second = 2)
RACES(inserted, Tree, m.insert(std::make_pair(1, 5)).first->second = 1,
      m[1] = 2)
RACES(reference, Tree, auto &v = m.at(1); v += 1, int &v = m[1]; v += 2)
RACES(reference_to_member, Sessions, auto &s = m[1]; auto &x = s.at.x;
      x = 1, m[1].at.x = 2)
RACES(pointer, Tree, int *v = &m.at(1); *v = 1, m[1] = 2)
RACES(range_for, Tree, for (auto &e : m) e.second = 1, m[1] = 2)
RACES(range_for_bindings, Ints, for (auto &[k, v] : m) v = k,
      for (auto &[k, v] : m) sink += v)
RACE(bindings, NO_RULE) {
  Tree m;
  InTurn(
      [&] {
        auto [it, is_new] = m.emplace(1, 5);
        it->second = is_new;
      },
      [&] {
        mapsan_ignore_begin(); // (of the map)
        auto it = m.begin();
        mapsan_ignore_end();
        auto &[k, v] = *it;
        v = k;
      });
}
RACES(constant_iterator, Tree, m[1] = 1, sink += m.cbegin()->second)
RACES(copy_of_an_iterator, Tree, auto it = m.begin(); auto other = it;
      other->second = 1, m[1] = 2)
RACES(step, Tree, auto it = m.find(2); --it; it->second = 1, m[1] = 2)

static void set(Tree::iterator it) { it->second = 1; }
static void setBy(Tree::iterator &it) { it->second = 1; }
RACES(parameter, Tree, set(m.begin()), set(m.find(1)))
RACES(parameter_by_reference, Tree, auto it = m.begin(); setBy(it), m[1] = 2)

// --- which bytes

QUIET(reads, Ints, sink = m[1], use(m.at(1)))
QUIET(other_elements, Ints, m[1] = 1, m[2] = 2)
QUIET(other_elements_of_a_tree, Tree, m[1] = 1, m.find(2)->second = 2)
QUIET(other_members, Sessions, m[1].user = 1, m[1].hits = 2)
QUIET(other_members_of_members, Sessions, m[1].at.x = 1, m[1].at.y = 2)
QUIET(other_letters, Sessions, m[1].letters[0] = 1, m[1].letters[1] = 2)
RACES(same_letters, Sessions, m[1].letters[3] = 1, m[1].letters[3] = 2)
RACES(letters_by_index, Sessions,
      for (int i = 0; i < 8; i++) m[1].letters[i] = 1, m[1].letters[7] = 2)
QUIET(letters_by_other_index, Sessions,
      for (int i = 0; i < 7; i++) m[1].letters[i] = 1, m[1].letters[7] = 2)
// Bit-fields side by side are one memory location.
RACES(bits, Sessions, m[1].low = 1, m[1].high = 2)
QUIET(bits_apart, Sessions, m[1].low = 1, m[1].apart = 2)
RACES(copied, Sessions, m[1].at.y = 1, Point p = m[1].at; use(p))
QUIET(other_part_copied, Sessions, m[1].at.y = 1, Point p = m[1].seen; use(p))
RACES(assigned, Sessions, (m[1].at = Point{1, 2}), sink += m[1].at.y)
QUIET(other_part_assigned, Sessions, (m[1].at = Point{1, 2}),
      sink += m[1].seen.x)
RACES(all_of_it_copied, Sessions, m[1].sum = 1, Session s = m[1]; use(s))
RACES(all_of_it_assigned, Sessions, m[1].sum = 1, m[1] = Session())
QUIET(all_of_it_copied_twice, Sessions, Session s = m[1];
      use(s), Session s = m[1]; use(s))
RACES(filled, Sessions, std::memset(m[1].letters, 1, 8),
      sink += m[1].letters[5])
QUIET(filled_in_part, Sessions, std::memset(m[1].letters, 1, 5),
      sink += m[1].letters[5])
static void take(Session s) { use(s); }
RACES(passed_by_value, Sessions, m[1].sum = 1, take(m[1]))
static void takePoint(Point p) { use(p); }
RACES(passed_in_words, Sessions, m[1].at.x = 1, takePoint(m[1].at))
RACES(pair_copied, Tree, m[1] = 1, auto p = *m.begin(); use(p))

// --- classes of the library

using Names = std::map<int, std::string>;
RACES(string_appended, Names, m[1] += "x", sink += m.at(1).size())
RACES(string_assigned, Names, m[1] = "x", std::string s = m.at(1); use(s))
RACES(string_copied_twice, Names, std::string s; m[1] = s, std::string s;
      s = m[1])
RACES(string_moved_from, Names, std::string s = std::move(m[1]);
      use(s), use(m.at(1).data()))
QUIET(strings_read, Names, sink += m[1].size(), std::string s = m[1]; use(s))
QUIET(strings_of_others, Names, m[1] += "x", m[2] += "y")

using Vectors = std::unordered_map<int, std::vector<int>>;
RACES(vector_grows, Vectors, m[1].push_back(1), sink += m[1].size())
RACES(vector_walked, Vectors, for (int i : m[1]) sink += i,
      m[1].emplace_back(2))
QUIET(vectors_read, Vectors, for (int i : m[1]) sink += i, sink += m[1].empty())
using Deques = std::map<int, std::deque<int>>;
RACES(deque_grows, Deques, m[1].push_back(1), m[1].push_front(2))
using Optionals = std::map<int, std::optional<int>>;
RACES(optional_reset, Optionals, m[1].reset(), sink += m[1].has_value())
using Uniques = std::map<int, std::unique_ptr<int>>;
RACES(unique_reset, Uniques, m[1].reset(), use(m[1].get()))
using Shareds = std::map<int, std::shared_ptr<int>>;
RACES(shared_reset, Shareds, m[1].reset(), auto p = m[1]; use(p))
QUIET(shared_copied, Shareds, auto p = m[1]; use(p), auto p = m[1]; use(p))
using Functions = std::map<int, std::function<void()>>;
RACES(function_assigned, Functions, m[1] = [] { sink++; }, use(bool(m[1])))

// --- what synchronises

using Busies = std::map<int, Busy>;
QUIET(atomics, Busies, m[1].count++, m[1].count++)
QUIET(atomics_by_order, Busies, m[1].count.store(1, std::memory_order_relaxed),
      sink = m[1].count.load(std::memory_order_relaxed))
QUIET(devices, Busies, m[1].device = 1, m[1].device = 2)
#define LOCKED(Access)                                                         \
  Busy &b = m[1];                                                              \
  std::lock_guard<std::mutex> lock(b.mutex);                                   \
  Access
BOTH(SILENT, "mutex", locked_inside, Busies, LOCKED(b.guarded++),
     LOCKED(b.guarded++))
RACES(locked_once, Busies, LOCKED(b.guarded++), m[1].guarded++)
BOTH(SILENT, "atomic_release", released, Busies, auto &b = m[1]; b.guarded = 1;
     b.count.store(1, std::memory_order_release), auto &b = m[1];
     while (!b.count.load(std::memory_order_acquire)); b.guarded++)
RACES(not_released, Busies, auto &b = m[1]; b.guarded = 1;
      b.count.store(1, std::memory_order_relaxed), auto &b = m[1];
      while (!b.count.load(std::memory_order_acquire)); b.guarded++)

SILENT(guarded, "mutex") {
  Tree m;
  std::mutex mutex;
  InTurn(
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        m[1] = 1;
      },
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        m[1]++;
      });
}
// The lookup is, the use is not.
RACE(only_the_lookup_guarded, NO_RULE) {
  Tree m;
  m[1];
  std::mutex mutex;
  auto find = [&]() -> Tree::iterator {
    std::lock_guard<std::mutex> lock(mutex);
    return m.find(1);
  };
  InTurn([&] { set(find()); },
         [&] {
           auto it = find();
           it->second = 3;
         });
}
RACE(third_thread, NO_RULE) {
  Tree m;
  m[1];
  std::mutex mutex;
  InTurn(
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        m[1] = 1;
      },
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        sink += m[1];
      },
      [&] { m[1] = 2; });
}
SILENT(joined, "thread_join") {
  Tree m;
  m[1];
  cases::Thread a([&] { m[1] = 1; });
  a.Join();
  cases::Thread b([&] { m[1] = 2; });
  b.Join();
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases

// Nothing but elements is found there.
// OFF-NOT: : race
// OFF: DONE: {{[0-9]+}} cases
