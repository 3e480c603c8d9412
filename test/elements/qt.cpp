// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %clangxx -std=c++17 -O2 -shared -fPIC -fvisibility=hidden -fvisibility-inlines-hidden $(pkg-config --cflags Qt6Core) %S/Inputs/qt-elsewhere.cpp -o %t.so
// RUN: %debug-cases -O0 %s %t.so -DQT_NO_DEBUG -o %t.O0 -fPIC $(pkg-config --cflags --libs Qt6Core | sed "s, -I, -isystem ,g;s,^-I,-isystem ,") && %run-cases %t.O0 | %FileCheck %s
// RUN: %debug-cases -O2 %s %t.so -DQT_NO_DEBUG -o %t.O2 -fPIC $(pkg-config --cflags --libs Qt6Core | sed "s, -I, -isystem ,g;s,^-I,-isystem ,") && %run-cases %t.O2 | %FileCheck %s

// Intent: unordered uses of one element of Qt's containers race if one writes; what copies share nobody changes, and who is left
// alone with it comes after those who have let go of it.

#include "Inputs/qt-elsewhere.h"
#include "cases.h"

#include <QHash>
#include <QMap>
#include <QSet>
#include <mutex>

struct Point {
  int x = 0, y = 0;
};
using Tree = QMap<int, int>;
using Trees = QMultiMap<int, int>;
using Table = QHash<int, int>;
using Tables = QMultiHash<int, int>;
using Points = QMap<int, Point>;
using PointTable = QHash<int, Point>;

static int sink;

template <class Any> static const Any &constant(const Any &map) { return map; }
template <class Any> static Any filled() {
  Any map;
  map.insert(1, {});
  map.insert(2, {});
  return map;
}

// Both threads use the element 1 of a map, which has another one, 2.
#define BOTH(Expected, Name, Map, First, Second)                               \
  Expected(Name, NO_RULE) {                                                    \
    Map m = filled<Map>();                                                     \
    InTurn([&] { First; }, [&] { Second; });                                   \
  }
#define RACES(Name, Map, First, Second) BOTH(RACE, Name, Map, First, Second)
#define QUIET(Name, Map, First, Second) BOTH(SILENT, Name, Map, First, Second)

// --- ways to an element

RACES(subscript, Tree, m[1] = 1, m[1] = 2)
RACES(subscript_of_a_table, Table, m[1] = 1, m[1] = 2)
RACES(subscript_of_several, Tables, m[1] = 1, m[1] = 2)
RACES(found, Tree, m.find(1).value() = 1, *m.find(1) = 2)
RACES(found_in_a_table, Table, m.find(1).value() = 1, *m.find(1) = 2)
RACES(found_of_several, Trees, m.find(1).value() = 1, *m.find(1) = 2)
RACES(found_of_several_in_a_table, Tables, m.find(1).value() = 1,
      *m.find(1) = 2)
RACES(found_and_kept, Tree, auto it = m.find(1);
      if (it != m.end()) *it = 1, auto it = m.lowerBound(1); it.value() = 2)
RACES(found_and_kept_of_a_table, Table, auto it = m.find(1);
      if (it != m.end()) *it = 1, auto it = m.find(1); it.value() = 2)
RACES(read_by_a_constant_iterator, Tree, m[1] = 1,
      sink += m.constFind(1).value())
RACES(read_by_a_constant_iterator_before, Tree, sink += *m.constFind(1),
      m[1] = 1)
RACES(read_by_a_constant_iterator_of_a_table, Table, m[1] = 1,
      sink += *constant(m).find(1))
RACES(read_of_a_table_before, Table, sink += m.constFind(1).value(), m[1] = 1)
RACES(by_an_arrow, Points, m.find(1)->x = 1, m.find(1)->x = 2)
RACES(by_an_arrow_of_a_table, PointTable, m.find(1)->x = 1,
      sink += m.constFind(1)->x)
RACES(first, Tree, m.first() = 1, sink += constant(m).first())
RACES(last, Tree, sink += constant(m).last(), m.last() = 1)
RACES(reference, Tree, auto &v = m[1]; v += 1, int &v = m[1]; v += 2)
RACES(reference_of_a_table, Table, auto &v = m[1]; v += 1, int &v = m[1];
      v += 2)
RACES(range_for, Tree, for (int &v : m) v = 1,
      for (int v : constant(m)) sink += v)
RACES(range_for_of_a_table, Table, for (int &v : m) v = 1,
      for (int v : constant(m)) sink += v)
RACES(copy_of_an_iterator, Tree, auto it = m.begin(); auto other = it;
      *other = 1, m[1] = 2)
RACES(constant_copy_of_an_iterator, Table, m[1] = 2,
      Table::const_iterator it = m.find(1);
      sink += *it)
RACES(step, Tree, auto it = m.find(2); --it; *it = 1, m[1] = 2)
RACES(value, Tree, m[1] = 1, sink += m.value(1))
RACES(value_before, Tree, sink += m.value(1), m[1] = 1)
RACES(value_of_a_table, Table, m[1] = 1, sink += m.value(1))
RACES(value_of_a_table_before, Table, sink += m.value(1, 5), m[1] = 1)
RACES(value_of_several, Tables, m.find(1).value() = 1, sink += m.value(1))
RACES(constant_subscript, Tree, m[1] = 1, sink += constant(m)[1])
RACES(constant_subscript_of_a_table, Table, m[1] = 1, sink += constant(m)[1])

// --- which

