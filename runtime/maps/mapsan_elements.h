// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Uses of the elements of maps: whether two of the same bytes were ordered.
// Instrumented code tells of them before each access (element_used in
// callbacks.inc; the pass emits it: pass/instrument/ElementHooks.*).

#ifndef MAPSAN_ELEMENTS_H
#define MAPSAN_ELEMENTS_H

#include "../clock/mapsan_thread.h"
#include "mapsan_map_table.h"

namespace __mapsan {

/// What accesses of elements are made of: 1, 2, 4 or 8 bytes, aligned to their
/// number. Two of them overlap if one lies within the other: those within the
/// same 8 bytes are a binary tree.
///
///        |               8               |
///        |       4       |       4       |
///        |   2   |   2   |   2   |   2   |
///        | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |
///
/// Each that was accessed has a state of its own in the table of maps, as if
/// it were a map, of one of the four highest families. So its life ends with
/// that of the memory, as a map's does; nothing else ends it, and there are no
/// tombstones. What two ranges of different sizes know of each other is found
/// by looking at both: they are in one bucket.
struct ElementRange {
  static constexpr u32 kMaxLog = 3, kMax = 1 << kMaxLog;
  static constexpr u32 kFirstFamily = (1 << 16) - 1 - kMaxLog;

  uptr address;
  u32 log; // of its size

  uptr Size() const { return uptr(1) << log; }
  MapKey Key() const { return KeyOf(address, kFirstFamily + log); }
  bool Overlaps(const ElementRange &o) const {
    return address < o.address + o.Size() && o.address < address + Size();
  }
  static bool IsKey(MapKey key) {
    return key >> kMapAddressBits >= kFirstFamily;
  }
  static ElementRange Of(MapKey key) {
    return {AddressOf(key),
            static_cast<u32>(key >> kMapAddressBits) - kFirstFamily};
  }
  /// The first of those that make up [address, end), which is not empty.
  static ElementRange FirstOf(uptr address, uptr end) {
    u32 log = kMaxLog;
    while (address % (uptr(1) << log) || end - address < uptr(1) << log)
      log--;
    return {address, log};
  }
};

/// What one thread has recorded lately, as RecentAccesses for maps, and for the
/// same reason: while its open epoch stands, a further access to the same range
/// of the same or a weaker kind needs no check and no record. Owned by the
/// thread.
///
/// An entry counts as long as the state is in the life that the record was made
/// in: memory may have gone to another thread and back without a release of
/// ours, and what is there now has no record of us. Whoever ends a life has got
/// the memory from the allocator, and who uses it now is ordered after that.
class RecentElements {
public:
  bool Has(MapKey key, u64 epoch, bool write) const {
    const Entry &e = entries_[Index(key)];
    return e.key == key && e.epoch == epoch && e.write >= write &&
           atomic_load(&e.state->key, memory_order_relaxed) == key &&
           e.state->IsAlive(e.life) && Takes(FastPath::recent_element);
  }
  void Note(MapKey key, u64 epoch, bool write, const MapState *state) {
    Entry &e = entries_[Index(key)];
    // What was written in this epoch is so still, in this life.
    write |= e.key == key && e.epoch == epoch && e.state == state &&
             e.life == state->Life() && e.write;
    e = {key, epoch, state, state->Life(), write};
  }

private:
  struct Entry {
    MapKey key; // 0: none
    u64 epoch;
    const MapState *state;
    u32 life;
    bool write;
  };
  static constexpr u32 kBits = 10;
  static u32 Index(MapKey key) {
    return static_cast<u32>(key * 0x9e3779b97f4a7c15ull >> (64 - kBits));
  }

  Entry entries_[1 << kBits];
};

/// More bytes of one access than these are not looked at.
constexpr u32 kElementBytes = 128;

/// There is nothing to do: the common case, inline in the callback. `what` as
/// the pass passes it. Needs no ScopedRuntime.
ALWAYS_INLINE bool ElementUsedAgain(Thread *thr, uptr address, u32 what) {
  if (UNLIKELY(thr->disturbed) || !thr->elements)
    return false;
  u32 size = what & ~MAPSAN_ELEMENT_WRITE;
  if (size > ElementRange::kMax || !size || (size & (size - 1)) ||
      address & (size - 1))
    return false;
  ElementRange range = {address, static_cast<u32>(__builtin_ctz(size))};
  return thr->elements->Has(range.Key(), thr->clock.OpenEpoch(),
                            what & MAPSAN_ELEMENT_WRITE);
}

/// The element is about to be accessed: checked, recorded, and reported if it
/// is unordered with another access. (pc, bp) as for MapBegin.
void ElementUsed(Thread *thr, uptr address, u32 what, Site *site, uptr pc,
                 uptr bp);

namespace elements_internal {
extern MAPSAN_HIDDEN atomic_uint8_t used;
void Freed(Thread *thr, uptr addr, uptr size);
} // namespace elements_internal

/// Some element was accessed. Relaxed, as LiveFilter is: who gives memory back
/// is ordered after those who used it, or the program is at fault, and then
/// that is found nearly always.
inline bool ElementsUsed() {
  return atomic_load(&elements_internal::used, memory_order_relaxed);
}

/// The calling thread is about to give that memory back. Within an operation
/// that may change a map this is a write to the elements in it, as far as they
/// were ever accessed. From outside of the runtime; ElementsUsed.
inline void ElementsFreed(uptr addr, uptr size) {
  Thread *thr = CurrentThreadRaw();
  if (thr && !thr->in_runtime && !thr->ignore_maps && !thr->operations.empty())
    elements_internal::Freed(thr, addr, size);
}

/// What the thread remembers of them: another one has the record.
void ForgetElements(Thread *thr);

} // namespace __mapsan

#endif // MAPSAN_ELEMENTS_H
