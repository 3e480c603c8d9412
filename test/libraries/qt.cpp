// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 -fPIC $(pkg-config --cflags --libs Qt6Concurrent | sed "s, -I, -isystem ,g;s,^-I,-isystem ,") && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 -fPIC $(pkg-config --cflags --libs Qt6Concurrent | sed "s, -I, -isystem ,g;s,^-I,-isystem ,") && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what Qt synchronises orders what it guards, and nothing else.

#include "cases.h"
#include <QAtomicInt>
#include <QCoreApplication>
#include <QList>
#include <QMutex>
#include <QReadWriteLock>
#include <QRunnable>
#include <QSemaphore>
#include <QThread>
#include <QThreadPool>
#include <QWaitCondition>
#include <QtConcurrent>
#include <chrono>
#include <functional>

using namespace std::chrono_literals;

static void Must(bool taken) {
  if (!taken)
    __builtin_abort();
}

// --- locks

#define LOCK_CASES(Name, Lock, Take)                                           \
  SILENT(Name, "catalog_lock") {                                               \
    Lock m;                                                                    \
    auto body = [&] {                                                          \
      Take;                                                                    \
      WRITE;                                                                   \
      m.unlock();                                                              \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_too_late) {                                                      \
    Lock m;                                                                    \
    auto body = [&] {                                                          \
      Take;                                                                    \
      m.unlock();                                                              \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }
#define TRY_CASES(Name, Lock, Try, Take)                                       \
  LOCK_CASES(Name, Lock, Must(Try))                                            \
  RACE(Name##_fails, "catalog_try_fails") {                                    \
    Lock m;                                                                    \
    Together(                                                                  \
        [&] {                                                                  \
          Take;                                                                \
          WRITE;                                                               \
          m.unlock();                                                          \
          Take;                                                                \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          Must(!Try);                                                          \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }
#define MUTEX_CASES(Name, Mutex)                                               \
  LOCK_CASES(Name##_lock, Mutex, m.lock())                                     \
  TRY_CASES(Name##_tryLock, Mutex, m.tryLock(), m.lock())                      \
  TRY_CASES(Name##_tryLock_timed, Mutex, m.tryLock(1), m.lock())               \
  TRY_CASES(Name##_try_lock, Mutex, m.try_lock(), m.lock())                    \
  TRY_CASES(Name##_try_lock_for, Mutex, m.try_lock_for(1ms), m.lock())         \
  TRY_CASES(Name##_try_lock_until, Mutex,                                      \
            m.try_lock_until(std::chrono::steady_clock::now() + 1ms),          \
            m.lock())                                                          \
  RACE(Name##_reborn, "life_of_object") {                                      \
    alignas(Mutex) static char memory[sizeof(Mutex)];                          \
    auto body = [&] {                                                          \
      auto *m = new (memory) Mutex;                                            \
      m->lock();                                                               \
      WRITE;                                                                   \
      m->unlock();                                                             \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_destroyed, "life_of_init") {                                     \
    auto *m = new Mutex;                                                       \
    InTurn(                                                                    \
        [&] {                                                                  \
          m->lock();                                                           \
          WRITE;                                                               \
          m->unlock();                                                         \
        },                                                                     \
        [&] {                                                                  \
          m->~Mutex();                                                         \
          mapsan_acquire(m);                                                   \
          WRITE;                                                               \
        });                                                                    \
  }
MUTEX_CASES(QMutex, QMutex)
MUTEX_CASES(QRecursiveMutex, QRecursiveMutex)

// One sleeps until the other is done.
SILENT(QMutex_contended, "catalog_lock") {
  QMutex m;
  Together(
      [&] {
        QMutexLocker locker(&m);
        step.Done();
        WRITE;
        QThread::usleep(1000); // not for order: mostly the other one sleeps now
      },
      [&] {
        step.WaitFor(1);
        QMutexLocker locker(&m);
        WRITE;
      });
}
SILENT(QRecursiveMutex_recursion, "catalog_lock") {
  QRecursiveMutex m;
  auto body = [&] {
    QMutexLocker outer(&m);
    {
      QMutexLocker inner(&m);
    }
    WRITE;
  };
  InTurn(body, body);
}
LOCK_CASES(QReadWriteLock_lockForWrite, QReadWriteLock, m.lockForWrite())
TRY_CASES(QReadWriteLock_tryLockForWrite, QReadWriteLock, m.tryLockForWrite(),
          m.lockForWrite())
TRY_CASES(QReadWriteLock_tryLockForWrite_timed, QReadWriteLock,
          m.tryLockForWrite(1), m.lockForWrite())
SILENT(QReadWriteLock_readers, "catalog_lock") {
  QReadWriteLock m;
  InTurn(
      [&] {
        QWriteLocker locker(&m);
        WRITE;
      },
      [&] {
        m.lockForRead();
        READ;
        m.unlock();
      },
      [&] {
        Must(m.tryLockForRead());
        READ;
        m.unlock();
      },
      [&] {
        QWriteLocker locker(&m);
        WRITE;
      });
}
RACE(QReadWriteLock_readers_that_write, "rwlock_readers") {
  QReadWriteLock m;
  auto body = [&] {
    QReadLocker locker(&m);
    WRITE;
  };
  InTurn(body, body);
}
RACE(QReadWriteLock_tryLockForRead_fails, "catalog_try_fails") {
  QReadWriteLock m;
  Together(
      [&] {
        m.lockForWrite();
        WRITE;
        m.unlock();
        m.lockForWrite();
        step.Done();
        step.WaitFor(2);
        m.unlock();
      },
      [&] {
        step.WaitFor(1);
        Must(!m.tryLockForRead(1));
        READ;
        step.Done();
      });
}
RACE(QReadWriteLock_reborn, "life_of_object") {
  alignas(QReadWriteLock) static char memory[sizeof(QReadWriteLock)];
  auto body = [&] {
    auto *m = new (memory) QReadWriteLock;
    m->lockForWrite();
    WRITE;
    m->unlock();
  };
  InTurn(body, body);
}

// --- semaphores

#define SEMAPHORE_CASES(Name, Acquire)                                         \
  SILENT(Name, "catalog_release") {                                            \
    QSemaphore s;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          s.release();                                                         \
        },                                                                     \
        [&] {                                                                  \
          Acquire;                                                             \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_release) {                                                 \
    QSemaphore s;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          s.release();                                                         \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Acquire;                                                             \
          WRITE;                                                               \
        });                                                                    \
  }
#define TRY_ACQUIRE_CASES(Name, Try)                                           \
  SEMAPHORE_CASES(Name, Must(Try))                                             \
  RACE(Name##_fails, "catalog_try_fails") {                                    \
    QSemaphore s;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          s.release();                                                         \
          s.acquire();                                                         \
        },                                                                     \
        [&] {                                                                  \
          Must(!Try);                                                          \
          WRITE;                                                               \
        });                                                                    \
  }
SEMAPHORE_CASES(QSemaphore_acquire, s.acquire())
TRY_ACQUIRE_CASES(QSemaphore_tryAcquire, s.tryAcquire())
TRY_ACQUIRE_CASES(QSemaphore_tryAcquire_timed, s.tryAcquire(1, 1))
TRY_ACQUIRE_CASES(QSemaphore_try_acquire, s.try_acquire())
TRY_ACQUIRE_CASES(QSemaphore_try_acquire_for, s.try_acquire_for(1ms))
TRY_ACQUIRE_CASES(QSemaphore_try_acquire_until,
                  s.try_acquire_until(std::chrono::steady_clock::now() + 1ms))

// --- conditions

#define WAIT_CASES(Name, Lock, Take, Wait)                                     \
  SILENT(Name, "catalog_wait") {                                               \
    Lock m;                                                                    \
    QWaitCondition c;                                                          \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          Take;                                                                \
          READ;                                                                \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          READ;                                                                \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          m.lock();                                                            \
          WRITE;                                                               \
          ready = true;                                                        \
          c.wakeOne();                                                         \
          m.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_woken_after) {                                                   \
    Lock m;                                                                    \
    QWaitCondition c;                                                          \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          Take;                                                                \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          step.WaitFor(2);                                                     \
          READ;                                                                \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          m.lock();                                                            \
          ready = true;                                                        \
          m.unlock();                                                          \
          WRITE;                                                               \
          c.wakeAll();                                                         \
          step.Done();                                                         \
        });                                                                    \
  }
namespace {
struct ReadWriteLock : QReadWriteLock {
  void lock() { lockForWrite(); }
};
} // namespace
WAIT_CASES(QWaitCondition_mutex, QMutex, m.lock(), c.wait(&m))
WAIT_CASES(QWaitCondition_mutex_timed, QMutex, m.lock(), c.wait(&m, 100000))
WAIT_CASES(QWaitCondition_reader, ReadWriteLock, m.lockForRead(), c.wait(&m))
WAIT_CASES(QWaitCondition_writer, ReadWriteLock, m.lockForWrite(), c.wait(&m))

// --- threads

namespace {
template <class F> struct Running : QThread {
  explicit Running(F f) : f(f) {}
  void run() override { f(); }
  F f;
};
template <class F> struct Task : QRunnable {
  explicit Task(F f) : f(f) {}
  void run() override { f(); }
  F f;
};
// As often in Qt: not the first base.
template <class F> struct ObjectTask : QObject, QRunnable {
  explicit ObjectTask(F f) : f(f) { setAutoDelete(false); }
  void run() override { f(); }
  F f;
};
} // namespace

SILENT(QThread_run, "catalog_body", "catalog_join+mutex") {
  WRITE;
  Running thread([&] { WRITE; });
  thread.start();
  while (!thread.isFinished())
    QThread::usleep(100);
  thread.wait();
  WRITE;
}
RACE(QThread_not_waited_for) {
  Running thread([&] {
    WRITE;
    step.Done();
  });
  thread.start();
  step.WaitFor(1);
  WRITE;
  thread.wait();
}
RACE(QThread_after_start) {
  Running thread([&] {
    step.WaitFor(1);
    WRITE;
  });
  thread.start();
  WRITE;
  step.Done();
  thread.wait();
}
SILENT(QThread_create, "catalog_body", "catalog_join+mutex") {
  WRITE;
  QThread *thread = QThread::create([&] { WRITE; });
  thread->start();
  while (!thread->isFinished())
    QThread::usleep(100);
  thread->wait();
  WRITE;
}
RACE(QThread_create_not_waited_for) {
  QThread *thread = QThread::create([&] {
    WRITE;
    step.Done();
  });
  thread->start();
  step.WaitFor(1);
  WRITE;
  thread->wait();
}
// A slot that the thread runs as it ends.
SILENT(QThread_finished, "catalog_join+mutex") {
  Running thread([&] { WRITE; });
  QObject::connect(&thread, &QThread::finished, [&] { WRITE; });
  thread.start();
  while (!thread.isFinished())
    QThread::usleep(100);
  thread.wait();
  WRITE;
}

// --- pools

SILENT(QThreadPool_start, "catalog_body", "catalog_join") {
  QThreadPool pool;
  WRITE;
  pool.start(new Task([&] { WRITE; }));
  Must(pool.waitForDone());
  WRITE;
}
SILENT(QThreadPool_start_second_base, "catalog_body", "catalog_join") {
  QThreadPool pool;
  WRITE;
  auto *task = new ObjectTask([&] { WRITE; });
  pool.start(task);
  Must(pool.waitForDone());
  WRITE;
}
SILENT(QThreadPool_tryStart, "catalog_body", "catalog_join") {
  QThreadPool pool;
  WRITE;
  Must(pool.tryStart(new Task([&] { WRITE; })));
  Must(pool.waitForDone());
  WRITE;
}
SILENT(QThreadPool_startOnReservedThread, "catalog_body", "catalog_join") {
  QThreadPool pool;
  WRITE;
  pool.reserveThread();
  pool.startOnReservedThread(new Task([&] { WRITE; }));
  Must(pool.waitForDone());
  WRITE;
}
SILENT(QThreadPool_start_function, "catalog_body", "catalog_join") {
  QThreadPool pool;
  WRITE;
  pool.start([&] { WRITE; });
  Must(pool.waitForDone());
  WRITE;
}
RACE(QThreadPool_not_waited_for) {
  QThreadPool pool;
  pool.start(new Task([&] {
    WRITE;
    step.Done();
  }));
  step.WaitFor(1);
  WRITE;
  Must(pool.waitForDone());
}
RACE(QThreadPool_start_function_not_waited_for) {
  QThreadPool pool;
  pool.start([&] {
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
  WRITE;
  Must(pool.waitForDone());
}
RACE(QThreadPool_of_somebody_else) {
  QThreadPool pool, other;
  pool.start(new Task([&] {
    WRITE;
    step.Done();
  }));
  step.WaitFor(1);
  Must(other.waitForDone());
  WRITE;
  Must(pool.waitForDone());
}
RACE(QThreadPool_two_tasks) {
  QThreadPool pool;
  pool.setMaxThreadCount(2);
  pool.start(new Task([&] {
    step.Done();
    step.WaitFor(2);
    WRITE;
    step.Done();
  }));
  pool.start(new Task([&] {
    step.Done();
    step.WaitFor(3);
    WRITE;
  }));
  Must(pool.waitForDone());
}

// --- futures

SILENT(QtConcurrent_run, "catalog_body", "catalog_release") {
  WRITE;
  auto future = QtConcurrent::run([&] {
    step.Done();
    WRITE;
    return 1;
  });
  step.WaitFor(1); // in a thread of the pool, not in this one
  future.waitForFinished();
  WRITE;
}
SILENT(QtConcurrent_result, "catalog_release+catalog_lock") {
  auto future = QtConcurrent::run([&] {
    step.Done();
    WRITE;
    return 1;
  });
  step.WaitFor(1); // in a thread of the pool, not in this one
  future.result(); // by waitForResult, isResultReadyAt, reportResultsReady
  WRITE;
}
SILENT(QFuture_isFinished, "catalog_release") {
  auto future = QtConcurrent::run([&] { WRITE; });
  while (!future.isFinished()) // after reportFinished
    QThread::usleep(100);
  WRITE;
}
SILENT(QFuture_exception, "catalog_release") {
  auto future = QtConcurrent::run([&] {
    step.Done();
    WRITE;
    throw 1; // reportException
  });
  step.WaitFor(1); // in a thread of the pool, not in this one
  try {
    future.waitForFinished();
  } catch (const QException &) {
  }
  WRITE;
}
// A result that tells of its end: the last of the futures that share it clears
// it (derefT).
struct Result {
  explicit Result(const std::function<void()> &gone) : gone(&gone) {}
  Result(Result &&other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
  ~Result() {
    if (gone)
      (*gone)();
  }
  const std::function<void()> *gone;
};
using Future = QFutureInterface<Result>;
SILENT(QFuture_last_reference, "catalog_release") {
  const std::function<void()> gone = [&] { WRITE; };
  auto *first = new Future;
  first->reportStarted();
  first->reportResult(Result(gone));
  first->reportFinished();
  auto *last = new Future(*first);
  InTurn(
      [&] {
        READ;
        delete first;
      },
      [&] { delete last; });
}
RACE(QFuture_not_last_reference) {
  const std::function<void()> gone = [] {};
  auto *first = new Future;
  first->reportStarted();
  first->reportResult(Result(gone));
  first->reportFinished();
  auto *second = new Future(*first);
  Future last(*first);
  InTurn(
      [&] {
        READ;
        delete first;
      },
      [&] {
        delete second;
        WRITE;
      });
}
RACE(QtConcurrent_not_waited_for) {
  auto future = QtConcurrent::run([&] {
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
  WRITE;
  future.waitForFinished();
}
// Each share is a threadFunction; the last one's asynchronousFinish ends it.
SILENT(QtConcurrent_map, "catalog_body", "catalog_join") {
  QThreadPool::globalInstance()->setMaxThreadCount(4);
  QList<int> items(100);
  WRITE;
  QtConcurrent::map(items, [&](int &) { READ; }).waitForFinished();
  WRITE;
}
SILENT(QtConcurrent_mapped_reduced, "catalog_body") {
  QList<int> items(100);
  WRITE;
  QtConcurrent::blockingMappedReduced<int>(
      items,
      [&](int n) {
        READ;
        return n;
      },
      [](int &sum, int n) { sum += n; });
  WRITE;
}

SILENT(QAtomicInt_release, "atomic_release") {
  QAtomicInt ready;
  InTurn(
      [&] {
        WRITE;
        ready.storeRelease(1);
      },
      [&] {
        if (ready.loadAcquire())
          WRITE;
      });
}

int main(int argc, char **argv) {
  QCoreApplication application(argc, argv);
  return RunCases(argc, argv);
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
