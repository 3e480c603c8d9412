// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The constants that hooks hand to the runtime: one Site for each map operation
// of each call site, one Family for each catalogued layout. Their fields are
// listed in include/mapsan/callbacks.inc.

#ifndef MAPSAN_PASS_INSTRUMENT_DESCRIPTORS_H
#define MAPSAN_PASS_INSTRUMENT_DESCRIPTORS_H

#include "catalog/CatalogMatcher.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Instruction.h"
#include "llvm/IR/Module.h"

namespace mapsan {

// By what the hooks of a may-write know whether it wrote. Nothing: it did.
enum class ToldBy { Nothing, Header, Size, Result };

// What a Site says, before it becomes a constant. Empty text: unknown.
struct SiteText {
  std::string Operation, Type, Name, File, Function;
  unsigned Line = 0, Column = 0;
  ToldBy Told = ToldBy::Nothing;
  // A use of an iterator, or of a reference.
  bool Handle = false, Reference = false, Compares = false;
  bool Element = false; // a use of an element
};

class Descriptors {
public:
  explicit Descriptors(llvm::Module &M);

  // `User` is the function whose code refers to the site.
  llvm::GlobalVariable *site(const llvm::Function &User, const MapArgument &Map,
                             const SiteText &Text);

  // The name of the section whose bounds the module announces.
  static constexpr const char *SiteSection = "mapsan_sites";

private:
  llvm::Constant *family(const MapArgument &Map);
  llvm::Constant *text(llvm::StringRef Text); // null for empty text
  llvm::StructType *structOf(llvm::ArrayRef<llvm::Constant *> Fields);

  llvm::Module &M;
  llvm::StringMap<llvm::Constant *> Texts;
  llvm::StringMap<unsigned> Copies; // of sites that say the same
};

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_DESCRIPTORS_H
