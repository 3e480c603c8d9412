// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shared library: it writes.
#include "store.h"

void fillStore(Store &S) { S[1] = 2; }
