// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Google's sparsehash: tables that reserve keys for their own use. To be compiled
// with NDEBUG, as they are told of these more than once here.

#include "../keys.h"

#include <cstdio>
#include <sparsehash/dense_hash_map>
#include <sparsehash/dense_hash_set>
#include <sparsehash/sparse_hash_map>
#include <sparsehash/sparse_hash_set>

#define TRAITS_dense_hash_map 0, 1, 1, dense_hash_map
#define TRAITS_dense_hash_set 0, 0, 1, dense_hash_set
#define TRAITS_sparse_hash_map 0, 1, 1, sparse_hash_map
#define TRAITS_sparse_hash_set 0, 0, 1, sparse_hash_set

#define CONTAINER_NAME "google::" QUOTE(CONTAINER)
#define MAP_OF(Container) google::Container<ARGUMENTS>
#define SWAP "google::swap"
#define ERASE_IF "no erase_if"
#define OPERATORS ""
#define PREPARE(Map) reserveKeys(Map)
#define STABLE 0
#define CXX98
#define IF_NOTHING WRITES
#define AS_MANY WRITES
#define EXTRA_ROWS "rows/sparsehash.inc"

/// A file that takes anything and has nothing.
struct NullFile {
  std::size_t Write(const void *, std::size_t size) { return size; }
  std::size_t Read(void *, std::size_t) { return 0; }
};
inline NullFile nullFile;
inline std::FILE *noFile = std::fopen("/dev/null", "r+");
struct NullSerializer {
  template <class Any> bool operator()(NullFile *, const Any &) const {
    return true;
  }
};
inline NullSerializer nullSerializer;

template <class Any>
__attribute__((disable_sanitizer_instrumentation)) void reserveKeys(Any &map) {
  if constexpr (requires { map.set_empty_key(Key(-2)); })
    map.set_empty_key(Key(-2));
  map.set_deleted_key(Key(-3));
}
#define ITERATOR_RULES {Insert::Growth, Erase::None}
#define REFERENCE_RULES {Insert::Growth, Erase::Own}
#define FOLLOWED ReservesAKey<Map> // those that are dense
#define COUNTED 0
