// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// longjmp: the map operations and modelled calls that began in the frames it
// skips are over, and a release that it interrupts. The next hook would notice,
// but a lock released before that would not.

#include "../maps/mapsan_map.h"
#include "mapsan_real.h"

namespace __mapsan {

// The stack pointer that the jump goes back to; 0: unknown.
static uptr TargetOf(const void *jump_buffer) {
#if defined(__x86_64__) && SANITIZER_GLIBC
  // The C library keeps it at index 6, scrambled with a word of the thread's
  // own.
  uptr sp = static_cast<const uptr *>(jump_buffer)[6];
  asm("rorq $17, %0\n\txorq %%fs:0x30, %0" : "+r"(sp) : : "cc");
  return sp;
#else
  return 0;
#endif
}

static void Jump(const void *jump_buffer) {
  Thread *thr = CurrentThread();
  if (thr) // out of a signal handler, it may be
    thr->operations.shortcuts.LeaveRelease();
  if (!thr || !RuleHolds(Rule::operation_left) ||
      (thr->operations.empty() && !thr->modelled.count))
    return;
  uptr target = TargetOf(jump_buffer);
  if (!target)
    return;
  ScopedRuntime inside(thr);
  HealOperations(thr, target);
  ModelledJump(thr, target);
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(void, longjmp, void *buffer, int value) {
  Jump(buffer);
  real::longjmp(buffer, value);
}

INTERCEPTOR(void, _longjmp, void *buffer, int value) {
  Jump(buffer);
  real::_longjmp(buffer, value);
}

INTERCEPTOR(void, siglongjmp, void *buffer, int value) {
  Jump(buffer);
  real::siglongjmp(buffer, value);
}

INTERCEPTOR(void, __longjmp_chk, void *buffer, int value) {
  Jump(buffer);
  real::__longjmp_chk(buffer, value);
}
