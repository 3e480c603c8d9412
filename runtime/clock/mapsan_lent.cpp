// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomics that are lent to one thread: see mapsan_lent.h.

#include "mapsan_lent.h"

#include "sanitizer_common/sanitizer_libc.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>

namespace __mapsan {

namespace lent {
u32 repeats_needed = 64;
} // namespace lent

// There is a barrier. Relaxed: until it is seen to have gone, one more is
// tried.
static atomic_uint8_t available;

// Not libc's: errno is the program's.
static sptr Membarrier(sptr command) {
  sptr result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(SYS_membarrier), "D"(command), "S"(0), "d"(0)
               : "rcx", "r11", "memory");
  return result;
}
static bool Register() {
  return !Membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

// Where it is refused all of a sudden, the time it takes any core to write down
// what it has stored must do.
static void Barrier() {
  if (!Membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
      (Register() && !Membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)))
    return;
  atomic_store(&available, 0, memory_order_relaxed);
  internal_usleep(1000);
}

void lent::Initialize() {
  atomic_store(&available, Register(), memory_order_relaxed);
}

void lent::Repeat(Thread *thr, SyncObject *object, uptr addr) {
  if (!object->lent && ++object->repeats < repeats_needed << object->taken_back)
    return;
  // Who talks is to be heard each time (news::Announce).
  if (!atomic_load(&available, memory_order_relaxed) || thr->speaker.talks ||
      !Takes(FastPath::lent_object))
    return;
  object->lent = true;
  thr->operations.shortcuts.Lend(addr);
}

// The object was lent, by the lock that its changer held then, to whoever was
// on the slot. If that thread has ended, or another one is there by now, nobody
// is releasing.
static NOINLINE void TakeBack(SyncBucket *bucket, SyncObject *object,
                              uptr addr) {
  constexpr u8 kPatience = 8;
  Slot slot = atomic_load(&object->slot, memory_order_relaxed);
  object->EndLoan();
  object->repeats = 0;
  if (object->taken_back < kPatience)
    object->taken_back++;
  Thread *owner = ThreadBySlot(slot);
  bucket->Unlock();
  if (!owner)
    return;
  Barrier();
  // A few instructions, unless a signal handler has come between; one that does
  // not return until this thread goes on must not have it wait for ever.
  constexpr u32 kYields = 1 << 20;
  for (u32 i = 0; i < kYields && ThreadBySlot(slot) == owner &&
                  owner->operations.shortcuts.IsReleasing(addr);
       i++)
    internal_sched_yield();
}

void lent::LockToChange(Thread *thr, SyncBucket *bucket, uptr addr) {
  for (;;) {
    bucket->Lock();
    if (bucket->BareAt(addr))
      return;
    SyncObject *object = FindSync(bucket, addr);
    if (LIKELY(!object || !object->lent) ||
        atomic_load(&object->slot, memory_order_relaxed) == thr->clock.slot())
      return;
    TakeBack(bucket, object, addr);
  }
}

} // namespace __mapsan
