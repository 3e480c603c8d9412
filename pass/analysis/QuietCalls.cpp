// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds calls in which nothing happens that could be noticed.

#include "QuietCalls.h"
#include "Callee.h"
#include "HookSites.h"
#include "SanitizerChecks.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace mapsan {

// Bodies beyond this are not read: what is looked for are look-ups and getters.
static const unsigned MaxInstructions = 400;
static const unsigned MaxDepth = 16;

// Functions of the C and C++ libraries that other modules define, and that only
// look at the memory they are given.
static bool onlyLooks(StringRef Symbol) {
  if (Symbol.consume_front(
          "_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE") ||
      Symbol.consume_front("_ZNKSt3__112basic_stringIcNS_11char_traitsIcEE"
                           "NS_9allocatorIcEEE"))
    return is_contained({"4sizeEv", "6lengthEv", "5emptyEv", "4dataEv",
                         "5c_strEv", "7compareEPKc", "7compareERKS4_",
                         "7compareERKS5_"},
                        Symbol);
  return is_contained({"memcmp", "bcmp", "memchr", "strlen", "strcmp",
                       "strncmp", "_ZSt11_Hash_bytesPKvmm",
                       "_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base",
                       "_ZSt18_Rb_tree_incrementPKSt18_Rb_tree_node_base",
                       "_ZSt18_Rb_tree_decrementPSt18_Rb_tree_node_base",
                       "_ZSt18_Rb_tree_decrementPKSt18_Rb_tree_node_base"},
                      Symbol);
}

// The hooks of an operation on a map, which stands beside them, and of uses of
// iterators.
static bool isMapHook(StringRef Symbol) {
  return is_contained({"__mapsan_map_begin", "__mapsan_map_end",
                       "__mapsan_map_unwind", "__mapsan_map_erases",
                       "__mapsan_map_extracted", "__mapsan_handle_made",
                       "__mapsan_handle_used", "__mapsan_handle_renewed",
                       "__mapsan_handle_expected", "__mapsan_handle_received",
                       "__mapsan_handle_returned", "__mapsan_iterator_made",
                       "__mapsan_iterator_used", "__mapsan_iterator_stepped",
                       "__mapsan_element_used"},
                      Symbol);
}

bool QuietCalls::isQuiet(const Instruction &I) {
  if (auto *Call = dyn_cast<CallBase>(&I))
    return isQuietCall(*Call);
  return !I.isAtomic();
}

bool QuietCalls::isQuietCall(const CallBase &Call) {
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&Call)) {
    auto *Memory = dyn_cast<MemIntrinsic>(Intrinsic);
    return Intrinsic->isAssumeLikeIntrinsic() ||
           Intrinsic->doesNotAccessMemory() ||
           (Memory && !Memory->isVolatile());
  }
  // One without instructions only keeps the compiler from knowing a value.
  if (auto *Asm = dyn_cast<InlineAsm>(Call.getCalledOperand()))
    return Asm->getAsmString().empty();
  if (isCheckReport(Call))
    return true;
  // (an alias may be replaced when it is linked, whatever it is one of)
  const Function *Callee = directCallee(Call);
  auto *Named = dyn_cast<GlobalValue>(Call.getCalledOperand());
  if (!Callee || !Named || Named->isInterposable())
    return false;
  const SyncOperation *Sync =
      Matcher.syncOperation(*Callee, *Call.getFunction());
  return !Sync && isQuietFunction(*Callee);
}

bool QuietCalls::isQuietFunction(const Function &F) {
  auto [It, New] = Known.try_emplace(&F, false); // while it is being read, too
  if (!New)
    return It->second;
  if (Depth == MaxDepth) {
    Known.erase(&F);
    return false;
  }
  ++Depth;
  const bool Quiet = hasQuietBody(F);
  --Depth;
  return Known[&F] = Quiet;
}

bool QuietCalls::hasQuietBody(const Function &F) {
  if (const MapOperation *Map = Matcher.mapOperation(F))
    if (any_of(Map->Maps, [](const MapArgument &Map) {
          return Map.Effect != MapsanEffectRead;
        }))
      return false;
  if (F.isDeclaration())
    return onlyLooks(F.getName()) || isMapHook(F.getName()) ||
           (F.doesNotAccessMemory() && F.doesNotThrow() && F.willReturn() &&
            !F.isConvergent());
  if (F.isPresplitCoroutine() || F.hasFnAttribute(Attribute::Naked) ||
      F.getInstructionCount() > MaxInstructions || Matcher.syncEntry(F) ||
      Matcher.lockedAccess(F) || Matcher.body(F))
    return false;
  // Who calls what does not return does not return, either.
  return all_of(instructions(F), [&](const Instruction &I) {
    auto *Call = dyn_cast<CallBase>(&I);
    return (Call && Call->doesNotReturn()) || isQuiet(I);
  });
}

} // namespace mapsan
