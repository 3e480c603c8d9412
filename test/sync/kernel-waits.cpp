// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what System V's semaphores, message queues, signals that are waited
// for, and notifications (SIGEV_THREAD) order, and what they do not.

#include "Inputs/handed.h"
#include "cases.h"
#include <aio.h>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <mqueue.h>
#include <netdb.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <unistd.h>

using cases::Map;
using cases::Step;
using cases::Thread;

namespace {
void Must(bool holds) {
  if (!holds)
    __builtin_abort();
}
const timespec kFarAhead = {1ll << 33, 0};
} // namespace

// --- System V's semaphores

namespace {
struct Semaphores {
  int id = semget(IPC_PRIVATE, 2, 0600);
  explicit Semaphores(int value = 0) {
    Must(id >= 0);
    unsigned short values[2] = {static_cast<unsigned short>(value), 0};
    Must(!syscall_semctl(values));
  }
  ~Semaphores() { semctl(id, 0, IPC_RMID); }
  bool Change(int by, int number = 0, int flags = 0) {
    sembuf op = {static_cast<unsigned short>(number), static_cast<short>(by),
                 static_cast<short>(flags)};
    return !semop(id, &op, 1);
  }
  bool ChangeInTime(int by) {
    sembuf op = {0, static_cast<short>(by), 0};
    const timespec second = {1000, 0};
    return !semtimedop(id, &op, 1, &second);
  }
  // The first value, not for the eyes of MapSan.
  int syscall_semctl(unsigned short *values);
  void SetAll(unsigned short value) {
    unsigned short values[2] = {value, value};
    Must(!semctl(id, 0, SETALL, values));
  }
  void AskAll() {
    unsigned short values[2];
    Must(!semctl(id, 0, GETALL, values));
  }
};
} // namespace
#include <sys/syscall.h>
int Semaphores::syscall_semctl(unsigned short *values) {
  return syscall(SYS_semctl, id, 0, SETALL, values);
}

ORDERED(raised, "semaphore_set", Semaphores s, s.Change(1), s.Change(-1))
ORDERED(raised_by_more, "semaphore_set", Semaphores s, s.Change(5),
        s.Change(-2))
ORDERED(in_time, "semaphore_set", Semaphores s, s.ChangeInTime(1),
        s.ChangeInTime(-1))
UNORDERED(another_of_the_set, Semaphores s(1), s.Change(1, 1), s.Change(-1, 0))
UNORDERED(another_set, Semaphores s; Semaphores t(1), s.Change(1), t.Change(-1))
UNORDERED(raised_before, Semaphores s, , s.Change(1); s.Change(-1))
UNORDERED(takers_among_themselves, Semaphores s(2), s.Change(-1), s.Change(-1))
ORDERED(lowered_to_zero, "semaphore_set_zero", Semaphores s(1), s.Change(-1),
        s.Change(0))
ORDERED(raised_and_lowered, "semaphore_set+semaphore_set_zero", Semaphores s,
        s.Change(1);
        s.Change(-1), s.Change(0))
// A lock of two operations at once.
SILENT(as_a_lock, "semaphore_set_zero") {
  Semaphores s;
  auto body = [&] {
    sembuf lock[] = {{0, 0, 0}, {0, 1, SEM_UNDO}};
    Must(!semop(s.id, lock, 2));
    WRITE;
    Must(s.Change(-1, 0, SEM_UNDO));
  };
  InTurn(body, body);
}
RACE(semop_fails, "semaphore_set_fails") {
  Semaphores s;
  InTurn(
      [&] {
        WRITE;
        s.Change(1);
        s.Change(-1);
      },
      [&] {
        Must(!s.Change(-1, 0, IPC_NOWAIT) && errno == EAGAIN);
        WRITE;
      });
}
ORDERED(value_set, "semaphore_set_value", Semaphores s,
        semctl(s.id, 0, SETVAL, 1), s.Change(-1))
ORDERED(value_set_to_zero, "semaphore_set_value", Semaphores s(1),
        semctl(s.id, 0, SETVAL, 0), s.Change(0))
ORDERED(values_set, "semaphore_set_value", Semaphores s, s.SetAll(1),
        s.Change(-1, 1))
ORDERED(value_asked, "semaphore_set_value", Semaphores s, s.Change(1),
        Must(semctl(s.id, 0, GETVAL) == 1))
ORDERED(values_asked, "semaphore_set_value", Semaphores s, s.Change(1),
        s.AskAll())
