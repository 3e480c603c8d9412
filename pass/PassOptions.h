// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What MAPSAN_PASS_OPTIONS asks of the pass:
// "summary=1:repeats=1:locals=1:iterators=0:all-iterators=1:elements=1:sequences=1:
// catalog=FILE". An environment variable, because before LLVM 22 a plugin that
// only -fpass-plugin loads cannot have options of its own on the command line.

#ifndef MAPSAN_PASS_PASSOPTIONS_H
#define MAPSAN_PASS_PASSOPTIONS_H

#include <string>
#include <vector>

namespace mapsan {

struct PassOptions {
  bool Summary = false;  // print one line per module to stderr
  bool Repeats = false;  // hook reads that only repeat what was just told, too
  bool Locals = false;   // hook local variables that nobody else can reach, too
  bool Iterators = true; // follow iterators and references
  bool AllIterators =
      false;              // follow them by value, too, wherever they are kept
  bool Elements = false;  // hook accesses to elements
  bool Sequences = false; // hook vectors, strings and their like, too
  std::vector<std::string> Catalogs; // files read after the built-in catalog
  std::vector<std::string> Warnings; // what was wrong with the variable itself

  static PassOptions fromEnvironment();
};

} // namespace mapsan

#endif // MAPSAN_PASS_PASSOPTIONS_H
