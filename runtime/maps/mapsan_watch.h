// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A watch: what iterators and references into one map have to know of it.

#ifndef MAPSAN_WATCH_H
#define MAPSAN_WATCH_H

#include "mapsan_freed.h"
#include "mapsan_handle.h"
#include "mapsan_map_table.h"

namespace __mapsan {

/// Which elements an operation has taken out of the map that live on.
enum class Leaves : u8 {
  None,
  One,  // `element`
  Some, // nobody knows which
  All,
};

/// An operation that may have invalidated iterators or references.
struct Mutation {
  AccessWord word; // 0: nothing has happened (NoteLocked)
  AccessDetails details;
  MapSizes sizes;
  uptr element; // erased or taken out, as the program said before; or 0
  Invalidation iterators;  // all of them, but for those past the end
  Invalidation references; // likewise
  Leaves leaves : 2;       // Passages may know where to
  bool onwards : 1; // and so has all that lies behind it, or past the end
  // Those that it freed; elements there were erased. Numbers in the log's ring.
  u8 freed_count;
  u32 freed_first;
};

/// A change that its thread made under locks. Others like it may come at any
/// time, for all that who has given those locks up knows.
struct LockedChange {
  enum Concern : u8 {
    kSteps = 1,      // whoever walks through the map
    kIterators = 2,  // whoever looks at an element by an iterator
    kReferences = 4, // or by a reference
    kAll = kSteps | kIterators | kReferences,
  };
  AccessWord word; // 0: none
  AccessDetails details;
  MapSizes sizes;
  u32 newest_tid; // threads of higher numbers have begun since
  u8 concerns;    // Concern bits
};

/// The last mutations of what a watch stands for, by number. Its lock held.
struct WatchLog {
  static constexpr u32 kMutations = 32, kFreed = 52, kLocked = 2;
  u32 freed_end;   // the number of the next
  u32 last_locked; // which of those is the newest
  u32 last_left;   // the number of the last with `leaves`, if any
  // That of the number 1 comes first: most watches have no other, and their
  // log is one line.
  Mutation mutations[kMutations];
  FreedBlock freed[kFreed];
  LockedChange locked[kLocked]; // of two threads

  Mutation &Of(u32 number) { return mutations[(number - 1) % kMutations]; }
  const Mutation &Of(u32 number) const {
    return const_cast<WatchLog *>(this)->Of(number);
  }
  bool Freed(const Mutation &mutation, uptr address) const;
};
static_assert(sizeof(WatchLog) == 2048, "two to a page");

/// What HandleUsed wants to know.
struct Cause {
  Watch *watch;      // where the element is; null: that is not known
  u64 stamp;         // of the watch now; 0: it stands for something else
  uptr map;          // where the map is, or was last
  Mutation mutation; // of an invalidation
};

/// What a map object looks like (LooksOf).
struct MapLooks {
  u64 print;
  uptr end_word; // of iterators past the end; 0: none that is known
};

/// Stands for the contents of one map: they stay the same watch when a swap or
/// a move takes them to another map object. Its stamp has its life in the upper
/// bits, and how many mutations there were in the lower. When it begins to
/// stand for something else, or when nobody knows what became of the elements,
/// it begins a new life: handles of an older one are of no more use.
///
/// The memory of a watch is a watch for ever, and the stamp its first word.
///
/// Without a lock a thread reads stamp, key, and stamp again (Look). A new life
/// is stored before the key of what it is about: so if the life is the same
/// before and after, the key was of that life; its acquire load sees to the
/// order of the loads, and the release store of the key to that of the stores.
/// That a mutation is seen, or a move of the contents to another map, is up to
/// the program's own order: all of that is noted before the thread that has
/// done it can have released anything, and who is not ordered after it races
/// with it, which is another finding.
class alignas(64) Watch {
public:
  static u64 LifeOf(u64 stamp) { return stamp >> kCountBits; }
  static u32 CountOf(u64 stamp) { return static_cast<u32>(stamp); }

  /// Any thread; of Key: 0, it stands for no map at present.
  u64 Stamp() const { return atomic_load(&stamp_, memory_order_relaxed); }
  MapKey Key() const { return atomic_load(&key_, memory_order_acquire); }
  /// False: it is another life by now.
  bool Look(u64 life, u64 *stamp, MapKey *key) const {
    u64 before = atomic_load(&stamp_, memory_order_acquire);
    *key = Key();
    *stamp = Stamp();
    return LifeOf(before) == life && LifeOf(*stamp) == life;
  }
  /// It will be asked for again (Watches::Take).
  void Use() {
    if (!atomic_load(&used_, memory_order_relaxed))
      atomic_store(&used_, 1, memory_order_relaxed);
  }

  /// Somebody has changed the map under locks (LockedChange). Whoever comes
  /// after that change in the program's order sees it.
  bool HasLocked() const {
    return atomic_load(&has_locked_, memory_order_relaxed);
  }

  /// An element has left the map alive, in this life (Leaves). As for
  /// HasLocked.
  bool HasLeft() const { return atomic_load(&has_left_, memory_order_relaxed); }

  /// Other objects own the elements, too, or may: who steps through them does
  /// not read the map, which its owner may change meanwhile (it takes a copy of
  /// them for that), and need not hold its locks. Set by who comes to know it
  /// in an operation on the map, and false again by the next that may change
  /// it.
  bool IsShared() const { return atomic_load(&shared_, memory_order_relaxed); }
  void SetShared(bool shared) {
    if (IsShared() != shared)
      atomic_store(&shared_, shared, memory_order_relaxed);
  }

  /// What the map looked like when the last operation on it ended. The thread
  /// of an operation that is in flight on it; if the watch is another map's by
  /// then, that one is taken to have been changed by somebody unseen.
  u64 Print() const { return atomic_load(&print_, memory_order_relaxed); }
  /// The word that its iterators past the end have; 0: none that is known. As
  /// for Print.
  uptr EndWord() const { return atomic_load(&end_word_, memory_order_relaxed); }
  void SetLooks(MapLooks looks) {
    atomic_store(&print_, looks.print, memory_order_relaxed);
    atomic_store(&end_word_, looks.end_word, memory_order_relaxed);
  }

private:
  friend class Watches;
  static constexpr u32 kCountBits = 32;
  static constexpr u64 kLives = Handle::kAsk >> kCountBits;

  Watch *Next() const {
    return reinterpret_cast<Watch *>(atomic_load(&next_, memory_order_acquire));
  }
  bool IsInside(uptr address, u32 object_bytes) const;

  atomic_uint64_t stamp_;
  atomic_uint64_t key_; // the map; 0: none (any more)
  atomic_uintptr_t next_;
  atomic_uint8_t used_;
  atomic_uint8_t has_locked_;
  atomic_uint8_t shared_;
  atomic_uint8_t has_left_;
  SequenceLock lock; // of the log, of has_locked_ and has_left_, and of the two
                     // below
  uptr first_map_;   // where it was when this life began
  uptr last_map_;    // where it was before that; 0: nowhere
  atomic_uint64_t print_;
  atomic_uintptr_t end_word_;
};
static_assert(sizeof(Watch) == 64, "a line");

} // namespace __mapsan

#endif // MAPSAN_WATCH_H
