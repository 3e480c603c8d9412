// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: iterators of Qt's containers are of no more use once the data that they
// point into is one container's alone and that erases what they point to; what
// others own, too, is left to them.

// RUN: %mapsan-clangxx -std=c++20 -O0 -g -fPIC -DQT_NO_DEBUG -I%mapsan_prefix/include %s $(pkg-config --cflags --libs Qt6Core) -Wno-deprecated-declarations -o %t.O0
// RUN: env MAPSAN_OPTIONS=exitcode=0:symbolize=0 %t.O0 2>/dev/null | %FileCheck %s
// RUN: %mapsan-clangxx -std=c++20 -O2 -g -fPIC -DQT_NO_DEBUG -I%mapsan_prefix/include %s $(pkg-config --cflags --libs Qt6Core) -Wno-deprecated-declarations -o %t.O2
// RUN: env MAPSAN_OPTIONS=exitcode=0:symbolize=0 %t.O2 2>/dev/null | %FileCheck %s

#include "meeting.h"

#include <QHash>
#include <QMap>
#include <QSet>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <mapsan/interface.h>
#include <memory>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

// The pass sees nothing of what is done in here.
#define ELSEWHERE [[gnu::noinline]] void

ELSEWHERE nothing() { asm volatile("" ::: "memory"); }
template <class Any> ELSEWHERE look(const Any &any) {
  asm volatile("" : : "r"(&any) : "memory");
}
template <class Any> ELSEWHERE put(Any &map, int key) { map.insert(key, key); }
template <class Any> ELSEWHERE take(Any &map, int key) { map.remove(key); }
template <class Any>
[[gnu::noinline]] typename Any::iterator thirdOf(Any &map) {
  return map.find(3);
}
template <class Any> [[gnu::noinline]] int &thirdValueOf(Any &map) {
  return map[3];
}
template <class Any> ELSEWHERE readCopy(Any map) { look(map); }
template <class Any> ELSEWHERE changeCopy(Any map) {
  map.remove(3);
  map.insert(100, 1);
}

template <class Any> Any *filled() {
  Any *map = new Any();
  for (int key = 1; key <= 8; key++)
    map->insert(key, key);
  return map;
}

template <class Any> struct Holder {
  Any map;
  Any get() const { return map; }
};

enum Expected { Silent, Invalid };
template <class Any> struct Case {
  const char *name;
  Expected expected;
  void (*run)(Any &);
};

// --- whatever the container: what takes all elements at once

