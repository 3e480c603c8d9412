// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The compile-time summary: how many sites of which kind a module has.

#ifndef MAPSAN_PASS_SUMMARY_H
#define MAPSAN_PASS_SUMMARY_H

#include "mapsan/abi.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace mapsan {

struct Summary {
  unsigned Maps[MapsanEffectDestroy + 1] = {}; // by effect
  unsigned Atomics = 0, Fences = 0, Syncs = 0;
  unsigned Elements = 0; // accesses to elements
  unsigned Skipped = 0;  // found, but without a place for hooks
  unsigned Private = 0;  // left out: of locals that nobody else can reach

  bool anyHook() const;
  void print(llvm::raw_ostream &Out, llvm::StringRef Module) const;
};

} // namespace mapsan

#endif // MAPSAN_PASS_SUMMARY_H
