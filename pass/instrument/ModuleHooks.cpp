// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a module announce its sites to the runtime.

#include "ModuleHooks.h"
#include "Descriptors.h"
#include "mapsan/abi.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace mapsan {

// Before the program's own constructors (65535; priorities up to 100 are the
// implementation's).
static const int Priority = 1;

#define MAPSAN_VERSIONED_(Name, Version) Name##Version
#define MAPSAN_VERSIONED(Name, Version) MAPSAN_VERSIONED_(Name, Version)

// The linker defines these two for a section with the name of a C identifier;
// weak, because a module may lose all its sites.
static GlobalVariable *sectionBound(Module &M, const char *Prefix) {
  std::string Name = Prefix + std::string(Descriptors::SiteSection);
  if (GlobalVariable *Known = M.getNamedGlobal(Name))
    return Known;
  auto *G = new GlobalVariable(M, Type::getInt8Ty(M.getContext()),
                               /*isConstant=*/false,
                               GlobalValue::ExternalWeakLinkage, nullptr, Name);
  G->setVisibility(GlobalValue::HiddenVisibility);
  return G;
}

// One of each per executable or shared object: the linker keeps one comdat.
static Function *announcer(Module &M, Callbacks &Calls, const char *Name,
                           Callback Which) {
  LLVMContext &C = M.getContext();
  auto *F = Function::createWithDefaultAttr(
      FunctionType::get(Type::getVoidTy(C), false),
      GlobalValue::LinkOnceODRLinkage, 0, Name, &M);
  F->setVisibility(GlobalValue::HiddenVisibility);
  F->setComdat(M.getOrInsertComdat(Name));
  F->setDoesNotThrow();
  F->addFnAttr(Attribute::DisableSanitizerInstrumentation);
  IRBuilder<> Builder(BasicBlock::Create(C, "", F));
  Calls.call(Builder, Which,
             {sectionBound(M, "__start_"), sectionBound(M, "__stop_")});
  Builder.CreateRetVoid();
  return F;
}

void hookModule(Module &M, Callbacks &Calls) {
  Function *Init =
      announcer(M, Calls, "__mapsan_module_constructor",
                Callback::MAPSAN_VERSIONED(module_init_v, MAPSAN_ABI_VERSION));
  Function *Fini =
      announcer(M, Calls, "__mapsan_module_destructor",
                Callback::MAPSAN_VERSIONED(module_fini_v, MAPSAN_ABI_VERSION));
  appendToGlobalCtors(M, Init, Priority, Init);
  appendToGlobalDtors(M, Fini, Priority, Fini);
}

} // namespace mapsan
