// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Declares the runtime's functions in a module, from the one list in
// include/mapsan/callbacks.inc; the runtime defines them in runtime/entry/.

#ifndef MAPSAN_PASS_INSTRUMENT_CALLBACKS_H
#define MAPSAN_PASS_INSTRUMENT_CALLBACKS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace mapsan {

enum class Callback {
#define MAPSAN_CALLBACK(Return, Name, Params) Name,
#include "mapsan/callbacks.inc"
};

enum class Flag {
#define MAPSAN_FLAG(Name) Name,
#include "mapsan/callbacks.inc"
};

class Callbacks {
public:
  explicit Callbacks(llvm::Module &M) : M(M) {}

  // Emits the call where the builder stands.
  llvm::CallInst *call(llvm::IRBuilder<> &Builder, Callback Which,
                       llvm::ArrayRef<llvm::Value *> Arguments);

  // Emits the question whether the flag stands.
  llvm::Value *stands(llvm::IRBuilder<> &Builder, Flag Which);

private:
  llvm::FunctionCallee declare(Callback Which);

  llvm::Module &M;
};

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_CALLBACKS_H
