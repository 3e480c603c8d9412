// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Modules that may have synchronised without anybody seeing it: neither
// instrumented nor in the catalog's `harmless:` or `modules:` lists. By number,
// so that a recorded stack can say which ones take part in it.

#ifndef MAPSAN_SUSPECTS_H
#define MAPSAN_SUSPECTS_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// The number of a module's file name; names stay known when modules go. 0: no
/// suspect. No return address is as small: a recorded stack holds the numbers
/// of its suspects behind its frames.
using Suspect = u32;
constexpr Suspect kMaxSuspects = 1024;
inline bool IsSuspect(uptr pc) { return pc && pc < kMaxSuspects; }

/// Of the code at `pc`, which is not instrumented. Any thread; no lock of the
/// runtime held.
Suspect SuspectAt(uptr pc);

/// Null if it is not one any more: a catalog that came later trusts it.
const char *SuspectName(Suspect suspect);

} // namespace __mapsan

#endif // MAPSAN_SUSPECTS_H
