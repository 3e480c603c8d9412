// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a report calls a map by the class that the program uses, though the method is declared by a base of that; where
// nothing tells, by the base.

// RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/inherited.yaml:locals=1 %mapsan-clangxx -O0 -g -S -emit-llvm %s -o %t.ll
// RUN: %FileCheck %s < %t.ll
// RUN: env MAPSAN_PASS_OPTIONS=catalog=%S/Inputs/inherited.yaml:locals=1 %mapsan-clangxx -O0 -S -emit-llvm %s -o - | %FileCheck --check-prefix=NODEBUG %s

namespace my {
inline namespace v1 {
namespace detail {
template <class K> struct Raw {
  int find(const K &) { return 0; }
};
} // namespace detail
template <class K> struct Table : detail::Raw<K> {};
} // namespace v1
} // namespace my

struct Holder {
  int before;
  my::Table<long> member;
};

// CHECK-DAG: c"my::Table<int>\00"
// CHECK-DAG: c"my::Table<long>\00"
// CHECK-DAG: c"my::detail::Raw<char>\00"
// NODEBUG-DAG: c"my::detail::Raw<int>\00"
// NODEBUG-DAG: c"my::detail::Raw<long>\00"
int use(Holder &holder, my::detail::Raw<char> &raw) {
  my::Table<int> local;
  return local.find(1) + holder.member.find(2) + raw.find(3);
}
