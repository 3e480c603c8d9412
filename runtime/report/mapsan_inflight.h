// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The map operations that all threads are inside of at this moment, for signal
// handlers: no lock, no allocation.

#ifndef MAPSAN_INFLIGHT_H
#define MAPSAN_INFLIGHT_H

#include "../maps/mapsan_operation.h"

namespace __mapsan {

struct Thread;

/// An operation that has begun and not ended.
struct InFlight {
  const Thread *thread;
  u32 tid;
  const Site *site;
  uptr map;
  Phase phase;
  const Finding *kept; // a race that waits for its kind; or null
};

/// Two threads inside one map at once, one of them changing it or about to.
struct Collision {
  const InFlight *first, *second;
  FindingKind kind;
};

/// A snapshot. Too large for a signal's stack: one static object.
struct InFlightList {
  static constexpr u32 kMax = 512;
  InFlight operations[kMax];
  u32 count;

  void Collect();

  /// Calls back for each collision. `crashed`: the thread that the signal came
  /// from, or null. A may-write counts as a write only if that thread is part
  /// of it: elsewhere it may be a lookup that is perfectly well.
  template <class Callback>
  void ForEachCollision(const Thread *crashed, Callback callback) const {
    for (u32 i = 0; i < count; i++)
      for (u32 j = i + 1; j < count; j++)
        if (Collide(operations[i], operations[j], crashed))
          callback(Collision{&operations[i], &operations[j],
                             KindOf(operations[i], operations[j])});
  }

  static bool Collide(const InFlight &a, const InFlight &b,
                      const Thread *crashed);
  static FindingKind KindOf(const InFlight &a, const InFlight &b);
};

} // namespace __mapsan

#endif // MAPSAN_INFLIGHT_H
