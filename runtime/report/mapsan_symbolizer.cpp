// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Addresses to functions and lines, by sanitizer_common's means. Its own way of
// finding a symbolizer is not enough: it knows no version suffixes (Debian's
// llvm-symbolizer-19), ends the process over a path that it does not like, and
// after a fork parent and child would talk over each other on one pipe.

#include "mapsan_symbolizer.h"

#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_file.h"
#include "sanitizer_common/sanitizer_flags.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_placement_new.h"
#include "sanitizer_common/sanitizer_posix.h"
#include "sanitizer_common/sanitizer_symbolizer.h"
#include "sanitizer_common/sanitizer_symbolizer_internal.h"

namespace __mapsan {

namespace {

constexpr int kNewestVersion = 30, kOldestVersion = 14;

// What was found, and for which process.
struct {
  int pid;
  LLVMSymbolizer *llvm; // null: what Symbolizer has chosen, perhaps nothing
  bool forked_without;  // a child that cannot share its parent's addr2line
} tool;

const char *FindLlvmSymbolizer() {
  if (const char *path = FindPathToBinary("llvm-symbolizer"))
    return path;
  char name[64];
  for (int version = kNewestVersion; version >= kOldestVersion; version--) {
    internal_snprintf(name, sizeof(name), "llvm-symbolizer-%d", version);
    if (const char *path = FindPathToBinary(name))
      return path;
  }
  for (int version = kNewestVersion; version >= kOldestVersion; version--) {
    internal_snprintf(name, sizeof(name),
                      "/usr/lib/llvm-%d/bin/llvm-symbolizer", version);
    if (FileExists(name))
      return internal_strdup(name);
  }
  return nullptr;
}

void SetExternalPath(const char *path) {
  CommonFlags common;
  common.CopyFrom(*common_flags());
  common.external_symbolizer_path = path;
  OverrideCommonFlags(common);
}

void UseLlvm(const char *path) {
  VPrintf(1, "MapSanitizer: symbolizer %s\n", path);
  char *memory = static_cast<char *>(InternalAlloc(sizeof(LLVMSymbolizer)));
  // The tool's process object wants memory that is never given back.
  tool.llvm = new (memory) LLVMSymbolizer(path, &GetGlobalLowLevelAllocator());
  // The stock symbolizer keeps to telling modules.
  SetExternalPath("");
}

void ChooseTool() {
  bool child = tool.pid != 0;
  tool.pid = internal_getpid();
  if (!common_flags()->symbolize)
    return;
  static const char *chosen;
  if (child) {
    if (tool.llvm)
      UseLlvm(chosen);
    else
      tool.forked_without = true;
    return;
  }
  const char *wanted = common_flags()->external_symbolizer_path;
  if (wanted && *wanted) {
    const char *base = StripModuleName(wanted);
    bool llvm = !internal_strncmp(base, "llvm-symbolizer", 15);
    if (!llvm && internal_strcmp(base, "addr2line")) {
      Printf("MapSanitizer: external_symbolizer_path '%s' is neither an "
             "llvm-symbolizer nor an addr2line; ignored\n",
             wanted);
    } else if (!FileExists(wanted)) {
      Printf("MapSanitizer: external_symbolizer_path '%s' does not exist; "
             "ignored\n",
             wanted);
    } else if (llvm) {
      UseLlvm(chosen = wanted);
      return;
    } else {
      return; // the stock symbolizer handles addr2line
    }
    SetExternalPath(nullptr);
  } else if (wanted) {
    return; // explicitly none
  }
  if (const char *path = FindLlvmSymbolizer())
    UseLlvm(chosen = path);
}

u32 CopyFrames(TextArena *arena, const SymbolizedStack *stack,
               SymbolizedFrame *frames, u32 max) {
  u32 count = 0;
  for (; stack && count < max; stack = stack->next) {
    const AddressInfo &info = stack->info;
    SymbolizedFrame *frame = &frames[count++];
    frame->function = arena->Copy(info.function);
    frame->file = arena->Copy(info.file);
    frame->line = Max(info.line, 0);
    frame->column = Max(info.column, 0);
    frame->module = arena->Copy(info.module);
    frame->offset = info.module_offset;
  }
  return count;
}

} // namespace

void RefreshModules() {
  if (tool.pid) // else there is nothing that could be stale
    Symbolizer::GetOrInit()->InvalidateModuleList();
}

u32 SymbolizeFrames(TextArena *arena, uptr pc, SymbolizedFrame *frames,
                    u32 max) {
  if (tool.pid != static_cast<int>(internal_getpid()))
    ChooseTool();
  if (!tool.llvm && !tool.forked_without) {
    SymbolizedStackHolder stack(Symbolizer::GetOrInit()->SymbolizePC(pc));
    return CopyFrames(arena, stack.get(), frames, max);
  }
  SymbolizedStack *stack = SymbolizedStack::New(pc);
  SymbolizedStackHolder holder(stack);
  const LoadedModule *module =
      Symbolizer::GetOrInit()->FindModuleForAddress(pc);
  if (module) {
    stack->info.FillModuleInfo(*module);
    if (tool.llvm)
      tool.llvm->SymbolizePC(pc, stack);
  }
  return CopyFrames(arena, stack, frames, max);
}

} // namespace __mapsan
