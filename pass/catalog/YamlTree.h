// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A YAML document as a tree whose every node knows its line and column, so
// that CatalogReader can go on after an error and name the place of each.

#ifndef MAPSAN_PASS_CATALOG_YAMLTREE_H
#define MAPSAN_PASS_CATALOG_YAMLTREE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <string>
#include <utility>
#include <vector>

namespace mapsan {

struct YamlNode {
  enum Kind { Null, Scalar, Sequence, Mapping } Is = Null;
  unsigned Line = 0, Column = 0;
  std::string Text;                                   // of a scalar
  std::vector<YamlNode> Items;                        // of a sequence
  std::vector<std::pair<YamlNode, YamlNode>> Entries; // of a mapping, in order
};

using YamlErrorHandler = llvm::function_ref<void(unsigned Line, unsigned Column,
                                                 const std::string &Reason)>;

// False, and one call of the handler, where the text is not YAML.
bool parseYaml(llvm::MemoryBufferRef Buffer, YamlNode &Root,
               YamlErrorHandler Error);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_YAMLTREE_H
