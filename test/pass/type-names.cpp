// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=locals=1
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -std=c++20 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// RUN: %clangxx -std=c++20 -D_GLIBCXX_DEBUG -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// Intent: types are written as a person writes them: defaults and inline
// namespaces gone, what was chosen kept. Without -g, too.

#include <functional>
#include <map>
#include <memory>
#include <memory_resource>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace app {
struct Session {};
struct Hash {
  size_t operator()(const std::string &s) const { return s.size(); }
};
template <class T> struct Box {
  T value;
};
} // namespace app

template <class M> void wipe() {
  M m;
  m.clear();
}

int main() {
  wipe<std::unordered_map<std::string, app::Session>>();
  // CHECK: clear std::unordered_map<std::string, app::Session> '
  wipe<std::map<std::string, std::vector<std::string>>>();
  // CHECK: clear std::map<std::string, std::vector<std::string>> '
  wipe<std::map<int, int, std::greater<int>>>();
  // CHECK: clear std::map<int, int, std::greater<int>> '
  wipe<std::unordered_map<std::string, int, app::Hash>>();
  // CHECK: clear std::unordered_map<std::string, int, app::Hash> '
  wipe<std::map<std::string, int, std::less<>>>();
  // CHECK: clear std::map<std::string, int, std::less<void>> '
  wipe<std::set<std::string_view>>();
  // CHECK: clear std::set<std::string_view> '
  wipe<std::unordered_multiset<std::wstring>>();
  // CHECK: clear std::unordered_multiset<std::wstring> '
  wipe<std::map<int, std::unique_ptr<app::Box<std::u16string>>>>();
  // CHECK: clear std::map<int, std::unique_ptr<app::Box<std::u16string>>> '
  wipe<std::pmr::unordered_map<std::pmr::string, int>>();
  // CHECK: clear std::pmr::unordered_map<std::pmr::string, int> '
  wipe<std::map<int, std::function<void(int, std::string const &)>>>();
  // CHECK: clear std::map<int, std::function<void (int, std::string const&)>> '
  wipe<std::map<std::pair<int, std::string>, std::map<int, int>>>();
  // CHECK: clear std::map<std::pair<int, std::string>, std::map<int, int>> '
}
// CHECK-NOT: FAULT
// CHECK: open 0