template <class Any>
const Case<Any> kShared[] = {
    {"cleared", Invalid,
     [](Any &map) {
       auto it = map.find(3);
       map.clear();
       nothing();
       look(it.key());
     }},
    {"cleared, a copy alive", Silent,
     [](Any &map) {
       auto it = map.find(3);
       Any copy = map;
       map.clear();
       nothing();
       look(it.key());
       look(copy);
     }},
    {"assigned to", Invalid,
     [](Any &map) {
       auto it = map.find(3);
       Any other;
       other.insert(1, 1);
       map = other;
       nothing();
       look(it.key());
     }},
    {"assigned to, a copy alive", Silent,
     [](Any &map) {
       auto it = map.find(3);
       Any copy = map, other;
       other.insert(1, 1);
       map = other;
       nothing();
       look(it.key());
       look(copy);
     }},
    {"moved to", Invalid,
     [](Any &map) {
       auto it = map.find(3);
       Any other;
       other.insert(1, 1);
       map = std::move(other);
       nothing();
       look(it.key());
     }},
    {"moved, and destroyed where it is", Invalid,
     [](Any &map) {
       auto it = map.find(3);
       {
         Any other = std::move(map);
         look(it.key());
       }
       look(it.key());
     }},
    {"destroyed", Invalid,
     [](Any &) {
       std::unique_ptr<Any> own(filled<Any>());
       auto it = own->find(3);
       own.reset();
       look(it.key());
     }},
    {"destroyed, a copy alive", Silent,
     [](Any &) {
       std::unique_ptr<Any> own(filled<Any>());
       auto it = own->find(3);
       Any copy = *own;
       own.reset();
       look(it.key());
       look(copy);
     }},
    {"in a copy that is gone, of what is not", Silent,
     [](Any &map) {
       Holder<Any> holder{map};
       map = Any();
       auto it = holder.get().constFind(3);
       nothing();
       look(it.key());
     }},
    {"in a closure's copy", Silent,
     [](Any &map) {
       auto it = map.find(3);
       std::function<int()> closure = [map] { return int(map.size()); };
       map.clear();
       nothing();
       look(*it);
       look(closure());
     }},
    {"with what was exchanged", Silent,
     [](Any &map) {
       Any other;
       other.insert(1, 1);
       auto it = map.find(3);
       map.swap(other);
       map.clear();
       nothing();
       ++it;
       look(other);
     }},
    {"assigned to itself", Silent,
     [](Any &map) {
       auto it = map.find(3);
       Any &same = map;
       map = same;
       nothing();
       look(*it);
     }},
    {"in a vector that grows", Silent,
     [](Any &map) {
       std::vector<Any> all;
       all.push_back(map);
       map = Any();
       auto it = all[0].find(3);
       for (int i = 0; i < 20; i++)
         all.push_back(Any());
       nothing();
       look(*it);
     }},
    {"copies change themselves alone", Silent,
     [](Any &map) {
       for (auto it = map.begin(); it != map.end(); ++it)
         changeCopy(map);
     }},
    {"erase says which is next", Silent,
     [](Any &map) {
       for (auto it = map.begin(); it != map.end();) {
         nothing();
         if (it.key() % 2)
           it = map.erase(it);
         else
           ++it;
       }
     }},
    {"erased through, and stepped", Invalid,
     [](Any &map) {
       auto it = map.find(3);
       map.erase(it);
       nothing();
       ++it;
     }},
    {"erased through, a copy alive", Silent,
     [](Any &map) {
       auto it = map.constFind(3);
       Any copy = map;
       map.erase(it);
       nothing();
       look(*it);
       look(copy);
     }},
    {"a pointer that is an element", Silent,
     [](Any &map) {
       QMap<int, Any *> pointers;
       QHash<int, Any *> others;
       pointers.insert(1, &map);
       others.insert(1, &map);
       Any *one = std::as_const(pointers)[1], *two = others.value(1);
       pointers.clear();
       others.clear();
       nothing();
       look(one->size() + two->size());
     }},
    {"an iterator that is an element", Silent,
     [](Any &map) {
       QMap<int, typename Any::iterator> positions;
       positions.insert(1, map.find(3));
       typename Any::iterator it = positions.value(1);
       positions.clear();
       nothing();
       look(*it);
     }},
};

// --- a QMap: what is erased is known

