// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Map operations in flight: an operation is an interval, from the hook before
// the call to the hook after it.

#ifndef MAPSAN_OPERATION_H
#define MAPSAN_OPERATION_H

#include "../report/mapsan_finding.h"
#include "mapsan_shortcuts.h"

namespace __mapsan {

struct MapState;
struct Presence;
struct ClockWord;
class Watch;

/// One operation in flight. Written by its own thread; another thread, or a
/// signal handler, reads `site`, `map` and `phase` only.
struct Operation {
  static constexpr u32 kHeaderBytes = 128;

  atomic_uintptr_t site; // const Site *
  atomic_uintptr_t map;  // identity of the map; 0: this entry is not in use
  atomic_uint32_t phase; // Phase
  uptr frame;            // stack address of the caller, to tell a dead one
  MapState *state;       // null: nested, or fast
  Presence *presence;    // detect=overlap, not nested: mapsan_overlap.cpp
  u32 map_life;          // MapState::Life when it began
  u64 epoch;             // as stamped on the map
  u64 *begin_clock; // epochs by slot at the begin; null: still the thread's
  u32 begin_count;
  u32 stack;
  u32 lockset;
  bool nested;   // inside another operation of this thread on the same map
  bool wrote;    // stamped as a write
  bool recorded; // by MapBegin; else its record was there already
  bool by_size;  // `change` tells whether it wrote, not the header
  // For maps that are watched (mapsan_mutations.h): null and 0 but there.
  Watch *watch; // that of the map; then the last two are set
  u64 partner;  // MapKey of the other map of the call, which has ended
  u64 passage;  // of the elements that came from there; or kNothingCame
  static constexpr u64 kNothingCame = ~0ull;
  uptr erased; // the element, if the program said so
  u64 growth_before;
  // What comes after is set by whoever needs it.
  u32 header_bytes;
  Change change;
  atomic_uintptr_t kept; // Finding *: see mapsan_violation.h; or null
  alignas(8) u8 header[kHeaderBytes]; // the object as it was at the begin

  /// An entry that is not in use is as a fast operation wants to find it.
  void MakeIdle() {
    atomic_store(&map, 0, memory_order_relaxed);
    state = nullptr;
    begin_clock = nullptr;
    stack = lockset = 0;
    nested = wrote = recorded = by_size = false;
  }
};

inline const Site *SiteOf(const Operation &op) {
  return reinterpret_cast<const Site *>(
      atomic_load(&op.site, memory_order_relaxed));
}
inline uptr MapOf(const Operation &op) {
  return atomic_load(&op.map, memory_order_relaxed);
}

enum class Phase : u32 {
  Reading,  // it reads
  MayWrite, // it may turn out to have written
  Writing,  // it writes
};

/// What others see of an operation. May be ending.
struct SeenOperation {
  uptr map;
  const Site *site;
  Phase phase;
  const Finding *kept;
};
/// Of one that emitted code has in flight.
Phase PhaseOf(const Site *site);

/// The operations of one thread, innermost last. Grows in chunks that stay
/// until the record is used no more, so that readers never meet freed memory.
/// Or, instead of them all, the one that emitted code has in flight.
class OperationStack {
public:
  static constexpr u32 kChunk = 16;

  Shortcuts shortcuts;

  /// Without that of emitted code.
  u32 size() const { return atomic_load(&size_, memory_order_relaxed); }
  /// None at all.
  bool empty() const { return shortcuts.NothingInFlight(); }
  Operation *First() { return &first_.operations[0]; }
  Operation *Top() { return At(size() - 1); }
  Operation *At(u32 i);
  /// A new innermost operation, not yet counted: fill it, then Publish. None
  /// may be emitted code's.
  Operation *Reserve();
  void Publish() { SetSize(size() + 1); }
  void Pop() { SetSize(size() - 1); }
  /// The first and only one begins, in flight from now on. All else of it is as
  /// MakeIdle left it. (The size is a constant here, so that no operation waits
  /// for the store of the one before.)
  Operation *BeginFirst(const Site *site, uptr map, uptr frame, Phase phase) {
    Operation *op = First();
    op->frame = frame;
    atomic_store(&op->site, reinterpret_cast<uptr>(site), memory_order_relaxed);
    atomic_store(&op->map, map, memory_order_relaxed);
    atomic_store(&op->phase, static_cast<u32>(phase), memory_order_relaxed);
    SetSize(1);
    return op;
  }
  void PopFirst() { SetSize(0); }
  /// As emitted code begins one, called in the frame `frame`. Nothing else is
  /// in flight.
  void BeginShort(const Site *site, uptr map, uptr frame) {
    shortcuts.SetShort(site, frame);
    shortcuts.SetInFlight(map);
  }
  /// The owner is gone.
  void Clear() { SetSize(0); }

  /// Calls back with a SeenOperation for each operation in flight; any thread,
  /// any time.
  template <class Callback> void ForEach(Callback callback) {
    auto call = [&](uptr map, const Site *site, Phase phase,
                    const Finding *kept) {
      if (map && site)
        callback(SeenOperation{map, site, phase, kept});
    };
    if (uptr map = shortcuts.ShortMap())
      if (const Site *site = shortcuts.ShortSite())
        call(map, site, PhaseOf(site), nullptr);
    u32 n = atomic_load(&size_, memory_order_acquire);
    Chunk *chunk = &first_;
    for (u32 i = 0; i < n && chunk; i++) {
      Operation &op = chunk->operations[i % kChunk];
      call(MapOf(op), SiteOf(op),
           static_cast<Phase>(atomic_load(&op.phase, memory_order_relaxed)),
           reinterpret_cast<const Finding *>(
               atomic_load(&op.kept, memory_order_acquire)));
      if (i % kChunk == kChunk - 1)
        chunk = Next(chunk);
    }
  }

private:
  struct Chunk {
    Operation operations[kChunk];
    atomic_uintptr_t next; // Chunk *
  };
  static Chunk *Next(Chunk *chunk);

  void SetSize(u32 size) {
    atomic_store(&size_, size, memory_order_release);
    shortcuts.SetInFlight(size ? Shortcuts::kAskRuntime : 0);
  }

  atomic_uint32_t size_;
  Chunk first_;
};

} // namespace __mapsan

#endif // MAPSAN_OPERATION_H
