// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets functions of the program's that a library calls.

#include "BodyHooks.h"
#include "DebugLocations.h"
#include "SyncHooks.h"
#include "llvm/Transforms/Utils/EscapeEnumerator.h"

using namespace llvm;

namespace mapsan {

void hookBody(Function &F, const SyncOperation &Body, Callbacks &Calls) {
  Instruction *Entry = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  IRBuilder<> Builder(Entry);
  Builder.SetCurrentDebugLocation(hookLocation(*Entry));
  Value *Object =
      objectAddress(Builder, F.getArg(Body.Argument), *Body.Row, nullptr);
  Value *What = Builder.getInt32(Body.Row->Does);
  Calls.call(Builder, Callback::sync_begin, {Object, What});
  EscapeEnumerator Ways(F, "mapsan.body");
  while (IRBuilder<> *Out = Ways.Next())
    Calls.call(*Out, Callback::sync_end, {Object, What, Builder.getInt64(1)});
}

} // namespace mapsan
