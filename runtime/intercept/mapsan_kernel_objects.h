// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The objects of the kernel's by which threads hand over to each other (pipes,
// sockets, semaphores of System V...), as addresses for the clocks; and which
// of them a file descriptor stands for.

#ifndef MAPSAN_KERNEL_OBJECTS_H
#define MAPSAN_KERNEL_OBJECTS_H

#include "../clock/mapsan_rules.h"
#include "../entry/mapsan_hidden.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

/// What descriptors stand for, and other things of the kernel's.
enum class KernelKind : u32 {
  Unknown, // not looked at yet
  Asking,  // somebody is looking
  Nothing, // files, terminals: nobody hands over by them
  Pipe,
  Socket,
  Event,
  Timer,
  Epoll,
  LastOfDescriptors = Epoll,
  EpollEvent,
  Connects, // all calls of connect
  Semaphore,
  LoweredSemaphore,
  Message,
  Queue,
  Signal,
};

namespace kernel_internal {
// As many as are told apart: beyond that several share one, and what is ordered
// by it is more than it should be, never less. So none has to be forgotten at
// its end either. Addresses only; nothing lies here.
constexpr u32 kObjects = 1 << 16;
extern MAPSAN_HIDDEN u64 objects[kObjects];
// KernelKind and, shifted, the object's index. A number beyond them is looked
// at each time. Any thread; each is complete in itself.
constexpr u32 kDescriptors = 1 << 16;
constexpr u32 kKindBits = 3;
static_assert(static_cast<u32>(KernelKind::LastOfDescriptors) <
                  (1 << kKindBits),
              "the kind is stored in so many bits");
extern MAPSAN_HIDDEN atomic_uint32_t descriptors[kDescriptors];
inline u32 IndexOf(KernelKind kind, u64 number, u64 family) {
  // Numbers that follow each other, as inodes do, never meet.
  u64 spread = family * 32 + static_cast<u32>(kind);
  return (number + (spread * 0x9e3779b97f4a7c15 >> 40)) % kObjects;
}
} // namespace kernel_internal

/// Object `number` of those of one kind and `family`.
inline uptr KernelObject(KernelKind kind, u64 number, u64 family = 0) {
  using namespace kernel_internal;
  return reinterpret_cast<uptr>(&objects[IndexOf(kind, number, family)]);
}

struct Descriptor {
  KernelKind kind; // neither Unknown nor Asking
  uptr object;     // 0 of a Socket: it cannot be told which
};

/// Asks the kernel at a descriptor's first use. Keeps errno.
Descriptor LookUpDescriptor(int fd);
inline Descriptor DescriptorOf(int fd) {
  using namespace kernel_internal;
  u32 entry = LIKELY(static_cast<u32>(fd) < kDescriptors)
                  ? atomic_load(&descriptors[static_cast<u32>(fd)],
                                memory_order_relaxed)
                  : 0;
  auto kind = static_cast<KernelKind>(entry % (1 << kKindBits));
  if (UNLIKELY(kind <= KernelKind::Asking))
    return LookUpDescriptor(fd);
  return {kind, reinterpret_cast<uptr>(&objects[entry >> kKindBits])};
}

/// The descriptor stands for something else from now on, or for nothing: it
/// was made, or is about to be closed.
inline void ForgetDescriptor(int fd) {
  using namespace kernel_internal;
  if (static_cast<u32>(fd) < kDescriptors)
    atomic_store(&descriptors[static_cast<u32>(fd)], 0, memory_order_relaxed);
}
/// `to` was made a duplicate of `from`.
void DuplicateDescriptor(int from, int to);
/// The two sockets were made as a pair.
void PairSockets(const int sockets[2]);

/// The rule by which such a descriptor hands over.
inline Rule RuleOf(KernelKind kind) {
  return kind == KernelKind::Pipe     ? Rule::pipe
         : kind == KernelKind::Socket ? Rule::socket
         : kind == KernelKind::Event  ? Rule::eventfd
                                      : Rule::timerfd;
}
inline bool HandsOver(KernelKind kind) {
  return kind >= KernelKind::Pipe && kind <= KernelKind::Timer;
}

/// Number `object` of KernelObject's addresses: a short name for it.
inline u32 KernelIndex(uptr object) {
  using namespace kernel_internal;
  return (object - reinterpret_cast<uptr>(objects)) / sizeof(objects[0]);
}

/// A POSIX message queue, by its descriptor.
uptr MessageQueue(int queue);

} // namespace __mapsan

#endif // MAPSAN_KERNEL_OBJECTS_H
