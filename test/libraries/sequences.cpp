// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases20 --mapsan-sequences -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %cases20 --mapsan-sequences -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s
// RUN: %if libcxx %{ %cases20 --mapsan-sequences %libcxx_flags -O0 %s -o %t.libcxx && %run-cases %t.libcxx | %FileCheck %s %}
// RUN: %cases20 -O0 %s -o %t.off && %not %run-cases %t.off | %FileCheck %s --check-prefix=OFF

// Intent: with --mapsan-sequences what changes the structure of a vector, a deque or a string races with all that others do
// to it, and what invalidates iterators and references is told; without, nothing is looked at.

#include "cases.h"
#include <deque>
#include <mutex>
#include <queue>
#include <string>
#include <vector>

using Ints = std::vector<int>;
using Ends = std::deque<int>;
using Text = std::string;

static int sink;
[[gnu::noinline]] static void nothing() { asm volatile("" ::: "memory"); }

// Both threads have one with four elements and room for more.
template <class Sequence> static Sequence filled() {
  Sequence s;
  for (char c : {'a', 'b', 'c', 'd'})
    s.push_back(c);
  if constexpr (requires(Sequence &r) { r.reserve(100); })
    s.reserve(100);
  return s;
}
#define BOTH(Expected, Name, Type, First, Second)                              \
  Expected(Name, NO_RULE) {                                                    \
    static Type s = filled<Type>();                                            \
    InTurn([&] { First; }, [&] { Second; });                                   \
  }
#define RACES(Name, Type, First, Second) BOTH(RACE, Name, Type, First, Second)
#define QUIET(Name, Type, First, Second) BOTH(SILENT, Name, Type, First, Second)

// --- what changes, against what reads
RACES(vector_push_push, Ints, s.push_back(1), s.push_back(2))
RACES(vector_push_size, Ints, s.push_back(1), sink += s.size())
RACES(vector_subscript_push, Ints, sink += s[1], s.push_back(1))
RACES(vector_at_pop, Ints, sink += s.at(1), s.pop_back())
RACES(vector_walk_emplace, Ints, for (int i : s) sink += i, s.emplace_back(1))
RACES(vector_back_insert, Ints, sink += s.back(), s.insert(s.begin(), 1))
RACES(vector_front_erase, Ints, sink += s.front(), s.erase(s.begin()))
RACES(vector_data_clear, Ints, sink += *s.data(), s.clear())
RACES(vector_empty_resize, Ints, sink += s.empty(), s.resize(50))
RACES(vector_size_assign, Ints, sink += s.size(), s.assign(3, 1))
RACES(vector_size_assigned, Ints, sink += s.size(), s = Ints())
RACES(vector_size_swap, Ints, sink += s.size(), Ints other; s.swap(other))
RACES(vector_reserve, Ints, sink += s.size(), s.reserve(1000))
RACES(vector_copied, Ints, Ints copy(s), s.push_back(1))
RACES(vector_compared, Ints, sink += s == s, s.push_back(1))
RACES(deque_push_front, Ends, sink += s[1], s.push_front(1))
RACES(deque_pop_front, Ends, sink += s.size(), s.pop_front())
RACES(deque_push_back, Ends, sink += s.back(), s.push_back(1))
RACES(deque_erase, Ends, for (int i : s) sink += i, s.erase(s.begin()))
RACES(string_append, Text, sink += s.size(), s += "more")
RACES(string_push, Text, sink += s.c_str()[0], s.push_back('x'))
RACES(string_find_clear, Text, sink += s.find('b'), s.clear())
RACES(string_equal_append, Text, sink += s == "other", s.append("more"))
RACES(string_assign, Text, sink += s.length(), s = "something else")
RACE(vector_destroyed, NO_RULE) {
  auto *s = new Ints(4);
  InTurn([&] { sink += s->size(); }, [&] { delete s; });
}
// What is built on one is no more than that.
RACE(queue, NO_RULE) {
  static std::priority_queue<int> s;
  InTurn([&] { s.push(1); }, [&] { s.push(2); });
}

// --- what does not
QUIET(vector_reads, Ints, sink += s[1], sink += s.size())
QUIET(vector_walks, Ints, for (int i : s) sink += i, sink += s.at(2))
QUIET(vector_room_enough, Ints, s.reserve(10), sink += s.size())
QUIET(vector_as_large, Ints, s.resize(4), sink += s.size())
QUIET(vector_elements, Ints, s[1] = 1, s[2] = 2)
QUIET(deque_reads, Ends, sink += s[1], sink += s.front())
QUIET(string_reads, Text, sink += s.find('b'), sink += s.size())
QUIET(string_characters, Text, s[1] = 'x', s[2] = 'y')
QUIET(string_appends_nothing, Text, s += "", sink += s.size())
SILENT(guarded, "mutex") {
  static Ints s = filled<Ints>();
  std::mutex mutex;
  auto push = [&] {
    std::lock_guard<std::mutex> hold(mutex);
    s.push_back(1);
  };
  InTurn(push, push);
}

// --- iterators and references, in one thread
#define INVALID(Expected, Name, Type, Body)                                    \
  Expected(Name, NO_RULE) {                                                    \
    static Type s = filled<Type>();                                            \
    nothing();                                                                 \
    Body                                                                       \
  }
INVALID(RACE, vector_iterator_grown, Ints, auto it = s.begin(); s.resize(5000);
        nothing(); sink += *it;)
INVALID(SILENT, vector_iterator_room_enough, Ints, auto it = s.begin();
        s.push_back(1); nothing(); sink += *it;)
INVALID(RACE, vector_reference_grown, Ints, int &first = s[0]; s.resize(5000);
        nothing(); first = 1;)
INVALID(
    RACE, vector_walk_grown, Ints, s.shrink_to_fit(); int n = 0;
    for (int i : s) {
      if (n++ == 2)
        break;
      s.push_back(i);
    })
INVALID(RACE, string_reference_grown, Text, char &first = s[0]; s.resize(5000);
        nothing(); first = 'x';)

int main() { return RunCases(); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 41 cases

// OFF: vector_push_push: silent UNEXPECTED
// OFF: vector_iterator_grown: silent UNEXPECTED