using Map = QMap<int, int>;
const Case<Map> kMap[] = {
    {"its element removed by its key", Invalid,
     [](Map &map) {
       for (auto it = map.begin(); it != map.end(); ++it)
         if (it.key() == 3)
           take(map, 3);
     }},
    {"its element removed by its key, a constant iterator", Invalid,
     [](Map &map) {
       for (auto it = map.constBegin(); it != map.constEnd(); ++it)
         if (it.value() == 3)
           take(map, 3);
     }},
    {"its element removed, a copy alive", Silent,
     [](Map &map) {
       Map copy = map;
       for (auto it = map.constBegin(); it != copy.constEnd(); ++it)
         if (it.key() == 3)
           take(map, 3);
       look(copy);
     }},
    {"its own after begin(), a copy alive", Invalid,
     [](Map &map) {
       Map copy = map;
       for (auto it = map.begin(); it != map.end(); ++it)
         if (it.key() == 3)
           take(map, 3);
       look(copy);
     }},
    {"its element removed, a copy made since", Silent,
     [](Map &map) {
       auto it = map.find(3);
       Map copy = map;
       take(map, 3);
       look(it.value());
       look(copy);
     }},
    {"its element removed, a copy gone again", Invalid,
     [](Map &map) {
       auto it = map.find(3);
       readCopy(map);
       take(map, 3);
       look(it.value());
     }},
    {"shared when it was made, its own when its element is removed", Invalid,
     [](Map &map) {
       auto copy = std::make_unique<Map>(map);
       auto it = std::as_const(map).find(3);
       copy.reset();
       take(map, 3);
       look(*it);
     }},
    {"of a member", Invalid,
     [](Map &map) {
       Holder<Map> holder{map};
       map = Map();
       auto it = holder.map.find(3);
       readCopy(holder.get());
       take(holder.map, 3);
       look(*it);
     }},
    {"insertions", Silent,
     [](Map &map) {
       auto it = map.find(3);
       int &value = map[4];
       for (int key = 20; key < 400; key++)
         put(map, key);
       ++it;
       value = *it;
     }},
    {"erased by it++", Silent,
     [](Map &map) {
       for (auto it = map.begin(); it != map.end();) {
         nothing();
         map.erase(it++);
       }
     }},
    {"erased in a range", Invalid,
     [](Map &map) {
       auto it = map.find(3);
       map.erase(map.find(2), map.find(5));
       nothing();
       look(*it);
     }},
    {"taken", Invalid,
     [](Map &map) {
       auto it = map.lowerBound(3);
       look(map.take(3));
       look(it.key());
     }},
    {"removed by a predicate", Invalid,
     [](Map &map) {
       auto it = map.find(3);
       map.removeIf([](auto i) { return i.key() == 3; });
       look(it.key());
     }},
    {"others removed by a predicate", Silent,
     [](Map &map) {
       auto it = map.find(3);
       erase_if(map, [](auto i) { return i.key() == 4; });
       look(it.key());
     }},
    {"another map put in", Silent,
     [](Map &map) {
       auto it = map.find(3);
       Map other, more;
       other.insert(90, 1);
       more.insert(91, 1);
       map.insert(other);
       map.insert(std::move(more));
       nothing();
       ++it;
     }},
    {"another map put in, with its key", Invalid,
     [](Map &map) {
       auto it = map.find(3);
       Map other;
       other.insert(3, 1);
       map.insert(other);
       nothing();
       look(*it);
     }},
    {"removed where it was moved to", Invalid,
     [](Map &map) {
       auto it = map.find(3);
       Map other = std::move(map);
       take(other, 3);
       look(it.key());
     }},
    {"removed where it was swapped to", Invalid,
     [](Map &map) {
       Map other;
       other.insert(1, 1);
       auto it = map.find(3);
       qSwap(map, other);
       take(other, 3);
       ++it;
     }},
    {"a value", Invalid,
     [](Map &map) {
       int &value = map[3];
       take(map, 3);
       look(value);
     }},
    {"a value, a copy alive", Silent,
     [](Map &map) {
       int &value = map[3];
       Map copy = map;
       take(map, 3);
       look(value);
       look(copy);
     }},
    {"a key", Invalid,
     [](Map &map) {
       const int &key = map.firstKey();
       take(map, 1);
       look(key);
     }},
    {"range-for", Invalid,
     [](Map &map) {
       for (int value : std::as_const(map))
         take(map, value);
     }},
    {"foreach, which has a copy", Silent,
     [](Map &map) {
       foreach (int value, map)
         take(map, value);
     }},
    {"keys and values", Silent,
     [](Map &map) {
       for (auto it = map.keyValueBegin(); it != map.keyValueEnd(); ++it) {
         nothing();
         look((*it).second);
       }
       for (auto [key, value] : map.asKeyValueRange()) {
         nothing();
         look(value);
       }
     }},
    {"keys and values, removed", Invalid,
     [](Map &map) {
       for (auto it = map.keyValueBegin(); it != map.keyValueEnd(); ++it)
         take(map, (*it).first);
     }},
    {"keys and values of a range, removed", Invalid,
     [](Map &map) {
       for (auto [key, value] : map.asKeyValueRange())
         take(map, key);
     }},
    {"keys, removed", Invalid,
     [](Map &map) {
       for (auto it = map.keyBegin(); it != map.keyEnd(); ++it)
         take(map, *it);
     }},
    {"an iterator of Java's style, which has a copy", Silent,
     [](Map &map) {
       QMapIterator<int, int> i(map);
       while (i.hasNext()) {
         i.next();
         take(map, i.key());
       }
     }},
    {"one that removes", Silent,
     [](Map &map) {
       QMutableMapIterator<int, int> i(map);
       while (i.hasNext()) {
         i.next();
         nothing();
         if (i.key() % 2)
           i.remove();
       }
     }},
    {"what is past the end", Silent,
     [](Map &map) {
       auto end = map.end();
       take(map, 3);
       look(end == map.end());
       map.clear();
       look(end == map.end());
     }},
    {"what is past the end of nothing", Silent,
     [](Map &) {
       Map map;
       auto end = map.cend();
       map.insert(1, 1);
       nothing();
       look(end == map.cend());
     }},
    {"a std::map of its elements", Silent,
     [](Map &map) {
       auto it = map.find(3);
       auto other = std::move(map).toStdMap();
       map.insert(1, 1);
       nothing();
       look(*it);
       look(other);
     }},
    {"insert says where", Invalid,
     [](Map &map) {
       auto it = map.insert(9, 9);
       take(map, 9);
       look(*it);
     }},
    {"insert says where, with a hint", Invalid,
     [](Map &map) {
       auto it = map.insert(map.constEnd(), 9, 9);
       take(map, 9);
       look(*it);
     }},
    {"inserted, and there", Silent,
     [](Map &map) {
       auto it = map.find(3);
       put(map, 3);
       look(*it);
     }},
    {"the first of two bounds", Invalid,
     [](Map &map) {
       auto bounds = map.equal_range(3);
       take(map, 3);
       look(*bounds.first);
     }},
    {"the second of two bounds", Silent,
     [](Map &map) {
       auto bounds = map.equal_range(3);
       take(map, 3);
       look(*bounds.second);
     }},
    {"the bound above", Invalid,
     [](Map &map) {
       auto it = map.upperBound(2);
       take(map, 3);
       look(*it);
     }},
    {"the next one", Invalid,
     [](Map &map) {
       auto it = std::next(map.find(2));
       take(map, 3);
       look(*it);
     }},
    {"advanced to", Invalid,
     [](Map &map) {
       auto it = map.constBegin();
       std::advance(it, 2);
       take(map, 3);
       look(*it);
     }},
    {"searched for", Invalid,
     [](Map &map) {
       auto it = std::find(map.begin(), map.end(), 3);
       take(map, 3);
       look(it.key());
     }},
    {"returned by a function", Invalid,
     [](Map &map) {
       auto it = thirdOf(map);
       take(map, 3);
       look(*it);
     }},
    {"a value returned by a function", Invalid,
     [](Map &map) {
       int &value = thirdValueOf(map);
       take(map, 3);
       look(value);
     }},
    {"constant keys and values, removed", Invalid,
     [](Map &map) {
       for (auto it = map.constKeyValueBegin(); it != map.constKeyValueEnd();
            ++it)
         take(map, (*it).first);
     }},
    {"erase of a range says which is next", Silent,
     [](Map &map) {
       auto it = map.erase(map.find(2), map.find(5));
       nothing();
       look(*it);
     }},
    {"erase says which is next, which is removed", Invalid,
     [](Map &map) {
       auto it = map.erase(map.find(3));
       take(map, 4);
       look(*it);
     }},
    {"detached before it was made, a copy alive", Invalid,
     [](Map &map) {
       Map copy = map;
       map.detach();
       auto it = map.constFind(3);
       take(map, 3);
       look(*it);
       look(copy);
     }},
    {"detached since it was made, a copy alive", Silent,
     [](Map &map) {
       auto it = map.constFind(3);
       Map copy = map;
       map.detach();
       take(map, 3);
       look(*it);
       look(copy);
     }},
    {"two united", Silent,
     [](Map &) {
       QMultiMap<int, int> one, other;
       for (int key = 0; key < 9; key++) {
         one.insert(key, key);
         other.insert(key, key);
       }
       auto it = one.find(3);
       auto others = other.find(4);
       one.unite(other);
       nothing();
       look(*it);
       look(*others);
     }},
};

