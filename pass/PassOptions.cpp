// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads MAPSAN_PASS_OPTIONS.

#include "PassOptions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstdlib>

using namespace llvm;

namespace mapsan {

PassOptions PassOptions::fromEnvironment() {
  PassOptions Options;
  const char *Text = std::getenv("MAPSAN_PASS_OPTIONS");
  if (!Text)
    return Options;
  SmallVector<StringRef, 4> Parts;
  StringRef(Text).split(Parts, ':', -1, /*KeepEmpty=*/false);
  for (StringRef Part : Parts) {
    auto [Key, Value] = Part.split('=');
    auto Switch = StringSwitch<bool PassOptions::*>(Key)
                      .Case("summary", &PassOptions::Summary)
                      .Case("repeats", &PassOptions::Repeats)
                      .Case("locals", &PassOptions::Locals)
                      .Case("iterators", &PassOptions::Iterators)
                      .Case("all-iterators", &PassOptions::AllIterators)
                      .Case("elements", &PassOptions::Elements)
                      .Case("sequences", &PassOptions::Sequences)
                      .Default(nullptr);
    if (Switch && (Value == "0" || Value == "1"))
      Options.*Switch = Value == "1";
    else if (Key == "catalog" && !Value.empty()) {
      // Build systems say things twice.
      if (!is_contained(Options.Catalogs, Value.str()))
        Options.Catalogs.push_back(Value.str());
    } else if (Switch || Key == "catalog")
      Options.Warnings.push_back("MAPSAN_PASS_OPTIONS: bad value '" +
                                 Value.str() + "' for '" + Key.str() + "'");
    else
      Options.Warnings.push_back(
          "MAPSAN_PASS_OPTIONS: unknown option '" + Key.str() +
          "' (known: summary, repeats, locals, iterators, all-iterators, "
          "elements, sequences, catalog)");
  }
  return Options;
}

} // namespace mapsan
