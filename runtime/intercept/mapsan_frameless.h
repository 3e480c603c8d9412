// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who in the program called an interceptor by way of the C++ library: a walk
// along frame pointers would miss the one function that matters, as the
// library's code has none.

#ifndef MAPSAN_FRAMELESS_H
#define MAPSAN_FRAMELESS_H

#include "mapsan_caller.h"

namespace __mapsan {

namespace frameless_internal {
uptr ProgramCallerSlow(uptr pc, uptr bp);
} // namespace frameless_internal

/// After InitializeCallers.
void InitializeFrameless();

/// The interceptor whose frame is `bp` returns to `pc`; the innermost return
/// address that is not into such a library. With `bp` it begins a walk along
/// frame pointers. Two compares for calls from the executable. Any thread.
inline uptr ProgramCaller(uptr pc, uptr bp) {
  using namespace caller_internal;
  if (LIKELY(pc - executable_begin < plain_size))
    return pc;
  return frameless_internal::ProgramCallerSlow(pc, bp);
}

} // namespace __mapsan

#endif // MAPSAN_FRAMELESS_H