// --- a QHash: that it grows is known

using Table = QHash<int, int>;
using Maps = QMultiMap<int, int>;
using Tables = QMultiHash<int, int>;
const Case<Table> kHash[] = {
    {"grown", Invalid,
     [](Table &map) {
       auto it = map.find(3);
       for (int key = 20; key < 400; key++)
         put(map, key);
       ++it;
     }},
    {"grown, a copy alive", Silent,
     [](Table &map) {
       auto it = map.find(3);
       Table copy = map;
       for (int key = 20; key < 400; key++)
         put(map, key);
       look(*it);
       look(copy);
     }},
    {"made larger", Invalid,
     [](Table &map) {
       auto it = map.find(3);
       map.reserve(1000);
       nothing();
       look(*it);
     }},
    {"with room enough", Silent,
     [](Table &map) {
       map.reserve(1000);
       auto it = map.find(3);
       for (int key = 20; key < 400; key++)
         put(map, key);
       look(*it);
     }},
    {"made smaller", Invalid,
     [](Table &map) {
       map.reserve(1000);
       auto it = map.find(3);
       map.squeeze();
       nothing();
       look(*it);
     }},
    // Of 128 buckets 64 are filled before there are more; but room for elements
    // is made for 48 at first.
    {"more room in the same table", Silent,
     [](Table &map) {
       auto it = map.find(3);
       for (int key = 20; key < 70; key++)
         put(map, key);
       look(*it);
     }},
    {"a value, more room in the same table", Invalid,
     [](Table &map) {
       int &value = map[3];
       for (int key = 20; key < 70; key++)
         put(map, key);
       look(value);
     }},
    {"a value, room enough in the same table", Silent,
     [](Table &map) {
       int &value = map[3];
       for (int key = 20; key < 50; key++)
         put(map, key);
       look(value);
     }},
    {"a value, more room, a copy alive", Silent,
     [](Table &map) {
       int &value = map[3];
       Table copy = map;
       for (int key = 20; key < 70; key++)
         put(map, key);
       look(value);
       look(copy);
     }},
    {"a value, grown", Invalid,
     [](Table &map) {
       int &value = map[3];
       map.reserve(1000);
       nothing();
       look(value);
     }},
    {"a value, others removed", Silent,
     [](Table &map) {
       int &value = map[3];
       take(map, 5);
       look(value);
     }},
    {"keys and values, grown", Invalid,
     [](Table &map) {
       auto it = map.keyValueBegin();
       map.reserve(1000);
       nothing();
       look((*it).first);
     }},
    {"a set", Invalid,
     [](Table &) {
       QSet<int> set{1, 2, 3};
       auto it = set.find(3);
       set.reserve(1000);
       nothing();
       look(*it);
     }},
    {"a set, erased through", Invalid,
     [](Table &) {
       QSet<int> set{1, 2, 3};
       auto it = set.find(3);
       set.erase(it);
       nothing();
       look(*it);
     }},
    {"several of a key", Silent,
     [](Table &) {
       QMultiHash<int, int> multi;
       for (int number = 0; number < 9; number++)
         multi.insert(number / 3, number);
       auto it = multi.find(1, 4);
       multi.erase(multi.find(1, 3));
       nothing();
       look(*it);
     }},
    {"several of a key, a value, grown", Silent,
     [](Table &) {
       Tables multi;
       multi.insert(1, 1);
       int &value = multi[1];
       for (int key = 20; key < 400; key++)
         put(multi, key);
       look(value);
     }},
    {"several of a key, a value, removed by its key", Invalid,
     [](Table &) {
       Tables multi;
       multi.insert(1, 1);
       multi.insert(2, 2);
       int &value = multi[1];
       take(multi, 1);
       look(value);
     }},
    {"several of a key, erased through", Invalid,
     [](Table &) {
       QMultiHash<int, int> multi;
       for (int number = 0; number < 9; number++)
         multi.insert(number / 3, number);
       auto it = multi.find(1, 4);
       multi.erase(it);
       nothing();
       look(*it);
     }},
};

