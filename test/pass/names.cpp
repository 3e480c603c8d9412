// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=repeats=1:locals=1
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -std=c++20 -g -O0 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O2 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// Intent: a report names the map as its source does, with and without
// optimisation: variables, members, elements, captures, bindings.

#include <map>
#include <memory>
#include <vector>

using Map = std::map<int, int>;

struct Registry {
  static Map shared;
};
Map Registry::shared;

struct Inner {
  int x;
  Map deep;
};

struct First { // at offset zero nothing is left of the member in the IR
  Map first;
  int y;
};

struct Derived : Map {
  int z;
  void wipe() { clear(); }
};

Map global;
static Map file_static;
namespace app {
Map scoped;
}
First first_global;
thread_local Map per_thread;

Map &accessor() {
  static Map inside;
  return inside;
}

struct Server {
  int x = 0;
  Map sessions_;
  Inner inner;
  First wrapped;
  Map array[3];
  std::vector<Map> shards{2};
  std::map<int, Map> nested{{1, {}}};
  std::unique_ptr<Map> owned = std::make_unique<Map>();
  Map *raw = &global;
  Map &ref = global;

  void members(int i) {
    sessions_.clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear std::map<int, int> 'this->sessions_' in Server::members
    inner.deep.clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->inner.deep'
    wrapped.first.clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->wrapped.first'
    array[1].clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->array[1]'
    array[i].clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->array[..]'
    shards[i].clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->shards[..]'
    nested[1].clear();
    // CHECK: names.cpp:[[@LINE-1]]: operator[] std::map<int, std::map<int, int>> 'this->nested'
    // CHECK: names.cpp:[[@LINE-2]]: clear {{.*}} 'this->nested[..]'
    nested.find(1)->second.clear();
    // CHECK: names.cpp:[[@LINE-1]]: find {{.*}} 'this->nested'
    // CHECK: names.cpp:[[@LINE-2]]: clear {{.*}} 'this->nested.find(..)->second'
    owned->clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} '*this->owned'
    raw->clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} '*this->raw'
    ref.clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->ref'
    for (auto &[key, value] : nested)
      // CHECK: names.cpp:[[@LINE-1]]: begin {{.*}} 'this->nested'
      value.clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'value'
    for (Map &shard : shards)
      shard.clear();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'shard'
    [this] { sessions_.clear(); }();
    // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'this->sessions_' in Server::members::{{.*}}operator()
  }
};

void parameters(Map &reference, const Map &constant, Map *pointer, Map value,
                Server *server) {
  reference.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'reference' in parameters
  (void)constant.size();
  // CHECK: names.cpp:[[@LINE-1]]: size {{.*}} 'constant'
  pointer->clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} '*pointer'
  value.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'value'
  server->sessions_.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'server->sessions_'
}

int main(int argc, char **) {
  Server server;
  server.members(argc - 1);
  parameters(global, global, &global, global, &server);
  Map local;
  local.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'local' in main
  server.inner.deep.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'server.inner.deep'
  [&] { local.clear(); }();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'local' in main::{{.*}}operator()
  global.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'global'
  file_static.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'file_static'
  app::scoped.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'app::scoped'
  first_global.first.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'first_global.first'
  per_thread.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'per_thread'
  Registry::shared.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'Registry::shared'
  accessor().clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'accessor()'
  Derived derived;
  derived.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'derived'
  derived.wipe();
  // CHECK: names.cpp:{{.*}}: clear {{.*}} '*this' in Derived::wipe
  std::shared_ptr<Server> shared(&server, [](Server *) {});
  shared->sessions_.clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear {{.*}} 'shared->sessions_'
  Map().clear();
  // CHECK: names.cpp:[[@LINE-1]]: clear std::map<int, int> '' in main
}
// CHECK-NOT: FAULT
// CHECK: open 0
