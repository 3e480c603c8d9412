// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory that the program maps and unmaps itself: as malloc and free.

#include "../clock/mapsan_thread.h"
#include "../maps/mapsan_memory.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

static void *Obtained(void *p, uptr size) {
  if (p != reinterpret_cast<void *>(-1) && CurrentThread())
    MemoryObtained(reinterpret_cast<uptr>(p), size);
  return p;
}

static void Released(void *p, uptr size) {
  if (CurrentThread())
    MemoryReleased(reinterpret_cast<uptr>(p), size);
}

} // namespace __mapsan

using namespace __mapsan;

// What a fixed mapping replaces is new memory as well: Obtained says so.
INTERCEPTOR(void *, mmap, void *p, uptr size, int protection, int flags, int fd,
            long offset) {
  return Obtained(real::mmap(p, size, protection, flags, fd, offset), size);
}

INTERCEPTOR(void *, mmap64, void *p, uptr size, int protection, int flags,
            int fd, long offset) {
  return Obtained(real::mmap64(p, size, protection, flags, fd, offset), size);
}

// Variadic in C; the fifth argument is read only if the flags say so.
INTERCEPTOR(void *, mremap, void *p, uptr old_size, uptr size, int flags,
            void *wanted) {
  Released(p, old_size);
  return Obtained(real::mremap(p, old_size, size, flags, wanted), size);
}

INTERCEPTOR(int, munmap, void *p, uptr size) {
  Released(p, size);
  return real::munmap(p, size);
}
