// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what is written to a pipe, a connection, an eventfd happens before
// what is read from that one, and a number stands for what it is at the time.

#include "Inputs/handed.h"
#include "cases.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// What _FORTIFY_SOURCE makes of calls with a known buffer.
extern "C" {
ssize_t __read_chk(int, void *, size_t, size_t);
ssize_t __recv_chk(int, void *, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void *, size_t, size_t, int, sockaddr *,
                       socklen_t *);
int __poll_chk(pollfd *, nfds_t, int, size_t);
int __ppoll_chk(pollfd *, nfds_t, const timespec *, const sigset_t *, size_t);
}

namespace {

void Must(bool holds) {
  if (!holds)
    __builtin_abort();
}

struct Pipe {
  int from, to;
  explicit Pipe(int flags = 0) {
    int ends[2];
    Must(!pipe2(ends, flags));
    from = ends[0];
    to = ends[1];
  }
};
struct Sockets {
  int a, b;
  explicit Sockets(int type = SOCK_STREAM) {
    int ends[2];
    Must(!socketpair(AF_UNIX, type, 0, ends));
    a = ends[0];
    b = ends[1];
  }
};

char byte;
uint64_t eight = 1;
iovec vec = {&byte, 1};
msghdr Message() {
  msghdr m = {};
  m.msg_iov = &vec;
  m.msg_iovlen = 1;
  return m;
}
mmsghdr Messages() { return {Message(), 0}; }

} // namespace

#define FAILS(Name, ...) HANDED(RACE(Name, "descriptor_fails"), __VA_ARGS__)

// --- pipes

ORDERED(pipe_, "pipe", Pipe p, write(p.to, "x", 1), read(p.from, &byte, 1))
UNORDERED(another_pipe, Pipe p; Pipe q;
          write(q.to, "x", 1), write(p.to, "x", 1), read(q.from, &byte, 1))
UNORDERED(nothing_read, Pipe p, write(p.to, "x", 1), )
UNORDERED(written_before, Pipe p, , write(p.to, "x", 1); read(p.from, &byte, 1))
FAILS(empty_pipe, Pipe p(O_NONBLOCK), write(p.to, "x", 1);
      Must(syscall(SYS_read, p.from, &byte, 1) == 1),
      Must(read(p.from, &byte, 1) < 0))
ORDERED(vectors, "pipe", Pipe p, writev(p.to, &vec, 1), readv(p.from, &vec, 1))
ORDERED(fortified_read, "pipe", Pipe p, write(p.to, "x", 1),
        __read_chk(p.from, &byte, 1, 1))
ORDERED(end_of_file, "pipe", Pipe p, close(p.to), Must(!read(p.from, &byte, 1)))
ORDERED(replaced, "pipe", Pipe p; int other = open("/dev/null", O_RDONLY),
                                  dup2(other, p.to),
                                  Must(!read(p.from, &byte, 1)))
ORDERED(replaced_by_dup3, "pipe", Pipe p;
        int other = open("/dev/null", O_RDONLY), dup3(other, p.to, O_CLOEXEC),
        Must(!read(p.from, &byte, 1)))
ORDERED(closed_in_a_range, "pipe", Pipe p; READ; write(p.to, "x", 1);
        read(p.from, &byte, 1), Must(!close_range(p.to, p.to, 0)),
        Must(!read(p.from, &byte, 1)))
ORDERED(closed_as_a_file, "pipe", Pipe p; FILE *file = fdopen(p.to, "w"),
                                          fclose(file),
                                          Must(!read(p.from, &byte, 1)))
ORDERED(spliced, "pipe", Pipe p; Pipe q, write(p.to, "x", 1),
                                 splice(p.from, nullptr, q.to, nullptr, 1, 0))
ORDERED(splice_to, "pipe", Pipe p; Pipe q;
        write(p.to, "x", 1), splice(p.from, nullptr, q.to, nullptr, 1, 0),
        read(q.from, &byte, 1))
ORDERED(teed, "pipe", Pipe p;
        Pipe q, write(p.to, "x", 1), tee(p.from, q.to, 1, 0))
ORDERED(tee_to, "pipe", Pipe p; Pipe q;
        write(p.to, "x", 1), tee(p.from, q.to, 1, 0), read(q.from, &byte, 1))
ORDERED(memory_spliced, "pipe", Pipe p, vmsplice(p.to, &vec, 1, 0),
        vmsplice(p.from, &vec, 1, 0))
ORDERED(a_file_sent, "pipe", Pipe p;
        int file = open("/proc/self/exe", O_RDONLY),
        Must(sendfile(p.to, file, nullptr, 1) == 1), read(p.from, &byte, 1))
