// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: iterators and references are followed through structured bindings, through functions of the library that return an
// iterator into the same map, and beside the checks of UndefinedBehaviorSanitizer; each invalidated one has a twin that is not.

// RUN: %mapsan-clangxx -std=c++20 -g -I %mapsan_prefix/include -O0 %s -o %t
// RUN: env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -std=c++20 -g -I %mapsan_prefix/include -O2 %s -o %t.2
// RUN: env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t.2 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -std=c++20 -g -I %mapsan_prefix/include -O0 -fsanitize=undefined %s -o %t.ubsan
// RUN: env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t.ubsan 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -std=c++20 -g -I %mapsan_prefix/include -O1 -fsanitize=undefined %s -o %t.ubsan1
// RUN: env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t.ubsan1 2>&1 | %FileCheck %s
// RUN: %mapsan-clangxx -std=c++20 -g -I %mapsan_prefix/include -O2 -fsanitize=undefined -fsanitize-trap=undefined %s -o %t.trap
// RUN: env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t.trap 2>&1 | %FileCheck %s
// RUN: %if libcxx %{ %mapsan-clangxx %libcxx_flags -std=c++20 -g -I %mapsan_prefix/include -O0 %s -o %t.libcxx %}
// RUN: %if libcxx %{ env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t.libcxx 2>&1 | %FileCheck %s %}
// RUN: %if libcxx %{ %mapsan-clangxx %libcxx_flags -std=c++20 -g -I %mapsan_prefix/include -O2 -fsanitize=object-size -fno-sanitize-recover=all %s -o %t.libcxx2 %}
// RUN: %if libcxx %{ env MAPSAN_OPTIONS=symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0 %t.libcxx2 2>&1 | %FileCheck %s %}

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <mapsan/interface.h>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

using Tree = std::map<int, std::string>;
using Table = std::unordered_map<int, std::string>;
using Records = std::map<int, std::tuple<std::string, int>>;

static int invalidated, others;
static void count(const mapsan_report *report) {
  ++(std::strcmp(report->grade, "invalidated") ? others : invalidated);
}

template <class T> [[gnu::noinline]] static void use(const T &value) {
  asm volatile("" : : "r"(&value) : "memory");
}

// The map is nobody's local variable. (It leaks: its elements may be gone.)
template <class Map> static Map &filled() {
  auto *map = new Map;
  for (int key = 1; key <= 5; ++key)
    (*map)[key];
  use(map);
  return *map;
}

template <class Function>
static void check(const char *name, bool invalid, Function function) {
  invalidated = others = 0;
  function();
  if (others || invalid != (invalidated == 1) || invalidated > 1)
    std::printf("UNEXPECTED %s: %d invalidated, %d others\n", name, invalidated,
                others);
}
#define INVALID(Name, ...) check(Name, true, [] { __VA_ARGS__; })
#define VALID(Name, ...) check(Name, false, [] { __VA_ARGS__; })

