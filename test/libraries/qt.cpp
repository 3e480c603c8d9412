// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: $(pkg-config --variable=libexecdir Qt6Core)/moc %S/Inputs/qt-objects.h -f%S/Inputs/qt-objects.h -o %t.moc.cpp
// RUN: %debug-cases -O0 %s %t.moc.cpp -DQT_NO_DEBUG -o %t.O0 -fPIC $(pkg-config --cflags --libs Qt6Concurrent | sed "s, -I, -isystem ,g;s,^-I,-isystem ,") && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s %t.moc.cpp -DQT_NO_DEBUG -o %t.O2 -fPIC $(pkg-config --cflags --libs Qt6Concurrent | sed "s, -I, -isystem ,g;s,^-I,-isystem ,") && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what Qt synchronises orders what it guards, and nothing else.

#include "Inputs/qt-objects.h"
#include "cases.h"
#include <QAtomicInt>
#include <QCoreApplication>
#include <QFutureWatcher>
#include <QList>
#include <QMetaMethod>
#include <QMutex>
#include <QPromise>
#include <QReadWriteLock>
#include <QRunnable>
#include <QSemaphore>
#include <QSharedData>
#include <QThread>
#include <QThreadPool>
#include <QTimer>
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
          mapsan_lock(m); /* would find what it held */                        \
          WRITE;                                                               \
          mapsan_unlock(m);                                                    \
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
// Its run() is one of libQt6Core's.
SILENT(QRunnable_create, "catalog_body", "catalog_join") {
  QThreadPool pool;
  WRITE;
  pool.start(QRunnable::create([&] { WRITE; }));
  Must(pool.waitForDone());
  WRITE;
}
// It does not come after what was started later, though before it began.
RACE(QThreadPool_started_before) {
  QThreadPool pool;
  pool.setMaxThreadCount(1);
  pool.start(new Task([&] { step.WaitFor(1); }));
  pool.start(new Task([&] { WRITE; }));
  WRITE;
  pool.start(new Task([] {}));
  step.Done();
  Must(pool.waitForDone());
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

// --- data that owners share until one of them changes it

namespace {
struct Data : QSharedData {};
} // namespace
// One of two owners reads and lets go; then the other one looks at the data as
// `Look` has it, and changes the map.
#define LAST_OF_TWO(Pointer, Look)                                             \
  Pointer<Data> one(new Data), other(one);                                     \
  InTurn(                                                                      \
      [&] {                                                                    \
        READ;                                                                  \
        other.reset();                                                         \
      },                                                                       \
      [&] {                                                                    \
        one.Look();                                                            \
        WRITE;                                                                 \
      })
// Changed in place: the others have let go (a loadRelaxed tells).
SILENT(QSharedDataPointer_detach, "atomic_release") {
  LAST_OF_TWO(QSharedDataPointer, detach);
}
SILENT(QExplicitlySharedDataPointer_detach, "atomic_release") {
  LAST_OF_TWO(QExplicitlySharedDataPointer, detach);
}
RACE(QSharedDataPointer_not_detached) {
  LAST_OF_TWO(QSharedDataPointer, constData);
}

// --- what is queued to another thread

namespace {
// A receiver in a thread of its own, which `connect` runs in first; then
// another thread hands something over, and the receiver's thread takes it.
template <class Connect, class HandOver>
void Queued(cases::Step &step, Connect connect, HandOver hand_over) {
  Together(
      [&] {
        auto receiver = connect();
        step.Done();
        step.WaitFor(2);
        QCoreApplication::sendPostedEvents();
      },
      [&] {
        step.WaitFor(1);
        hand_over();
        step.Done();
      });
}
// The same, and the one who hands over waits for it.
template <class Connect, class HandOver>
void Blocking(cases::Step &step, const int *handled, Connect connect,
              HandOver hand_over) {
  Together(
      [&] {
        auto receiver = connect();
        step.Done();
        while (!__atomic_load_n(handled, __ATOMIC_RELAXED))
          QCoreApplication::sendPostedEvents();
        step.WaitFor(2);
      },
      [&] {
        step.WaitFor(1);
        hand_over();
        step.Done();
      });
}
} // namespace

// `Connect`: to `receiver`, in its thread. `HandOver`: by another.
#define QUEUED_BODY(Connect, First, Second)                                    \
  {                                                                            \
    Sender sender;                                                             \
    Receiver *receiver;                                                        \
    Queued(                                                                    \
        step,                                                                  \
        [&] {                                                                  \
          receiver = new Receiver([&] { WRITE; });                             \
          Connect;                                                             \
          return std::unique_ptr<Receiver>(receiver);                          \
        },                                                                     \
        [&] {                                                                  \
          First;                                                               \
          Second;                                                              \
        });                                                                    \
  }
#define QUEUED_CASES(Name, Connect, HandOver)                                  \
  SILENT(Name, "catalog_body")                                                 \
  QUEUED_BODY(Connect, WRITE, HandOver)                                        \
  RACE(Name##_after) QUEUED_BODY(Connect, HandOver, WRITE)
// Who waits comes after what it waited for, and before nothing else.
#define BLOCKING_CASES(Name, Connect, HandOver)                                \
  SILENT(Name, "catalog_body", "catalog_join") {                               \
    Sender sender;                                                             \
    Receiver *receiver;                                                        \
    int handled = 0;                                                           \
    Blocking(                                                                  \
        step, &handled,                                                        \
        [&] {                                                                  \
          receiver = new Receiver([&] {                                        \
            WRITE;                                                             \
            __atomic_store_n(&handled, 1, __ATOMIC_RELAXED);                   \
          });                                                                  \
          Connect;                                                             \
          return std::unique_ptr<Receiver>(receiver);                          \
        },                                                                     \
        [&] {                                                                  \
          WRITE;                                                               \
          HandOver;                                                            \
          WRITE;                                                               \
        });                                                                    \
  }
// Who does not wait does not.
#define NOT_BLOCKING_CASE(Name, Connect, HandOver)                             \
  RACE(Name##_not_waited_for) {                                                \
    Sender sender;                                                             \
    Receiver *receiver;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          receiver = new Receiver([&] { WRITE; });                             \
          Connect;                                                             \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          QCoreApplication::sendPostedEvents();                                \
          step.Done();                                                         \
          step.WaitFor(4);                                                     \
          delete receiver;                                                     \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          HandOver;                                                            \
          step.Done();                                                         \
          step.WaitFor(3);                                                     \
          HandOver;                                                            \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }
#define EMIT emit sender.emitted(1)

#define CONNECT_SLOT(...)                                                      \
  QObject::connect(&sender, &Sender::emitted, receiver, &Receiver::receive,    \
                   ##__VA_ARGS__)
#define CONNECT_FUNCTION(...)                                                  \
  QObject::connect(                                                            \
      &sender, &Sender::emitted, receiver,                                     \
      [receiver] { receiver->receive(1); }, ##__VA_ARGS__)
#define CONNECT_NAMES(...)                                                     \
  QObject::connect(&sender, SIGNAL(emitted(int)), receiver,                    \
                   SLOT(receive(int)), ##__VA_ARGS__)
static QMetaMethod ReceiveMethod() {
  const QMetaObject &meta = Receiver::staticMetaObject;
  return meta.method(meta.indexOfSlot("receive(int)"));
}
#define CONNECT_METHODS(...)                                                   \
  QObject::connect(&sender, QMetaMethod::fromSignal(&Sender::emitted),         \
                   receiver, ReceiveMethod(), ##__VA_ARGS__)
// By connectImpl, QMetaObject::activate; by the slots' impl.
QUEUED_CASES(signal_to_slot, CONNECT_SLOT(), EMIT)
QUEUED_CASES(signal_to_slot_queued, CONNECT_SLOT(Qt::QueuedConnection), EMIT)
QUEUED_CASES(signal_to_function, CONNECT_FUNCTION(), EMIT)
BLOCKING_CASES(signal_blocking, CONNECT_SLOT(Qt::BlockingQueuedConnection),
               EMIT)
BLOCKING_CASES(signal_to_function_blocking,
               CONNECT_FUNCTION(Qt::BlockingQueuedConnection), EMIT)
NOT_BLOCKING_CASE(signal, CONNECT_SLOT(), EMIT)
// By QObject::connect itself, and the receiver's qt_static_metacall.
QUEUED_CASES(signal_by_name, CONNECT_NAMES(), EMIT)
QUEUED_CASES(signal_by_method, CONNECT_METHODS(), EMIT)
BLOCKING_CASES(signal_by_name_blocking,
               CONNECT_NAMES(Qt::BlockingQueuedConnection), EMIT)
NOT_BLOCKING_CASE(signal_by_name, CONNECT_NAMES(), EMIT)

#define INVOKE_SLOT(Type)                                                      \
  QMetaObject::invokeMethod(receiver, &Receiver::receiveNothing, Type)
#define INVOKE_FUNCTION(Type)                                                  \
  QMetaObject::invokeMethod(                                                   \
      receiver, [receiver] { receiver->receive(1); }, Type)
#define INVOKE_NAME(Type)                                                      \
  QMetaObject::invokeMethod(receiver, "receive", Type, Q_ARG(int, 1))
#define INVOKE_METHOD(Type)                                                    \
  ReceiveMethod().invoke(receiver, Type, Q_ARG(int, 1))
// By invokeMethodImpl.
QUEUED_CASES(invoke_slot, , INVOKE_SLOT(Qt::QueuedConnection))
QUEUED_CASES(invoke_function, , INVOKE_FUNCTION(Qt::AutoConnection))
BLOCKING_CASES(invoke_slot_blocking, ,
               INVOKE_SLOT(Qt::BlockingQueuedConnection))
BLOCKING_CASES(invoke_function_blocking, ,
               INVOKE_FUNCTION(Qt::BlockingQueuedConnection))
NOT_BLOCKING_CASE(invoke_function, , INVOKE_FUNCTION(Qt::QueuedConnection))
QUEUED_CASES(invoke_name, , INVOKE_NAME(Qt::QueuedConnection))
BLOCKING_CASES(invoke_name_blocking, ,
               INVOKE_NAME(Qt::BlockingQueuedConnection))
NOT_BLOCKING_CASE(invoke_name, , INVOKE_NAME(Qt::QueuedConnection))
QUEUED_CASES(invoke_method, , INVOKE_METHOD(Qt::QueuedConnection))
BLOCKING_CASES(invoke_method_blocking, ,
               INVOKE_METHOD(Qt::BlockingQueuedConnection))
NOT_BLOCKING_CASE(invoke_method, , INVOKE_METHOD(Qt::QueuedConnection))
// By singleShotImpl.
QUEUED_CASES(timer, ,
             QTimer::singleShot(0, receiver, &Receiver::receiveNothing))

// In this thread a slot is a call.
SILENT(signal_direct, NO_RULE) {
  Sender sender;
  WRITE;
  QObject::connect(&sender, &Sender::emitted, [&] { WRITE; });
  EMIT;
  WRITE;
}
// Who connects comes before the slot, who emits another's signal does not.
SILENT(signal_connected_before, "catalog_body") {
  Sender sender;
  Receiver receiver([] {});
  InTurn(
      [&] {
        WRITE;
        QObject::connect(
            &sender, &Sender::emitted, &receiver, [&] { WRITE; },
            Qt::DirectConnection);
      },
      [&] { EMIT; });
}
RACE(signal_of_another) {
  Sender sender, other;
  Receiver *receiver;
  Queued(
      step,
      [&] {
        receiver = new Receiver([&] { WRITE; });
        CONNECT_SLOT();
        QObject::connect(&other, &Sender::emitted, receiver, [] {});
        return std::unique_ptr<Receiver>(receiver);
      },
      [&] {
        EMIT;
        WRITE;
        emit other.emitted(2);
      });
}
// By names, it does not matter which of several senders it was, and when.
SILENT(signal_by_name_of_several, "catalog_body") {
  Sender sender, other;
  Receiver *receiver;
  Queued(
      step,
      [&] {
        receiver = new Receiver([&] { WRITE; });
        CONNECT_NAMES();
        QObject::connect(&other, SIGNAL(emitted(int)), receiver,
                         SLOT(receive(int)));
        return std::unique_ptr<Receiver>(receiver);
      },
      [&] {
        WRITE;
        EMIT;
      });
}
SILENT(signal_by_name_of_several_blocking, "catalog_body", "catalog_join") {
  Sender sender, other;
  Receiver *receiver;
  int handled = 0;
  Blocking(
      step, &handled,
      [&] {
        receiver = new Receiver([&] {
          WRITE;
          __atomic_store_n(&handled, 1, __ATOMIC_RELAXED);
        });
        CONNECT_NAMES(Qt::BlockingQueuedConnection);
        QObject::connect(&other, SIGNAL(emitted(int)), receiver,
                         SLOT(receive(int)));
        return std::unique_ptr<Receiver>(receiver);
      },
      [&] {
        WRITE;
        EMIT;
        WRITE;
      });
}
RACE(signal_by_name_of_another) {
  Sender sender, other;
  Receiver *receiver;
  Receiver *second;
  Queued(
      step,
      [&] {
        receiver = new Receiver([&] { WRITE; });
        second = new Receiver([] {});
        CONNECT_NAMES();
        QObject::connect(&other, SIGNAL(emitted(int)), second,
                         SLOT(receive(int)));
        return std::unique_ptr<Receiver>(receiver);
      },
      [&] {
        EMIT;
        WRITE;
        emit other.emitted(2);
      });
}
// What a slot locks counts, and who waits for the slot's thread.
SILENT(signal_slot_locks, "catalog_lock") {
  Sender sender;
  Receiver *receiver;
  QMutex m;
  Together(
      [&] {
        receiver = new Receiver([&] {
          QMutexLocker locker(&m);
          WRITE;
        });
        CONNECT_SLOT();
        step.Done();
        step.WaitFor(2);
        QCoreApplication::sendPostedEvents();
        step.Done();
      },
      [&] {
        step.WaitFor(1);
        EMIT;
        step.Done();
        step.WaitFor(3);
        QMutexLocker locker(&m);
        WRITE;
      });
}
// (That its loop is woken up is an eventfd's hand-over, too.)
SILENT(signal_to_a_thread, "catalog_body+eventfd", "catalog_join+mutex") {
  Sender sender;
  QThread thread;
  Receiver receiver([&] {
    WRITE;
    thread.quit();
  });
  receiver.moveToThread(&thread);
  QObject::connect(&sender, &Sender::emitted, &receiver, &Receiver::receive);
  thread.start();
  WRITE;
  EMIT;
  while (!thread.isFinished())
    QThread::usleep(100);
  thread.wait();
  WRITE;
}

// --- events

namespace {
// What is done by `event`, by `customEvent`, or by another's `eventFilter`.
struct Handling : QObject {
  std::function<void()> in_event, in_custom, in_filter;
  bool event(QEvent *event) override {
    if (in_event && event->type() == QEvent::User)
      in_event();
    return QObject::event(event);
  }
};
struct Custom : QObject {
  std::function<void()> body;
  void customEvent(QEvent *) override { body(); }
};
struct Filter : QObject {
  std::function<void()> body;
  bool eventFilter(QObject *, QEvent *event) override {
    if (event->type() == QEvent::User)
      body();
    return false;
  }
};
} // namespace
#define EVENT_CASES(Name, Make)                                                \
  SILENT(Name, "catalog_body") {                                               \
    QObject *receiver;                                                         \
    auto body = [&] { WRITE; };                                                \
    Queued(                                                                    \
        step,                                                                  \
        [&] {                                                                  \
          Make;                                                                \
          return std::unique_ptr<QObject>(receiver);                           \
        },                                                                     \
        [&] {                                                                  \
          WRITE;                                                               \
          QCoreApplication::postEvent(receiver, new QEvent(QEvent::User));     \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after) {                                                         \
    QObject *receiver;                                                         \
    auto body = [&] { WRITE; };                                                \
    Queued(                                                                    \
        step,                                                                  \
        [&] {                                                                  \
          Make;                                                                \
          return std::unique_ptr<QObject>(receiver);                           \
        },                                                                     \
        [&] {                                                                  \
          QCoreApplication::postEvent(receiver, new QEvent(QEvent::User));     \
          WRITE;                                                               \
        });                                                                    \
  }
EVENT_CASES(postEvent, auto *handling = new Handling; handling->in_event = body;
            receiver = handling)
EVENT_CASES(postEvent_custom, auto *custom = new Custom; custom->body = body;
            receiver = custom)
EVENT_CASES(postEvent_filtered, auto *filter = new Filter; filter->body = body;
            receiver = new QObject; filter->setParent(receiver);
            receiver->installEventFilter(filter))
// One event comes before its own handling, not before that of another.
RACE(postEvent_another) {
  Handling *receiver;
  Queued(
      step,
      [&] {
        receiver = new Handling;
        bool first = true;
        receiver->in_event = [&map, first]() mutable {
          if (first)
            WRITE;
          first = false;
        };
        return std::unique_ptr<QObject>(receiver);
      },
      [&] {
        QCoreApplication::postEvent(receiver, new QEvent(QEvent::User));
        WRITE;
        QCoreApplication::postEvent(receiver, new QEvent(QEvent::User));
      });
}

// --- promises and continuations: setContinuation, and what runs them (execute, runFunction)

SILENT(QPromise_finish, "catalog_release") {
  QPromise<void> promise;
  promise.start();
  QFuture<void> future = promise.future();
  InTurn(
      [&] {
        WRITE;
        promise.finish();
      },
      [&] {
        future.waitForFinished();
        WRITE;
      });
}
SILENT(QPromise_addResult, "catalog_release+catalog_lock") {
  QPromise<int> promise;
  promise.start();
  QFuture<int> future = promise.future();
  InTurn(
      [&] {
        WRITE;
        promise.addResult(1);
      },
      [&] {
        future.result();
        WRITE;
      });
  promise.finish();
}
RACE(QPromise_after_finish) {
  QPromise<void> promise;
  promise.start();
  QFuture<void> future = promise.future();
  InTurn(
      [&] {
        promise.finish();
        WRITE;
      },
      [&] {
        future.waitForFinished();
        WRITE;
      });
}
#define THEN_CASES(Name, Finish, Then)                                         \
  SILENT(Name, "catalog_body") {                                               \
    QPromise<void> promise;                                                    \
    promise.start();                                                           \
    auto future = promise.future();                                            \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Then;                                                                \
        },                                                                     \
        [&] {                                                                  \
          Finish;                                                              \
          promise.finish();                                                    \
        });                                                                    \
  }                                                                            \
  RACE(Name##_asked_before) {                                                  \
    QPromise<void> promise;                                                    \
    promise.start();                                                           \
    auto future = promise.future();                                            \
    InTurn(                                                                    \
        [&] {                                                                  \
          Then;                                                                \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Finish;                                                              \
          promise.finish();                                                    \
        });                                                                    \
  }                                                                            \
  SILENT(Name##_of_finished, "catalog_release") {                              \
    QPromise<void> promise;                                                    \
    promise.start();                                                           \
    auto future = promise.future();                                            \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Finish;                                                              \
          promise.finish();                                                    \
        },                                                                     \
        [&] { Then; });                                                        \
  }
THEN_CASES(then, , future.then([&] { WRITE; }))
THEN_CASES(onFailed, promise.setException(std::make_exception_ptr(1)),
           future.onFailed([&] { WRITE; }))
THEN_CASES(onFailed_by, promise.setException(std::make_exception_ptr(1)),
           future.onFailed([&](int) { WRITE; }))
THEN_CASES(onCanceled, future.cancel(), future.onCanceled([&] { WRITE; }))
SILENT(then_in_a_pool, "catalog_body", "catalog_release") {
  QThreadPool pool;
  QPromise<void> promise;
  promise.start();
  auto future = promise.future();
  WRITE;
  auto then = future.then(&pool, [&] { WRITE; });
  InTurn([&] { promise.finish(); },
         [&] {
           then.waitForFinished();
           WRITE;
         });
}
SILENT(then_in_a_context, "catalog_body") {
  QPromise<void> promise;
  promise.start();
  auto future = promise.future();
  Receiver *receiver;
  Queued(
      step,
      [&] {
        receiver = new Receiver([] {});
        return std::unique_ptr<Receiver>(receiver);
      },
      [&] {
        WRITE;
        future.then(receiver, [&] { WRITE; });
        promise.finish();
      });
}
SILENT(then_result, "catalog_release") {
  QPromise<void> promise;
  promise.start();
  auto then = promise.future().then([&] { WRITE; });
  InTurn([&] { promise.finish(); },
         [&] {
           then.waitForFinished();
           WRITE;
         });
}

// A watcher is told of its future's end in its own thread.
#define WATCHER_CASE(Kind, Before, After)                                      \
  Kind {                                                                       \
    QPromise<void> promise;                                                    \
    promise.start();                                                           \
    Queued(                                                                    \
        step,                                                                  \
        [&] {                                                                  \
          auto watcher = std::make_unique<QFutureWatcher<void>>();             \
          QObject::connect(watcher.get(), &QFutureWatcher<void>::finished,     \
                           watcher.get(), [&] { WRITE; });                     \
          watcher->setFuture(promise.future());                                \
          return watcher;                                                      \
        },                                                                     \
        [&] {                                                                  \
          Before;                                                              \
          promise.finish();                                                    \
          After;                                                               \
        });                                                                    \
  }
WATCHER_CASE(SILENT(watcher, "catalog_body", "catalog_release"), WRITE, )
WATCHER_CASE(RACE(watcher_after), , WRITE)
SILENT(watcher_of_several, "catalog_body", "catalog_release") {
  QPromise<void> promise, other;
  promise.start();
  other.start();
  Queued(
      step,
      [&] {
        auto watcher = std::make_unique<QFutureWatcher<void>>();
        QObject::connect(watcher.get(), &QFutureWatcher<void>::finished,
                         watcher.get(), [&] { WRITE; });
        watcher->setFuture(other.future());
        watcher->setFuture(promise.future());
        return watcher;
      },
      [&] {
        WRITE;
        promise.finish();
      });
  other.finish();
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
