// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bytes of a map object itself, and behind a pointer in it, which tell
// whether an operation changed it and how: what the catalog calls its header,
// or its state.

#ifndef MAPSAN_HEADER_H
#define MAPSAN_HEADER_H

#include "mapsan_operation.h"
#include "mapsan_watch.h"

namespace __mapsan {

/// A word behind a pointer in the object (MAPSAN_BEHIND); 0 where that is null,
/// as there is nothing then.
inline u64 WordBehind(uptr map, u32 offset) {
  uptr behind, through = offset >> 16 & 0x7fff;
  __builtin_memcpy(&behind, reinterpret_cast<const void *>(map + through),
                   sizeof(behind));
  u64 value = 0;
  if (behind)
    __builtin_memcpy(&value,
                     reinterpret_cast<const void *>(behind + (offset & 0xffff)),
                     sizeof(value));
  return value;
}

/// The words that the catalog names; Change::kUnknown if it names none. Reads
/// the object: it must be alive, or the program dies here as it would in the
/// operation.
inline u64 HeaderWord(uptr map, u32 offset) {
  if (UNLIKELY(static_cast<s32>(offset) < 0))
    return offset == ~0u ? Change::kUnknown : WordBehind(map, offset);
  u64 value;
  __builtin_memcpy(&value, reinterpret_cast<const void *>(map + offset),
                   sizeof(value));
  return value;
}

/// Elements lie in the object itself, or may.
inline bool MayBeInside(uptr map, const Family *family) {
  u32 rules = family->invalidates;
  return rules & MapsanElementsInside &&
         (!(rules & MapsanInsideByFirstBit) || HeaderWord(map, 0) & 1);
}

/// Changes when the elements are moved. (While they lie in the object, there is
/// one of them in its place.)
inline u64 GrowthWord(uptr map, const Family *family) {
  if (family->invalidates & MapsanInsideByFirstBit && MayBeInside(map, family))
    return 0;
  return HeaderWord(map, static_cast<s32>(family->growth_offset) != -1
                             ? family->growth_offset
                             : family->buckets_offset);
}

/// Calls back for the pieces of memory that a family's header consists of, with
/// how many bytes there were before each, until one of the calls returns true.
template <class Callback>
inline bool AnyPiece(const Family *family, uptr map, u32 object_bytes,
                     Callback callback) {
  if (callback(map, object_bytes, 0u))
    return true;
  if (!family->behind_bytes)
    return false;
  uptr behind = HeaderWord(map, family->through);
  return behind && callback(behind + family->behind_offset,
                            family->behind_bytes, object_bytes);
}

/// Copies the object as a may-write finds it, and what the words say.
inline void KeepHeader(Operation *op, const Site *site, uptr map) {
  const Family *family = site->GetFamily();
  u32 bytes = 0;
  // Not where others are expected to be at it, too: what one puts in and
  // another takes out is no change of the size, but of the header.
  op->by_size = (site->flags & MapsanSiteBySize) && !op->presence;
  if (site->effect == MapsanEffectMayWrite && !op->by_size) {
    // Word by word: other threads may be at it, whole words are what they
    // write, and a call to memcpy costs more than this.
    bytes = family->header_bytes < Operation::kHeaderBytes
                ? family->header_bytes
                : static_cast<u32>(Operation::kHeaderBytes);
    AnyPiece(family, map, bytes, [&](uptr from, u32 size, u32 before) {
      for (u32 i = 0; i < size; i += sizeof(u64))
        *reinterpret_cast<u64 *>(op->header + before + i) =
            *reinterpret_cast<const u64 *>(from + i);
      return false;
    });
  }
  op->header_bytes = bytes;
  op->change.size_before = HeaderWord(map, family->size_offset);
  op->change.buckets_before = HeaderWord(map, family->buckets_offset);
}

/// What the elements are in is nobody else's, so what becomes of them is up to
/// this object. Asked by who may change it, or has just looked at it. To an
/// operation that may change it a yes is one that stays, as nobody may copy the
/// object meanwhile; a no may be one that was right a moment ago.
inline bool IsSoleOwner(uptr map, const Family *family) {
  if (!family->SharesItsData())
    return true;
  uptr data = HeaderWord(map, family->through);
  return !data || __atomic_load_n(reinterpret_cast<const u32 *>(
                                      data + family->owners_behind),
                                  __ATOMIC_RELAXED) == 1;
}

/// (It may stand before the object, and is a multiple of words.)
inline bool HasEndWord(const Family *family) {
  return static_cast<s32>(family->end_offset) != -1;
}
inline uptr EndWordOf(uptr map, const Family *family) {
  if (static_cast<s32>(family->end_behind) >= 0) {
    uptr data = HeaderWord(map, family->through);
    return data ? data + family->end_behind : 0;
  }
  if (!HasEndWord(family))
    return 0;
  uptr word;
  __builtin_memcpy(&word,
                   reinterpret_cast<const void *>(
                       map + static_cast<s32>(family->end_offset)),
                   sizeof(word));
  return word;
}

/// Whether an operation that nobody has seen, or an object that has been moved,
/// would be noticed at all (PrintOf).
inline bool HasPrint(const Family *family) {
  return family->header_bytes || family->behind_bytes ||
         static_cast<s32>(family->size_offset) >= 0 || HasEndWord(family);
}

/// What the object looks like now, in one word: its header and its counts.
inline u64 PrintOf(uptr map, const Family *family) {
  u64 print = 0;
  auto mix = [&print](u64 word) {
    print = (print ^ word) * 0x9e3779b97f4a7c15ull;
    print ^= print >> 32;
  };
  AnyPiece(family, map, family->header_bytes, [&](uptr from, u32 size, u32) {
    for (u32 i = 0; i < size; i += sizeof(u64))
      mix(*reinterpret_cast<const u64 *>(from + i));
    return false;
  });
  mix(HeaderWord(map, family->size_offset));
  mix(HeaderWord(map, family->buckets_offset));
  mix(EndWordOf(map, family));
  return print;
}
inline MapLooks LooksOf(uptr map, const Family *family) {
  return {PrintOf(map, family), EndWordOf(map, family)};
}

/// The words differ from what was seen of them at the begin.
inline bool WordsChanged(const Operation &op, uptr map) {
  const Family *family = SiteOf(op)->GetFamily();
  auto changed = [&](u64 before, u32 offset) {
    return before != Change::kUnknown && HeaderWord(map, offset) != before;
  };
  return changed(op.change.size_before, family->size_offset) ||
         changed(op.change.buckets_before, family->buckets_offset);
}

/// The object differs from what KeepHeader saw (or there was nothing to see).
inline bool HeaderChanged(const Operation &op, uptr map) {
  if (op.by_size)
    return WordsChanged(op, map);
  if (!op.header_bytes)
    return true;
  // A pointer that is another one now has told already, and is not followed.
  return AnyPiece(SiteOf(op)->GetFamily(), map, op.header_bytes,
                  [&](uptr from, u32 size, u32 before) {
                    u64 difference = 0;
                    for (u32 i = 0; i < size; i += sizeof(u64))
                      difference |= *reinterpret_cast<const u64 *>(op.header +
                                                                   before + i) ^
                                    *reinterpret_cast<const u64 *>(from + i);
                    return difference != 0;
                  });
}

/// Did a may-write change the map's structure? (DESIGN: evidence.)
inline bool Wrote(const Operation &op, uptr map, MapsanEvidence evidence) {
  switch (evidence) {
  case MapsanEvidenceUnchanged:
    return false;
  case MapsanEvidenceHeader:
    return HeaderChanged(op, map);
  case MapsanEvidenceChanged:
  case MapsanEvidenceNone:
    break;
  }
  return true;
}

} // namespace __mapsan

#endif // MAPSAN_HEADER_H
