// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A call that may be left by an exception of the program's. The runtime has
// none of its own and is compiled without; this is the exception, and in C,
// whose personality routine comes with every compiler.

#ifndef MAPSAN_UNWINDING_H
#define MAPSAN_UNWINDING_H

#ifdef __cplusplus
extern "C" {
#endif

// Calls function(), then cleanup(argument): also when an exception passes, or
// the thread is cancelled.
void mapsan_call_with_unwinding(void (*function)(void), void (*cleanup)(void *),
                                void *argument);

#ifdef __cplusplus
}
#endif

#endif // MAPSAN_UNWINDING_H
