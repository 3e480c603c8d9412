// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names the map that a call is made on, from the debug info of its operand.

#ifndef MAPSAN_PASS_ANALYSIS_MAPNAMES_H
#define MAPSAN_PASS_ANALYSIS_MAPNAMES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/InstrTypes.h"
#include <string>

namespace mapsan {

struct MapArgument;

// "sessions_", "this->table", "shards[..].map"; empty where nothing names it
// (a temporary, or no -g). `ClassText` is the container's class as demangled:
// it tells a member at offset zero from the object around it.
std::string mapName(const llvm::Value &Address, llvm::StringRef ClassText);

// The type of the call's map, as a report says it. A method may be declared by
// a base that is not what the program's container is called.
std::string mapType(const llvm::CallBase &Call, const MapArgument &Map);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_MAPNAMES_H
