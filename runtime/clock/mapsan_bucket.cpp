// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hash tables by address: see mapsan_bucket.h.

#include "mapsan_bucket.h"

namespace __mapsan {

LiveFilter live_filter;

void LiveFilter::Initialize() {
  counts_ = static_cast<atomic_uint32_t *>(
      MmapNoReserveOrDie(sizeof(atomic_uint32_t) << kBits, "MapSan filter"));
}

} // namespace __mapsan
