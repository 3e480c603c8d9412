// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Addresses to functions and lines, by sanitizer_common's means.

#ifndef MAPSAN_SYMBOLIZER_H
#define MAPSAN_SYMBOLIZER_H

#include "mapsan_text.h"

namespace __mapsan {

/// One frame, of which several may stand for one address (inlining). Strings
/// are null and numbers 0 where they are not known.
struct SymbolizedFrame {
  const char *function; // as demangled
  const char *file;
  u32 line, column;
  const char *module;
  uptr offset;
};

/// Modules may have come and gone since the last report. Called before each.
void RefreshModules();

/// The frames at `pc` (of the call, not of the return address), innermost
/// first; at most `max`, at least one. Runs an external symbolizer if the
/// flags allow. One thread at a time: the report's lock is held.
u32 SymbolizeFrames(TextArena *arena, uptr pc, SymbolizedFrame *frames,
                    u32 max);

} // namespace __mapsan

#endif // MAPSAN_SYMBOLIZER_H
