// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: mapsan-catalog check says what the catalog knows of a program's maps,
// also of what was inlined, and which classes look like maps; what it suggests
// is an entry.
// RUN: %clangxx -std=c++20 -g -O0 %s -o %t.O0
// RUN: %clangxx -std=c++20 -g -O2 %s -o %t.O2
// RUN: %mapsan_prefix/bin/mapsan-catalog check %t.O0 > %t.said
// RUN: %FileCheck %s < %t.said
// RUN: %mapsan_prefix/bin/mapsan-catalog check %t.O2 | %FileCheck %s
// CHECK:       {{^}}std::map: libstdc++ map{{$}}
// CHECK:         erase: {{.*}}may-write
// CHECK:         operator[]: may-write
// CHECK:       {{^}}std::erase_if: may-write{{$}}
// CHECK-NOT:   std::operator==
// CHECK:       {{^}}acme::Table: looks like a map, and is not described.
// CHECK:           - { name: clear, effect: may-write }
// CHECK-NEXT:      - { name: forEach, effect: read, iterates: true }
// CHECK-NEXT:      - { name: get, effect: read }
// CHECK-NEXT:      - { name: put, effect: may-write }
// CHECK-NEXT:  families:
// CHECK-NEXT:    - name: "acme::Table"
// CHECK-NOT:   Stack

// RUN: sed -n '/^mapsan-catalog/,$p' %t.said > %t.yaml
// RUN: %mapsan_prefix/bin/mapsan-catalog --check %t.yaml
// RUN: %mapsan_prefix/bin/mapsan-catalog check --catalog=%t.yaml %t.O2 | %FileCheck %s --check-prefix=DESCRIBED
// DESCRIBED:     {{^}}acme::Table: acme::Table{{$}}
// DESCRIBED:       get: read
// DESCRIBED-NOT: looks like

// RUN: %clangxx -std=c++20 -s %s -o %t.stripped
// RUN: %mapsan_prefix/bin/mapsan-catalog check %t.stripped 2>&1 | %FileCheck %s --check-prefix=STRIPPED
// STRIPPED: mapsan-catalog: '{{.*}}.stripped' is stripped: of its maps little or nothing can be told

// RUN: %not %mapsan_prefix/bin/mapsan-catalog check %s 2>&1 | %FileCheck %s --check-prefix=NO-PROGRAM
// NO-PROGRAM: mapsan-catalog: '{{.*}}catalog-check.cpp': The file was not recognized as a valid object file
// RUN: %not %mapsan_prefix/bin/mapsan-catalog check %t.absent 2>&1 | %FileCheck %s --check-prefix=ABSENT
// ABSENT: absent': No such file or directory
// RUN: %not %mapsan_prefix/bin/mapsan-catalog check 2>&1 | %FileCheck %s --check-prefix=USAGE
// USAGE: usage: mapsan-catalog

#include <map>
#include <string>

namespace acme {

template <class T> class Table {
public:
  void put(const std::string &key, T value) { values[key[0] % 8] = value; }
  T get(const std::string &key) const { return values[key[0] % 8]; }
  void clear() {
    for (T &value : values)
      value = {};
  }
  template <class F> void forEach(F f) const {
    for (const T &value : values)
      f(value);
  }

private:
  T values[8] = {};
};

class Stack { // no map: nothing is found in it
public:
  void push(int value) { values[size++ % 8] = value; }
  int pop() { return values[--size % 8]; }
  bool empty() const { return size == 0; }

private:
  int values[8] = {};
  unsigned size = 0;
};

} // namespace acme

int main(int argc, char **argv) {
  std::map<std::string, int> map;
  map[argv[0]] = argc;
  map.erase("x");
  std::erase_if(map, [](const auto &entry) { return entry.second == 1; });
  acme::Table<int> table;
  table.put(argv[0], argc);
  int sum = table.get(argv[0]);
  table.forEach([&](int value) { sum += value; });
  table.clear();
  acme::Stack stack;
  stack.push(sum);
  return std::string(argv[0]) == "y" ? stack.pop() : stack.empty();
}