QUIET(reads, Tree, sink += m[1], sink += *m.constFind(1))
QUIET(reads_of_a_table, Table, sink += m.value(1), sink += *m.find(1))
QUIET(other_elements, Tree, m[1] = 1, m[2] = 2)
QUIET(other_elements_of_a_table, Table, m[1] = 1, sink += m.value(2))
QUIET(other_members, Points, m[1].x = 1, m[1].y = 2)
QUIET(absent, Tree, m[1] = 1, sink += m.value(3, 4))
QUIET(looked_for, Table, m[1] = 1, sink += m.contains(1) + m.count(1))
SILENT(elements_of_a_set, NO_RULE) {
  QSet<int> m{1, 2};
  auto body = [&] {
    for (int key : constant(m))
      sink += key;
  };
  InTurn(body, body);
}
SILENT(locked, "mutex") {
  Tree m = filled<Tree>();
  std::mutex mutex;
  auto body = [&] {
    std::lock_guard<std::mutex> lock(mutex);
    for (int &v : m)
      v++;
  };
  InTurn(body, body);
}

// --- copies

// A map that is changed takes its own copy of what others own, too.
template <class Any> static void readOfACopy() {
  Any m = filled<Any>(), copy = m;
  InTurn([&] { sink += *copy.constFind(1); }, [&] { m[1] = 2; },
         [&] { sink += *copy.constFind(1) + copy.value(1); });
}
SILENT(a_copy_is_read, NO_RULE) { readOfACopy<Tree>(); }
SILENT(a_copy_of_a_table_is_read, NO_RULE) { readOfACopy<Table>(); }

// Its own once the copies are gone.
template <class Any> static void changeAfterACopy() {
  Any m = filled<Any>();
  auto *copy = new Any(m);
  InTurn(
      [&] {
        for (int v : constant(*copy))
          sink += v + copy->value(1);
        delete copy;
      },
      [&] {
        int &v = m[1];
        v = 2;
      });
}
SILENT(a_copy_was_read, NO_RULE) { changeAfterACopy<Tree>(); }
SILENT(a_copy_of_a_table_was_read, NO_RULE) { changeAfterACopy<Table>(); }

// The same where nobody sees how the copy goes.
template <class Any> static void changeAfterACopyElsewhere() {
  Any m = filled<Any>();
  const Any *copy = copied(m);
  InTurn(
      [&] {
        for (int v : *copy)
          sink += v;
        sink += *copy->find(1) + copy->value(1);
        dropped(copy);
      },
      [&] { m[1] = 2; });
}
SILENT(a_copy_elsewhere_was_read, NO_RULE) {
  changeAfterACopyElsewhere<Tree>();
}
SILENT(a_copy_of_a_table_elsewhere_was_read, NO_RULE) {
  changeAfterACopyElsewhere<Table>();
}

// It is the data after the operation that count: the element's are new here,
// and the old ones are two others'.
RACE(detached, NO_RULE) {
  Tree m = filled<Tree>(), copy = m, another = m;
  std::mutex mutex;
  auto body = [&] {
    mutex.lock();
    int &v = m[1];
    mutex.unlock();
    v = 1;
  };
  InTurn(body, body);
}

// One reads the map's elements, while the other copies it. That one is left
// alone with them, and changes them in place.
template <class Any, class Change>
static void leftAlone(cases::Step &step, Change change) {
  Any *m = new Any(filled<Any>());
  std::mutex mutex;
  Together(
      [&] {
        sink += *m->constFind(1);
        step.Done();
        step.WaitFor(2);
        {
          std::lock_guard<std::mutex> lock(mutex);
          delete m;
        }
        step.Done();
      },
      [&] {
        step.WaitFor(1);
        mutex.lock();
        Any copy = *m;
        mutex.unlock();
        step.Done();
        step.WaitFor(3);
        change(copy);
      });
}
template <class Any> static void writes(Any &map) { *map.find(1) = 2; }
template <class Any> static void removes(Any &map) { map.remove(1); }
static void grows(Table &map) { map.reserve(1000); }
SILENT(left_alone_and_written, "last_owner") {
  leftAlone<Tree>(step, writes<Tree>);
}
SILENT(left_alone_and_written_in_a_table, "last_owner") {
  leftAlone<Table>(step, writes<Table>);
}
SILENT(left_alone_and_removed, "last_owner") {
  leftAlone<Tree>(step, removes<Tree>);
}
SILENT(left_alone_and_removed_from_a_table, NO_RULE) {
  leftAlone<Table>(step, removes<Table>);
}
SILENT(left_alone_and_grown, "last_owner") { leftAlone<Table>(step, grows); }

// What is written through a reference while there is a copy is the copy's, too:
// a mistake, of which nothing is said.
SILENT(shared_and_written_through, NO_RULE) {
  Tree m = filled<Tree>();
  Together(
      [&] {
        int &v = m[1];
        step.Done();
        step.WaitFor(2);
        v = 1;
        step.Done();
      },
      [&] {
        step.WaitFor(1);
        Tree copy = m;
        step.Done();
        step.WaitFor(3);
        sink += copy.value(1);
      });
}

// The map in which an element was found may be gone by then, and its memory be
// something else's.
template <class Any> [[gnu::noinline]] static Any copyOf(Any &map) {
  return map;
}
[[gnu::noinline]] static void scribble() {
  volatile char room[1024];
  for (volatile char &c : room)
    c = 0x55;
}
RACE(found_in_a_temporary, NO_RULE) {
  Tree m = filled<Tree>();
  InTurn(
      [&] {
        auto it = copyOf(m).constFind(1);
        scribble();
        sink += *it;
      },
      [&] { m[1] = 2; });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE
