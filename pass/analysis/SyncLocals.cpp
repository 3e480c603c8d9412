// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds local variables that synchronise and have no constructor.

#include "SyncLocals.h"
#include "Callee.h"
#include "llvm/ADT/SetVector.h"

using namespace llvm;

namespace mapsan {

// Functions of pthread, C11 and semaphores that are handed such an object.
static bool takesSyncObject(StringRef Name) {
  for (StringRef Prefix :
       {"pthread_mutex_", "pthread_rwlock_", "pthread_spin_", "pthread_cond_",
        "pthread_barrier_", "sem_", "mtx_", "cnd_"})
    if (Name.starts_with(Prefix))
      return true;
  return Name == "pthread_once" || Name == "call_once";
}

static AllocaInst *localOf(Value *Address) {
  auto *A = dyn_cast<AllocaInst>(Address->stripInBoundsOffsets());
  return A && A->isStaticAlloca() ? A : nullptr;
}

std::vector<AllocaInst *> findSyncLocals(Function &F,
                                         ArrayRef<AtomicAccess> Atomics) {
  // A coroutine's locals move to its frame, which is fresh memory anyhow.
  if (F.isPresplitCoroutine())
    return {};
  SetVector<AllocaInst *> Found;
  for (const AtomicAccess &A : Atomics)
    if (AllocaInst *Local = localOf(A.Address))
      Found.insert(Local);
  for (BasicBlock &BB : F)
    for (Instruction &I : BB) {
      auto *Call = dyn_cast<CallBase>(&I);
      const Function *Callee = Call ? directCallee(*Call) : nullptr;
      if (!Callee || !takesSyncObject(Callee->getName()))
        continue;
      for (Value *Argument : Call->args())
        if (Argument->getType()->isPointerTy())
          if (AllocaInst *Local = localOf(Argument))
            Found.insert(Local);
    }
  return {Found.begin(), Found.end()};
}

} // namespace mapsan
