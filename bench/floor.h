// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The floor of MapSan's price: the least that any detector with exact
// happens-before does at an operation, written by hand and inlined. Compiled
// in with -DBENCH_FLOOR; otherwise the macros are nothing. bench/run times a
// program in this variant ("floor") beside the others. Into real programs the
// compiler writes it: floor_runtime.cpp.
//
// It detects nothing: no stacks, no reports, one component of clocks, records
// that collide. What it has is each load, compare, store and fence that the
// algorithm (docs/clocks.md) cannot do without:
//   operation   the thread's memory of (map, epoch): compare; mark in flight,
//               clear the mark. First of an epoch: remember; record; where
//               another thread has used the map, a full fence and the check.
//   lock        the lock's word: load, compare with what was last seen there;
//               remember it as held, and where it was taken.
//   unlock      after an operation: tick, store the lock's word; find the lock
//               among those that are held, and forget it.
// Where nobody has used a map yet, a look at that is all, but for the locks:
// one that is held now may be when the first map is used, and a report names
// it. Thread-safe as far as the programs that use it are.

#ifndef MAPSAN_BENCH_FLOOR_H
#define MAPSAN_BENCH_FLOOR_H

#ifndef BENCH_FLOOR

#define FLOOR_READ(map)
#define FLOOR_WRITE(map)
#define FLOOR_LIFE(map)
#define FLOOR_LIFE_MEMBER(map)
#define FLOOR_HELD(lock)
#define FLOOR_ACQUIRE(object)
#define FLOOR_RELEASE(object)

#else

#include <atomic>
#include <cstdint>

namespace bench_floor {

// Of a map: the last write, and whose it is while one thread alone has used
// it. Of a sync object: the last release.
struct alignas(64) Record {
  std::atomic<uint64_t> word{0};
  std::atomic<uint32_t> owner{0};
};
constexpr uint32_t Many = ~0u;
constexpr unsigned Bits = 12;
inline Record records[1 << Bits];
inline std::atomic<uint32_t> threads{0}; // that have used a map

inline unsigned place(const void *address) {
  return reinterpret_cast<uintptr_t>(address) * 0x9e3779b97f4a7c15ull >>
         (64 - Bits);
}

struct Thread {
  uint32_t slot = 0; // given at the first operation
  bool dirty = false;
  uint64_t epoch = 1;
  uint64_t heard = 0; // of others' words, the newest
  uint64_t races = 0;
  std::atomic<const void *> inFlight{nullptr};
  uint64_t recent[1 << 8] = {};             // (map, epoch, kind) by place
  std::atomic<uint64_t> reads[1 << 8] = {}; // epochs, by place
  uint64_t lastSeen[1 << 8] = {};           // words of sync objects, by place
  struct {
    const void *lock, *where;
  } held[64] = {}; // innermost last
  uint32_t locks = 0;

  uint64_t word() const { return epoch << 16 | slot; }
};
// Constant-initialised, or each use would ask whether it is yet.
inline constinit thread_local Thread me;

// The first of an epoch, or a stronger kind.
[[gnu::noinline, gnu::cold]] inline void record(const void *map, bool write) {
  Record &known = records[place(map)];
  if (!me.slot)
    me.slot = 1 + threads.fetch_add(1, std::memory_order_relaxed);
  uint32_t owner = known.owner.load(std::memory_order_relaxed);
  if (owner != me.slot && owner != Many)
    known.owner.store(owner ? Many : me.slot, std::memory_order_relaxed);
  me.dirty = true;
  uint64_t last;
  if (known.owner.load(std::memory_order_relaxed) == me.slot) {
    last = known.word.load(std::memory_order_relaxed);
    if (write)
      known.word.store(me.word(), std::memory_order_relaxed);
    else
      me.reads[place(map) & 255].store(me.epoch, std::memory_order_relaxed);
  } else if (write) {
    last = known.word.exchange(me.word(), std::memory_order_seq_cst);
  } else {
    // An exchange, for its fence: cheaper than mfence.
    me.reads[place(map) & 255].exchange(me.epoch, std::memory_order_seq_cst);
    last = known.word.load(std::memory_order_relaxed);
  }
  if ((last & 0xffff) != me.slot && last > me.heard)
    ++me.races;
}

class Operation {
public:
  Operation(const void *map, bool write) {
    uint64_t key = reinterpret_cast<uintptr_t>(map) ^ me.epoch << 48;
    uint64_t &known = me.recent[place(map) & 255];
    me.inFlight.store(map, std::memory_order_relaxed);
    if (known == (key | 1) || (!write && known == key)) [[likely]]
      return;
    known = key | write;
    record(map, write);
  }
  ~Operation() { me.inFlight.store(nullptr, std::memory_order_relaxed); }
};

// Relaxed: where there is something to acquire, its releaser has used a map
// before, and we come behind that.
inline bool nobodyHasUsedAMap() {
  return threads.load(std::memory_order_relaxed) == 0;
}

inline void acquire(const void *object) {
  if (nobodyHasUsedAMap()) [[likely]]
    return;
  uint64_t word = records[place(object)].word.load(std::memory_order_relaxed);
  uint64_t &seen = me.lastSeen[place(object) & 255];
  if (word == seen) [[likely]]
    return;
  seen = word;
  if (word > me.heard)
    me.heard = word;
}

inline void release(const void *object) {
  if (!me.dirty) [[likely]]
    return;
  me.dirty = false;
  ++me.epoch;
  uint64_t word = me.word();
  records[place(object)].word.store(word, std::memory_order_relaxed);
  me.lastSeen[place(object) & 255] = word;
}

// The lock was taken, `where`; and it is about to be given back.
inline void took(const void *lock, const void *where) {
  me.held[me.locks++ % 64] = {lock, where};
  acquire(lock);
}
inline void givesBack(const void *lock) {
  uint32_t i = me.locks;
  while (me.held[--i % 64].lock != lock)
    [[unlikely]];
  for (--me.locks; i != me.locks; ++i) [[unlikely]]
    me.held[i % 64] = me.held[(i + 1) % 64];
  release(lock);
}

// From its lock() to its unlock(): declared behind the guard.
class Held {
public:
  explicit Held(const void *lock) : lock_(lock) {
    const void *here;
    asm volatile("lea 0(%%rip), %0" : "=r"(here));
    took(lock, here);
  }
  ~Held() { givesBack(lock_); }

private:
  const void *lock_;
};

// A map begins to live, as the thread's own; and ends.
inline void lives(const void *map) {
  records[place(map)].owner.store(me.slot, std::memory_order_relaxed);
  me.recent[place(map) & 255] = 0;
}
inline void dies(const void *map) {
  records[place(map)].owner.store(0, std::memory_order_relaxed);
}

// A map's: declared behind it.
class Life {
public:
  explicit Life(const void *map) : map_(map) { lives(map); }
  ~Life() { dies(map_); }

private:
  const void *map_;
};

} // namespace bench_floor

#define FLOOR_READ(map) bench_floor::Operation floorOperation(&(map), false)
#define FLOOR_WRITE(map) bench_floor::Operation floorOperation(&(map), true)
#define FLOOR_LIFE(map) bench_floor::Life floorLife(&(map))
#define FLOOR_LIFE_MEMBER(map)                                                 \
  bench_floor::Life floorLife { &(map) }
#define FLOOR_HELD(lock) bench_floor::Held floorHeld(&(lock))
#define FLOOR_ACQUIRE(object) bench_floor::acquire(&(object))
#define FLOOR_RELEASE(object) bench_floor::release(&(object))

#endif // BENCH_FLOOR

#endif // MAPSAN_BENCH_FLOOR_H