UNORDERED(anothers_value, Semaphores s(1), semctl(s.id, 1, SETVAL, 1),
          s.Change(-1, 0))

// --- message queues

namespace {
struct Queue {
  struct Message {
    long type;
    char text[8];
  };
  int id = msgget(IPC_PRIVATE, 0600);
  Queue() { Must(id >= 0); }
  ~Queue() { msgctl(id, IPC_RMID, nullptr); }
  void Send(long type) {
    Message m = {type, {}};
    Must(!msgsnd(id, &m, 8, 0));
  }
  void Receive(long type) {
    Message m;
    Must(msgrcv(id, &m, 8, type, 0) == 8);
  }
};
struct PosixQueue {
  mqd_t id;
  explicit PosixQueue() {
    static int number;
    char name[64];
    std::snprintf(name, sizeof name, "/mapsan-test-%d-%d", getpid(), number++);
    mq_attr attributes = {};
    attributes.mq_maxmsg = 4;
    attributes.mq_msgsize = 8;
    id = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    Must(id != static_cast<mqd_t>(-1));
    mq_unlink(name);
  }
  ~PosixQueue() { mq_close(id); }
  void Send() { Must(!mq_send(id, "x", 1, 0)); }
  void Receive() {
    char text[8];
    Must(mq_receive(id, text, 8, nullptr) == 1);
  }
  void SendInTime() { Must(!mq_timedsend(id, "x", 1, 0, &kFarAhead)); }
  void ReceiveInTime() {
    char text[8];
    Must(mq_timedreceive(id, text, 8, nullptr, &kFarAhead) == 1);
  }
};
} // namespace

ORDERED(message, "message_queue", Queue q, q.Send(1), q.Receive(0))
UNORDERED(another_type, Queue q; q.Send(2), q.Send(1), q.Receive(2))
UNORDERED(another_queue, Queue q; Queue r; r.Send(1), q.Send(1), r.Receive(0))
UNORDERED(sent_before, Queue q, , q.Send(1); q.Receive(0))
ORDERED(posix_message, "message_queue", PosixQueue q, q.Send(), q.Receive())
ORDERED(posix_message_in_time, "message_queue", PosixQueue q, q.SendInTime(),
        q.ReceiveInTime())
UNORDERED(another_posix_queue, PosixQueue q; PosixQueue r;
          r.Send(), q.Send(), r.Receive())

// --- signals that are waited for

namespace {
// Blocked in this thread and those that it starts.
struct Blocked {
  sigset_t set, before;
  explicit Blocked(int signal = SIGUSR1) {
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, &before);
  }
  ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  void Wait() {
    int signal;
    Must(!sigwait(&set, &signal));
  }
};
} // namespace

ORDERED(kill_, "signal_wait", Blocked b, kill(getpid(), SIGUSR1), b.Wait())
ORDERED(sigqueue_, "signal_wait", Blocked b,
        sigqueue(getpid(), SIGUSR1, sigval()),
        Must(sigwaitinfo(&b.set, nullptr) == SIGUSR1))
ORDERED(sigtimedwait_, "signal_wait", Blocked b, kill(getpid(), SIGUSR1),
        Must(sigtimedwait(&b.set, nullptr, &kFarAhead) == SIGUSR1))
UNORDERED(another_signal, Blocked b; Blocked c(SIGUSR2);
          kill(getpid(), SIGUSR2), kill(getpid(), SIGUSR1); b.Wait(), c.Wait())
UNORDERED(sent_before_the_write, Blocked b, , kill(getpid(), SIGUSR1); b.Wait())
template <class Send> static void SendTo(Map &map, Step &step, Send send) {
  Blocked b;
  pid_t id = 0;
  Thread waiter([&] {
    id = gettid();
    step.Done();
    b.Wait();
    WRITE;
  });
  Thread sender([&] {
    step.WaitFor(1);
    WRITE;
    Must(!send(waiter.Handle(), id));
  });
  waiter.Join();
  sender.Join();
}
SILENT(pthread_kill_, "signal_wait") {
  SendTo(map, step,
         [](pthread_t thread, int) { return pthread_kill(thread, SIGUSR1); });
}
SILENT(pthread_sigqueue_, "signal_wait") {
  SendTo(map, step, [](pthread_t thread, int) {
    return pthread_sigqueue(thread, SIGUSR1, sigval());
  });
}
SILENT(tgkill_, "signal_wait") {
  SendTo(map, step,
         [](pthread_t, int id) { return tgkill(getpid(), id, SIGUSR1); });
}

