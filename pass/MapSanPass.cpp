// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The story: read the catalog, find what wants a hook, instrument it.

#include "MapSanPass.h"
#include "Diagnostics.h"
#include "PassOptions.h"
#include "Summary.h"
#include "analysis/HandleReturns.h"
#include "analysis/RepeatedReads.h"
#include "catalog/AnnotatedClasses.h"
#include "catalog/CatalogReader.h"
#include "instrument/AtomicHooks.h"
#include "instrument/BodyHooks.h"
#include "instrument/ElementHooks.h"
#include "instrument/ExceptionHooks.h"
#include "instrument/ExitDestructors.h"
#include "instrument/HandleHooks.h"
#include "instrument/IteratorValueHooks.h"
#include "instrument/MapHooks.h"
#include "instrument/ModuleHooks.h"
#include "instrument/SyncHooks.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace mapsan {

namespace {

// On a module that was treated already: -x ir of an instrumented file, or the
// second half of a distributed ThinLTO build.
const char DoneFlag[] = "mapsan.done";

Catalog loadCatalog(const PassOptions &Options, const Module &M) {
  Catalog Rows;
  CatalogErrors Errors;
  readBuiltinCatalog(Rows, Errors, Options.Sequences);
  for (const std::string &File : Options.Catalogs)
    readCatalogFile(File, Rows, Errors);
  readAnnotations(M, Rows, Errors);
  LLVMContext &C = M.getContext();
  for (const std::string &Text : Options.Warnings)
    warn(C, Text);
  for (const CatalogError &E : Errors)
    warn(C, E.text());
  return Rows;
}

// The other half of an offloading compilation: there is no runtime over there.
bool isForDevice(const Module &M) {
  // (a string before LLVM 21)
  const Triple &Target = Triple(M.getTargetTriple());
  return Target.isNVPTX() || Target.isAMDGPU() || Target.isSPIRV();
}

class Instrumentation {
public:
  explicit Instrumentation(Module &M) : Calls(M), Data(M) {}

  Callbacks Calls;
  Descriptors Data;
  Summary Count;

  void treat(Function &F, const HookSites &Sites) {
    // First: it stands beside calls and accesses of which others make new ones.
    // The hooks of operations come between what it tells and the calls.
    hookHandles(F, Sites.Held, Calls, Data);
    hookIteratorValues(F, Sites.IteratorValues, Calls, Data);
    for (const AtomicAccess &Access : Sites.Atomics)
      ++(hookAtomic(Access, Calls) ? Count.Atomics : Count.Skipped);
    for (const LockedAccess &Access : Sites.Locked)
      ++(hookLockedAccess(Access, Calls) ? Count.Atomics : Count.Skipped);
    for (FenceInst *Fence : Sites.Fences) {
      hookFence(*Fence, Calls);
      ++Count.Fences;
    }
    hookElements(F, Sites.Elements, Calls, Data);
    Count.Elements += Sites.Elements.size();
    for (const MapCall &Site : Sites.Maps) {
      bool Hooked = hookMapCall(Site, Calls, Data);
      for (const MapArgument &Map : Site.Does->Maps)
        ++(Hooked ? Count.Maps[Map.Effect] : Count.Skipped);
    }
    for (const SyncCall &Site : Sites.Syncs)
      ++(hookSyncCall(Site, Calls) ? Count.Syncs : Count.Skipped);
    for (const ExceptionSite &Site : Sites.Exceptions)
      Count.Syncs += hookException(Site, Calls);
    hookSyncLocals(Sites.SyncLocals, Calls);
    if (Sites.Entry)
      hookSyncEntry(F, *Sites.Entry, Calls);
    // Hooks read and write: a function with them is no longer pure.
    F.removeFnAttr(Attribute::Memory);
    F.removeFnAttr(Attribute::Speculatable);
  }
};

} // namespace

PreservedAnalyses MapSanPass::run(Module &M, ModuleAnalysisManager &) {
  if (M.getModuleFlag(DoneFlag) || isForDevice(M))
    return PreservedAnalyses::all();
  M.addModuleFlag(Module::Max, DoneFlag, 1);

  const PassOptions Options = PassOptions::fromEnvironment();
  const Catalog Rows = loadCatalog(Options, M);
  CatalogMatcher Matcher(Rows);
  callExitDestructors(M, Matcher);
  QuietCalls Quiet(Matcher);
  HandleReturns Returns;
  if (Options.Iterators)
    Returns.find(M, Matcher, Quiet);
  Instrumentation Work(M);
  bool HasCode = false;
  for (Function &F : M) {
    if (!wantsHooks(F))
      continue;
    HasCode = true;
    // The runtime walks stacks along frame pointers; the raw form of use
    // (-fpass-plugin without the wrapper) is to have them too.
    F.addFnAttr("frame-pointer", "all");
    HookSites Sites = findHookSites(F, Matcher, Quiet, Returns, Options);
    Work.Count.Private += Sites.Private;
    if (!Options.Repeats)
      findRepeatedReads(F, Sites.Maps, Quiet);
    if (!Sites.empty())
      Work.treat(F, Sites);
    if (auto Body = Matcher.body(F)) {
      hookBody(F, *Body, Work.Calls);
      ++Work.Count.Syncs;
    }
  }
  // Also without a single hook: the module is one that hides nothing.
  if (HasCode)
    hookModule(M, Work.Calls, Rows);
  if (Options.Summary)
    Work.Count.print(errs(), M.getSourceFileName());
  return PreservedAnalyses::none();
}

} // namespace mapsan
