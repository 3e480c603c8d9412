// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A runtime that prints what it is told and counts whether every begin met its
// end: the pass by itself, without MapSan's own runtime.

#include "mapsan/abi.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *Ptr;
typedef int I32;
typedef int64_t I64;
typedef I64 Table[MAPSAN_SHORTCUT_ENTRIES];
typedef I64 Lent[MAPSAN_LENT_ENTRIES];

typedef struct {
#define MAPSAN_FAMILY_FIELD(Type, Name) Type Name;
#include "mapsan/callbacks.inc"
} Family;

typedef struct {
#define MAPSAN_SITE_FIELD(Type, Name) Type Name;
#include "mapsan/callbacks.inc"
} Site;

static Site *first, *last;
static Site *open_sites[64];
static unsigned char headers[64][512];
static int depth;
static long begins, ends, unwinds, atomics, atomic_ends, syncs, sync_ends;
static long fences, births;

static int quiet(void) { return getenv("QUIET") != NULL; }

static const char *base(const char *path) {
  const char *slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path ? path : "?";
}

static void fail(const char *what) {
  printf("FAULT: %s\n", what);
  exit(1);
}

void __mapsan_module_init_v10(Site *begin, Site *end) {
  first = begin;
  last = end;
}

void __mapsan_module_trusts(const char *patterns) { (void)patterns; }

void __mapsan_module_fini_v10(Site *begin, Site *end) {
  if (begin != first || end != last)
    fail("another module's sites");
  printf("begin %ld, end %ld, unwind %ld, open %d\n", begins, ends, unwinds,
         depth);
  printf("atomic %s, sync %s, births %s, fences %ld\n",
         atomics == atomic_ends ? "balanced" : "unbalanced",
         syncs == sync_ends ? "balanced" : "unbalanced", births ? "yes" : "no",
         fences);
}

void __mapsan_map_begin(Site *site, void *map) {
  Family *family = site->family;
  if (site < first || site >= last)
    fail("a site outside of its section");
  if (depth == 64)
    fail("too many open operations");
  ++begins;
  open_sites[depth] = site;
  memcpy(headers[depth++], map, family->header_bytes);
  if (!quiet())
    printf("%s:%d: %s %s '%s' in %s%s\n", base(site->file), site->line,
           (char *)site->operation, (char *)site->type,
           site->name ? (char *)site->name : "", (char *)site->function,
           site->flags & MapsanSiteSecondary ? " (other)" : "");
}

void __mapsan_map_end(Site *site, void *map, int evidence) {
  Family *family = site->family;
  if (!depth || open_sites[--depth] != site)
    fail("an end without its begin");
  ++ends;
  if (site->effect != MapsanEffectMayWrite || quiet())
    return;
  int changed = evidence == MapsanEvidenceHeader
                    ? memcmp(headers[depth], map, family->header_bytes) != 0
                    : evidence != MapsanEvidenceUnchanged;
  printf("  %s", changed ? "changed" : "unchanged");
  if (family->size_offset >= 0)
    printf(", size %ld", *(long *)((char *)map + family->size_offset));
  if (family->buckets_offset >= 0)
    printf(", buckets %s",
           *(long *)((char *)map + family->buckets_offset) ? "some" : "none");
  printf("\n");
}

// Expanded hooks, which find no shortcuts, call these.
void __mapsan_map_begin_long(Site *site, void *map) {
  __mapsan_map_begin(site, map);
}

void __mapsan_map_end_long(Site *site, void *map, int evidence) {
  __mapsan_map_end(site, map, evidence);
}

void __mapsan_handle_made(void *handle, Site *site, void *map) {}
void __mapsan_handle_used(void *handle, Site *site, void *element) {}
void __mapsan_iterator_made(Site *site, void *map, void *element) {}
void __mapsan_iterator_used(Site *site, void *element) {}
void __mapsan_iterator_stepped(void *before, void *after) {}
void __mapsan_handle_expected(void) {}
void __mapsan_handle_received(void *handle, void *element, uint64_t id) {}
void __mapsan_handle_returned(void *handle, void *element, uint64_t id) {}
void __mapsan_map_erases(void *map, void *element) {}
void __mapsan_map_extracted(void *map, void *element) {}

static struct {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) Type Name;
#include "mapsan/callbacks.inc"
} none = {.in_flight = 1};
__thread void *__mapsan_shortcuts = &none;

void __mapsan_map_unwind(Site *site, void *map) {
  (void)map;
  if (!depth || open_sites[--depth] != site)
    fail("an unwind without its begin");
  ++unwinds;
  if (!quiet())
    printf("  unwound\n");
}

// Every hook is to be called.
char __mapsan_map_used = 1;
I64 __mapsan_news = 1;

I64 __mapsan_atomic_begin(void *address, int what) {
  (void)address;
  ++atomics;
  return what + 4711;
}

void __mapsan_atomic_end(void *address, int what, I64 token, int done) {
  (void)address;
  if (token != what + 4711 || (done & ~1))
    fail("an atomic's end with another's token");
  ++atomic_ends;
}

// Each load is done twice.
int __mapsan_load_end(void *address, int what, I64 token) {
  __mapsan_atomic_end(address, what, token, 1);
  return !(what & MAPSAN_ATOMIC_AGAIN);
}

void __mapsan_atomic_fence(int order) {
  (void)order;
  ++fences;
}

void __mapsan_sync_begin(void *object, int what) {
  ++syncs;
  (void)object;
  if (!quiet())
    printf("sync %d\n", what);
}

void __mapsan_sync_end(void *object, int what, I64 result) {
  ++sync_ends;
  (void)object;
  if (!quiet())
    printf("sync %d: %ld\n", what, (long)result);
}

void __mapsan_sync_event(void *object, int what) {
  (void)object;
  if (!quiet())
    printf("sync event %d\n", what);
}

void __mapsan_locked_access(void *address, int what, int done) {
  (void)address;
  if (!quiet())
    printf("locked access %d: %d\n", what, done);
}

void __mapsan_sync_born(void *address, I64 size) {
  (void)address;
  (void)size;
  ++births;
}

void __mapsan_exception_handled(void *globals) { (void)globals; }
void __mapsan_exception_dropped(void *exception) { (void)exception; }
void __mapsan_exception_ends(void *exception) { (void)exception; }
