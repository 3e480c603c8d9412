// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which pages of a large, sparsely used table were ever used.

#ifndef MAPSAN_TOUCHED_H
#define MAPSAN_TOUCHED_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// Calls back with the pages of [begin, begin + size), in runs, that may hold
/// anything but zeros. `begin` and `size` are whole pages of private anonymous
/// memory that nobody else writes meanwhile. Async-signal-safe.
///
/// The kernel is asked (mincore): to read a page that is not there costs more
/// than that answer does for a thousand. What is swapped out counts as not
/// there: while any swap is in use, and where the kernel does not answer, all
/// pages are called back.
void ForEachTouched(uptr begin, uptr size,
                    void (*callback)(uptr begin, uptr end));

} // namespace __mapsan

#endif // MAPSAN_TOUCHED_H
