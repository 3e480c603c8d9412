// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hash tables by address: see mapsan_bucket.h.

#include "mapsan_bucket.h"

namespace __mapsan {

LiveFilter live_filter;

void LiveFilter::Initialize() {
  fine_.Initialize("MapSan filter");
  coarse_.Initialize("MapSan coarse filter");
}

} // namespace __mapsan
