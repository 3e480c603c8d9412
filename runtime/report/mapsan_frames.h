// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A recorded call stack as frames with names.

#ifndef MAPSAN_FRAMES_H
#define MAPSAN_FRAMES_H

#include "../maps/mapsan_site.h"
#include "mapsan_text.h"

namespace __mapsan {

/// One frame of a stack. Strings are null where nothing is known.
struct Frame {
  const char *function;  // short
  const char *demangled; // in full
  const char *file;      // short
  const char *path;      // the file as debug info has it
  u32 line, column;
  const char *module;
  uptr offset;
  bool library; // folded away
  bool system;  // in a system header: not what the user wrote
};

/// A stack, innermost frame first.
struct Frames {
  const Frame *frames = nullptr;
  u32 count = 0;
  const Frame *user = nullptr; // the innermost that the user wrote; may be null
};

/// `stack`: StackDepot id. `site`: what the innermost frame is known to be, in
/// better words than a symbolizer has, and without debug info; may be null.
Frames BuildFrames(TextArena *arena, u32 stack, const Site *site);

/// The frame of one return address, or null if nothing is known of it.
const Frame *BuildFrame(TextArena *arena, uptr return_address);

} // namespace __mapsan

#endif // MAPSAN_FRAMES_H
