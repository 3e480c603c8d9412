// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a check found, on its way from the map to the report.

#ifndef MAPSAN_VIOLATION_H
#define MAPSAN_VIOLATION_H

#include "mapsan_map_table.h"
#include "mapsan_operation.h"

namespace __mapsan {

/// Kept until the bucket is unlocked.
struct Violation {
  bool found;
  union {
    Finding finding; // if found
  };
  Violation() : found(false) {} // most find nothing: no more than this
};

/// The operation is unordered with `previous`; `wrote`: that is the map's last
/// write. Bucket lock held.
void Fill(Violation *violation, Thread *thr, const Operation &op,
          MapState *state, const Access16 &previous, bool wrote);

/// What is known of a recorded one.
Access AccessBy(const AccessDetails &details, u32 tid, bool wrote);

/// Where the map was constructed, if that was seen; the thread, if there is a
/// MapExtra. Bucket lock held.
Access CreationOf(const MapState *state);

/// A race of a may-write is certain at its begin, its kind only at its end:
/// until then it is kept, and a fatal signal prints it.
void Keep(Operation *op, const Finding &finding);
/// What was kept is reported once the operation is over, however it ended.
void ReportKept(Operation *op);

} // namespace __mapsan

#endif // MAPSAN_VIOLATION_H
