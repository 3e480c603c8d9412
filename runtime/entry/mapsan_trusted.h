// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Uninstrumented modules that the catalog does not suspect of synchronisation
// that nobody sees: its `harmless:` and `modules:` sections. The pass hands
// them over: pass/instrument/ModuleHooks.

#ifndef MAPSAN_TRUSTED_H
#define MAPSAN_TRUSTED_H

namespace __mapsan {

/// Patterns of file names, each ended by a NUL, the list by another. Copied:
/// the module that brings them may be unloaded. Any thread.
void TrustModules(const char *patterns);

/// `file`: without its folder. Any thread.
bool IsTrustedModule(const char *file);

/// `*` in the pattern stands for anything; what ends in ".so" also stands for
/// that with a version: libz.so is libz.so.1.2.13, too.
bool MatchesModule(const char *pattern, const char *file);

} // namespace __mapsan

#endif // MAPSAN_TRUSTED_H