// --- notifications

namespace {

Map *notified_map;
Step *notified_step;
int first_turn;
void Notified(sigval) {
  Map &map = *notified_map;
  notified_step->WaitFor(first_turn);
  WRITE;
  notified_step->Done();
}
// To be run in a thread of the C library's, when `turns` are over.
sigevent Notification(Map &map, Step &step, int turns = 0) {
  notified_map = &map;
  notified_step = &step;
  first_turn = turns;
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = Notified;
  return event;
}
void SetOff(timer_t timer) {
  itimerspec at_once = {{0, 0}, {0, 1}};
  Must(!timer_settime(timer, 0, &at_once, nullptr));
}
aiocb *Request(const sigevent &event) {
  auto *request = new aiocb(); // for the library to keep
  static char buffer[8];
  request->aio_fildes = open("/tmp", O_TMPFILE | O_RDWR, 0600);
  Must(request->aio_fildes >= 0);
  request->aio_buf = buffer;
  request->aio_nbytes = sizeof buffer;
  request->aio_sigevent = event;
  return request;
}
aiocb64 *Request64(const sigevent &event) {
  return reinterpret_cast<aiocb64 *>(Request(event));
}

} // namespace

SILENT(timer, "notification") {
  sigevent event = Notification(map, step);
  WRITE;
  timer_t timer;
  Must(!timer_create(CLOCK_MONOTONIC, &event, &timer));
  SetOff(timer);
  step.WaitFor(1);
}
SILENT(timer_set_later, "notification") {
  sigevent event = Notification(map, step);
  timer_t timer;
  Must(!timer_create(CLOCK_MONOTONIC, &event, &timer));
  Thread other([&] {
    WRITE;
    SetOff(timer);
  });
  step.WaitFor(1);
  other.Join();
}
RACE(after_the_timer) {
  sigevent event = Notification(map, step, 1);
  timer_t timer;
  Must(!timer_create(CLOCK_MONOTONIC, &event, &timer));
  SetOff(timer);
  WRITE;
  step.Done();
  step.WaitFor(2);
}

#define NOTIFIED(Name, Ask)                                                    \
  SILENT(Name, "notification") {                                               \
    sigevent event = Notification(map, step);                                  \
    WRITE;                                                                     \
    Must(!Ask);                                                                \
    step.WaitFor(1);                                                           \
  }                                                                            \
  RACE(Name##_before) {                                                        \
    sigevent event = Notification(map, step, 1);                               \
    Must(!Ask);                                                                \
    WRITE;                                                                     \
    step.Done();                                                               \
    step.WaitFor(2);                                                           \
  }
NOTIFIED(read_, aio_read(Request(event)))
NOTIFIED(read64, aio_read64(Request64(event)))
NOTIFIED(write_, aio_write(Request(event)))
NOTIFIED(write64, aio_write64(Request64(event)))
NOTIFIED(fsync_, aio_fsync(O_SYNC, Request(event)))
NOTIFIED(fsync64, aio_fsync64(O_SYNC, Request64(event)))

static int List(sigevent *event) {
  sigevent none = {};
  none.sigev_notify = SIGEV_NONE;
  auto **list = new aiocb *[1]{Request(none)};
  list[0]->aio_lio_opcode = LIO_READ;
  return lio_listio(LIO_NOWAIT, list, 1, event);
}
static int List64(sigevent *event) {
  sigevent none = {};
  none.sigev_notify = SIGEV_NONE;
  auto **list = new aiocb64 *[1]{Request64(none)};
  list[0]->aio_lio_opcode = LIO_READ;
  return lio_listio64(LIO_NOWAIT, list, 1, event);
}
static int LookUp(sigevent *event) {
  auto *request = new gaicb();
  request->ar_name = "127.0.0.1";
  auto **list = new gaicb *[1]{request};
  return getaddrinfo_a(GAI_NOWAIT, list, 1, event);
}
static int TellOfMessages(sigevent *event) {
  auto *queue = new PosixQueue;
  int result = mq_notify(queue->id, event);
  queue->Send();
  return result;
}
NOTIFIED(list, List(&event))
NOTIFIED(list64, List64(&event))
NOTIFIED(look_up, LookUp(&event))
NOTIFIED(messages, TellOfMessages(&event))

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 55 cases
