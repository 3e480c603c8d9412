// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The compile-time summary.

#include "Summary.h"
#include "catalog/Catalog.h"
#include "llvm/Support/Path.h"
#include <numeric>

using namespace llvm;

namespace mapsan {

bool Summary::anyHook() const {
  return Atomics || Fences || Syncs ||
         std::accumulate(std::begin(Maps), std::end(Maps), 0u);
}

// "MapSan: file.cpp: 12 map sites (5 read, 7 write), 7 atomic, 1 fence, ..."
void Summary::print(raw_ostream &Out, StringRef Module) const {
  Out << "MapSan: " << sys::path::filename(Module) << ": "
      << std::accumulate(std::begin(Maps), std::end(Maps), 0u)
      << " map sites (";
  for (unsigned Effect = 0; Effect <= MapsanEffectDestroy; ++Effect)
    Out << (Effect ? ", " : "") << Maps[Effect] << ' '
        << effectName(MapsanEffect(Effect));
  Out << "), " << Atomics << " atomic, " << Fences << " fence, " << Syncs
      << " sync, " << Skipped << " skipped, " << Private << " private";
  if (Elements)
    Out << ", " << Elements << " element";
  Out << '\n';
}

} // namespace mapsan
