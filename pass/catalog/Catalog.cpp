// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The words of the catalog's format and the identity of a family.

#include "Catalog.h"

namespace mapsan {

namespace {

template <typename T> struct Word {
  const char *Name;
  T Value;
};

const Word<MapsanEffect> EffectWords[] = {
    {"read", MapsanEffectRead},          {"write", MapsanEffectWrite},
    {"may-write", MapsanEffectMayWrite}, {"construct", MapsanEffectConstruct},
    {"destroy", MapsanEffectDestroy},
};

const Word<Evidence> EvidenceWords[] = {
    {"inserted", Evidence::Inserted}, {"count", Evidence::Count},
    {"size", Evidence::Size},         {"header", Evidence::Header},
    {"none", Evidence::None},
};

const Word<Returns> ReturnsWords[] = {
    {"void", Returns::Void},       {"boolean", Returns::Boolean},
    {"integer", Returns::Integer}, {"pointer", Returns::Pointer},
    {"pair", Returns::Pair},       {"object", Returns::Object},
};

const Word<Elements> ElementsWords[] = {
    {"kept", Elements::Kept},           {"added", Elements::Added},
    {"removed", Elements::Removed},     {"replaced", Elements::Replaced},
    {"exchanged", Elements::Exchanged}, {"taken", Elements::Taken},
    {"mixed", Elements::Mixed},         {"ended", Elements::Ended},
};

const Word<MapsanSync> SyncWords[] = {
    {"init", MapsanSyncInit},
    {"destroy", MapsanSyncDestroy},
    {"lock", MapsanSyncLock},
    {"try-lock", MapsanSyncTryLock},
    {"unlock", MapsanSyncUnlock},
    {"lock-shared", MapsanSyncLockShared},
    {"try-lock-shared", MapsanSyncTryLockShared},
    {"unlock-shared", MapsanSyncUnlockShared},
    {"acquire", MapsanSyncAcquire},
    {"release", MapsanSyncRelease},
    {"internal", MapsanSyncInternal},
    {"observe", MapsanSyncObserve},
    {"program", MapsanSyncProgram},
    {"publish", MapsanSyncPublish},
    {"enter", MapsanSyncEnter},
    {"once", MapsanSyncOnce},
    {"once-run", MapsanSyncOnceRun},
    {"barrier", MapsanSyncBarrier},
    {"barrier-arrive", MapsanSyncBarrierArrive},
    {"barrier-complete", MapsanSyncBarrierComplete},
    {"barrier-wait", MapsanSyncBarrierWait},
    {"at-thread-exit", MapsanSyncAtThreadExit},
    {"overwrite", MapsanSyncOverwrite},
    {"lock-upgrade", MapsanSyncLockUpgrade},
    {"try-lock-upgrade", MapsanSyncTryLockUpgrade},
    {"unlock-upgrade", MapsanSyncUnlockUpgrade},
    {"convert", MapsanSyncConvert},
    {"try-convert", MapsanSyncTryConvert},
    {"wait", MapsanSyncWait},
    {"try-acquire", MapsanSyncTryAcquire},
    {"meet", MapsanSyncMeet},
    {"spawn", MapsanSyncSpawn},
    {"join", MapsanSyncJoin},
    {"run", MapsanSyncRun},
    // In rows about functions of the program's.
    {"run", MapsanSyncBody},
    {"acquire", MapsanSyncBodyStarts},
    {"meet", MapsanSyncBodyMeets},
};

const Word<MapsanLockMode> LockModeWords[] = {
    {"exclusive", MapsanLockExclusive},
    {"shared", MapsanLockShared},
    {"upgrade", MapsanLockUpgrade},
};

const Word<Success> SuccessWords[] = {
    {"true", Success::NonZero},
    {"zero", Success::Zero},
    {"always", Success::Always},
};

const Word<MapsanAtomic> AccessWords[] = {
    {"load", MapsanAtomicLoad},
    {"store", MapsanAtomicStore},
    {"exchange", MapsanAtomicRmw},
    {"compare-exchange", MapsanAtomicCas},
};

const Word<unsigned> InsideWords[] = {
    {"possible", MapsanElementsInside},
    {"first-bit", MapsanElementsInside | MapsanInsideByFirstBit},
};

const Word<AtomicsCount> AtomicsWords[] = {
    {"release", AtomicsCount::ReleaseOnly},
    {"nothing", AtomicsCount::Nothing},
};

template <typename T, size_t N>
std::optional<T> byName(const Word<T> (&Words)[N], const std::string &Name) {
  for (const Word<T> &W : Words)
    if (Name == W.Name)
      return W.Value;
  return std::nullopt;
}

template <typename T, size_t N>
const char *nameOf(const Word<T> (&Words)[N], T Value) {
  for (const Word<T> &W : Words)
    if (Value == W.Value)
      return W.Name;
  return nullptr;
}

} // namespace

const char *effectName(MapsanEffect E) { return nameOf(EffectWords, E); }
const char *evidenceName(Evidence E) { return nameOf(EvidenceWords, E); }
const char *returnsName(Returns R) { return nameOf(ReturnsWords, R); }
const char *syncName(MapsanSync S) { return nameOf(SyncWords, S); }

std::optional<MapsanEffect> effectByName(const std::string &Name) {
  return byName(EffectWords, Name);
}
std::optional<Evidence> evidenceByName(const std::string &Name) {
  return byName(EvidenceWords, Name);
}
std::optional<Returns> returnsByName(const std::string &Name) {
  return byName(ReturnsWords, Name);
}
std::optional<Elements> elementsByName(const std::string &Name) {
  return byName(ElementsWords, Name);
}
std::optional<unsigned> insideByName(const std::string &Name) {
  return byName(InsideWords, Name);
}
std::optional<MapsanSync> syncByName(const std::string &Name) {
  return byName(SyncWords, Name);
}
std::optional<MapsanAtomic> accessByName(const std::string &Name) {
  return byName(AccessWords, Name);
}
std::optional<Success> successByName(const std::string &Name) {
  return byName(SuccessWords, Name);
}
std::optional<AtomicsCount> atomicsByName(const std::string &Name) {
  return byName(AtomicsWords, Name);
}
std::optional<MapsanLockMode> lockModeByName(const std::string &Name) {
  return byName(LockModeWords, Name);
}

// FNV-1a: the id must be the same in every module, whichever compiler version
// built it, so it depends on nothing but the name.
uint64_t Family::id() const {
  uint64_t Hash = 0xcbf29ce484222325ull;
  for (unsigned char C : Identity)
    Hash = (Hash ^ C) * 0x100000001b3ull;
  return Hash ? Hash : 1;
}

} // namespace mapsan
