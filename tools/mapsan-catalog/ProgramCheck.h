// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program has of maps, by the names of its functions: what the catalog
// says of them, and which classes look like maps that nobody has described.

#ifndef MAPSAN_TOOLS_MAPSAN_CATALOG_PROGRAMCHECK_H
#define MAPSAN_TOOLS_MAPSAN_CATALOG_PROGRAMCHECK_H

#include "Catalog.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <set>
#include <string>

namespace mapsan {

class ProgramCheck {
public:
  explicit ProgramCheck(const Catalog &Rows);

  // Adds what an executable, shared object or object file has: the functions in
  // its symbol table, and those that its debug information says were inlined.
  llvm::Error addFile(llvm::StringRef Path);

  // Adds one function by its symbol.
  void addSymbol(llvm::StringRef Symbol);

  void print(llvm::raw_ostream &Out) const;

private:
  using Methods = std::set<std::string>; // as rows are called

  bool isInternal(llvm::StringRef Class) const;
  void printDescribed(llvm::raw_ostream &Out) const;
  void printUndescribed(llvm::raw_ostream &Out) const;

  const Catalog &Rows;
  std::map<std::string, const Family *> FamilyOf; // by class
  std::map<std::string, const OperationRow *> Functions;
  std::set<std::string> Synchronising;              // classes
  std::set<std::string> Seen;                       // symbols
  std::map<std::string, Methods> Described, Others; // by class
  Methods DescribedFunctions;
};

} // namespace mapsan

#endif // MAPSAN_TOOLS_MAPSAN_CATALOG_PROGRAMCHECK_H