// --- two threads: one changes the map under the lock under which the other has
// made its iterator, and steps on without it

template <bool kCopies> void steps(Map &map) {
  static Meeting meeting;
  static std::mutex mutex;
  std::thread other([&map] {
    meeting.meet();
    std::lock_guard<std::mutex> hold(mutex);
    map.insert(50, 50);
    meeting.meet();
  });
  std::unique_lock<std::mutex> hold(mutex);
  auto it = std::as_const(map).find(3);
  Map copy = kCopies ? map : Map();
  hold.unlock();
  ++it;
  meeting.meet();
  meeting.meet();
  look(*it);
  look(copy);
  other.join();
}
const Case<Map> kThreads[] = {
    {"steps beside a change", Invalid, steps<false>},
    {"steps beside a change, a copy alive", Silent, steps<true>},
};

void found(const mapsan_report *) { _exit(1); }

template <class Any> bool passes(const Case<Any> &tried) {
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    alarm(60);
    tried.run(*filled<Any>());
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) &&
         WEXITSTATUS(status) == (tried.expected == Invalid);
}

template <class Any, size_t kCount>
void tryAll(const char *what, const Case<Any> (&cases)[kCount]) {
  for (const Case<Any> &tried : cases)
    if (!passes(tried))
      printf("%s: %s: FAILED\n", what, tried.name);
}

} // namespace

// A case's name as argument: that one alone, here, to be looked at.
int main(int argc, char **argv) {
  if (argc > 1) {
    auto look_at = [&](auto &cases, auto *map) {
      for (auto &tried : cases)
        if (!strcmp(tried.name, argv[1]))
          tried.run(*map);
    };
    look_at(kShared<Map>, filled<Map>());
    look_at(kShared<Maps>, filled<Maps>());
    look_at(kShared<Table>, filled<Table>());
    look_at(kShared<Tables>, filled<Tables>());
    look_at(kMap, filled<Map>());
    look_at(kHash, filled<Table>());
    look_at(kThreads, filled<Map>());
    return 0;
  }
  mapsan_set_report_callback(found);
  tryAll("QMap", kShared<Map>);
  tryAll("QMultiMap", kShared<Maps>);
  tryAll("QHash", kShared<Table>);
  tryAll("QMultiHash", kShared<Tables>);
  tryAll("QMap", kMap);
  tryAll("QHash", kHash);
  tryAll("QMap", kThreads);
  puts("DONE");
}

// CHECK-NOT: {{.}}
// CHECK: DONE
