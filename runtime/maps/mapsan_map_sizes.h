// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a write made of a map: its element count and its number of buckets,
// before and after.

#ifndef MAPSAN_MAP_SIZES_H
#define MAPSAN_MAP_SIZES_H

#include "../report/mapsan_finding.h"

namespace __mapsan {

/// As a report wants them, clipped to 32 bits. kUnknown: not known.
struct MapSizes {
  static constexpr u32 kUnknown = ~0u;
  u32 size_before = kUnknown, size_after = kUnknown;
  u32 buckets_before = kUnknown, buckets_after = kUnknown;

  static MapSizes Of(const Change &change) {
    return {Clip(change.size_before), Clip(change.size_after),
            Clip(change.buckets_before), Clip(change.buckets_after)};
  }
  Change ToChange() const {
    return {Widen(size_before), Widen(size_after), Widen(buckets_before),
            Widen(buckets_after)};
  }
  bool Grew() const {
    return size_after != kUnknown && size_after > size_before;
  }
  bool Known() const {
    return size_after != kUnknown || buckets_after != kUnknown;
  }

private:
  static u32 Clip(u64 v) { return v >= kUnknown ? kUnknown : u32(v); }
  static u64 Widen(u32 v) { return v == kUnknown ? Change::kUnknown : v; }
};

/// Those of a small map, in the 63 bits above one that is 0: counts below 2^16
/// - 1 elements and 2^15 - 1 buckets, ~0 of each meaning unknown. 0: nothing is
/// known.
namespace packed_sizes {
constexpr u32 kSizeBits = 16, kBucketBits = 15;
inline bool PackCount(u32 count, u32 bits, u64 *word) {
  u32 most = (1u << bits) - 1;
  *word = *word << bits | (count == MapSizes::kUnknown ? most : count);
  return count == MapSizes::kUnknown || count < most;
}
inline u32 UnpackCount(u32 bits, u64 *word) {
  u32 most = (1u << bits) - 1, count = *word & most;
  *word >>= bits;
  return count == most ? MapSizes::kUnknown : count;
}
} // namespace packed_sizes

/// False: they do not fit.
inline bool Pack(const MapSizes &sizes, u64 *packed) {
  using namespace packed_sizes;
  *packed = 0;
  if (!sizes.Known())
    return true;
  u64 word = 0;
  bool fits = PackCount(sizes.size_before, kSizeBits, &word);
  fits &= PackCount(sizes.size_after, kSizeBits, &word);
  fits &= PackCount(sizes.buckets_before, kBucketBits, &word);
  fits &= PackCount(sizes.buckets_after, kBucketBits, &word);
  *packed = (word + 1) << 1; // never 0, and no pointer's mark
  return fits;
}
inline MapSizes Unpack(u64 packed) {
  using namespace packed_sizes;
  MapSizes sizes;
  if (!packed)
    return sizes;
  u64 word = (packed >> 1) - 1;
  sizes.buckets_after = UnpackCount(kBucketBits, &word);
  sizes.buckets_before = UnpackCount(kBucketBits, &word);
  sizes.size_after = UnpackCount(kSizeBits, &word);
  sizes.size_before = UnpackCount(kSizeBits, &word);
  return sizes;
}

} // namespace __mapsan

#endif // MAPSAN_MAP_SIZES_H
