// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Dependences between tasks of one parent (OpenMP 5.2, 15.9.5): whose end
// happens before whose start.
//
//   kind of the later task        ordered after the earlier ones that are
//   in                            out, inout, mutexinoutset; inoutset
//   out, inout, mutexinoutset     any
//   inoutset                      any but inoutset
//
// A clock a kind is exact: a task that was made later and is not ordered before
// this one cannot be over when this one starts, unless it does not clash. Tasks
// of one mutexinoutset are ordered as they happened to exclude each other.

#ifndef MAPSAN_OMPT_DEPENDENCES_H
#define MAPSAN_OMPT_DEPENDENCES_H

#include "mapsan_ompt_abi.h"
#include "mapsan_ompt_event.h"
#include "mapsan_ompt_table.h"

namespace __mapsan {
namespace ompt {

/// One variable that dependences name: which tasks are over, by kind.
struct Variable {
  Published in, out, set;

  void Clear() {
    in.Clear();
    out.Clear();
    set.Clear();
  }
};

/// What the children of one task have said. Of the parent; any thread may use
/// it as long as one of the children is not over.
struct Siblings {
  Table<Variable> variables;
  Published any;        // tasks with any dependence that are over
  Published all_memory; // those with omp_all_memory

  /// No child is left.
  void Clear() {
    variables.Clear();
    any.Clear();
    all_memory.Clear();
  }
};

/// The dependences of one task. Zero-initialised memory: none.
class Dependences {
public:
  /// Before the task can start.
  void Set(Siblings *siblings, const Dependence *list, int count);
  /// The task starts (or the taskwait is over).
  void Draw(Event *event, Siblings *siblings) const;
  /// It is over.
  void Publish(Event *event, Siblings *siblings) const;
  void Clear();

private:
  struct Use {
    Variable *variable;
    int type;
  };
  Use *uses_;
  u32 count_;
  bool all_memory_;
};

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_DEPENDENCES_H