ORDERED(a_file_sent64, "pipe", Pipe p;
        int file = open("/proc/self/exe", O_RDONLY),
        Must(sendfile64(p.to, file, nullptr, 1) == 1), read(p.from, &byte, 1))
SILENT(fifo, "pipe") {
  char name[64];
  std::snprintf(name, sizeof name, "/tmp/mapsan-test-%d", getpid());
  Must(!mkfifo(name, 0600));
  int from = open(name, O_RDONLY | O_NONBLOCK), to = open(name, O_WRONLY);
  unlink(name);
  InTurn(
      [&] {
        WRITE;
        write(to, "x", 1);
      },
      [&] {
        Must(read(from, &byte, 1) == 1);
        WRITE;
      });
}
// Two writers: neither comes after the other, a reader after both.
SILENT(two_writers, "pipe") {
  Pipe p;
  auto writer = [&] {
    READ;
    write(p.to, "x", 1);
  };
  InTurn(writer, writer, [&] {
    read(p.from, &byte, 1);
    WRITE;
  });
}
RACE(writers_among_themselves) {
  Pipe p;
  auto writer = [&] {
    WRITE;
    write(p.to, "x", 1);
  };
  InTurn(writer, writer);
}
UNORDERED(a_file, int file = open("/dev/zero", O_RDWR), write(file, "x", 1),
          read(file, &byte, 1))

// --- which number stands for what

// The number of another pipe, that has been used, now stands for this one.
ORDERED(number_reused, "pipe", Pipe q; write(q.to, "x", 1); close(q.to);
        read(q.from, &byte, 1); close(q.from); Pipe p;
        Must(p.from == q.from), write(p.to, "x", 1), read(p.from, &byte, 1))
UNORDERED(number_was_anothers, Pipe p; Pipe q; write(q.to, "x", 1);
          write(q.to, "x", 1); dup2(q.to, p.to), write(p.to, "x", 1);
          close(p.to), Must(!read(p.from, &byte, 1)))
#define DUPLICATE(Name, Make)                                                  \
  ORDERED(Name, "pipe", Pipe p; int to = Make;                                 \
          close(p.to), write(to, "x", 1), read(p.from, &byte, 1))
DUPLICATE(dup_, dup(p.to))
DUPLICATE(dup2_, dup2(p.to, 400))
DUPLICATE(dup3_, dup3(p.to, 401, O_CLOEXEC))
DUPLICATE(fcntl_, fcntl(p.to, F_DUPFD, 0))
DUPLICATE(fcntl64_, fcntl64(p.to, F_DUPFD_CLOEXEC, 0))
ORDERED(by_plain_pipe, "pipe", int p[2];
        Must(!pipe(p)), write(p[1], "x", 1), read(p[0], &byte, 1))
// What a child of vfork does with its numbers is its own business.
SILENT(vfork_, "pipe") {
  Pipe p, q;
  write(p.to, "x", 1);
  read(p.from, &byte, 1);
  pid_t child = vfork();
  if (!child) {
    dup2(q.to, p.to);
    close(p.from);
    write(p.to, "x", 1);
    _exit(0);
  }
  Must(waitpid(child, nullptr, 0) == child);
  InTurn(
      [&] {
        WRITE;
        write(p.to, "x", 1);
      },
      [&] {
        read(p.from, &byte, 1);
        WRITE;
      });
}
// In a process of its own, where it does no harm.
SILENT(closefrom_, NO_RULE) {
  pid_t child = fork();
  if (!child) {
    Pipe p;
    write(p.to, "x", 1);
    closefrom(p.from);
    _exit(write(p.to, "x", 1) > 0);
  }
  int status;
  Must(waitpid(child, &status, 0) == child && !status);
}

// --- sockets

#define SOCKET(Name, Give, Take) ORDERED(Name, "socket", Sockets s, Give, Take)
SOCKET(send_, send(s.a, "x", 1, 0), recv(s.b, &byte, 1, 0))
SOCKET(the_other_way, send(s.b, "x", 1, 0), recv(s.a, &byte, 1, 0))
SOCKET(sent_by_write, write(s.a, "x", 1), read(s.b, &byte, 1))
SOCKET(sendto_, sendto(s.a, "x", 1, 0, nullptr, 0),
       recvfrom(s.b, &byte, 1, 0, nullptr, nullptr))
SOCKET(fortified_recv, send(s.a, "x", 1, 0), __recv_chk(s.b, &byte, 1, 1, 0))
SOCKET(fortified_recvfrom, send(s.a, "x", 1, 0),
       __recvfrom_chk(s.b, &byte, 1, 1, 0, nullptr, nullptr))
SOCKET(sendmsg_, msghdr m = Message();
       sendmsg(s.a, &m, 0), msghdr m = Message(); recvmsg(s.b, &m, 0))
