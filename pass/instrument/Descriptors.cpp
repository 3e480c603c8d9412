// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The constants that hooks hand to the runtime.

#include "Descriptors.h"
#include "Fingerprint.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

namespace mapsan {

namespace {

// Not for other sanitizers: redzones would tear the section of the sites
// apart, and nothing here is the user's.
void keepFromSanitizers(GlobalVariable &G) {
  GlobalValue::SanitizerMetadata Metadata;
  Metadata.NoAddress = true;
  Metadata.NoHWAddress = true;
  G.setSanitizerMetadata(Metadata);
}

// One definition for the whole program, whichever module it comes from.
void shareByName(GlobalVariable &G) {
  G.setLinkage(GlobalValue::LinkOnceODRLinkage);
  G.setVisibility(GlobalValue::HiddenVisibility);
  G.setComdat(G.getParent()->getOrInsertComdat(G.getName()));
}

int siteFlags(const MapArgument &Map, const SiteText &Text) {
  const bool ByWords = Text.Told == ToldBy::Size;
  const bool Short =
      (ByWords || Text.Told == ToldBy::Result) && Map.layout().SizeOffset >= 0;
  const int Fate = Map.Become == Elements::Replaced    ? MapsanSiteReplaces
                   : Map.Become == Elements::Exchanged ? MapsanSiteExchanges
                   : Map.Become == Elements::Taken     ? MapsanSiteTakes
                   : Map.Become == Elements::Mixed     ? MapsanSiteMixes
                   : Map.Become == Elements::Ended     ? MapsanSiteEnds
                   : Map.Become == Elements::Added     ? MapsanSiteInserts
                   : Map.Become == Elements::Removed   ? MapsanSiteErases
                                                       : 0;
  return Fate | (Text.Handle ? MapsanSiteHandle : 0) |
         (Text.Reference ? MapsanSiteReference : 0) |
         (Text.Compares ? MapsanSiteCompares : 0) |
         (Text.Element ? MapsanSiteElement : 0) |
         (Map.Iterates ? MapsanSiteIterates : 0) |
         (Map.Secondary ? MapsanSiteSecondary : 0) |
         (ByWords ? MapsanSiteBySize : 0) | (Short ? MapsanSiteShort : 0);
}

} // namespace

Descriptors::Descriptors(Module &M) : M(M) {}

Constant *Descriptors::text(StringRef Text) {
  if (Text.empty())
    return ConstantPointerNull::get(PointerType::get(M.getContext(), 0));
  Constant *&Known = Texts[Text];
  if (Known)
    return Known;
  Constant *Bytes = ConstantDataArray::getString(M.getContext(), Text);
  auto *G =
      new GlobalVariable(M, Bytes->getType(), /*isConstant=*/true,
                         GlobalValue::PrivateLinkage, Bytes, "mapsan.text");
  G->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  G->setAlignment(Align(1));
  keepFromSanitizers(*G);
  return Known = G;
}

StructType *Descriptors::structOf(ArrayRef<Constant *> Fields) {
  SmallVector<Type *, 16> Types;
  for (Constant *Field : Fields)
    Types.push_back(Field->getType());
  return StructType::get(M.getContext(), Types);
}

Constant *Descriptors::family(const MapArgument &Map) {
  const Family &F = *Map.Of;
  const MapLayout Layout = Map.layout();
  const int Invalidates = F.Iterators ? F.Iterators->Invalidates | F.Inside : 0;
  std::string Key = F.Identity;
  for (int Part : {Layout.HeaderBytes, Layout.SizeOffset, Layout.BucketsOffset,
                   Layout.Through, Layout.BehindOffset, Layout.BehindBytes,
                   Layout.GrowthOffset, Layout.EndOffset, Layout.OwnersBehind,
                   Layout.EndBehind, Invalidates})
    Key += '|' + std::to_string(Part);
  std::string Symbol = "__mapsan_family." + utohexstr(fingerprint(Key), true);
  if (GlobalVariable *Known = M.getNamedGlobal(Symbol))
    return Known;

  LLVMContext &C = M.getContext();
  auto I32 = [&](int V) -> Constant * {
    return ConstantInt::get(Type::getInt32Ty(C), V, /*IsSigned=*/true);
  };
  Constant *const id = ConstantInt::get(Type::getInt64Ty(C), F.id());
  Constant *const name = text(F.Identity);
  Constant *const header_bytes = I32(Layout.HeaderBytes);
  Constant *const size_offset = I32(Layout.SizeOffset);
  Constant *const buckets_offset = I32(Layout.BucketsOffset);
  Constant *const through = I32(Layout.Through);
  Constant *const behind_offset = I32(Layout.BehindOffset);
  Constant *const behind_bytes = I32(Layout.BehindBytes);
  Constant *const invalidates = I32(Invalidates);
  Constant *const growth_offset = I32(Layout.GrowthOffset);
  Constant *const end_offset = I32(Layout.EndOffset);
  Constant *const owners_behind = I32(Layout.OwnersBehind);
  Constant *const end_behind = I32(Layout.EndBehind);
  Constant *const number = I32(0);
  Constant *const tag = ConstantInt::get(Type::getInt64Ty(C), 0);
  Constant *const Fields[] = {
#define MAPSAN_FAMILY_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
  };
  StructType *T = structOf(Fields);
  // The runtime writes its tag: not constant.
  auto *G = new GlobalVariable(M, T, /*isConstant=*/false,
                               GlobalValue::LinkOnceODRLinkage,
                               ConstantStruct::get(T, Fields), Symbol);
  shareByName(*G);
  G->setAlignment(Align(8));
  keepFromSanitizers(*G);
  return G;
}

GlobalVariable *Descriptors::site(const Function &User, const MapArgument &Map,
                                  const SiteText &Text) {
  LLVMContext &C = M.getContext();
  auto I32 = [&](unsigned V) -> Constant * {
    return ConstantInt::get(Type::getInt32Ty(C), V);
  };
  Constant *const family = this->family(Map);
  Constant *const operation = text(Text.Operation);
  Constant *const type = text(Text.Type);
  Constant *const name = text(Text.Name);
  Constant *const file = text(Text.File);
  Constant *const function = text(Text.Function);
  Constant *const line = I32(Text.Line);
  Constant *const column = I32(Text.Column);
  Constant *const effect = I32(Map.Effect);
  Constant *const flags = I32(siteFlags(Map, Text));
  Constant *const fresh = ConstantInt::get(Type::getInt64Ty(C), 1);
  Constant *const Fields[] = {
#define MAPSAN_SITE_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
  };
  StructType *T = structOf(Fields);
  // Written by the runtime, so not constant; of explicit alignment, so that
  // the section is an array of sites.
  auto *G = new GlobalVariable(M, T, /*isConstant=*/false,
                               GlobalValue::PrivateLinkage,
                               ConstantStruct::get(T, Fields), "mapsan.site");
  G->setSection(SiteSection);
  G->setAlignment(Align(8));
  keepFromSanitizers(*G);
  // A linkonce function's code may be dropped in favour of another module's
  // and yet live on where it was inlined. Its sites therefore are a comdat
  // each, named by what they say: referred to from anywhere, kept once.
  if (!User.hasLocalLinkage()) {
    std::string Key =
        Text.Operation + '|' + Text.Type + '|' + Text.Name + '|' + Text.File +
        '|' + std::to_string(Text.Line) + '|' + std::to_string(Text.Column) +
        '|' + std::to_string(Map.Effect) + '|' +
        std::to_string(siteFlags(Map, Text)) + '|' + family->getName().str();
    // Mangled names are long and sites are many; two hashes tell them apart.
    std::string Symbol = "__mapsan_site." +
                         utohexstr(fingerprint(User.getName()), true) + "." +
                         utohexstr(fingerprint(Key), true);
    if (unsigned Copy = Copies[Symbol]++)
      Symbol += "." + std::to_string(Copy);
    G->setName(Symbol);
    shareByName(*G);
  }
  return G;
}

} // namespace mapsan
