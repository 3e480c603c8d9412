// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lets emitted code pass by the runtime: in front of a hook that would have
// nothing to do, the code finds that out by itself.

#ifndef MAPSAN_PASS_INSTRUMENT_SHORTCUTS_H
#define MAPSAN_PASS_INSTRUMENT_SHORTCUTS_H

#include "llvm/IR/PassManager.h"

namespace mapsan {

// Expands the hooks of map operations (what the first pass has emitted) into a
// look at what the thread has recorded lately and, where that does not help,
// the call. At the end of the pipeline, optimised code only. A hook that it
// leaves alone, a begin without its end too, does the same by calling.
//
//   call @__mapsan_map_begin(%site, %map)
//     =>
//   %t = ((%map ^ key ^ tag ^ table[%map]) | in_flight | fresh)
//   br (%t == 0), %short, %long
//     short: site, frame, size := ...; in_flight := %map
//     long:  call @__mapsan_map_begin_long(%site, %map)
//
//   call @__mapsan_map_end(%site, %map, %evidence)
//     =>
//   br (in_flight == %map), %short, %long
//     short: in_flight := 0
//     long:  call @__mapsan_map_end_long(%site, %map, %evidence)
//
// The right to do so is argued in runtime/maps/mapsan_shortcuts.h.
class ShortcutsPass : public llvm::PassInfoMixin<ShortcutsPass> {
public:
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
};

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_SHORTCUTS_H