SOCKET(sendmmsg_, mmsghdr m = Messages();
       sendmmsg(s.a, &m, 1, 0), mmsghdr m = Messages();
       recvmmsg(s.b, &m, 1, 0, nullptr))
SOCKET(shutdown_, shutdown(s.a, SHUT_WR), Must(!recv(s.b, &byte, 1, 0)))
SOCKET(closed, close(s.a), Must(!recv(s.b, &byte, 1, 0)))
UNORDERED(another_pair, Sockets s; Sockets t;
          send(t.a, "x", 1, 0), send(s.a, "x", 1, 0), recv(t.b, &byte, 1, 0))
FAILS(empty_socket, Sockets s, send(s.a, "x", 1, 0);
      Must(syscall(SYS_read, s.b, &byte, 1) == 1),
      Must(recv(s.b, &byte, 1, MSG_DONTWAIT) < 0))
ORDERED(packets, "socket", Sockets s(SOCK_DGRAM), send(s.a, "x", 1, 0),
        recv(s.b, &byte, 1, 0))

// A descriptor that comes in a message is a new one.
SILENT(passed, "pipe") {
  Sockets s;
  Pipe p, q;
  // The number that the duplicate will get, known for another pipe's and
  // closed unseen.
  write(q.to, "x", 1);
  syscall(SYS_close, q.to);
  struct {
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))];
  } control = {};
  msghdr m = Message();
  m.msg_control = &control;
  m.msg_controllen = sizeof control;
  cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(c), &p.to, sizeof(int));
  Must(sendmsg(s.a, &m, 0) == 1);
  Must(recvmsg(s.b, &m, 0) == 1);
  int to;
  std::memcpy(&to, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
  Must(to == q.to);
  InTurn(
      [&] {
        WRITE;
        write(to, "x", 1);
      },
      [&] {
        read(p.from, &byte, 1);
        WRITE;
      });
}

namespace {
// Connections to a socket of one's own, of one family or another.
struct Listener {
  int socket;
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  explicit Listener(int family) {
    socket = ::socket(family, SOCK_STREAM, 0);
    socklen_t given =
        sizeof(sa_family_t); // UNIX: a name of the kernel's choice
    if (family == AF_INET)
      given = sizeof(sockaddr_in);
    address.ss_family = family;
    Must(!bind(socket, reinterpret_cast<sockaddr *>(&address), given));
    Must(!listen(socket, 8));
    Must(!getsockname(socket, Address(), &size));
  }
  sockaddr *Address() { return reinterpret_cast<sockaddr *>(&address); }
  int Connect() {
    int fd = ::socket(address.ss_family, SOCK_STREAM, 0);
    Must(!connect(fd, Address(), size));
    return fd;
  }
  int Accept() { return accept(socket, nullptr, nullptr); }
};
} // namespace

#define CONNECTION(Name, Family)                                               \
  ORDERED(Name, "socket", Listener l(Family); int a = l.Connect();             \
          int b = l.Accept(), send(a, "x", 1, 0), recv(b, &byte, 1, 0))        \
  ORDERED(Name##_back, "socket", Listener l(Family); int a = l.Connect();      \
          int b = l.Accept(), send(b, "x", 1, 0), recv(a, &byte, 1, 0))
CONNECTION(local, AF_UNIX)
CONNECTION(internet, AF_INET)
// Others of the same server's are others.
UNORDERED(another_connection, Listener l(AF_INET); int a = l.Connect();
          l.Accept(); int c = l.Connect(); int d = l.Accept();
          send(c, "x", 1, 0), send(a, "x", 1, 0), recv(d, &byte, 1, 0))
ORDERED(connect_, "connect", Listener l(AF_UNIX), l.Connect(), l.Accept())
ORDERED(accept4_, "connect", Listener l(AF_INET), l.Connect(),
        accept4(l.socket, nullptr, nullptr, SOCK_CLOEXEC))
UNORDERED(connected_before, Listener l(AF_UNIX); l.Connect(), , l.Accept())
// First asked about when it is none any more.
static void CloseAtOnce(int fd) {
  linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}
static pollfd ToRead(int fd) { return {fd, POLLIN, 0}; }
ORDERED(reset, "socket", Listener l(AF_INET); int a = l.Connect();
        int b = l.Accept(), CloseAtOnce(a), pollfd f = ToRead(b);
        Must(poll(&f, 1, -1) == 1))

// --- eventfds

ORDERED(event, "eventfd", int e = eventfd(0, 0), write(e, &eight, 8),
        read(e, &eight, 8))
ORDERED(eventfd_write_, "eventfd", int e = eventfd(0, 0), eventfd_write(e, 1),
        eventfd_read(e, &eight))
