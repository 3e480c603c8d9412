// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A container that table.yaml describes and that holds nothing: two threads can
// be inside it at once without harm.

#ifndef MAPSAN_DIFFERENTIAL_TABLE_H
#define MAPSAN_DIFFERENTIAL_TABLE_H

#include "worker.h"

namespace differential {

/// `inside`: who plays what happens inside the call, or null.
class Table {
public:
  Table() {}
  [[gnu::noinline]] int get(Worker *inside) const {
    if (inside)
      inside->PlayInside();
    return 1;
  }
  /// May write; returns how many it has inserted.
  [[gnu::noinline]] int put(Worker *inside, int inserted) {
    if (inside)
      inside->PlayInside();
    return inserted;
  }
  [[gnu::noinline]] void clear(Worker *inside) {
    if (inside)
      inside->PlayInside();
  }

private:
  [[maybe_unused]] long nothing_[2] = {};
};

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_TABLE_H
