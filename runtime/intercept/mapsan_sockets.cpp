// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sockets: what is sent happens before what is received later on the same
// connection, and a connect before the accept that it is for.

#include "mapsan_handing_over.h"
#include "mapsan_readiness.h"
#include "mapsan_real.h"

namespace __mapsan {

static int Accepted(int listener, int fd) {
  if (fd >= 0)
    ForgetDescriptor(fd);
  return static_cast<int>(TookOver(listener, fd));
}

static long Received(int fd, long result, const void *message) {
  if (result >= 0)
    ForgetPassedDescriptors(message);
  return TookOver(fd, result);
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, socket, int domain, int type, int protocol) {
  int fd = real::socket(domain, type, protocol);
  ForgetDescriptor(fd);
  return fd;
}

INTERCEPTOR(int, socketpair, int domain, int type, int protocol, int *fds) {
  int result = real::socketpair(domain, type, protocol, fds);
  if (!result) {
    ForgetDescriptor(fds[0]);
    ForgetDescriptor(fds[1]);
    PairSockets(fds);
  }
  return result;
}

// What the connection will be called is not known before. Before and after: a
// socket may be connected anew.
INTERCEPTOR(int, connect, int fd, const void *address, unsigned size) {
  HandOverBy(Rule::connect, KernelObject(KernelKind::Connects, 0));
  int result = real::connect(fd, address, size);
  ForgetDescriptor(fd);
  return result;
}

INTERCEPTOR(int, accept, int fd, void *address, unsigned *size) {
  return Accepted(fd, real::accept(fd, address, size));
}

INTERCEPTOR(int, accept4, int fd, void *address, unsigned *size, int flags) {
  return Accepted(fd, real::accept4(fd, address, size, flags));
}

INTERCEPTOR(int, shutdown, int fd, int how) {
  HandOver(fd);
  return real::shutdown(fd, how);
}

INTERCEPTOR(long, send, int fd, const void *data, uptr size, int flags) {
  HandOver(fd);
  return real::send(fd, data, size, flags);
}

INTERCEPTOR(long, sendto, int fd, const void *data, uptr size, int flags,
            const void *address, unsigned address_size) {
  HandOver(fd);
  return real::sendto(fd, data, size, flags, address, address_size);
}

INTERCEPTOR(long, sendmsg, int fd, const void *message, int flags) {
  HandOver(fd);
  return real::sendmsg(fd, message, flags);
}

INTERCEPTOR(int, sendmmsg, int fd, void *messages, unsigned count, int flags) {
  HandOver(fd);
  return real::sendmmsg(fd, messages, count, flags);
}

INTERCEPTOR(long, recv, int fd, void *data, uptr size, int flags) {
  return TookOver(fd, real::recv(fd, data, size, flags));
}

INTERCEPTOR(long, __recv_chk, int fd, void *data, uptr size, uptr room,
            int flags) {
  return TookOver(fd, real::__recv_chk(fd, data, size, room, flags));
}

INTERCEPTOR(long, recvfrom, int fd, void *data, uptr size, int flags,
            void *address, unsigned *address_size) {
  return TookOver(fd,
                  real::recvfrom(fd, data, size, flags, address, address_size));
}

INTERCEPTOR(long, __recvfrom_chk, int fd, void *data, uptr size, uptr room,
            int flags, void *address, unsigned *address_size) {
  return TookOver(fd, real::__recvfrom_chk(fd, data, size, room, flags, address,
                                           address_size));
}

INTERCEPTOR(long, recvmsg, int fd, void *message, int flags) {
  return Received(fd, real::recvmsg(fd, message, flags), message);
}

INTERCEPTOR(int, recvmmsg, int fd, void *messages, unsigned count, int flags,
            void *timeout) {
  int result = real::recvmmsg(fd, messages, count, flags, timeout);
  for (int i = 0; i < result; i++)
    ForgetPassedDescriptors(MessageAt(messages, i));
  return static_cast<int>(TookOver(fd, result));
}
