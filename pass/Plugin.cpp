// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Registers the pass with the compiler that loads this plugin; nothing else.

#include "MapSanPass.h"
#include "instrument/Shortcuts.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Passes/PassBuilder.h"
#if __has_include("llvm/Plugins/PassPlugin.h")
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

// The compiler's own version, from the C API; absent where it is too old.
extern "C" __attribute__((weak)) void
LLVMGetVersion(unsigned *Major, unsigned *Minor, unsigned *Patch);

// LLVM's classes change with every major version while the plugin API's number
// stays: 19 and 20 both say 1.
static bool fitsThisCompiler() {
  if (!LLVMGetVersion)
    return false;
  unsigned Major = 0, Minor = 0, Patch = 0;
  LLVMGetVersion(&Major, &Minor, &Patch);
  if (Major == LLVM_VERSION_MAJOR)
    return true;
  errs() << "MapSan: this plugin was built for LLVM " << LLVM_VERSION_MAJOR
         << ", the compiler is LLVM " << Major << '\n';
  return false;
}

static void registerCallbacks(PassBuilder &PB) {
  PB.registerPipelineStartEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel) {
        MPM.addPass(mapsan::MapSanPass());
      });
  // Last of all, so that neither the inliner's accounts nor any other pass has
  // to do with what the hooks become.
  PB.registerOptimizerLastEPCallback(
#if LLVM_VERSION_MAJOR >= 20
      [](ModulePassManager &MPM, OptimizationLevel Level, ThinOrFullLTOPhase) {
#else
      [](ModulePassManager &MPM, OptimizationLevel Level) {
#endif
        if (Level != OptimizationLevel::O0)
          MPM.addPass(mapsan::ShortcutsPass());
      });
  PB.registerPipelineParsingCallback(
      [](StringRef Name, ModulePassManager &MPM,
         ArrayRef<PassBuilder::PipelineElement>) {
        if (Name == "mapsan")
          MPM.addPass(mapsan::MapSanPass());
        else if (Name == "mapsan-shortcuts")
          MPM.addPass(mapsan::ShortcutsPass());
        else
          return false;
        return true;
      });
}

extern "C" __attribute__((visibility("default"))) PassPluginLibraryInfo
llvmGetPassPluginInfo() {
  PassPluginLibraryInfo Info{};
  // A version that no compiler has makes it refuse the plugin by name.
  Info.APIVersion = fitsThisCompiler() ? LLVM_PLUGIN_API_VERSION : ~0u;
  Info.PluginName = "MapSan";
  Info.PluginVersion = LLVM_VERSION_STRING;
  Info.RegisterPassBuilderCallbacks = registerCallbacks;
  return Info;
}