UNORDERED(another_event, int e = eventfd(0, 0);
          int f = eventfd(1, 0), write(e, &eight, 8), read(f, &eight, 8))
FAILS(no_event, int e = eventfd(0, EFD_NONBLOCK), write(e, &eight, 8);
      Must(syscall(SYS_read, e, &eight, 8) == 8), Must(read(e, &eight, 8) < 0))

// --- timers

static int Timer() { return timerfd_create(CLOCK_MONOTONIC, 0); }
static void SetOff(int timer) {
  itimerspec at_once = {{0, 0}, {0, 1}};
  Must(!timerfd_settime(timer, 0, &at_once, nullptr));
}
ORDERED(timer, "timerfd", int t = Timer(), SetOff(t), read(t, &eight, 8))
UNORDERED(set_before, int t = Timer(), , SetOff(t); read(t, &eight, 8))

// --- to be told is to read

namespace {
bool Selected(int fd, int (*wait)(int, fd_set *)) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  return wait(fd + 1, &set) > 0;
}
} // namespace

#define TOLD(Name, ...)                                                        \
  ORDERED(Name, "descriptor_ready", Pipe p, write(p.to, "x", 1), __VA_ARGS__)
#define TOLD_NOTHING(Name, ...)                                                \
  UNORDERED(Name, Pipe p; Pipe q, write(p.to, "x", 1), __VA_ARGS__)
TOLD(poll_, pollfd f = ToRead(p.from); Must(poll(&f, 1, -1) == 1))
TOLD_NOTHING(poll_in_vain, pollfd f = ToRead(q.from); Must(!poll(&f, 1, 0)))
TOLD(fortified_poll, pollfd f = ToRead(p.from); __poll_chk(&f, 1, -1, sizeof f))
TOLD(ppoll_, pollfd f = ToRead(p.from); ppoll(&f, 1, nullptr, nullptr))
TOLD(fortified_ppoll, pollfd f = ToRead(p.from);
     __ppoll_chk(&f, 1, nullptr, nullptr, sizeof f))
TOLD(select_, Must(Selected(p.from, [](int n, fd_set *set) {
       return select(n, set, nullptr, nullptr, nullptr);
     })))
TOLD(pselect_, Must(Selected(p.from, [](int n, fd_set *set) {
       return pselect(n, set, nullptr, nullptr, nullptr, nullptr);
     })))
TOLD_NOTHING(select_in_vain, Must(!Selected(q.from, [](int n, fd_set *set) {
               timeval now = {};
               return select(n, set, nullptr, nullptr, &now);
             })))
TOLD_NOTHING(told_of_another, write(q.to, "x", 1); pollfd f[2];
             f[0] = ToRead(p.from); f[0].events = 0; f[1] = ToRead(q.from);
             Must(poll(f, 2, -1) == 1))

namespace {
struct Epoll {
  int fd;
  explicit Epoll(int fd = epoll_create1(0)) : fd(fd) {}
  void Add(int of, uint64_t data, int events = EPOLLIN) {
    epoll_event event = {};
    event.events = events;
    event.data.u64 = data;
    Must(!epoll_ctl(fd, EPOLL_CTL_ADD, of, &event));
  }
};
epoll_event events[4];
} // namespace

#define TOLD_BY_EPOLL(Name, Create, Wait)                                      \
  ORDERED(Name, "descriptor_ready", Pipe p; Epoll e(Create);                   \
          e.Add(p.from, 17), write(p.to, "x", 1), Must(Wait == 1))
TOLD_BY_EPOLL(epoll_wait_, epoll_create1(0), epoll_wait(e.fd, events, 4, -1))
TOLD_BY_EPOLL(epoll_pwait_, epoll_create(1),
              epoll_pwait(e.fd, events, 4, -1, nullptr))
TOLD_BY_EPOLL(epoll_pwait2_, epoll_create1(0),
              epoll_pwait2(e.fd, events, 4, nullptr, nullptr))
TOLD_NOTHING(epoll_of_another, Epoll e; e.Add(p.from, 17, 0); e.Add(q.from, 18);
             write(q.to, "x", 1); Must(epoll_wait(e.fd, events, 4, -1) == 1))
// What is registered comes with what it is.
ORDERED(registered, "epoll", Pipe p; write(p.to, "x", 1);
        Epoll e, e.Add(p.from, 17), epoll_wait(e.fd, events, 4, -1))
UNORDERED(another_registered, Pipe p; Pipe q; write(q.to, "x", 1); Epoll e;
          e.Add(q.from, 17), e.Add(p.from, 18), epoll_wait(e.fd, events, 4, -1))

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 77 cases
