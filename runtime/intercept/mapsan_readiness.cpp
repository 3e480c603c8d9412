// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See mapsan_readiness.h. A file of its own for the C library's headers, whose
// declarations would clash with the interceptors'.

#include "mapsan_readiness.h"
#include "mapsan_handing_over.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

namespace __mapsan {
namespace {

using namespace kernel_internal;

// For what was registered with an epoll descriptor, told apart by the data that
// it reports: how the descriptor that was registered goes, KernelKind and index
// shifted; 0: nobody hands over by it. Several that report the same data are
// the last of them.
atomic_uint32_t watched[kObjects];

uptr EventObject(const Descriptor &epoll, u64 data) {
  u64 mixed = data * 0x9e3779b97f4a7c15;
  return KernelObject(KernelKind::EpollEvent, mixed >> 32,
                      KernelIndex(epoll.object));
}

constexpr u32 kReady = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI;

} // namespace

void TakeOverPolled(Thread *thr, const void *pollfds, uptr count) {
  const pollfd *fds = static_cast<const pollfd *>(pollfds);
  for (uptr i = 0; i < count; i++)
    if (fds[i].revents & (POLLIN | POLLRDHUP | POLLHUP | POLLERR | POLLPRI))
      TakeOverFrom(thr, DescriptorOf(fds[i].fd));
}

void TakeOverSelected(Thread *thr, int count, const void *set) {
  // A word at a time: a program may have more bits than fd_set does.
  constexpr int kBits = sizeof(fd_mask) * 8;
  const fd_mask *words = static_cast<const fd_mask *>(set);
  for (int first = 0; set && first < count; first += kBits)
    for (u64 word = words[first / kBits]; word; word &= word - 1) {
      int fd = first + __builtin_ctzll(word);
      if (fd < count)
        TakeOverFrom(thr, DescriptorOf(fd));
    }
}

void TakeOverReported(Thread *thr, int epoll, const void *epoll_events,
                      int count) {
  const epoll_event *events = static_cast<const epoll_event *>(epoll_events);
  Descriptor d = DescriptorOf(epoll);
  if (d.kind != KernelKind::Epoll)
    return;
  for (int i = 0; i < count; i++) {
    uptr event = EventObject(d, events[i].data.u64);
    if (RuleHolds(Rule::epoll))
      SyncAcquire(thr, event);
    if (!(events[i].events & kReady) || !RuleHolds(Rule::descriptor_ready))
      continue;
    u32 entry = atomic_load(&watched[KernelIndex(event)], memory_order_relaxed);
    if (entry)
      TakeOverFrom(thr, {static_cast<KernelKind>(entry % (1 << kKindBits)),
                         reinterpret_cast<uptr>(&objects[entry >> kKindBits])});
  }
}

void HandOverRegistered(Thread *thr, int epoll, int fd,
                        const void *epoll_event) {
  Descriptor d = DescriptorOf(epoll);
  if (!epoll_event || d.kind != KernelKind::Epoll)
    return;
  u64 data = static_cast<const struct epoll_event *>(epoll_event)->data.u64;
  uptr event = EventObject(d, data);
  Descriptor there = DescriptorOf(fd);
  u32 entry = HandsOver(there.kind) && there.object
                  ? KernelIndex(there.object) << kKindBits |
                        static_cast<u32>(there.kind)
                  : 0;
  atomic_store(&watched[KernelIndex(event)], entry, memory_order_relaxed);
  if (RuleHolds(Rule::epoll))
    SyncReleaseJoin(thr, event);
}

void ForgetPassedDescriptors(const void *message) {
  msghdr *m = static_cast<msghdr *>(const_cast<void *>(message));
  if (!m->msg_controllen)
    return;
  for (cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
      continue;
    const int *fds = reinterpret_cast<const int *>(CMSG_DATA(c));
    const u8 *end = reinterpret_cast<const u8 *>(c) + c->cmsg_len;
    for (; reinterpret_cast<const u8 *>(fds + 1) <= end; fds++)
      ForgetDescriptor(*fds);
  }
}

const void *MessageAt(const void *mmsghdrs, int i) {
  return &static_cast<const mmsghdr *>(mmsghdrs)[i].msg_hdr;
}

} // namespace __mapsan
