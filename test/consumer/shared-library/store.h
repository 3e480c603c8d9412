// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interface of the shared library: its map is in the caller's hands too.
#include <map>

using Store = std::map<int, int>;
void fillStore(Store &S);
