// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a thread has recorded lately: repeating it changes nothing.

#ifndef MAPSAN_RECENT_H
#define MAPSAN_RECENT_H

#include "../clock/mapsan_rules.h"

namespace __mapsan {
using namespace __sanitizer;

class AccessCell;
struct MapState;

/// The maps that one thread has recorded accesses to, by address, each with
/// the epoch of the record. Owned by the thread.
///
/// While the thread's open epoch stands, a further access of the same or a
/// weaker kind needs no check and no record: nobody can be ordered after the
/// first one without a release of ours, which would have ticked. If another
/// thread has written, or ended the map's life, in between, then it is
/// unordered with our record and has said so. What we do ourselves to the life
/// of a map, or to memory, forgets the entries.
class RecentAccesses {
public:
  /// The last access to one map, and where the thread remembered its last read
  /// of a life of it. All that these point to may be another's by now, but it
  /// is of these types still.
  struct Entry {
    uptr map;
    const void *family;
    u64 epoch;
    bool write;
    u32 life;
    MapState *state; // of the read; null: not known
    AccessCell *cell;

    /// It was in that epoch.
    bool IsOf(u64 open) const {
      return epoch == open && Takes(FastPath::recent_access);
    }
  };

  /// Null: not among those. Until the next call for another map.
  Entry *Find(uptr map, const void *family) {
    Entry &e = entries_[Index(map)];
    return e.map == map && e.family == family ? &e : nullptr;
  }
  /// Has that been recorded, in that epoch?
  bool Has(uptr map, const void *family, u64 epoch, bool write) {
    const Entry *e = Find(map, family);
    return e && e->IsOf(epoch) && e->write >= write;
  }
  Entry *Note(uptr map, const void *family, u64 epoch, bool write) {
    Entry &e = entries_[Index(map)];
    if (e.map != map || e.family != family)
      e = {map, family, 0, false, 0, nullptr, nullptr};
    e.write = write || (e.write && e.epoch == epoch);
    e.epoch = epoch;
    return &e;
  }
  /// A write, and all that came before is forgotten.
  void Renew(uptr map, const void *family, u64 epoch) {
    entries_[Index(map)] = {map, family, epoch, true, 0, nullptr, nullptr};
  }
  void Forget(uptr map) { entries_[Index(map)] = {}; }
  void ForgetAll() {
    for (Entry &e : entries_)
      e = {};
  }

private:
  static constexpr u32 kEntries = 128;
  // Neighbouring objects are 16 bytes apart at least, most of them 64.
  static u32 Index(uptr map) { return (map >> 4 ^ map >> 11) % kEntries; }

  Entry entries_[kEntries];
};

} // namespace __mapsan

#endif // MAPSAN_RECENT_H
