// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The pass: finds the calls that operate on maps and whatever synchronises,
// and puts calls to the runtime (include/mapsan/callbacks.inc) around them.

#ifndef MAPSAN_PASS_MAPSANPASS_H
#define MAPSAN_PASS_MAPSANPASS_H

#include "llvm/IR/PassManager.h"

namespace mapsan {

class MapSanPass : public llvm::PassInfoMixin<MapSanPass> {
public:
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);

  static bool isRequired() { return true; } // at -O0 and for optnone, too
};

} // namespace mapsan

#endif // MAPSAN_PASS_MAPSANPASS_H
