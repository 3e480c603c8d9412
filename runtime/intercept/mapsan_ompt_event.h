// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One call from OpenMP's runtime, and the edges that it draws.

#ifndef MAPSAN_OMPT_EVENT_H
#define MAPSAN_OMPT_EVENT_H

#include "../clock/mapsan_atomics.h"
#include "../clock/mapsan_published.h"
#include "../clock/mapsan_rules.h"
#include "mapsan_synchronising.h"

namespace __mapsan {
namespace ompt {

/// Stands for the calling thread while a callback runs. Whatever synchronises
/// in OpenMP is a flush as well (OpenMP 5.2, 15.8.6): it counts as a fence of
/// the same direction, which makes relaxed atomics beside it do their part.
class Event {
public:
  Event() : thr_(Synchronising()), inside_(CurrentThreadRaw()) {}
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;

  /// Null: this thread's acts move no clocks.
  Thread *thread() const { return thr_; }

  /// What the thread has done so far happens before what follows a Draw of
  /// `clock`.
  void Publish(Rule rule, Published *clock) {
    if (!thr_ || !RuleHolds(rule))
      return;
    Flush(memory_order_release);
    clock->Release(thr_);
  }
  void Draw(Rule rule, Published *clock) {
    if (!thr_ || !RuleHolds(rule))
      return;
    clock->Acquire(thr_);
    Flush(memory_order_acquire);
  }
  void Flush(memory_order order) {
    if (thr_ && RuleHolds(Rule::omp_flush))
      AtomicFence(thr_, order == memory_order_acquire   ? 2
                        : order == memory_order_release ? 3
                                                        : 5);
  }

private:
  Thread *thr_;
  ScopedRuntimeIfAny inside_;
};

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_EVENT_H
