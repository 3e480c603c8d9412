// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: env MAPSAN_PASS_OPTIONS=locals=1 %clangxx -std=c++17 -isystem/usr/lib/llvm-19/include -fpass-plugin=%mapsan_pass -S -emit-llvm %s -o - | %FileCheck %s
// Intent: of other libraries' types, too, the defaults are gone and what was chosen is kept.

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>
#include <boost/unordered_map.hpp>
#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringSet.h>
#include <string>

struct Hash : std::hash<int> {};
struct Info : llvm::DenseMapInfo<int> {};

template <class M> void wipe() {
  M m;
  m.clear();
}

// CHECK-DAG: c"llvm::DenseMap<int, char>\00"
template void wipe<llvm::DenseMap<int, char>>();
// CHECK-DAG: c"llvm::DenseMap<int, char, Info>\00"
template void wipe<llvm::DenseMap<int, char, Info>>();
// CHECK-DAG: c"llvm::SmallDenseMap<int, char, 8u>\00"
template void wipe<llvm::SmallDenseMap<int, char, 8>>();
// CHECK-DAG: c"llvm::MapVector<int, char>\00"
template void wipe<llvm::MapVector<int, char>>();
// CHECK-DAG: c"llvm::MapVector<int, char, std::map<int, unsigned int>>\00"
template void wipe<llvm::MapVector<int, char, std::map<int, unsigned>>>();
// CHECK-DAG: c"llvm::StringMap<char>\00"
template void wipe<llvm::StringMap<char>>();
// CHECK-DAG: c"absl::flat_hash_map<int, char>\00"
template void wipe<absl::flat_hash_map<int, char>>();
// CHECK-DAG: c"absl::flat_hash_map<std::string, std::string>\00"
template void wipe<absl::flat_hash_map<std::string, std::string>>();
// CHECK-DAG: c"absl::flat_hash_map<int, char, Hash>\00"
template void wipe<absl::flat_hash_map<int, char, Hash>>();
// CHECK-DAG: c"absl::btree_map<std::string, char>\00"
template void wipe<absl::btree_map<std::string, char>>();
// CHECK-DAG: c"boost::unordered::unordered_map<int, char>\00"
template void wipe<boost::unordered_map<int, char>>();
// CHECK-NOT: c"llvm::DenseMapBase<
