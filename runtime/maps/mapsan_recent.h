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
  bool Has(uptr map, const void *family, u64 epoch, bool write) const {
    const Entry &e = entries_[Index(map)];
    return e.map == map && e.family == family && e.epoch == epoch &&
           e.write >= write && Takes(FastPath::recent_access);
  }
  void Note(uptr map, const void *family, u64 epoch, bool write) {
    Entry &e = entries_[Index(map)];
    if (e.map != map || e.family != family)
      e = {map, family, 0, {}, false};
    e.write = write || (e.write && e.epoch == epoch);
    e.epoch = epoch;
  }
  /// An access to the map is remembered, of whatever epoch.
  bool Knows(uptr map, const void *family) const {
    const Entry &e = entries_[Index(map)];
    return e.map == map && e.family == family;
  }
  /// Where a thread remembered its last read of a life of a map. All of it may
  /// be another's by now, but it is of these types still.
  struct Read {
    MapState *state; // null: not known
    AccessCell *cell;
    u32 life;
  };
  Read LastRead(uptr map, const void *family) const {
    const Entry &e = entries_[Index(map)];
    return e.map == map && e.family == family ? e.read : Read{};
  }
  /// After Note of the same map.
  void NoteRead(uptr map, const Read &read) {
    entries_[Index(map)].read = read;
  }
  void Forget(uptr map) { entries_[Index(map)] = {}; }
  void ForgetAll() {
    for (Entry &e : entries_)
      e = {};
  }

private:
  struct Entry {
    uptr map;
    const void *family;
    u64 epoch;
    Read read;
    bool write;
  };
  static constexpr u32 kEntries = 128;
  // Neighbouring objects are 16 bytes apart at least, most of them 64.
  static u32 Index(uptr map) { return (map >> 4 ^ map >> 11) % kEntries; }

  Entry entries_[kEntries];
};

} // namespace __mapsan

#endif // MAPSAN_RECENT_H
