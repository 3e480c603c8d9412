// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is kept for each live map: see mapsan_map_table.h.

#include "mapsan_map_table.h"

#include "../clock/mapsan_pool.h"
#include "../clock/mapsan_thread.h"

namespace __mapsan {

BucketTable<4> map_table;
static Pool<MapState> states;
static Pool<ReadChunk> read_chunks;

void InitializeMapTable() { map_table.Initialize("MapSan maps"); }

static MapState *Next(const MapState *state) {
  return reinterpret_cast<MapState *>(
      atomic_load(&state->next, memory_order_acquire));
}

MapState *FindMap(Bucket *bucket, uptr addr, u64 family) {
  // Without the lock a stale chain may lead anywhere among maps, even in a
  // circle: give up early, the caller then takes the lock.
  u32 steps = 0;
  for (MapState *s = bucket->Head<MapState>(); s && steps < 4096;
       s = Next(s), steps++)
    if (atomic_load(&s->addr, memory_order_relaxed) == addr &&
        atomic_load(&s->family, memory_order_relaxed) == family)
      return s;
  return nullptr;
}

static void ClearCell(AccessCell *cell) {
  atomic_store(&cell->word, 0, memory_order_relaxed);
  cell->SetSite(nullptr);
}

// A new life begins; its number is unique at the address, as the thread and its
// count are.
static void BeginLife(Thread *thr, MapState *state) {
  atomic_store(&state->life,
               static_cast<u64>(thr->tid) << 40 | ++thr->lives_begun,
               memory_order_relaxed);
  state->first_tid = thr->tid;
  state->birth_site = nullptr;
  state->birth_stack = state->birth_tid = 0;
  state->reports = 0;
  atomic_store(&state->dead, 0, memory_order_relaxed);
  state->wrote_size = false;
}

MapState *CreateMap(Thread *thr, Bucket *bucket, uptr addr, u64 family) {
  MapState *state = states.Get(&thr->map_states);
  atomic_store(&state->family, family, memory_order_relaxed);
  BeginLife(thr, state);
  atomic_store(&state->addr, addr, memory_order_relaxed);
  atomic_store(&state->next, reinterpret_cast<uptr>(bucket->Head<MapState>()),
               memory_order_release);
  bucket->SetHead(state);
  live_filter.Add(addr);
  return state;
}

static void ClearAccesses(Thread *thr, MapState *state) {
  ClearCell(&state->write);
  if (state->has_reads)
    ClearCell(&state->first_read);
  state->has_reads = false;
  auto *chunk = reinterpret_cast<ReadChunk *>(
      atomic_load(&state->more_reads, memory_order_relaxed));
  atomic_store(&state->more_reads, 0, memory_order_release);
  while (chunk) {
    auto *next = reinterpret_cast<ReadChunk *>(
        atomic_load(&chunk->next, memory_order_relaxed));
    for (ReadChunk::Line &line : chunk->lines)
      ClearCell(&line.cell);
    atomic_store(&chunk->next, 0, memory_order_relaxed);
    read_chunks.Put(thr ? &thr->read_chunks : nullptr, chunk);
    chunk = next;
  }
}

void RemoveMap(Thread *thr, Bucket *bucket, MapState *state) {
  MapState *before = nullptr;
  for (MapState *s = bucket->Head<MapState>(); s != state; s = Next(s))
    before = s;
  if (before)
    atomic_store(&before->next, reinterpret_cast<uptr>(Next(state)),
                 memory_order_release);
  else
    bucket->SetHead(Next(state));
  live_filter.Remove(atomic_load(&state->addr, memory_order_relaxed));
  ClearAccesses(thr, state);
  atomic_store(&state->addr, 0, memory_order_relaxed);
  states.Put(thr ? &thr->map_states : nullptr, state);
}

void RenewMap(Thread *thr, MapState *state) {
  ClearAccesses(thr, state);
  BeginLife(thr, state);
}

AccessCell *AddReadCell(Thread *thr, MapState *state) {
  ReadChunk *chunk = read_chunks.Get(&thr->read_chunks);
  atomic_store(&chunk->next,
               atomic_load(&state->more_reads, memory_order_relaxed),
               memory_order_relaxed);
  // Release: a reader without the lock finds the chunk's next in place.
  atomic_store(&state->more_reads, reinterpret_cast<uptr>(chunk),
               memory_order_release);
  return &chunk->lines[0].cell;
}

void ReplaceRecords(AccessWord (*replace)(AccessWord, void *), void *arg) {
  struct Context {
    AccessWord (*replace)(AccessWord, void *);
    void *arg;
    void Look(AccessCell &cell) {
      AccessWord word = atomic_load(&cell.word, memory_order_acquire);
      AccessWord wanted = word ? replace(word, arg) : 0;
      if (wanted != word)
        atomic_compare_exchange_strong(&cell.word, &word, wanted,
                                       memory_order_relaxed);
    }
  } context = {replace, arg};
  states.ForEachBlock(
      [](void *block, void *arg) {
        auto *state = static_cast<MapState *>(block);
        static_cast<Context *>(arg)->Look(state->write);
        static_cast<Context *>(arg)->Look(state->first_read);
      },
      &context);
  read_chunks.ForEachBlock(
      [](void *block, void *arg) {
        for (ReadChunk::Line &line : static_cast<ReadChunk *>(block)->lines)
          static_cast<Context *>(arg)->Look(line.cell);
      },
      &context);
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
        uptr addr = atomic_load(&state->addr, memory_order_acquire);
        if (!addr)
          return;
        ScopedLock lock(map_table.For(addr));
        if (atomic_load(&state->addr, memory_order_relaxed) == addr)
          context->callback(state, context->arg);
      },
      &context);
}

void ForgetMaps(uptr addr, uptr size) {
  live_filter.ForEachBlock(addr, size, [](uptr begin, uptr end) {
    ScopedRuntimeIfAny runtime;
    Thread *thr = CurrentThreadRaw();
    constexpr uptr granule = decltype(map_table)::kGranule;
    for (uptr a = begin & ~(granule - 1); a < end; a += granule) {
      Bucket *bucket = map_table.For(a);
      if (!bucket->Head<MapState>())
        continue;
      ScopedLock lock(bucket);
      for (MapState *s = bucket->Head<MapState>(), *next; s; s = next) {
        next = Next(s);
        uptr where = atomic_load(&s->addr, memory_order_relaxed);
        if (where < begin || where >= end)
          continue;
        if (thr)
          ForgetRecorded(thr, where);
        RemoveMap(thr, bucket, s);
      }
    }
  });
}

// Counted per thread and added up when it ends, so that no two threads share
// a word.
static atomic_uint64_t ended_seen, ended_shared;

void CountShared(Thread *thr) { thr->lives_shared++; }

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
  read_chunks.LockBeforeFork();
}
void UnlockMapPoolsAfterFork() {
  read_chunks.UnlockAfterFork();
  states.UnlockAfterFork();
}

void DrainMapPools(Thread *thr) {
  states.Drain(&thr->map_states);
  read_chunks.Drain(&thr->read_chunks);
  atomic_fetch_add(&ended_seen, thr->lives_begun, memory_order_relaxed);
  atomic_fetch_add(&ended_shared, thr->lives_shared, memory_order_relaxed);
  thr->lives_begun = thr->lives_shared = 0;
}

} // namespace __mapsan