static void bindings() {
  INVALID(
      "binding", auto &m = filled<Tree>(); for (auto &[k, v] : m) if (k == 2) {
        m.erase(2);
        use(v);
        break;
      });
  VALID(
      "binding, before", auto &m = filled<Tree>();
      for (auto &[k, v] : m) if (k == 2) {
        use(v);
        m.erase(2);
        break;
      });
  VALID(
      "binding, another erased", auto &m = filled<Tree>();
      for (auto &[k, v] : m) if (k == 2) {
        m.erase(3);
        use(v);
        break;
      });
  VALID(
      "binding, the next one", auto &m = filled<Tree>(); int last = 0;
      for (auto &[k, v] : m) {
        if (last)
          m.erase(last);
        last = k;
        use(v);
      });
  INVALID("binding, written", auto &m = filled<std::map<int, int>>();
          auto &[k, v] = *m.find(2); m.erase(2); v = 1);
  INVALID("binding, first", auto &m = filled<Table>();
          const auto &[k, v] = *m.find(2); m.erase(2); use(k));
  INVALID("binding of a binding", auto &m = filled<Records>();
          auto &[k, v] = *m.find(2); auto &[text, number] = v; m.erase(2);
          use(number));
  INVALID("binding of a subscript", auto &m = filled<Records>();
          auto &[text, number] = m[2]; m.erase(2); use(number));
  INVALID("get", auto &m = filled<Records>();
          auto &text = std::get<std::string>(m[2]); m.erase(2); use(text));
  VALID("binding of a subscript, again", auto &m = filled<Records>();
        auto &[text, number] = m[2]; use(text); m.erase(2);
        auto &[other, same] = m[2]; use(same));
  VALID("binding, a copy", auto &m = filled<Tree>(); auto [k, v] = *m.find(2);
        m.erase(2); use(k); use(v));
  VALID(
      "binding, copies in a loop", auto &m = filled<Tree>();
      for (auto it = m.begin(); it != m.end();) {
        auto [k, v] = *it++;
        m.erase(k);
        use(v);
      });
  INVALID("moved", auto &m = filled<Tree>();
          auto &&v = std::move(m.find(2)->second); m.erase(2); use(v));
  VALID("moved from", auto &m = filled<Tree>();
        auto v = std::move(m.find(2)->second); m.erase(2); use(v));
  // What the element refers to is elsewhere.
  VALID("tuple of references", std::string *own = new std::string;
        auto &m = *new std::map<int, std::tuple<std::string &>>;
        m.emplace(1, std::tie(*own)); auto &[text] = m.at(1); m.erase(1);
        use(text));
  VALID("pair of references", int *own = new int[2]{};
        auto &m = *new std::map<int, std::pair<int &, int>>;
        m.emplace(1, std::pair<int &, int>(*own, 1));
        auto &[one, two] = m.at(1); m.erase(1); use(one));
  VALID("pointer", int *own = new int[2]{};
        auto &m = *new std::map<int, std::pair<int *, int *>>;
        m[1] = {own, own + 1}; auto &[one, two] = m[1]; int *p = two;
        int *q = one; m.erase(1); use(*p); use(*q));
}

static bool isThree(const std::pair<const int, std::string> &element) {
  return element.first == 3;
}

