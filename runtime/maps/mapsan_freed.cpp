// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory that an operation gives back: see mapsan_freed.h.

#include "mapsan_freed.h"

namespace __mapsan {

THREADLOCAL FreedBlocks *freed_internal::wanted;
void (*on_freed_wanted)();

void FreedBlocks::BeginFor(const Operation *operation) {
  if (on_freed_wanted)
    on_freed_wanted();
  of = operation;
  count = 0;
  freed_internal::wanted = this;
}

void FreedBlocks::End() {
  of = nullptr;
  freed_internal::wanted = nullptr;
}

} // namespace __mapsan
