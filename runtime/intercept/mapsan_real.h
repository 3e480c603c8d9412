// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The real functions behind our interceptors, and the macro that defines one.
//
// Other sanitizers may sit in the same process, linked in or as a shared
// object. The names are compiler-rt's protocol for a foreign interceptor
// (interception/interception.h there):
//
//   call of f -> f (weak, ours or theirs) -> __interceptor_f (strong, ours)
//             -> real::f = ___interceptor_f (theirs, if there is one)
//                        | the C library's f

#ifndef MAPSAN_REAL_H
#define MAPSAN_REAL_H

#include "../entry/mapsan_hidden.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// real::f(...) calls the real f. Constant-initialised to something that
/// looks f up first, so that a call before InitializeInterceptors works.
namespace real {
#define MAPSAN_INTERCEPTOR(Return, Name, Params, Version)                      \
  extern MAPSAN_HIDDEN Return(*Name) Params;
#define MAPSAN_ALLOCATOR(Return, Name, Params)                                 \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#define MAPSAN_CXX_RUNTIME(Return, Name, Params)                               \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#include "mapsan_interceptors.inc"
} // namespace real

/// What the C++ library would do (mapsan_guards.cpp).
namespace fallback {
#define MAPSAN_CXX_RUNTIME(Return, Name, Params) Return Name Params;
#include "mapsan_interceptors.inc"
} // namespace fallback

/// Looks all of them up. Idempotent.
void ResolveRealFunctions();

/// True while this thread looks for real functions: the malloc family then
/// serves itself.
bool Resolving();

/// A function that another runtime of this process exports, null if none does:
/// a sanitizer's own interface, which our copy of sanitizer_common would hide
/// from a plain reference.
void *ForeignFunction(const char *name);

} // namespace __mapsan

// The declarations check each definition against the table.
extern "C" {
using __sanitizer::u64;
using __sanitizer::uptr;
#define MAPSAN_INTERCEPTOR(Return, Name, Params, Version)                      \
  Return __interceptor_##Name Params;
#define MAPSAN_ALLOCATOR(Return, Name, Params)                                 \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#define MAPSAN_CXX_RUNTIME(Return, Name, Params)                               \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#include "mapsan_interceptors.inc"
}

// INTERCEPTOR(int, close, int fd) { ... real::close(fd) ... }
#define INTERCEPTOR(Return, Name, ...)                                         \
  extern "C" __attribute__((weak, alias("__interceptor_" #Name),               \
                            visibility("default"))) Return Name(__VA_ARGS__);  \
  extern "C" __attribute__((                                                   \
      visibility("default"))) Return __interceptor_##Name(__VA_ARGS__)

#endif // MAPSAN_REAL_H
