// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A recorded call stack as frames with names.

#include "mapsan_frames.h"

#include "../clock/mapsan_stack.h"
#include "mapsan_names.h"
#include "mapsan_symbolizer.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stackdepot.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

namespace {

constexpr u32 kMaxFrames = 128;
constexpr u32 kMaxInlined = 16; // at one address

u32 AddFrames(TextArena *arena, uptr return_address, Frame *frames, u32 max) {
  SymbolizedFrame found[kMaxInlined];
  uptr pc = StackTrace::GetPreviousInstructionPc(return_address);
  u32 count = SymbolizeFrames(arena, pc, found, Min(max, kMaxInlined));
  for (u32 i = 0; i < count; i++) {
    Frame *frame = &frames[i];
    frame->demangled = found[i].function;
    frame->function = ShortFunction(arena, found[i].function);
    frame->file = ShortPath(found[i].file);
    frame->path = found[i].file;
    frame->line = found[i].line;
    frame->column = found[i].column;
    frame->module = found[i].module;
    frame->offset = found[i].offset;
    frame->library =
        IsLibraryFrame(frame->function, found[i].file, frame->module);
    frame->system = IsSystemFile(found[i].file);
  }
  return count;
}

bool SameFile(const char *path, const char *end) {
  uptr size = path ? internal_strlen(path) : 0, end_size = internal_strlen(end);
  return size >= end_size && !internal_strcmp(path + size - end_size, end);
}

void DescribeBySite(TextArena *arena, Frame *frame, const Site *site) {
  if (site->function) {
    frame->function = ShortFunction(arena, site->function);
    if (!frame->demangled)
      frame->demangled = site->function;
  }
  if (site->file && site->line) {
    // The same file may have a longer path: the compiler keeps what lies below
    // its working directory apart from that.
    if (!SameFile(frame->path, site->file))
      frame->file = ShortPath(site->file);
    frame->line = site->line;
    frame->column = site->column;
    frame->system = IsSystemFile(site->file);
  }
  // The pass hooks nothing inside the containers' own code. (The sites of
  // home-made maps carry neither, and are called from mapsan/interface.h.)
  if (site->function || site->file)
    frame->library = false;
}

const Frame *FindUser(const Frames &stack) {
  for (u32 i = 0; i < stack.count; i++)
    if (!stack.frames[i].library && !stack.frames[i].system)
      return &stack.frames[i];
  for (u32 i = 0; i < stack.count; i++)
    if (!stack.frames[i].library)
      return &stack.frames[i];
  return stack.count ? &stack.frames[0] : nullptr;
}

} // namespace

Frames BuildFrames(TextArena *arena, u32 stack, const Site *site) {
  Frames result;
  Frame *frames = arena->New<Frame>(kMaxFrames);
  result.frames = frames;
  StackTrace trace = stack ? StackDepotGet(stack) : StackTrace();
  for (u32 i = 0; i < trace.size && result.count < kMaxFrames &&
                  !IsNoFrame(trace.trace[i]);
       i++)
    result.count += AddFrames(arena, trace.trace[i], frames + result.count,
                              kMaxFrames - result.count);
  if (!result.count && site && (site->function || site->file))
    result.count = 1;
  if (result.count && site)
    DescribeBySite(arena, &frames[0], site);
  for (u32 i = 1; i < result.count; i++)
    frames[i].library |=
        IsOutlinedTwice(frames[i - 1].demangled, frames[i].demangled);
  result.user = FindUser(result);
  return result;
}

const Frame *BuildFrame(TextArena *arena, uptr return_address) {
  Frame *frames = arena->New<Frame>(kMaxInlined);
  u32 count = AddFrames(arena, return_address, frames, kMaxInlined);
  for (u32 i = 0; i < count; i++)
    if (!frames[i].library)
      return &frames[i];
  return nullptr;
}

} // namespace __mapsan
