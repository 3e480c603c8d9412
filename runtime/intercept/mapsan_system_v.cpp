// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// System V's semaphores and message queues, and POSIX' message queues.

#include "mapsan_handing_over.h"
#include "mapsan_real.h"
#include "mapsan_system_v_objects.h"

namespace __mapsan {
namespace {

// Who raises it tells who waits for a unit or more. Who lowers it tells who
// waits for zero alone: those who take units order nothing among themselves.
uptr Raised(int set, u32 number) {
  return KernelObject(KernelKind::Semaphore, number, set);
}
uptr Lowered(int set, u32 number) {
  return KernelObject(KernelKind::LoweredSemaphore, number, set);
}

void BeforeOperations(int set, const void *operations, uptr count) {
  for (uptr i = 0; i < count && MapUsed(); i++) {
    SemaphoreOperation op = OperationAt(operations, i);
    if (op.change > 0)
      HandOverBy(Rule::semaphore_set, Raised(set, op.number));
    else if (op.change < 0)
      HandOverBy(Rule::semaphore_set_zero, Lowered(set, op.number));
  }
}

int AfterOperations(int result, int set, const void *operations, uptr count) {
  if (result && RuleHolds(Rule::semaphore_set_fails))
    return result;
  for (uptr i = 0; i < count && MapUsed(); i++) {
    SemaphoreOperation op = OperationAt(operations, i);
    if (op.change <= 0)
      TakeOverBy(Rule::semaphore_set, Raised(set, op.number));
    if (op.change == 0)
      TakeOverBy(Rule::semaphore_set_zero, Lowered(set, op.number));
  }
  return result;
}

void BeforeSetting(int set, u32 number) {
  HandOverBy(Rule::semaphore_set_value, Raised(set, number));
  HandOverBy(Rule::semaphore_set_value, Lowered(set, number));
}

void AfterAsking(int set, u32 number) {
  TakeOverBy(Rule::semaphore_set_value, Raised(set, number));
  TakeOverBy(Rule::semaphore_set_value, Lowered(set, number));
}

template <class Each> void ForSet(int set, Each each) {
  if (MapUsed())
    for (u32 i = 0, n = SizeOfSet(set); i < n; i++)
      each(set, i);
}

uptr Message(int queue, const void *message) {
  // Those of one type have an order of their own.
  return KernelObject(KernelKind::Message, *static_cast<const u64 *>(message),
                      queue);
}

} // namespace
} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, semop, int set, void *operations, uptr count) {
  BeforeOperations(set, operations, count);
  return AfterOperations(real::semop(set, operations, count), set, operations,
                         count);
}

INTERCEPTOR(int, semtimedop, int set, void *operations, uptr count,
            const void *timeout) {
  BeforeOperations(set, operations, count);
  return AfterOperations(real::semtimedop(set, operations, count, timeout), set,
                         operations, count);
}

INTERCEPTOR(int, semctl, int set, int number, int command, uptr argument) {
  SemaphoreCommand what = CommandOf(command);
  if (what == SemaphoreCommand::Set)
    BeforeSetting(set, number);
  else if (what == SemaphoreCommand::SetAll)
    ForSet(set, BeforeSetting);
  int result = real::semctl(set, number, command, argument);
  if (result < 0)
    return result;
  if (what == SemaphoreCommand::Get)
    AfterAsking(set, number);
  else if (what == SemaphoreCommand::GetAll)
    ForSet(set, AfterAsking);
  return result;
}

INTERCEPTOR(int, msgsnd, int queue, const void *message, uptr size, int flags) {
  HandOverBy(Rule::message_queue, Message(queue, message));
  return real::msgsnd(queue, message, size, flags);
}

INTERCEPTOR(long, msgrcv, int queue, void *message, uptr size, long type,
            int flags) {
  long result = real::msgrcv(queue, message, size, type, flags);
  if (result >= 0)
    TakeOverBy(Rule::message_queue, Message(queue, message));
  return result;
}

// --- POSIX' own

static void Sending(int queue) {
  if (MapUsed())
    HandOverBy(Rule::message_queue, MessageQueue(queue));
}
static long Received(int queue, long result) {
  if (result >= 0 && MapUsed())
    TakeOverBy(Rule::message_queue, MessageQueue(queue));
  return result;
}

INTERCEPTOR(int, mq_send, int queue, const void *message, uptr size,
            unsigned priority) {
  Sending(queue);
  return real::mq_send(queue, message, size, priority);
}

INTERCEPTOR(int, mq_timedsend, int queue, const void *message, uptr size,
            unsigned priority, const void *until) {
  Sending(queue);
  return real::mq_timedsend(queue, message, size, priority, until);
}

INTERCEPTOR(long, mq_receive, int queue, void *message, uptr size,
            unsigned *priority) {
  return Received(queue, real::mq_receive(queue, message, size, priority));
}

INTERCEPTOR(long, mq_timedreceive, int queue, void *message, uptr size,
            unsigned *priority, const void *until) {
  return Received(queue,
                  real::mq_timedreceive(queue, message, size, priority, until));
}
