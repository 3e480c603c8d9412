// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// REQUIRES: full
// RUN: export MAPSAN_PASS_OPTIONS=repeats=1:locals=1
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -std=c++20 -O0 -g -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t > %t.out
// RUN: %FileCheck %s < %t.out
// RUN: %clangxx -std=c++20 -O1 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -O2 -g -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -O3 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -Os -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -O2 -fno-exceptions -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -O2 -flto=thin -fuse-ld=lld -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -O1 -D_GLIBCXX_DEBUG -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// RUN: %clangxx -std=c++20 -O1 -fsanitize=address,undefined -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t && env QUIET=1 %t | diff %t.out -
// Intent: the same number of operations is seen in every kind of build, and
// each of them ends.

#include <map>
#include <set>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

template <class T> void use(T &&value) {
  asm volatile("" ::"r"(&value) : "memory");
}

template <class C> typename C::value_type make(int key) {
  if constexpr (std::is_same_v<typename C::key_type, typename C::value_type>)
    return key;
  else
    return {key, key};
}

template <class C> void life() {
  C a;
  C b(a);
  C c(std::move(b));
  b = a;
  c = std::move(b);
  c = {make<C>(1), make<C>(2)};
  C d{make<C>(1)};
  C e(c.begin(), c.end());
  C f(c, c.get_allocator());
  use(d);
}

template <class C> void lookup(C &m) {
  use(m.find(1));
  use(m.count(1));
  use(m.contains(1));
  use(m.equal_range(1));
  use(m.size());
  use(m.empty());
  use(m.max_size());
  use(m.begin());
  use(m.end());
  use(m.cbegin());
  use(m.cend());
}

template <class C> void change(C &m) {
  m.insert(make<C>(2));
  m.insert(m.begin(), make<C>(3));
  m.insert({make<C>(5), make<C>(6)});
  if constexpr (std::is_same_v<typename C::key_type, typename C::value_type>) {
    m.emplace(7);
    m.emplace_hint(m.end(), 8);
  } else {
    m.emplace(7, 7);
    m.emplace_hint(m.end(), 8, 8);
  }
  C other;
  other.insert(m.begin(), m.end());
  m.merge(other);
  auto node = m.extract(2);
  m.insert(std::move(node));
  m.erase(3);
  m.erase(m.begin());
  m.erase(m.begin(), m.begin());
  m.swap(other);
  std::swap(m, other);
  std::erase_if(m, [](auto &) { return false; });
  use(m == other);
  use(m != other);
}

template <class C> void mapped(C &m) {
  int key = 9;
  m[1] = 2;
  m[key] = 2;
  use(m.at(1));
  m.try_emplace(10, 1);
  m.try_emplace(m.end(), key, 1);
  m.insert_or_assign(11, 1);
}

template <class C> void hashed(C &m) {
  use(m.bucket_count());
  use(m.max_bucket_count());
  use(m.bucket_size(0));
  use(m.bucket(1));
  use(m.load_factor());
  use(m.max_load_factor());
  m.max_load_factor(0.9f);
  use(m.hash_function());
  use(m.key_eq());
  m.rehash(100);
  m.reserve(200);
  use(m.begin(0));
  use(m.cend(0));
}

template <class C> void ordered(C &m) {
  use(m.rbegin());
  use(m.rend());
  use(m.crbegin());
  use(m.crend());
  use(m.lower_bound(1));
  use(m.upper_bound(1));
  use(m.key_comp());
  use(m.value_comp());
  use(m < m);
  use(m >= m);
}

template <class C> void common() {
  life<C>();
  C m;
  change(m);
  lookup(m);
  lookup(const_cast<const C &>(m));
  for (auto &element : m)
    use(element);
  if constexpr (requires { m[1]; })
    mapped(m);
  if constexpr (requires { m.bucket_count(); })
    hashed(m);
  else
    ordered(m);
  m.clear();
}

int main() {
  common<std::unordered_map<int, int>>();
  common<std::unordered_multimap<int, int>>();
  common<std::unordered_set<int>>();
  common<std::unordered_multiset<int>>();
  common<std::map<int, int>>();
  common<std::multimap<int, int>>();
  common<std::set<int>>();
  common<std::multiset<int>>();
}
// CHECK-NOT: FAULT
// CHECK: begin [[COUNT:[0-9]+]], end [[COUNT]], unwind 0, open 0
