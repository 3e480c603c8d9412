// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Maps of C: GLib's GHashTable and GTree, and the search tables of <search.h>,
// each behind a class that makes and ends it.

#include "../keys.h"

#include <cstdio>
#include <glib.h>
#include <search.h>
#include <type_traits>

namespace c_maps {

inline void *key(int number) { return GINT_TO_POINTER(number + 10000); }
inline int compare(const void *left, const void *right) {
  return left < right ? -1 : left > right;
}
inline int compareData(const void *left, const void *right, void *) {
  return compare(left, right);
}

/// What the fixture asks of any map.
struct Any {
  using iterator = int;
  using const_iterator = int;
  int end() const { return 0; }
};

struct g_hash_table : Any {
  GHashTable *object = g_hash_table_new(g_direct_hash, g_direct_equal);
  ~g_hash_table() { g_hash_table_unref(object); }
};

struct g_tree : Any {
  GTree *object = g_tree_new_full(compareData, nullptr, nullptr, nullptr);
  ~g_tree() { g_tree_unref(object); }
};

/// An iteration that begins without MapSan's knowledge.
__attribute__((disable_sanitizer_instrumentation)) inline GHashTableIter
iteration(GHashTable *table) {
  GHashTableIter it;
  g_hash_table_iter_init(&it, table);
  return it;
}

/// Nothing can be taken out of it.
struct hsearch : Any {
  hsearch_data table = {};
  hsearch_data *object = &table;
  hsearch() { hcreate_r(2000, object); }
  ~hsearch() { hdestroy_r(object); }
};
inline ENTRY *found;
inline ENTRY entry(int number) {
  static char texts[12000][8];
  std::snprintf(texts[number + 1000], 8, "%d", number);
  return {texts[number + 1000], nullptr};
}

struct tsearch : Any {
  void *root = nullptr;
  void **object = &root;
  ~tsearch() {
    tdestroy(root, [](void *) {});
  }
};

/// What the functions take, of a class and of what is behind it.
template <class Map> auto handle(Map &map) {
  if constexpr (std::is_base_of_v<Any, Map>)
    return map.object;
  else
    return &map;
}
inline GHashTable *handle(GHashTable &table) { return &table; }
inline GTree *handle(GTree &tree) { return &tree; }

} // namespace c_maps

#define TRAITS_g_hash_table 0, 0, 1, g_hash_table
#define TRAITS_g_tree 1, 0, 1, g_tree
#define TRAITS_hsearch 0, 0, 1, hsearch
#define TRAITS_tsearch 1, 0, 1, tsearch

#define CONTAINER_NAME QUOTE(CONTAINER)
#define MAP_OF(Container) c_maps::Container
#define VALUE int
#define NUMBER_OF(Value) (Value)
#define OBJECT_OF(Map) (*c_maps::handle(Map))
#define BYTES_OF(Object) 1ul
#define FIND(Map, Number) 0
#define WORD_OF(Map, Number) (new int) // there is none

#define PASTE_2(Left, Right) Left##Right
#define PASTE(Left, Right) PASTE_2(Left, Right)
#define PUT(Map, Number) PASTE(PUT_, CONTAINER)(c_maps::handle(Map), Number)
#define TAKE(Map, Number) PASTE(TAKE_, CONTAINER)(c_maps::handle(Map), Number)
#define SIZE(Map) PASTE(SIZE_, CONTAINER)(c_maps::handle(Map))
#define KEY(Number) c_maps::key(Number)
#define PUT_g_hash_table(H, Number)                                            \
  g_hash_table_insert(H, KEY(Number), KEY(Number))
#define TAKE_g_hash_table(H, Number) g_hash_table_remove(H, KEY(Number))
#define SIZE_g_hash_table(H) g_hash_table_size(H)
#define PUT_g_tree(H, Number) g_tree_insert(H, KEY(Number), KEY(Number))
#define TAKE_g_tree(H, Number) g_tree_remove(H, KEY(Number))
#define SIZE_g_tree(H) g_tree_nnodes(H)
#define PUT_hsearch(H, Number)                                                 \
  hsearch_r(c_maps::entry(Number), ENTER, &c_maps::found, H)
#define TAKE_hsearch(H, Number) (void)0
#define SIZE_hsearch(H) hsearch_r(c_maps::entry(1), FIND, &c_maps::found, H)
#define PUT_tsearch(H, Number) ::tsearch(KEY(Number), H, c_maps::compare)
#define TAKE_tsearch(H, Number) ::tdelete(KEY(Number), H, c_maps::compare)
#define SIZE_tsearch(H) ::tfind(KEY(1), H, c_maps::compare)

#define ONLY_EXTRA_ROWS
#define EXTRA_ROWS "rows/c_maps.inc"