static void searches() {
  INVALID("next", auto &m = filled<Tree>(); auto it = std::next(m.begin());
          m.erase(2); use(it->second));
  INVALID("next of many", auto &m = filled<Table>(); int n = m.size() - 2;
          auto it = std::next(m.begin(), n); m.erase(int(it->first));
          use(it->second));
  VALID("next, before", auto &m = filled<Tree>();
        auto it = std::next(m.begin()); use(it->second); m.erase(2));
  VALID("next, another erased", auto &m = filled<Tree>(); auto it = m.begin();
        auto other = std::next(it); m.erase(it); use(other->second);
        m.erase(other));
  VALID("next, assigned anew", auto &m = filled<Tree>();
        auto it = std::next(m.begin()); m.erase(2); it = std::next(m.begin());
        use(it->second));
  VALID(
      "next in a loop", auto &m = filled<Tree>();
      for (auto it = m.begin(); it != m.end();) {
        auto next = std::next(it);
        if (it->first % 2)
          m.erase(it);
        it = next;
      });
  // In the memory of one that is gone.
  VALID("next, made anew", auto &m = filled<Tree>(); auto first = m.begin();
        m.erase(2); m[2]; auto it = std::next(first); use(it->second));
  INVALID("next of an invalid one", auto &m = filled<Table>();
          auto it = m.begin(); m.rehash(1000); use(std::next(it)));
  INVALID("prev", auto &m = filled<Tree>(); auto it = std::prev(m.end());
          m.erase(5); use(it->second));
  VALID("prev, another erased", auto &m = filled<Tree>();
        auto it = std::prev(m.end()); m.erase(4); use(it->second));
  VALID("prev of a grown one", auto &m = filled<Tree>(); auto end = m.end();
        m[6]; m.erase(3); auto it = std::prev(end); use(it->second));
  INVALID("advance", auto &m = filled<Tree>(); auto it = m.begin();
          std::advance(it, 2); m.erase(3); use(it->second));
  INVALID("advance of an invalid one", auto &m = filled<Table>();
          auto it = m.begin(); m.rehash(1000); std::advance(it, 1));
  VALID("advance, where it was erased", auto &m = filled<Tree>();
        auto it = m.begin(); std::advance(it, 2); m.erase(1); use(it->second));
  VALID("advance, stepped on", auto &m = filled<Tree>(); auto it = m.begin();
        std::advance(it, m.size() - 4); ++it; m.erase(2); use(it->second));
  VALID("advance, made anew", auto &m = filled<Tree>(); auto it = m.begin();
        int n = m.size() - 4; m.erase(2); m[2]; std::advance(it, n);
        use(it->second));
  VALID("advance by nothing", auto &m = filled<Tree>(); auto it = m.begin();
        std::advance(it, m.size() - 5); m.erase(2); use(it->second));
  INVALID("find_if", auto &m = filled<Tree>();
          auto it = std::find_if(m.begin(), m.end(), isThree); m.erase(3);
          use(it->second));
  INVALID("find_if, const", const auto &m = filled<Table>();
          auto it = std::find_if(m.begin(), m.end(),
                                 [](auto &e) { return e.first == 3; });
          const_cast<Table &>(m).erase(3); use(it->second));
  VALID("find_if, another erased", auto &m = filled<Tree>();
        auto it = std::find_if(m.begin(), m.end(), isThree); m.erase(1);
        use(it->second));
  VALID("find_if, nothing found", auto &m = filled<Tree>();
        auto it = std::find_if(m.find(4), m.end(), isThree); m.erase(4);
        m.erase(5); use(it == m.end()));
  VALID("find_if, of nothing", auto &m = filled<Tree>(); auto end = m.end();
        m.clear(); use(std::find_if(end, m.end(), isThree)));
  // What it came by is gone, what it has found is in the same memory.
  VALID("find_if that changes others", auto &m = filled<Tree>();
        auto it = std::find_if(m.begin(), m.end(),
                               [&m](auto &e) {
                                 if (e.first == 2) {
                                   m.erase(5);
                                   m[7];
                                 }
                                 return e.first == 7;
                               });
        use(it->second); m.erase(6));
  INVALID("find_if that changes others, then gone", auto &m = filled<Tree>();
          auto it = std::find_if(m.begin(), m.end(),
                                 [&m](auto &e) {
                                   if (e.first == 2) {
                                     m.erase(5);
                                     m[7];
                                   }
                                   return e.first == 7;
                                 });
          m.erase(7); use(it->second));
  INVALID("max_element", auto &m = filled<Tree>();
          auto it = std::max_element(m.begin(), m.end()); m.clear();
          use(it->second));
  VALID("of a vector", auto &m = filled<Tree>();
        std::vector<Tree::iterator> some{m.find(1), m.find(2)};
        auto it = std::next(some.begin()); m.erase(2); use(*it));
}

// What UndefinedBehaviorSanitizer checks: here it only has to be there.
static void loops() {
  INVALID(
      "erased in a loop", auto &m = filled<Tree>();
      for (auto it = m.begin(); it != m.end(); ++it) if (it->first == 2) {
        m.erase(it);
        use(it->second);
        break;
      });
  VALID("erased, what is returned", auto &m = filled<Tree>();
        for (auto it = m.begin(); it != m.end();) it =
            it->first == 2 ? m.erase(it) : std::next(it));
  INVALID("through a reference", auto &m = filled<Tree>(); auto it = m.find(2);
          auto &same = it; m.erase(2); use(same->second));
  VALID("through a reference, assigned anew", auto &m = filled<Tree>();
        auto it = m.find(2); auto &same = it; m.erase(2); same = m.find(3);
        use(it->second));
}

int main() {
  mapsan_set_report_callback(count);
  bindings();
  searches();
  loops();
  std::printf("%u reports\nDONE\n", mapsan_report_count());
}

// CHECK-NOT: UNEXPECTED
// CHECK: {{[1-9][0-9]}} reports
// CHECK: DONE
