// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The call-site and family descriptors as the runtime reads them. The pass
// writes them: pass/instrument/Descriptors.

#ifndef MAPSAN_SITE_H
#define MAPSAN_SITE_H

#include "../../include/mapsan/abi.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

namespace site_field {
using Ptr = const char *;
using I32 = u32;
using I64 = u64;
} // namespace site_field

struct Family;
/// Gives the family a number, that of others with its id. Any thread.
u32 NumberFamily(const Family *family);

/// What the catalog knows of one kind of container. In the module, immutable
/// but for `number` and `tag`, which are set once.
struct Family {
#define MAPSAN_FAMILY_FIELD(Type, Name) site_field::Type Name;
#include "../../include/mapsan/callbacks.inc"

  /// Stands for the id in this process. Never 0, below 2^16.
  u32 Number() const {
    u32 known = __atomic_load_n(&number, __ATOMIC_RELAXED);
    return LIKELY(known) ? known : NumberFamily(this);
  }
  /// Copies share what their elements are in, until one of them changes it.
  bool SharesItsData() const { return static_cast<s32>(owners_behind) >= 0; }
  /// Its elements have places.
  bool IsSequence() const {
    return invalidates & (MapsanInOneArray | MapsanInBlocks | MapsanInBag);
  }
  /// Where emitted code tells families apart; 0: it cannot.
  u64 Tag() const { return __atomic_load_n(&tag, __ATOMIC_RELAXED); }
};

/// One call site of a map operation. Immutable but for `fresh`.
struct Site {
#define MAPSAN_SITE_FIELD(Type, Name) site_field::Type Name;
#include "../../include/mapsan/callbacks.inc"

  const Family *GetFamily() const {
    return reinterpret_cast<const Family *>(family);
  }
  MapsanEffect Effect() const { return static_cast<MapsanEffect>(effect); }
  bool HasRun() const { return !__atomic_load_n(&fresh, __ATOMIC_RELAXED); }
  /// Relaxed, as nothing hangs on when it is seen; stored only the first time,
  /// as the line is shared.
  void MarkRun() {
    if (!HasRun())
      __atomic_store_n(&fresh, 0, __ATOMIC_RELAXED);
  }
  bool Iterates() const { return flags & MapsanSiteIterates; }
};

static_assert(sizeof(Site) == 72, "the pass lays out the same structure");
static_assert(sizeof(Family) == 72, "the pass lays out the same structure");

} // namespace __mapsan

#endif // MAPSAN_SITE_H
