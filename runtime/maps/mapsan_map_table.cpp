// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is kept for each live map: see mapsan_map_table.h.

#include "mapsan_map_table.h"

#include "../clock/mapsan_live_filter.h"
#include "../clock/mapsan_pool.h"
#include "../clock/mapsan_thread.h"
#include "mapsan_watches.h"

namespace __mapsan {

SparseBucketTable map_table;
static Pool<MapState, __builtin_offsetof(MapState, next)> states;
static Pool<MapExtra> extras;
static Pool<ReadChunk> read_chunks;

void InitializeMapTable() { map_table.Initialize("MapSan maps"); }

// --- lives

static void BeginLife(Thread *thr, MapState *state) {
  thr->lives_begun++;
  u32 life = atomic_load(&state->life_, memory_order_relaxed) & ~1u;
  atomic_store(&state->life_, life + 2, memory_order_relaxed);
  state->birth_stack = 0;
  if (thr->overlap_only) // no access will tell who that is
    Extend(thr, state);
}

void MarkDead(MapState *state) {
  u32 life = atomic_load(&state->life_, memory_order_relaxed);
  atomic_store(&state->life_, life | 1, memory_order_relaxed);
}

MapState *CreateMap(Thread *thr, Bucket *bucket, MapKey key) {
  MapState *state = states.Get(&thr->map_states);
  BeginLife(thr, state);
  atomic_store(&state->key, key, memory_order_relaxed);
  atomic_store(&state->next, reinterpret_cast<uptr>(bucket->Head<MapState>()),
               memory_order_release);
  bucket->SetHead(state);
  live_filter.Add(LiveFilter::kMap, AddressOf(key));
  return state;
}

// Its thread may be about to exchange it, which is to fail then.
static void Empty(AccessCell *cell) {
  while (AccessWord word = cell->Word())
    cell->Take(word);
}

static void ClearExtra(Thread *thr, MapExtra *extra) {
  auto *chunk = reinterpret_cast<ReadChunk *>(
      atomic_load(&extra->more_reads, memory_order_relaxed));
  atomic_store(&extra->more_reads, 0, memory_order_relaxed);
  while (chunk) {
    auto *next = reinterpret_cast<ReadChunk *>(
        atomic_load(&chunk->next, memory_order_relaxed));
    for (ReadChunk::Line &line : chunk->lines)
      Empty(&line.cell);
    atomic_store(&chunk->next, 0, memory_order_relaxed);
    read_chunks.Put(thr ? &thr->read_chunks : nullptr, chunk);
    chunk = next;
  }
  Empty(&extra->write);
  extras.Put(thr ? &thr->map_extras : nullptr, extra);
}

// As a new state is. `thr` may be null.
static void ClearAccesses(Thread *thr, MapState *state) {
  MapExtra *extra = state->Extra();
  atomic_store(&state->extra_, 0, memory_order_relaxed);
  if (UNLIKELY(extra))
    return ClearExtra(thr, extra);
  Empty(&state->read);
  state->write.SetPrivately(0, {});
}

void RemoveMap(Thread *thr, Bucket *bucket, MapState *state) {
  MapState *before = nullptr;
  for (MapState *s = bucket->Head<MapState>(); s != state; s = s->Next())
    before = s;
  if (before)
    atomic_store(&before->next, reinterpret_cast<uptr>(state->Next()),
                 memory_order_release);
  else
    bucket->SetHead(state->Next());
  live_filter.Remove(LiveFilter::kMap, state->Address());
  ClearAccesses(thr, state);
  MarkDead(state);
  atomic_store(&state->key, 0, memory_order_relaxed);
  states.Put(thr ? &thr->map_states : nullptr, state);
}

void RenewMap(Thread *thr, MapState *state) {
  ClearAccesses(thr, state);
  BeginLife(thr, state);
}

// --- one thread's, and several threads' maps

// The copy stands before the original goes, and in memory that was there
// before: whoever looks through all records (ReplaceRecords) meets one of them.
static void Move(AccessCell *from, AccessCell *to) {
  Access16 access;
  do {
    access = from->Read();
    to->Set(access.word, access.details);
  } while (!from->Take(access.word));
}

MapExtra *Extend(Thread *thr, MapState *state) {
  if (MapExtra *extra = state->Extra())
    return extra;
  MapExtra *extra = extras.Get(&thr->map_extras);
  AccessWord word = state->AnyWord();
  extra->first_tid = word ? ThreadOfWord(word) : thr->tid;
  extra->reports = 0;
  extra->shared = extra->has_reads = false;
  extra->sizes = Unpack(atomic_load(&state->extra_, memory_order_relaxed));
  Move(&state->write, &extra->write);
  // From here on a reader without the lock looks for writes in `extra`. One
  // that has not seen it looks at a word of its own, or at none; and has put
  // its word where it is found below.
  atomic_store(&state->extra_, reinterpret_cast<uptr>(extra) | 1,
               memory_order_seq_cst);
  extra->has_reads = state->read.Word();
  if (extra->has_reads)
    Move(&state->read, AddReadCell(thr, extra));
  return extra;
}

AccessCell *AddReadCell(Thread *thr, MapExtra *extra) {
  ReadChunk *chunk = read_chunks.Get(&thr->read_chunks);
  atomic_store(&chunk->next,
               atomic_load(&extra->more_reads, memory_order_relaxed),
               memory_order_relaxed);
  // Release: whoever finds the chunk finds its next in place.
  atomic_store(&extra->more_reads, reinterpret_cast<uptr>(chunk),
               memory_order_release);
  return &chunk->lines[0].cell;
}

void SetSizes(Thread *thr, MapState *state, const MapSizes &sizes) {
  u64 packed;
  if (MapExtra *extra = state->Extra())
    extra->sizes = sizes;
  else if (Pack(sizes, &packed))
    atomic_store(&state->extra_, packed, memory_order_relaxed);
  else
    Extend(thr, state)->sizes = sizes;
}

MapSizes SizesOf(const MapState *state) {
  MapExtra *extra = state->Extra();
  return extra ? extra->sizes
               : Unpack(atomic_load(&state->extra_, memory_order_relaxed));
}

// --- all of them

void ReplaceRecords(AccessWord (*replace)(AccessWord, void *), void *arg) {
  struct Context {
    AccessWord (*replace)(AccessWord, void *);
    void *arg;
    void Look(AccessCell &cell) {
      AccessWord word = cell.Word();
      AccessWord wanted = word ? replace(word, arg) : 0;
      if (wanted != word)
        cell.ReplaceWord(word, wanted);
    }
  } context = {replace, arg};
  // What moves from a state to its extra meanwhile is seen there, if not
  // before: states come first.
  states.ForEachBlock(
      [](void *block, void *arg) {
        auto *state = static_cast<MapState *>(block);
        static_cast<Context *>(arg)->Look(state->write);
        static_cast<Context *>(arg)->Look(state->read);
      },
      &context);
  extras.ForEachBlock(
      [](void *block, void *arg) {
        static_cast<Context *>(arg)->Look(
            static_cast<MapExtra *>(block)->write);
      },
      &context);
  read_chunks.ForEachBlock(
      [](void *block, void *arg) {
        for (ReadChunk::Line &line : static_cast<ReadChunk *>(block)->lines)
          static_cast<Context *>(arg)->Look(line.cell);
      },
      &context);
  watches.ReplaceWords(replace, arg);
}

void ForEachMap(void (*callback)(MapState *, void *), void *arg) {
  struct Context {
    void (*callback)(MapState *, void *);
    void *arg;
  } context = {callback, arg};
  states.ForEachBlock(
      [](void *block, void *arg) {
        auto *context = static_cast<Context *>(arg);
        auto *state = static_cast<MapState *>(block);
        MapKey key = atomic_load(&state->key, memory_order_acquire);
        if (!key)
          return;
        ScopedLock lock(map_table.For(AddressOf(key)));
        if (atomic_load(&state->key, memory_order_relaxed) == key)
          context->callback(state, context->arg);
      },
      &context);
}

static_assert(LiveFilter::kBlock == SparseBucketTable::kRowBytes,
              "a block's part is a row's part");

// Not inlined: mostly there are none.
static NOINLINE void ForgetMapsOf(Bucket *bucket, uptr begin, uptr end) {
  ScopedRuntimeIfAny runtime;
  Thread *thr = CurrentThreadRaw();
  ScopedLock lock(bucket);
  for (MapState *s = bucket->Head<MapState>(), *next; s; s = next) {
    next = s->Next();
    uptr where = s->Address();
    if (where < begin || where >= end)
      continue;
    if (thr)
      ForgetRecorded(thr, where);
    if (watches.MayHave(where))
      watches.Retire(atomic_load(&s->key, memory_order_relaxed));
    RemoveMap(thr, bucket, s);
  }
}

void ForgetMaps(uptr begin, uptr end) {
  map_table.ForEachInUse(begin, end, [begin, end](Bucket *bucket) {
    ForgetMapsOf(bucket, begin, end);
  });
}

// Counted per thread and added up when it ends, so that no two threads share
// a word.
static atomic_uint64_t ended_seen, ended_shared;

void CountShared(Thread *thr, MapExtra *extra) {
  if (extra->shared)
    return;
  extra->shared = true;
  thr->lives_shared++;
}

MapLives CountMapLives() {
  MapLives lives = {atomic_load(&ended_seen, memory_order_relaxed),
                    atomic_load(&ended_shared, memory_order_relaxed)};
  ForEachThread(
      [](Thread *thr, void *arg) {
        static_cast<MapLives *>(arg)->seen += thr->lives_begun;
        static_cast<MapLives *>(arg)->shared += thr->lives_shared;
      },
      &lives);
  return lives;
}

void LockMapPoolsBeforeFork() {
  states.LockBeforeFork();
  extras.LockBeforeFork();
  read_chunks.LockBeforeFork();
}
void UnlockMapPoolsAfterFork() {
  read_chunks.UnlockAfterFork();
  extras.UnlockAfterFork();
  states.UnlockAfterFork();
}

void DrainMapPools(Thread *thr) {
  states.Drain(&thr->map_states);
  extras.Drain(&thr->map_extras);
  read_chunks.Drain(&thr->read_chunks);
  atomic_fetch_add(&ended_seen, thr->lives_begun, memory_order_relaxed);
  atomic_fetch_add(&ended_shared, thr->lives_shared, memory_order_relaxed);
  thr->lives_begun = thr->lives_shared = 0;
}

} // namespace __mapsan
