// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// File descriptors: what is written to a pipe, a socket or an eventfd happens
// before what is read from it later; and which number stands for what.

#include "mapsan_handing_over.h"
#include "mapsan_real.h"

extern "C" int fileno(void *stream);

namespace __mapsan {

// `fd` is about to be given back. Forgotten before: afterwards the number may
// be another thread's.
static void Closing(int fd) {
  HandOver(fd); // its other end reads the end of the file
  ForgetDescriptor(fd);
}

static int Made(int fd) {
  ForgetDescriptor(fd);
  return fd;
}

static int Duplicated(int from, int to) {
  if (to >= 0)
    MapUsed() ? DuplicateDescriptor(from, to) : ForgetDescriptor(to);
  return to;
}

static int MadeTwo(int result, const void *made) {
  const int *fds = static_cast<const int *>(made);
  if (!result) {
    ForgetDescriptor(fds[0]);
    ForgetDescriptor(fds[1]);
  }
  return result;
}

static void ClosingAll(unsigned first, unsigned last) {
  for (u64 fd = first; fd <= Min<u64>(last, kernel_internal::kDescriptors - 1);
       fd++)
    if (atomic_load(&kernel_internal::descriptors[fd], memory_order_relaxed))
      Closing(fd);
}

// Duplicates that number `command` makes of fcntl's.
static bool Duplicates(int command) {
  constexpr int kDupFd = 0, kDupFdCloexec = 1030;
  return command == kDupFd || command == kDupFdCloexec;
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(long, write, int fd, const void *data, uptr size) {
  HandOver(fd);
  return real::write(fd, data, size);
}

INTERCEPTOR(long, writev, int fd, const void *parts, int count) {
  HandOver(fd);
  return real::writev(fd, parts, count);
}

INTERCEPTOR(long, read, int fd, void *data, uptr size) {
  return TookOver(fd, real::read(fd, data, size));
}

INTERCEPTOR(long, __read_chk, int fd, void *data, uptr size, uptr room) {
  return TookOver(fd, real::__read_chk(fd, data, size, room));
}

INTERCEPTOR(long, readv, int fd, const void *parts, int count) {
  return TookOver(fd, real::readv(fd, parts, count));
}

INTERCEPTOR(int, eventfd_write, int fd, u64 value) {
  HandOver(fd);
  return real::eventfd_write(fd, value);
}

INTERCEPTOR(int, eventfd_read, int fd, u64 *value) {
  return static_cast<int>(TookOver(fd, real::eventfd_read(fd, value)));
}

INTERCEPTOR(int, timerfd_settime, int fd, int flags, const void *wanted,
            void *before) {
  HandOver(fd);
  return real::timerfd_settime(fd, flags, wanted, before);
}

// --- from one descriptor to another

INTERCEPTOR(long, splice, int from, long *from_offset, int to, long *to_offset,
            uptr size, unsigned flags) {
  HandOver(to);
  return TookOver(from,
                  real::splice(from, from_offset, to, to_offset, size, flags));
}

INTERCEPTOR(long, tee, int from, int to, uptr size, unsigned flags) {
  HandOver(to);
  return TookOver(from, real::tee(from, to, size, flags));
}

// Of whichever end of a pipe it is.
INTERCEPTOR(long, vmsplice, int fd, const void *parts, uptr count,
            unsigned flags) {
  HandOver(fd);
  return TookOver(fd, real::vmsplice(fd, parts, count, flags));
}

INTERCEPTOR(long, sendfile, int to, int from, long *offset, uptr size) {
  HandOver(to);
  return real::sendfile(to, from, offset, size);
}

INTERCEPTOR(long, sendfile64, int to, int from, long *offset, uptr size) {
  HandOver(to);
  return real::sendfile64(to, from, offset, size);
}

// --- which number stands for what

INTERCEPTOR(int, pipe, void *fds) { return MadeTwo(real::pipe(fds), fds); }

INTERCEPTOR(int, pipe2, void *fds, int flags) {
  return MadeTwo(real::pipe2(fds, flags), fds);
}

INTERCEPTOR(int, eventfd, unsigned value, int flags) {
  return Made(real::eventfd(value, flags));
}

INTERCEPTOR(int, timerfd_create, int clock, int flags) {
  return Made(real::timerfd_create(clock, flags));
}

INTERCEPTOR(int, epoll_create, int size) {
  return Made(real::epoll_create(size));
}

INTERCEPTOR(int, epoll_create1, int flags) {
  return Made(real::epoll_create1(flags));
}

INTERCEPTOR(int, dup, int fd) { return Duplicated(fd, real::dup(fd)); }

INTERCEPTOR(int, dup2, int from, int to) {
  if (from != to)
    Closing(to);
  return Duplicated(from, real::dup2(from, to));
}

INTERCEPTOR(int, dup3, int from, int to, int flags) {
  if (from != to)
    Closing(to);
  return Duplicated(from, real::dup3(from, to, flags));
}

INTERCEPTOR(int, fcntl, int fd, int command, uptr argument) {
  int result = real::fcntl(fd, command, argument);
  return Duplicates(command) ? Duplicated(fd, result) : result;
}

INTERCEPTOR(int, fcntl64, int fd, int command, uptr argument) {
  int result = real::fcntl64(fd, command, argument);
  return Duplicates(command) ? Duplicated(fd, result) : result;
}

INTERCEPTOR(int, close, int fd) {
  Closing(fd);
  return real::close(fd);
}

INTERCEPTOR(int, close_range, unsigned first, unsigned last, int flags) {
  constexpr int kCloexec = 4;
  if (!(flags & kCloexec))
    ClosingAll(first, last);
  return real::close_range(first, last, flags);
}

INTERCEPTOR(void, closefrom, int first) {
  ClosingAll(Max(first, 0), ~0u);
  real::closefrom(first);
}

INTERCEPTOR(int, fclose, void *stream) {
  if (int fd = stream ? fileno(stream) : -1; fd >= 0)
    Closing(fd);
  return real::fclose(stream);
}
