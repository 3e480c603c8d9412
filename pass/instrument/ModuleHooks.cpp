// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a module announce itself to the runtime.

#include "ModuleHooks.h"
#include "Descriptors.h"
#include "Fingerprint.h"
#include "mapsan/abi.h"
#include "llvm/ADT/StringExtras.h"
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
static Function *announcer(Module &M, Callbacks &Calls, const Twine &Name,
                           Callback Which, ArrayRef<Value *> Arguments) {
  LLVMContext &C = M.getContext();
  auto *F = Function::createWithDefaultAttr(
      FunctionType::get(Type::getVoidTy(C), false),
      GlobalValue::LinkOnceODRLinkage, 0, Name, &M);
  F->setVisibility(GlobalValue::HiddenVisibility);
  F->setComdat(M.getOrInsertComdat(F->getName()));
  F->setDoesNotThrow();
  F->addFnAttr(Attribute::DisableSanitizerInstrumentation);
  IRBuilder<> Builder(BasicBlock::Create(C, "", F));
  Calls.call(Builder, Which, Arguments);
  Builder.CreateRetVoid();
  return F;
}

// What the catalog says of other modules: one text, its names sorted, so that
// equal catalogs are equal texts.
static std::string trustedModules(const Catalog &Rows) {
  std::vector<std::string> Patterns = Rows.Harmless;
  Patterns.insert(Patterns.end(), Rows.Modules.begin(), Rows.Modules.end());
  llvm::sort(Patterns);
  Patterns.erase(llvm::unique(Patterns), Patterns.end());
  std::string Text;
  for (const std::string &Pattern : Patterns)
    Text += Pattern + '\0';
  return Text; // the constant has one more NUL
}

// Files that were compiled with different catalogs may end up in one module:
// each catalog has an announcer of its own.
static void announceTrusted(Module &M, Callbacks &Calls, const Catalog &Rows) {
  const std::string Text = trustedModules(Rows);
  if (Text.empty())
    return;
  const std::string Hash = utohexstr(fingerprint(Text), true);
  Constant *Bytes = ConstantDataArray::getString(M.getContext(), Text);
  auto *Patterns = new GlobalVariable(M, Bytes->getType(), /*isConstant=*/true,
                                      GlobalValue::LinkOnceODRLinkage, Bytes,
                                      "__mapsan_trusted." + Hash);
  Patterns->setVisibility(GlobalValue::HiddenVisibility);
  Patterns->setAlignment(Align(1));
  GlobalValue::SanitizerMetadata Metadata;
  Metadata.NoAddress = Metadata.NoHWAddress = true;
  Patterns->setSanitizerMetadata(Metadata);
  Function *Init = announcer(M, Calls, "__mapsan_module_trusts." + Hash,
                             Callback::module_trusts, {Patterns});
  Patterns->setComdat(Init->getComdat());
  appendToGlobalCtors(M, Init, Priority, Init);
}

void hookModule(Module &M, Callbacks &Calls, const Catalog &Rows) {
  Value *const Sites[] = {sectionBound(M, "__start_"),
                          sectionBound(M, "__stop_")};
  Function *Init = announcer(
      M, Calls, "__mapsan_module_constructor",
      Callback::MAPSAN_VERSIONED(module_init_v, MAPSAN_ABI_VERSION), Sites);
  Function *Fini = announcer(
      M, Calls, "__mapsan_module_destructor",
      Callback::MAPSAN_VERSIONED(module_fini_v, MAPSAN_ABI_VERSION), Sites);
  announceTrusted(M, Calls, Rows);
  appendToGlobalCtors(M, Init, Priority, Init);
  appendToGlobalDtors(M, Fini, Priority, Fini);
}

} // namespace mapsan
