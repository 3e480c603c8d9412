// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds out what a descriptor stands for. Both ends of a thing have to come to
// the same answer, whenever and under whichever number they are asked about: it
// rests on what the kernel says of it, and what is remembered here is a cache.

#include "mapsan_kernel_objects.h"
#include "mapsan_exits.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_posix.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

extern "C" ssize_t readlink(const char *, char *, size_t); // no <unistd.h>: its
                                                           // read is ours

namespace __mapsan {

u64 kernel_internal::objects[kObjects];
atomic_uint32_t kernel_internal::descriptors[kDescriptors];

namespace {
using namespace kernel_internal;

// Families of KernelKind::Socket.
enum : u64 { kPaired = 1, kConnected, kOthers };

u64 Mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 29;
}

// Pairs that socketpair made, by the inodes of their ends. None is forgotten:
// when there is no more room, pairs are what they are to the kernel, two
// sockets without a name (ConnectionOf).
struct Paired {
  atomic_uint64_t inode; // 0: none
  atomic_uint64_t first; // the inode by which the pair goes
};
constexpr u32 kPairedEnds = 1 << 14;
constexpr u32 kProbes = 8;
Paired paired[kPairedEnds];

Paired *PlaceOf(u64 inode, u32 probe) {
  return &paired[(inode + probe) % kPairedEnds];
}

Paired *FindPaired(u64 inode) {
  for (u32 i = 0; i < kProbes; i++) {
    Paired *p = PlaceOf(inode, i);
    if (atomic_load(&p->inode, memory_order_acquire) == inode)
      return p;
  }
  return nullptr;
}

// A place for it, which nobody finds yet; or null.
Paired *Reserve(u64 inode) {
  for (u32 i = 0; i < kProbes; i++) {
    Paired *p = PlaceOf(inode, i);
    u64 nobody = 0;
    if (atomic_compare_exchange_strong(&p->inode, &nobody, ~u64(0),
                                       memory_order_relaxed))
      return p;
  }
  return nullptr;
}

// The name of one end, by `ask` (getsockname, getpeername). False: it has none.
template <class Ask> bool NameOf(int fd, Ask ask, u64 *name) {
  union {
    sockaddr any;
    sockaddr_in in;
    sockaddr_in6 in6;
    sockaddr_un un;
    sockaddr_storage storage;
  } addr;
  internal_memset(&addr, 0, sizeof(addr));
  socklen_t size = sizeof(addr);
  if (ask(fd, &addr.any, &size))
    return false;
  u64 hash = 1;
  if (addr.any.sa_family == AF_INET) {
    hash = Mix(Mix(hash, addr.in.sin_port), addr.in.sin_addr.s_addr);
  } else if (addr.any.sa_family == AF_INET6) {
    u32 words[4];
    internal_memcpy(words, &addr.in6.sin6_addr, sizeof(words));
    hash = Mix(hash, addr.in6.sin6_port);
    // One end may speak of IPv4 where the other does not.
    if (IN6_IS_ADDR_V4MAPPED(&addr.in6.sin6_addr))
      hash = Mix(hash, words[3]);
    else
      for (u32 word : words)
        hash = Mix(hash, word);
  } else {
    constexpr uptr kBegin = __builtin_offsetof(sockaddr_un, sun_path);
    for (uptr i = kBegin; i < size && i < sizeof(addr); i++)
      hash = Mix(hash, reinterpret_cast<const u8 *>(&addr)[i]);
  }
  *name = hash;
  return true;
}

int OptionOf(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) ? -1 : value;
}

// A connection is its two ends' names, whichever end is asked.
Descriptor ConnectionOf(int fd) {
  u64 own, peer;
  if (NameOf(fd, getsockname, &own) && NameOf(fd, getpeername, &peer))
    return {KernelKind::Socket,
            KernelObject(KernelKind::Socket,
                         Mix(Min(own, peer), Max(own, peer)), kConnected)};
  if (OptionOf(fd, SO_ACCEPTCONN) == 1)
    return {KernelKind::Socket, KernelObject(KernelKind::Connects, 0)};
  return {KernelKind::Socket, 0}; // not yet connected, or not any more
}

Descriptor SocketOf(int fd, u64 inode) {
  if (Paired *p = FindPaired(inode))
    return {KernelKind::Socket,
            KernelObject(KernelKind::Socket,
                         atomic_load(&p->first, memory_order_relaxed),
                         kPaired)};
  int domain = OptionOf(fd, SO_DOMAIN);
  int type = OptionOf(fd, SO_TYPE);
  bool connects =
      domain == AF_UNIX
          ? type == SOCK_STREAM || type == SOCK_SEQPACKET
          : (domain == AF_INET || domain == AF_INET6) && type == SOCK_STREAM;
  if (connects)
    return ConnectionOf(fd);
  return {KernelKind::Socket, KernelObject(KernelKind::Socket, 0, kOthers)};
}

