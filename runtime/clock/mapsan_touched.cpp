// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pages that were ever used: see mapsan_touched.h.

#include "mapsan_touched.h"

#include "sanitizer_common/sanitizer_common.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

namespace __mapsan {

static bool NothingIsSwappedOut() {
  struct sysinfo info;
  return !sysinfo(&info) && info.totalswap == info.freeswap;
}

void ForEachTouched(uptr begin, uptr size,
                    void (*callback)(uptr begin, uptr end)) {
  constexpr uptr kPagesAtOnce = 1024;
  int saved = errno;
  unsigned char there[kPagesAtOnce];
  uptr page = GetPageSizeCached(), end = begin + size;
  bool ask = NothingIsSwappedOut();
  for (uptr at = begin, next; at < end; at = next) {
    next = Min(at + kPagesAtOnce * page, end);
    if (!ask || mincore(reinterpret_cast<void *>(at), next - at, there)) {
      callback(at, next);
      continue;
    }
    uptr count = (next - at) / page;
    for (uptr i = 0, first; i < count; i++) {
      for (first = i; i < count && there[i] & 1; i++) {
      }
      if (i != first)
        callback(at + first * page, at + i * page);
    }
  }
  errno = saved;
}

} // namespace __mapsan
