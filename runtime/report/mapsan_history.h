// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What this process has reported so far: for duplicates and limits.

#ifndef MAPSAN_HISTORY_H
#define MAPSAN_HISTORY_H

#include "mapsan_finding.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

/// A set of hashes that only grows. Thread-safe, lock-free, signal-safe; when
/// it is full it forgets what is new.
template <u32 kSize> class KeySet {
public:
  bool Contains(u64 key) const {
    for (u32 i = 0; i < kProbes; i++) {
      u64 found = atomic_load(&keys_[(key + i) % kSize], memory_order_relaxed);
      if (found == key)
        return true;
      if (!found)
        return false;
    }
    return false;
  }

  void Insert(u64 key) {
    for (u32 i = 0; i < kProbes; i++) {
      u64 found = 0;
      // The key is all there is to publish: relaxed will do.
      if (atomic_compare_exchange_strong(&keys_[(key + i) % kSize], &found, key,
                                         memory_order_relaxed) ||
          found == key)
        return;
    }
  }

  void Clear() {
    for (u32 i = 0; i < kSize; i++)
      if (atomic_load(&keys_[i], memory_order_relaxed))
        atomic_store(&keys_[i], 0, memory_order_relaxed);
  }

private:
  static constexpr u32 kProbes = 64;
  atomic_uint64_t keys_[kSize];
};

/// How many reports there were about a map address. Changed under the report's
/// lock, read by anyone, signal handlers included.
class ReportedMaps {
public:
  u32 Of(uptr map) const;
  void Add(uptr map);
  void Clear();

private:
  static constexpr u32 kSize = 4096;
  atomic_uintptr_t maps_[kSize];
  atomic_uint32_t counts_[kSize];
};

/// One key for all findings that say the same to a reader: same kind, same
/// pair of call sites, map created at the same place.
u64 ReportKey(const Finding &finding);

/// The same call sites, whatever else; all that a signal handler knows.
u64 SitesKey(const Site *a, const Site *b);

/// What suppressions are matched against: stacks too.
u64 SuppressionKey(const Finding &finding);

struct History {
  KeySet<8192> printed;
  KeySet<65536> suppressed;
  ReportedMaps maps;
  atomic_uint32_t reports;      // printed, without the next two
  atomic_uint32_t candidates;   // printed as such, and no error
  atomic_uint32_t discipline;   // likewise
  atomic_uint32_t suppressions; // findings suppressed
  atomic_uint32_t dropped;      // over a limit, not printed

  void Clear();
};

} // namespace __mapsan

#endif // MAPSAN_HISTORY_H
