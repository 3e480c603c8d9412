// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of functions and files as a reader wants them, and whose they are.

#ifndef MAPSAN_NAMES_H
#define MAPSAN_NAMES_H

#include "mapsan_text.h"

namespace __mapsan {

/// A demangled function without what a reader can do without: parameters,
/// return type, inline namespaces, long template arguments.
///
///   void Cache<std::__cxx11::basic_string<char, ...> >::put(int) const
///     -> Cache<std::string>::put
///   main::$_0::operator()() const -> main::$_0::operator()
///   (anonymous namespace)::f(int)::'lambda'()::operator()() const
///     -> f::'lambda'::operator()
const char *ShortFunction(TextArena *arena, const char *demangled);

/// A type without unnamed namespaces.
const char *ShortType(TextArena *arena, const char *type);

/// A path without strip_path_prefix, or without the working directory.
const char *ShortPath(const char *path);

/// Part of the C++ library, of thread start-up or of MapSan itself: folded
/// away in stacks. `function` is short; each may be null.
bool IsLibraryFrame(const char *function, const char *file, const char *module);

/// With debug information the compiler wraps the body of an OpenMP region into
/// a second function: `caller` is that wrapper. Demangled names.
bool IsOutlinedTwice(const char *callee, const char *caller);

/// Not what the user of MapSan wrote: no place for a SUMMARY.
bool IsSystemFile(const char *file);

} // namespace __mapsan

#endif // MAPSAN_NAMES_H
