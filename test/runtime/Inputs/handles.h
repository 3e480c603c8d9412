// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A container that no catalog knows, with all hooks called by hand: what the
// pass would emit for it and for iterators into it.

#ifndef MAPSAN_TEST_HANDLES_H
#define MAPSAN_TEST_HANDLES_H

#include "../../../include/mapsan/abi.h"
#include <cstddef>
#include <cstdint>

namespace hand {

using Void = void;
using Ptr = const void *;
using I32 = std::uint32_t;
using I64 = std::uint64_t;

struct Family {
#define MAPSAN_FAMILY_FIELD(Type, Name) Type Name;
#include "../../../include/mapsan/callbacks.inc"
};
struct Site {
#define MAPSAN_SITE_FIELD(Type, Name) Type Name;
#include "../../../include/mapsan/callbacks.inc"
};
struct Handle {
#define MAPSAN_HANDLE_FIELD(Type, Name) Type Name = {};
#include "../../../include/mapsan/callbacks.inc"
};

extern "C" {
#define MAPSAN_CALLBACK(Return, Name, Params) Return __mapsan_##Name Params;
#include "../../../include/mapsan/callbacks.inc"
}

struct Node {
  Node *next;
  int key;
};

/// A bag of numbers: a list, and a number of buckets that grows by itself, as
/// that of a hash table does.
struct Bag {
  std::uint64_t size = 0, buckets = 1;
  Node *first = nullptr;

  void Insert(int key) {
    first = new Node{first, key};
    if (++size > buckets)
      buckets = 2 * buckets + 1;
  }
  void Erase(int key) {
    for (Node **link = &first; *link; link = &(*link)->next)
      if (Node *node = *link; node->key == key) {
        *link = node->next;
        size--;
        delete node;
        return;
      }
  }
  void Clear() {
    while (first)
      Erase(first->key);
  }
};

inline Family family = {/*id=*/0x1234567,
                        "bag",
                        /*header_bytes=*/sizeof(Bag),
                        /*size_offset=*/offsetof(Bag, size),
                        /*buckets_offset=*/offsetof(Bag, buckets),
                        /*through=*/~0u,
                        /*behind_offset=*/0,
                        /*behind_bytes=*/0,
                        /*invalidates=*/0,
                        /*growth_offset=*/~0u,
                        /*end_offset=*/~0u,
                        /*owners_behind=*/~0u,
                        /*end_behind=*/~0u,
                        /*number=*/0,
                        /*tag=*/0};

} // namespace hand

/// The site of a call that stands in this line.
#define HAND_SITE(Operation, Name, Effect, Flags)                              \
  ([](const char *function) {                                                  \
    static hand::Site site = {&hand::family, Operation, "Bag",    Name,        \
                              __FILE__,      function,  __LINE__, 3,           \
                              Effect,        Flags,     1};                    \
    return &site;                                                              \
  }(__func__))

/// `call`, an operation on `bag`, between its hooks.
#define HAND_CALL(bag, Operation, Effect, Flags, call)                         \
  do {                                                                         \
    hand::Site *hand_site = HAND_SITE(Operation, #bag, Effect, Flags);         \
    __mapsan_map_begin(hand_site, &(bag));                                     \
    call;                                                                      \
    __mapsan_map_end(hand_site, &(bag), MapsanEvidenceHeader);                 \
  } while (0)

#define HAND_INSERT(bag, key)                                                  \
  HAND_CALL(bag, "insert", MapsanEffectMayWrite, MapsanSiteBySize,             \
            (bag).Insert(key))
#define HAND_ERASE(bag, key)                                                   \
  HAND_CALL(bag, "erase", MapsanEffectMayWrite, MapsanSiteBySize,              \
            (bag).Erase(key))
#define HAND_CLEAR(bag)                                                        \
  HAND_CALL(bag, "clear", MapsanEffectMayWrite, MapsanSiteBySize, (bag).Clear())

/// `it` = begin() of `bag`, with its handle.
#define HAND_BEGIN(it, handle, bag)                                            \
  do {                                                                         \
    hand::Site *hand_site =                                                    \
        HAND_SITE("begin", #bag, MapsanEffectRead, MapsanSiteIterates);        \
    __mapsan_map_begin(hand_site, &(bag));                                     \
    (it) = (bag).first;                                                        \
    __mapsan_map_end(hand_site, &(bag), MapsanEvidenceNone);                   \
    __mapsan_handle_made(&(handle), hand_site, &(bag));                        \
  } while (0)

/// ++it is about to be done.
#define HAND_STEP(it, handle)                                                  \
  __mapsan_handle_used(&(handle),                                              \
                       HAND_SITE("operator++", #it, MapsanEffectRead,          \
                                 MapsanSiteHandle | MapsanSiteIterates),       \
                       it)
/// The element that `reference` refers to is about to be used.
#define HAND_REFER(reference, handle)                                          \
  __mapsan_handle_used(&(handle),                                              \
                       HAND_SITE("use", #reference, MapsanEffectRead,          \
                                 MapsanSiteHandle | MapsanSiteReference),      \
                       reference)

#endif // MAPSAN_TEST_HANDLES_H
