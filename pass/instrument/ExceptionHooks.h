// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Says when a thread gives up an exception, and when the last one has: "all
// other points of potential destruction happen before that last one"
// (C++20 [except.throw]/4).

#ifndef MAPSAN_PASS_INSTRUMENT_EXCEPTIONHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_EXCEPTIONHOOKS_H

#include "Callbacks.h"
#include "analysis/ExceptionSites.h"

namespace mapsan {

// True if there was anything to hook: a trivial destructor needs nothing.
bool hookException(const ExceptionSite &Site, Callbacks &Calls);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_EXCEPTIONHOOKS_H
