/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * uthash, of whose tables MapSan knows: to be included in place of <uthash.h>,
 * 2.1 or newer, in C and C++. Without MapSan it is the same as that, but for a
 * head that has no address: the result of a call, a cast.
 *
 * A table is told by the variable that is its head; where the head goes to
 * another variable, MapSan takes that for another table. Looked at are all
 * macros that change a table, and HASH_FIND, HASH_ITER, HASH_COUNT with what is
 * built on them; not: what goes along hh.next by hand, HASH_FIND_BYHASHVALUE,
 * and the source of HASH_SELECT. Thread-safe are uthash's tables by no means:
 * readers may work side by side, and nobody beside one who changes a table. */

#ifndef MAPSAN_UTHASH_H
#define MAPSAN_UTHASH_H

#include <mapsan/interface.h>
#include <uthash.h>

/* Whatever changes a table calls this in the end. With HASH_DEBUG it is
 * uthash's own check, and MapSan sees reads alone. */
#ifndef HASH_DEBUG
#undef HASH_FSCK
#define HASH_FSCK(hh, head, where) mapsan_map_write(&(head), #head)
#endif

#undef HASH_FIND
#define HASH_FIND(hh, head, keyptr, keylen, out)                               \
  do {                                                                         \
    mapsan_map_read(&(head), #head);                                           \
    (out) = NULL;                                                              \
    if (head) {                                                                \
      unsigned mapsan_hash;                                                    \
      HASH_VALUE(keyptr, keylen, mapsan_hash);                                 \
      HASH_FIND_BYHASHVALUE(hh, head, keyptr, keylen, mapsan_hash, out);       \
    }                                                                          \
  } while (0)

#undef HASH_CNT
#define HASH_CNT(hh, head)                                                     \
  (mapsan_map_read(&(head), #head), (head) ? (head)->hh.tbl->num_items : 0U)

#undef HASH_ITER
#define HASH_ITER(hh, head, el, tmp)                                           \
  for (mapsan_map_read(&(head), #head),                                        \
       (el) = (head), (tmp) = DECLTYPE(el)((head) ? (head)->hh.next : NULL);   \
       (el) != NULL;                                                           \
       (el) = (tmp), (tmp) = DECLTYPE(el)((tmp) ? (tmp)->hh.next : NULL))

/* (One by one: it does without the check.) */
#undef HASH_CLEAR
#define HASH_CLEAR(hh, head)                                                   \
  do {                                                                         \
    while (head)                                                               \
      HASH_DELETE_HH(hh, head, &(head)->hh);                                   \
  } while (0)

#endif /* MAPSAN_UTHASH_H */