// The number behind `key` in what the kernel tells of a descriptor. False:
// there is none, or the kernel cannot be asked.
bool NumberOf(int fd, const char *key, u64 *number) {
  char path[64], text[512];
  internal_snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
  uptr file = internal_open(path, 0 /*O_RDONLY*/);
  if (internal_iserror(file))
    return false;
  uptr size = internal_read(file, text, sizeof(text) - 1);
  internal_close(file);
  if (internal_iserror(size))
    return false;
  text[size] = 0;
  const char *found = internal_strstr(text, key);
  if (!found)
    return false;
  *number = internal_atoll(found + internal_strlen(key));
  return true;
}

// What has no inode of its own.
Descriptor AnonymousOf(int fd) {
  char path[64], name[64];
  internal_snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  sptr size = readlink(path, name, sizeof(name) - 1);
  name[Max<sptr>(size, 0)] = 0;
  if (size > 0 && internal_strstr(name, "[eventpoll]"))
    return {KernelKind::Epoll, KernelObject(KernelKind::Epoll, fd)};
  if (size > 0 && internal_strstr(name, "[timerfd]"))
    return {KernelKind::Timer, KernelObject(KernelKind::Timer, 0)};
  if (size > 0 && !internal_strstr(name, "[eventfd]"))
    return {KernelKind::Nothing, 0};
  u64 number = 0; // of all those whose own cannot be told
  if (size > 0 && NumberOf(fd, "eventfd-id:", &number))
    number++;
  return {KernelKind::Event, KernelObject(KernelKind::Event, number)};
}

Descriptor Ask(int fd) {
  struct stat status;
  if (fstat(fd, &status))
    return {KernelKind::Unknown, 0};
  switch (status.st_mode & S_IFMT) {
  case S_IFIFO:
    return {KernelKind::Pipe,
            KernelObject(KernelKind::Pipe, status.st_ino, status.st_dev)};
  case S_IFSOCK:
    return SocketOf(fd, status.st_ino);
  case 0:
    return AnonymousOf(fd);
  default:
    return {KernelKind::Nothing, 0};
  }
}

u32 EntryFor(Descriptor d) {
  u32 index = d.object ? KernelIndex(d.object) : 0;
  return index << kKindBits | static_cast<u32>(d.kind);
}

} // namespace

Descriptor LookUpDescriptor(int fd) {
  int saved = errno;
  atomic_uint32_t *entry = nullptr;
  u32 before = 0;
  // A child of vfork has this memory, but other descriptors.
  if (static_cast<u32>(fd) < kDescriptors && InRememberedProcess())
    entry = &descriptors[static_cast<u32>(fd)];
  // Whoever forgets the number meanwhile takes the mark away, and the answer
  // is not kept: it may be of what stood there before.
  bool ours = entry && atomic_compare_exchange_strong(
                           entry, &before, static_cast<u32>(KernelKind::Asking),
                           memory_order_relaxed);
  Descriptor found = Ask(fd);
  bool lasts = found.kind != KernelKind::Unknown &&
               (found.object || found.kind == KernelKind::Nothing);
  before = static_cast<u32>(KernelKind::Asking);
  if (ours)
    atomic_compare_exchange_strong(entry, &before, lasts ? EntryFor(found) : 0,
                                   memory_order_relaxed);
  errno = saved;
  if (found.kind == KernelKind::Unknown)
    return {KernelKind::Nothing, 0};
  return found;
}

void DuplicateDescriptor(int from, int to) {
  ForgetDescriptor(to);
  if (!InRememberedProcess()) // as in LookUpDescriptor
    return;
  Descriptor d = DescriptorOf(from);
  if (static_cast<u32>(to) < kDescriptors &&
      (d.object || d.kind == KernelKind::Nothing))
    atomic_store(&descriptors[static_cast<u32>(to)], EntryFor(d),
                 memory_order_relaxed);
}

void PairSockets(const int sockets[2]) {
  int saved = errno;
  struct stat status[2];
  if (!fstat(sockets[0], &status[0]) && !fstat(sockets[1], &status[1])) {
    // Both of them or none.
    u64 first = status[0].st_ino, second = status[1].st_ino;
    Paired *end = Reserve(first);
    Paired *other = end ? Reserve(second) : nullptr;
    if (other) {
      atomic_store(&end->first, first, memory_order_relaxed);
      atomic_store(&other->first, first, memory_order_relaxed);
      atomic_store(&end->inode, first, memory_order_release);
      atomic_store(&other->inode, second, memory_order_release);
    }
  }
  errno = saved;
}

uptr MessageQueue(int queue) {
  int saved = errno;
  struct stat status = {};
  fstat(queue, &status);
  errno = saved;
  return KernelObject(KernelKind::Queue, status.st_ino, status.st_dev);
}

} // namespace __mapsan
