// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Redis' dict (7.0), behind a class that makes and ends it.

#include "../keys.h"

#include <cstdint>
#include <type_traits>

extern "C" {
#include <dict.h>
}

namespace redis {

inline void *key(int number) {
  return reinterpret_cast<void *>(number + 10000l);
}
inline uint64_t hash(const void *key) {
  return reinterpret_cast<uintptr_t>(key) * 7;
}

/// Large enough not to be moved by itself, which goes on through later calls.
struct redis_dict {
  using iterator = int;
  using const_iterator = int;
  dictType type = {};
  dict *object;
  __attribute__((disable_sanitizer_instrumentation)) redis_dict() {
    type.hashFunction = hash;
    object = dictCreate(&type);
    dictExpand(object, 4096);
  }
  ~redis_dict() { dictRelease(object); }
  redis_dict(const redis_dict &) = delete;
  int end() const { return 0; }
};

inline dict *handle(redis_dict &map) { return map.object; }
inline dict *handle(dict &map) { return &map; }

// What MapSan does not see.
#define UNSEEN __attribute__((disable_sanitizer_instrumentation)) inline
/// Its elements are being moved.
UNSEEN dict *moving(dict *map) {
  dictExpand(map, 8192);
  return map;
}
UNSEEN dictIterator *iteration(dict *map, bool safe) {
  return safe ? dictGetSafeIterator(map) : dictGetIterator(map);
}
UNSEEN dictIterator *begun(dict *map, bool safe) {
  dictIterator *it = iteration(map, safe);
  dictNext(it);
  return it;
}
#undef UNSEEN

} // namespace redis

#define TRAITS_redis_dict 0, 0, 1, redis_dict

#define CONTAINER_NAME "dict"
#define MAP_OF(Container) redis::Container
#define VALUE int
#define NUMBER_OF(Value) (Value)
#define OBJECT_OF(Map) (*redis::handle(Map))
#define BYTES_OF(Object) sizeof(Object)
#define FIND(Map, Number) 0
#define WORD_OF(Map, Number) (new int) // there is none
#define KEY(Number) redis::key(Number)
#define PUT(Map, Number) dictAdd(redis::handle(Map), KEY(Number), KEY(Number))
#define TAKE(Map, Number) dictDelete(redis::handle(Map), KEY(Number))
#define SIZE(Map) dictGetIterator(redis::handle(Map)) // dictSize is a macro

#define ONLY_EXTRA_ROWS
#define EXTRA_ROWS "rows/redis_dict.inc"
