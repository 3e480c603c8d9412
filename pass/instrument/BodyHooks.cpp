// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets functions of the program's that a library calls.

#include "BodyHooks.h"
#include "DebugLocations.h"
#include "SyncHooks.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Transforms/Utils/EscapeEnumerator.h"

using namespace llvm;

namespace mapsan {

void hookBody(Function &F, const SyncOperation &Body, Callbacks &Calls) {
  Instruction *Entry = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  IRBuilder<> Builder(Entry);
  Builder.SetCurrentDebugLocation(hookLocation(*Entry));
  struct Does {
    Value *Object, *What;
  };
  SmallVector<Does, 2> All;
  auto Begin = [&](const SyncOperation &Op) {
    Value *Object =
        objectAddress(Builder, F.getArg(Op.Argument), *Op.Row, nullptr);
    All.push_back({Object, Builder.getInt32(Op.Row->Does)});
    Calls.call(Builder, Callback::sync_begin, {Object, All.back().What});
  };
  Begin(Body);
  for (const SyncOperation &Also : Body.More)
    Begin(Also);
  EscapeEnumerator Ways(F, "mapsan.body");
  while (IRBuilder<> *Out = Ways.Next())
    for (const Does &D : reverse(All))
      Calls.call(*Out, Callback::sync_end,
                 {D.Object, D.What, Out->getInt64(1)});
}

} // namespace mapsan
