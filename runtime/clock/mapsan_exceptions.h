// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Exception objects that several threads own. "All other points [of potential
// destruction] happen before that last one" (C++20 [except.throw]/4): the end
// of a handler, and the end of an exception_ptr.

#ifndef MAPSAN_EXCEPTIONS_H
#define MAPSAN_EXCEPTIONS_H

#include "mapsan_thread.h"

namespace __mapsan {

/// A handler is about to end. `globals`: the thread's __cxa_eh_globals (Itanium
/// C++ ABI 2.2.2).
void ExceptionHandled(Thread *thr, const void *globals);
/// A reference other than a handler's is about to be given up.
void ExceptionDropped(Thread *thr, const void *exception);
/// There is none left: the object's destructor is about to run.
void ExceptionEnds(Thread *thr, const void *exception);

} // namespace __mapsan

#endif // MAPSAN_EXCEPTIONS_H
