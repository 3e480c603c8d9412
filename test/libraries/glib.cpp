// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 $(pkg-config --cflags --libs gio-2.0 gthread-2.0) && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 $(pkg-config --cflags --libs gio-2.0 gthread-2.0) && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what GLib synchronises orders what it guards, and nothing else.

#include "cases.h"
#include <functional>
#include <gio/gio.h>
#include <glib.h>

// A lock of any kind: under it, before it, after it, a failed try.
#define LOCK_CASES(Name, Object, Lock, Try, Unlock)                            \
  SILENT(Name##_guards, "catalog_lock") {                                      \
    Object m = Object##_NEW;                                                   \
    auto body = [&] {                                                          \
      Lock;                                                                    \
      WRITE;                                                                   \
      Unlock;                                                                  \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  SILENT(Name##_publishes, "catalog_lock") {                                   \
    Object m = Object##_NEW;                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Lock;                                                                \
          Unlock;                                                              \
        },                                                                     \
        [&] {                                                                  \
          if (!Try)                                                            \
            __builtin_abort();                                                 \
          Unlock;                                                              \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_unlock) {                                                  \
    Object m = Object##_NEW;                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          Lock;                                                                \
          Unlock;                                                              \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Lock;                                                                \
          WRITE;                                                               \
          Unlock;                                                              \
        });                                                                    \
  }                                                                            \
  RACE(Name##_fails, "catalog_try_fails") {                                    \
    Object m = Object##_NEW;                                                   \
    Together(                                                                  \
        [&] {                                                                  \
          Lock;                                                                \
          WRITE;                                                               \
          Unlock;                                                              \
          Lock;                                                                \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          Unlock;                                                              \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          if (Try)                                                             \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }

#define GMutex_NEW                                                             \
  {                                                                            \
  }
#define GRecMutex_NEW                                                          \
  {                                                                            \
  }
#define GRWLock_NEW                                                            \
  {                                                                            \
  }
#define gint_NEW 0
#define gpointer_NEW nullptr

LOCK_CASES(mutex, GMutex, g_mutex_lock(&m), g_mutex_trylock(&m),
           g_mutex_unlock(&m))
LOCK_CASES(rec_mutex, GRecMutex, g_rec_mutex_lock(&m), g_rec_mutex_trylock(&m),
           g_rec_mutex_unlock(&m))
LOCK_CASES(writer, GRWLock, g_rw_lock_writer_lock(&m),
           g_rw_lock_writer_trylock(&m), g_rw_lock_writer_unlock(&m))
LOCK_CASES(bit, gint, g_bit_lock(&m, 3), g_bit_trylock(&m, 3),
           g_bit_unlock(&m, 3))
LOCK_CASES(pointer_bit, gpointer, g_pointer_bit_lock(&m, 1),
           g_pointer_bit_trylock(&m, 1), g_pointer_bit_unlock(&m, 1))

RACE(another_bit) {
  gint m = 0;
  InTurn(
      [&] {
        g_bit_lock(&m, 0);
        WRITE;
        g_bit_unlock(&m, 0);
      },
      [&] {
        g_bit_lock(&m, 1);
        WRITE;
        g_bit_unlock(&m, 1);
      });
}
SILENT(two_bits_at_once, "catalog_lock") {
  gint m = 0;
  InTurn(
      [&] {
        g_bit_lock(&m, 1);
        WRITE;
        g_bit_unlock(&m, 1);
      },
      [&] {
        g_bit_lock(&m, 0);
        g_bit_lock(&m, 1);
        WRITE;
        g_bit_unlock(&m, 1);
        g_bit_unlock(&m, 0);
      });
}
SILENT(recursion, "catalog_lock") {
  GRecMutex m = {};
  auto body = [&] {
    g_rec_mutex_lock(&m);
    g_rec_mutex_lock(&m);
    g_rec_mutex_unlock(&m);
    WRITE;
    g_rec_mutex_unlock(&m);
  };
  InTurn(body, body);
}

SILENT(reader_after_writer, "catalog_lock") {
  GRWLock m = {};
  InTurn(
      [&] {
        g_rw_lock_writer_lock(&m);
        WRITE;
        g_rw_lock_writer_unlock(&m);
      },
      [&] {
        g_rw_lock_reader_lock(&m);
        READ;
        g_rw_lock_reader_unlock(&m);
      },
      [&] {
        if (!g_rw_lock_reader_trylock(&m))
          __builtin_abort();
        READ;
        g_rw_lock_reader_unlock(&m);
      },
      [&] {
        g_rw_lock_writer_lock(&m);
        WRITE;
        g_rw_lock_writer_unlock(&m);
      });
}
RACE(readers) {
  GRWLock m = {};
  auto body = [&] {
    g_rw_lock_reader_lock(&m);
    WRITE;
    g_rw_lock_reader_unlock(&m);
  };
  InTurn(body, body);
}
RACE(reader_try_fails, "catalog_try_fails") {
  GRWLock m = {};
  Together(
      [&] {
        g_rw_lock_writer_lock(&m);
        WRITE;
        g_rw_lock_writer_unlock(&m);
        g_rw_lock_writer_lock(&m);
        step.Done();
        step.WaitFor(2);
        g_rw_lock_writer_unlock(&m);
      },
      [&] {
        step.WaitFor(1);
        if (g_rw_lock_reader_trylock(&m))
          __builtin_abort();
        READ;
        step.Done();
      });
}

// A lock that was initialised anew, or cleared, orders nothing.
#define LIFE_CASES(Name, Object, Init, Clear, Lock, Unlock)                    \
  RACE(Name##_initialised_anew, "life_of_object") {                            \
    Object m = {};                                                             \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Lock(&m);                                                            \
          Unlock(&m);                                                          \
        },                                                                     \
        [&] {                                                                  \
          m = {};                                                              \
          Init(&m);                                                            \
          Lock(&m);                                                            \
          WRITE;                                                               \
          Unlock(&m);                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_cleared, "life_of_init") {                                       \
    Object m = {};                                                             \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Lock(&m);                                                            \
          Unlock(&m);                                                          \
        },                                                                     \
        [&] {                                                                  \
          Clear(&m);                                                           \
          m = {};                                                              \
          Lock(&m);                                                            \
          WRITE;                                                               \
          Unlock(&m);                                                          \
        });                                                                    \
  }
LIFE_CASES(mutex, GMutex, g_mutex_init, g_mutex_clear, g_mutex_lock,
           g_mutex_unlock)
LIFE_CASES(rec_mutex, GRecMutex, g_rec_mutex_init, g_rec_mutex_clear,
           g_rec_mutex_lock, g_rec_mutex_unlock)
LIFE_CASES(rw_lock, GRWLock, g_rw_lock_init, g_rw_lock_clear,
           g_rw_lock_writer_lock, g_rw_lock_writer_unlock)

// --- conditions

#define WAIT_CASES(Name, Wait)                                                 \
  SILENT(Name, "catalog_wait") {                                               \
    GMutex m = {};                                                             \
    GCond c = {};                                                              \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          g_mutex_lock(&m);                                                    \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          WRITE;                                                               \
          g_mutex_unlock(&m);                                                  \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          g_mutex_lock(&m); /* not before the wait */                          \
          WRITE;                                                               \
          ready = true;                                                        \
          g_cond_signal(&c);                                                   \
          g_mutex_unlock(&m);                                                  \
        });                                                                    \
  }                                                                            \
  SILENT(Name##_releases, "catalog_wait") {                                    \
    GMutex m = {};                                                             \
    GCond c = {};                                                              \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          g_mutex_lock(&m);                                                    \
          WRITE;                                                               \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          g_mutex_unlock(&m);                                                  \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          g_mutex_lock(&m);                                                    \
          WRITE;                                                               \
          ready = true;                                                        \
          g_cond_broadcast(&c);                                                \
          g_mutex_unlock(&m);                                                  \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_unlock) {                                                  \
    GMutex m = {};                                                             \
    GCond c = {};                                                              \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          g_mutex_lock(&m);                                                    \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          g_mutex_unlock(&m);                                                  \
          step.WaitFor(2);                                                     \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          g_mutex_lock(&m);                                                    \
          ready = true;                                                        \
          g_cond_signal(&c);                                                   \
          g_mutex_unlock(&m);                                                  \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }
WAIT_CASES(cond_wait, g_cond_wait(&c, &m))
WAIT_CASES(cond_wait_until, g_cond_wait_until(&c, &m, G_MAXINT64))

// --- once

SILENT(once, "once") {
  auto &once = *new GOnce G_ONCE_INIT;
  auto body = [&] {
    g_once(
        &once,
        [](gpointer data) -> gpointer {
          auto &map = *static_cast<cases::Map *>(data);
          WRITE;
          return nullptr;
        },
        &map);
    READ;
  };
  InTurn(body, body, body);
}
// What comes before the call that runs the function, too.
SILENT(once_publishes_the_past, "once") {
  auto &once = *new GOnce G_ONCE_INIT;
  auto nothing = [](gpointer) -> gpointer { return nullptr; };
  InTurn(
      [&] {
        WRITE;
        g_once(&once, nothing, nullptr);
      },
      [&] {
        g_once_impl(&once, nothing, nullptr);
        WRITE;
      });
}
// Those who find it done publish nothing.
RACE(once_by_the_second) {
  auto &once = *new GOnce G_ONCE_INIT;
  auto nothing = [](gpointer) -> gpointer { return nullptr; };
  InTurn([&] { g_once_impl(&once, nothing, nullptr); },
         [&] {
           WRITE;
           g_once_impl(&once, nothing, nullptr);
         },
         [&] {
           g_once_impl(&once, nothing, nullptr);
           WRITE;
         });
}
// What the function synchronises counts.
SILENT(once_function_locks, "catalog_lock", "library_calls_back") {
  auto &once = *new GOnce G_ONCE_INIT;
  static GMutex m;
  InTurn(
      [&] {
        g_mutex_lock(&m);
        WRITE;
        g_mutex_unlock(&m);
      },
      [&] {
        g_once(
            &once,
            [](gpointer data) -> gpointer {
              auto &map = *static_cast<cases::Map *>(data);
              g_mutex_lock(&m);
              WRITE;
              g_mutex_unlock(&m);
              return nullptr;
            },
            &map);
      },
      [&] {
        g_mutex_lock(&m);
        WRITE;
        g_mutex_unlock(&m);
      });
}
SILENT(once_init, "catalog_release") {
  auto &location = *new gsize(0);
  auto body = [&] {
    if (g_once_init_enter(&location)) {
      WRITE;
      g_once_init_leave(&location, 1);
    }
    READ;
  };
  InTurn(body, body);
}
RACE(once_init_after) {
  auto &location = *new gsize(0);
  auto body = [&] {
    if (g_once_init_enter(&location))
      g_once_init_leave(&location, 1);
    WRITE;
  };
  InTurn(body, body);
}

// --- threads

SILENT(thread, "thread_create", "thread_join") {
  WRITE;
  GThread *thread = g_thread_new(
      "t",
      [](gpointer data) -> gpointer {
        auto &map = *static_cast<cases::Map *>(data);
        WRITE;
        return nullptr;
      },
      &map);
  g_thread_join(thread);
  WRITE;
}
RACE(thread_not_joined) {
  struct Both {
    cases::Map *map;
    cases::Step *step;
  } both = {&map, &step};
  GThread *thread = g_thread_new(
      "t",
      [](gpointer data) -> gpointer {
        auto &map = *static_cast<Both *>(data)->map;
        WRITE;
        static_cast<Both *>(data)->step->Done();
        return nullptr;
      },
      &both);
  step.WaitFor(1);
  WRITE;
  g_thread_join(thread);
}

// --- pools

namespace {
struct Task {
  cases::Map *map;
  cases::Step *step;
  int wait_for;
};
void Work(gpointer data, gpointer) {
  auto *task = static_cast<Task *>(data);
  auto &map = *task->map;
  task->step->WaitFor(task->wait_for);
  WRITE;
  task->step->Done();
}
GThreadPool *Pool(int threads, bool exclusive, GFunc function = Work) {
  return g_thread_pool_new(function, nullptr, threads, exclusive, nullptr);
}
} // namespace

SILENT(pool, "catalog_body", "catalog_join") {
  GThreadPool *pool = Pool(1, false);
  WRITE;
  Task task = {&map, &step, 0};
  g_thread_pool_push(pool, &task, nullptr);
  g_thread_pool_free(pool, FALSE, TRUE);
  WRITE;
}
SILENT(pool_of_its_own_threads, "catalog_body", "catalog_join") {
  GThreadPool *pool = Pool(2, true);
  WRITE;
  Task task = {&map, &step, 0};
  g_thread_pool_push(pool, &task, nullptr);
  g_thread_pool_free(pool, FALSE, TRUE);
  WRITE;
}
SILENT(pool_full, "catalog_body", "catalog_join") {
  GThreadPool *pool = g_thread_pool_new_full(
      [](gpointer data, gpointer) {
        auto &map = *static_cast<cases::Map *>(data);
        WRITE;
      },
      nullptr, nullptr, 1, TRUE, nullptr);
  WRITE;
  g_thread_pool_push(pool, &map, nullptr);
  g_thread_pool_free(pool, FALSE, TRUE);
  WRITE;
}
RACE(pool_not_waited_for) {
  GThreadPool *pool = Pool(1, false);
  Task task = {&map, &step, 0};
  g_thread_pool_push(pool, &task, nullptr);
  step.WaitFor(1);
  WRITE;
  g_thread_pool_free(pool, FALSE, TRUE);
}
RACE(pool_after_push) {
  GThreadPool *pool = Pool(1, false);
  Task task = {&map, &step, 1};
  g_thread_pool_push(pool, &task, nullptr);
  WRITE;
  step.Done();
  g_thread_pool_free(pool, FALSE, TRUE);
}
// The threads of a pool know nothing of who created it.
RACE(pool_of_two_clients, "catalog_thread") {
  GThreadPool *pool;
  Task task = {&map, &step, 0};
  InTurn(
      [&] {
        WRITE;
        pool = Pool(1, true);
        g_thread_pool_set_max_threads(pool, 2, nullptr);
      },
      [&] {
        g_thread_pool_push(pool, &task, nullptr);
        step.WaitFor(1);
      });
  g_thread_pool_free(pool, FALSE, TRUE);
}
RACE(pool_of_somebody_else) {
  GThreadPool *pool = Pool(1, true), *other = Pool(1, true);
  // In memory of its own: what is pushed from where a task of another pool lay
  // may be that one's, too, for all that is known, and then every pool waits for
  // it.
  auto *task = new Task{&map, &step, 0};
  g_thread_pool_push(pool, task, nullptr);
  step.WaitFor(1);
  g_thread_pool_free(other, FALSE, TRUE);
  WRITE;
  g_thread_pool_free(pool, FALSE, TRUE);
}
RACE(pool_two_tasks) {
  GThreadPool *pool = Pool(2, true, [](gpointer data, gpointer) {
    static_cast<Task *>(data)->step->Done(); // both are under way at once
    Work(data, nullptr);
  });
  Task a = {&map, &step, 2}, b = {&map, &step, 3};
  g_thread_pool_push(pool, &a, nullptr);
  g_thread_pool_push(pool, &b, nullptr);
  g_thread_pool_free(pool, FALSE, TRUE);
}
// What a task locks counts.
SILENT(pool_task_locks, "catalog_lock") {
  static GMutex m;
  GThreadPool *pool = Pool(1, true, [](gpointer data, gpointer) {
    auto *task = static_cast<Task *>(data);
    auto &map = *task->map;
    task->step->WaitFor(task->wait_for);
    g_mutex_lock(&m);
    WRITE;
    g_mutex_unlock(&m);
    task->step->Done();
  });
  Task task = {&map, &step, 1};
  g_thread_pool_push(pool, &task, nullptr);
  g_mutex_lock(&m);
  WRITE;
  g_mutex_unlock(&m);
  step.Done();
  step.WaitFor(2);
  g_mutex_lock(&m);
  WRITE;
  g_mutex_unlock(&m);
  g_thread_pool_free(pool, FALSE, TRUE);
}

// --- queues

static gint InOrder(gconstpointer, gconstpointer, gpointer) { return 1; }

// Through any push, any pop: the element's producer comes before its consumer.
#define QUEUE_CASES(Name, Push, Pop)                                           \
  SILENT(Name, "catalog_release") {                                            \
    GAsyncQueue *q = g_async_queue_new();                                      \
    gpointer item = g_malloc(8);                                               \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Push;                                                                \
        },                                                                     \
        [&] {                                                                  \
          if (Pop != item)                                                     \
            __builtin_abort();                                                 \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_push) {                                                    \
    GAsyncQueue *q = g_async_queue_new();                                      \
    gpointer item = g_malloc(8);                                               \
    InTurn(                                                                    \
        [&] {                                                                  \
          Push;                                                                \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          if (Pop != item)                                                     \
            __builtin_abort();                                                 \
          WRITE;                                                               \
        });                                                                    \
  }
// (Between lock and unlock the queue's own lock orders the calls.)
QUEUE_CASES(push_pop, g_async_queue_push(q, item), g_async_queue_pop(q))
QUEUE_CASES(push_front_try_pop, g_async_queue_push_front(q, item),
            g_async_queue_try_pop(q))
QUEUE_CASES(push_sorted_timeout_pop,
            g_async_queue_push_sorted(q, item, InOrder, nullptr),
            g_async_queue_timeout_pop(q, 1))
QUEUE_CASES(push_unlocked_pop_unlocked, g_async_queue_push_unlocked(q, item),
            g_async_queue_pop_unlocked(q))
QUEUE_CASES(push_front_unlocked_try_pop_unlocked,
            g_async_queue_push_front_unlocked(q, item),
            g_async_queue_try_pop_unlocked(q))
QUEUE_CASES(push_sorted_unlocked_timeout_pop_unlocked,
            g_async_queue_push_sorted_unlocked(q, item, InOrder, nullptr),
            g_async_queue_timeout_pop_unlocked(q, 1))
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
QUEUE_CASES(timed_pop, g_async_queue_push(q, item),
            g_async_queue_timed_pop(q, nullptr))
QUEUE_CASES(timed_pop_unlocked, g_async_queue_push(q, item),
            g_async_queue_timed_pop_unlocked(q, nullptr))
G_GNUC_END_IGNORE_DEPRECATIONS

RACE(queue_another_item) {
  GAsyncQueue *q = g_async_queue_new();
  gpointer first = g_malloc(8), second = g_malloc(8);
  InTurn([&] { g_async_queue_push(q, first); },
         [&] {
           WRITE;
           g_async_queue_push(q, second);
         },
         [&] {
           if (g_async_queue_pop(q) != first)
             __builtin_abort();
           WRITE;
         });
}
SILENT(queue_lock, "catalog_lock") {
  GAsyncQueue *q = g_async_queue_new();
  auto body = [&] {
    g_async_queue_lock(q);
    WRITE;
    g_async_queue_unlock(q);
  };
  InTurn(body, body);
}

// --- main loops: who attaches a source comes before its callback

namespace {
struct Callback {
  cases::Map *map;
  gboolean again = FALSE;
};
gboolean Called(gpointer data) {
  auto &map = *static_cast<Callback *>(data)->map;
  WRITE;
  return static_cast<Callback *>(data)->again;
}
void CalledOnce(gpointer data) { Called(data); }
void Destroyed(gpointer data) {
  auto &map = *static_cast<Callback *>(data)->map;
  WRITE;
}
gboolean Nothing(gpointer) { return FALSE; }
void Dispatch(GMainContext *context) {
  while (!g_main_context_iteration(context, TRUE)) {
  }
}
} // namespace

#define SOURCE_CASES(Name, Attach)                                             \
  SILENT(Name, "catalog_body") {                                               \
    Callback data = {&map};                                                    \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Attach;                                                              \
        },                                                                     \
        [] { Dispatch(nullptr); });                                            \
  }                                                                            \
  RACE(Name##_after) {                                                         \
    Callback data = {&map};                                                    \
    InTurn(                                                                    \
        [&] {                                                                  \
          Attach;                                                              \
          WRITE;                                                               \
        },                                                                     \
        [] { Dispatch(nullptr); });                                            \
  }
SOURCE_CASES(idle_add, g_idle_add(Called, &data))
SOURCE_CASES(idle_add_full, g_idle_add_full(0, Called, &data, nullptr))
SOURCE_CASES(idle_add_once, g_idle_add_once(CalledOnce, &data))
SOURCE_CASES(timeout_add, g_timeout_add(0, Called, &data))
SOURCE_CASES(timeout_add_full, g_timeout_add_full(0, 0, Called, &data, nullptr))
SOURCE_CASES(timeout_add_once, g_timeout_add_once(0, CalledOnce, &data))
SOURCE_CASES(timeout_add_seconds, g_timeout_add_seconds(0, Called, &data))
SOURCE_CASES(timeout_add_seconds_full,
             g_timeout_add_seconds_full(0, 0, Called, &data, nullptr))
#if GLIB_CHECK_VERSION(2, 78, 0)
SOURCE_CASES(timeout_add_seconds_once,
             g_timeout_add_seconds_once(0, CalledOnce, &data))
#endif

// The context is another thread's, or they would call it at once.
#define INVOKE_BODY(First, Second)                                             \
  {                                                                            \
    Callback data = {&map};                                                    \
    Together(                                                                  \
        [&] {                                                                  \
          g_main_context_acquire(nullptr);                                     \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          Dispatch(nullptr);                                                   \
          g_main_context_release(nullptr);                                     \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          First;                                                               \
          Second;                                                              \
          step.Done();                                                         \
        });                                                                    \
  }
#define INVOKE_CASES(Name, Invoke)                                             \
  SILENT(Name, "catalog_body")                                                 \
  INVOKE_BODY(WRITE, Invoke) RACE(Name##_after) INVOKE_BODY(Invoke, WRITE)
INVOKE_CASES(context_invoke, g_main_context_invoke(nullptr, Called, &data))
INVOKE_CASES(context_invoke_full,
             g_main_context_invoke_full(nullptr, 0, Called, &data, nullptr))

// Without data it is the function that tells.
static cases::Map *map_of_function;
SILENT(idle_without_data, "catalog_body") {
  map_of_function = &map;
  InTurn(
      [&] {
        WRITE;
        g_idle_add(
            [](gpointer) -> gboolean {
              auto &map = *map_of_function;
              WRITE;
              return FALSE;
            },
            nullptr);
      },
      [] { Dispatch(nullptr); });
}
RACE(idle_without_data_another_function) {
  map_of_function = &map;
  InTurn(
      [] {
        g_idle_add(
            [](gpointer) -> gboolean {
              auto &map = *map_of_function;
              WRITE;
              return FALSE;
            },
            nullptr);
      },
      [&] {
        WRITE;
        g_idle_add(Nothing, nullptr);
      },
      [] { Dispatch(nullptr); });
}
RACE(idle_other_data) {
  Callback data = {&map};
  int other;
  InTurn([&] { g_idle_add(Called, &data); },
         [&] {
           WRITE;
           g_idle_add(Nothing, &other);
         },
         [] { Dispatch(nullptr); });
}
// The function that destroys the data comes after the callbacks, whoever calls
// it.
SILENT(source_removed, "catalog_body", "catalog_join") {
  Callback data = {&map, TRUE};
  guint id;
  InTurn(
      [&] {
        WRITE;
        id = g_idle_add_full(0, Called, &data, Destroyed);
      },
      [] { Dispatch(nullptr); }, [&] { g_source_remove(id); });
}
SILENT(source_never_called, "catalog_body") {
  Callback data = {&map, TRUE};
  guint id;
  InTurn(
      [&] {
        WRITE;
        id = g_timeout_add_full(0, 1000000, Called, &data, Destroyed);
      },
      [&] { g_source_remove(id); });
}
RACE(callbacks_of_two_loops) {
  GMainContext *context = g_main_context_new();
  Callback a = {&map}, b = {&map};
  GSource *source = g_idle_source_new();
  g_source_set_callback(source, Called, &b, nullptr);
  g_source_attach(source, context);
  g_idle_add(Called, &a);
  InTurn([] { Dispatch(nullptr); }, [&] { Dispatch(context); });
}
// What a callback locks counts.
SILENT(callback_locks, "catalog_lock") {
  static GMutex m;
  InTurn(
      [&] {
        g_idle_add(
            [](gpointer data) -> gboolean {
              auto &map = *static_cast<cases::Map *>(data);
              g_mutex_lock(&m);
              WRITE;
              g_mutex_unlock(&m);
              return FALSE;
            },
            &map);
      },
      [] { Dispatch(nullptr); },
      [&] {
        g_mutex_lock(&m);
        WRITE;
        g_mutex_unlock(&m);
      });
}

// A source: who sets its callback, and who attaches it.
SILENT(source_callback_set, "catalog_body") {
  Callback data = {&map};
  GSource *source = g_idle_source_new();
  InTurn(
      [&] {
        WRITE;
        g_source_set_callback(source, Called, &data, nullptr);
      },
      [&] {
        mapsan_ignore_begin(); // of what orders these two, nothing
        g_source_attach(source, nullptr);
        mapsan_ignore_end();
      },
      [] { Dispatch(nullptr); });
}
SILENT(source_attached, "catalog_body") {
  Callback data = {&map};
  GSource *source = g_idle_source_new();
  InTurn([&] { g_source_set_callback(source, Called, &data, nullptr); },
         [&] {
           WRITE;
           g_source_attach(source, nullptr);
         },
         [] { Dispatch(nullptr); });
}
RACE(source_after_attach) {
  Callback data = {&map};
  GSource *source = g_idle_source_new();
  InTurn(
      [&] {
        g_source_set_callback(source, Called, &data, nullptr);
        g_source_attach(source, nullptr);
        WRITE;
      },
      [] { Dispatch(nullptr); });
}
RACE(source_another_attached) {
  Callback data = {&map}, nothing;
  GSource *source = g_idle_source_new(), *other = g_idle_source_new();
  g_source_set_callback(source, Called, &data, nullptr);
  g_source_set_callback(other, Nothing, &nothing, nullptr);
  InTurn([&] { g_source_attach(source, nullptr); },
         [&] {
           WRITE;
           g_source_attach(other, nullptr);
         },
         [] { Dispatch(nullptr); });
}
// The same data for two of them: which one was attached does not matter.
SILENT(source_of_several, "catalog_body") {
  Callback data = {&map};
  GSource *source = g_idle_source_new(), *other = g_idle_source_new();
  InTurn([&] { g_source_set_callback(source, Called, &data, nullptr); },
         [&] {
           WRITE;
           g_source_attach(source, nullptr);
         },
         [&] { g_source_set_callback(other, Called, &data, nullptr); },
         [] { Dispatch(nullptr); });
}
SILENT(source_of_several_attached_last, "catalog_body") {
  Callback data = {&map};
  GSource *source = g_idle_source_new(), *other = g_idle_source_new();
  g_source_set_callback(other, Called, &data, nullptr);
  InTurn([&] { g_source_set_callback(source, Called, &data, nullptr); },
         [&] {
           WRITE;
           g_source_attach(source, nullptr);
         },
         [] { Dispatch(nullptr); });
}

// Who ends a loop comes before what follows it.
namespace {
gboolean Running(gpointer step) {
  static_cast<cases::Step *>(step)->Done();
  return FALSE;
}
} // namespace
SILENT(loop_quit, "catalog_release") {
  GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
  g_idle_add(Running, &step);
  Together(
      [&] {
        g_main_loop_run(loop);
        WRITE;
      },
      [&] {
        step.WaitFor(1);
        WRITE;
        g_main_loop_quit(loop);
      });
}
RACE(loop_after_quit) {
  GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
  g_idle_add(Running, &step);
  Together(
      [&] {
        g_main_loop_run(loop);
        step.WaitFor(2);
        WRITE;
      },
      [&] {
        step.WaitFor(1);
        g_main_loop_quit(loop);
        WRITE;
        step.Done();
      });
}
// A source of a type of its own, whose functions nobody passes on: what it
// does, synchronisation and threads included, is the program's.
SILENT(loop_of_own_sources, "thread_create", "catalog_calls_back") {
  struct Source {
    GSource source;
    cases::Map *map;
    GMainLoop *loop;
  };
  static GMutex m;
  static GSourceFuncs functions = {
      [](GSource *, gint *) -> gboolean { return TRUE; },
      [](GSource *) -> gboolean { return TRUE; },
      [](GSource *source, GSourceFunc, gpointer) -> gboolean {
        auto *self = reinterpret_cast<Source *>(source);
        auto &map = *self->map;
        WRITE;
        cases::Thread thread([&] { READ; });
        thread.Join();
        g_mutex_lock(&m);
        g_mutex_unlock(&m);
        g_main_loop_quit(self->loop);
        return FALSE;
      },
      nullptr,
      nullptr,
      nullptr};
  auto *source =
      reinterpret_cast<Source *>(g_source_new(&functions, sizeof(Source)));
  source->map = &map;
  source->loop = g_main_loop_new(nullptr, FALSE);
  g_source_attach(&source->source, nullptr);
  InTurn([&] { g_main_loop_run(source->loop); },
         [&] {
           g_mutex_lock(&m);
           WRITE;
           g_mutex_unlock(&m);
         });
}

// --- tasks

namespace {
void InThread(GTask *task, gpointer, gpointer data, GCancellable *) {
  auto &map = *static_cast<Callback *>(data)->map;
  WRITE;
  g_task_return_boolean(task, TRUE);
}
void Ready(GObject *, GAsyncResult *, gpointer data) {
  auto *callback = static_cast<Callback *>(data);
  auto &map = *callback->map;
  WRITE;
  callback->again = TRUE;
}
void Leave(GObject *, GAsyncResult *, gpointer data) {
  static_cast<Callback *>(data)->again = TRUE;
}
GTask *Task(GAsyncReadyCallback ready, Callback *data) {
  GTask *task = g_task_new(nullptr, nullptr, ready, data);
  g_task_set_task_data(task, data, nullptr);
  return task;
}
} // namespace
// (That the loop is woken up is an eventfd's hand-over, too.)
SILENT(task_in_thread, "catalog_body", "catalog_release+eventfd") {
  Callback data = {&map};
  GTask *task = Task(Ready, &data);
  WRITE;
  g_task_run_in_thread(task, InThread);
  while (!data.again)
    Dispatch(nullptr);
}
RACE(task_after_run) {
  static cases::Step *turns;
  turns = &step;
  Callback data = {&map};
  GTask *task = Task(Leave, &data);
  g_task_run_in_thread(
      task, [](GTask *task, gpointer, gpointer data, GCancellable *) {
        turns->WaitFor(1);
        InThread(task, nullptr, data, nullptr);
      });
  WRITE;
  step.Done();
  while (!data.again)
    Dispatch(nullptr);
}
SILENT(task_in_thread_sync, "catalog_body", "catalog_join") {
  Callback data = {&map};
  GTask *task = Task(nullptr, &data);
  WRITE;
  g_task_run_in_thread_sync(task, InThread);
  WRITE;
}
SILENT(task_source, "catalog_body") {
  map_of_function = &map;
  GTask *task = Task(nullptr, nullptr);
  InTurn(
      [&] {
        WRITE;
        g_task_attach_source(task, g_idle_source_new(),
                             [](gpointer) -> gboolean {
                               auto &map = *map_of_function;
                               WRITE;
                               return FALSE;
                             });
      },
      [] { Dispatch(nullptr); });
}
#define TASK_CASES(Name, Return, Propagate)                                    \
  SILENT(Name, "catalog_release") {                                            \
    GTask *task = g_task_new(nullptr, nullptr, nullptr, nullptr);              \
    GError *error = nullptr;                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Return;                                                              \
        },                                                                     \
        [&] {                                                                  \
          Propagate;                                                           \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after) {                                                         \
    GTask *task = g_task_new(nullptr, nullptr, nullptr, nullptr);              \
    GError *error = nullptr;                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          Return;                                                              \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Propagate;                                                           \
          WRITE;                                                               \
        });                                                                    \
  }
TASK_CASES(task_pointer, g_task_return_pointer(task, nullptr, nullptr),
           g_task_propagate_pointer(task, &error))
TASK_CASES(task_boolean, g_task_return_boolean(task, TRUE),
           g_task_propagate_boolean(task, &error))
TASK_CASES(task_int, g_task_return_int(task, 1),
           g_task_propagate_int(task, &error))
static GError *AnError() {
  return g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "%s", "so it goes");
}
TASK_CASES(task_error, g_task_return_error(task, AnError()),
           g_task_propagate_pointer(task, &error))
TASK_CASES(task_new_error,
           g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                                   "so it goes"),
           g_task_propagate_pointer(task, &error))
#define VALUE                                                                  \
  GValue value = G_VALUE_INIT;                                                 \
  g_value_init(&value, G_TYPE_INT)
TASK_CASES(task_value, VALUE;
           g_task_return_value(task, &value), GValue value = G_VALUE_INIT;
           g_task_propagate_value(task, &value, &error))
#define CANCELLED_CASE(Name, Kind, First, Second)                              \
  Kind {                                                                       \
    GCancellable *cancellable = g_cancellable_new();                           \
    GTask *task = g_task_new(nullptr, cancellable, nullptr, nullptr);          \
    GError *error = nullptr;                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          g_cancellable_cancel(cancellable);                                   \
          First;                                                               \
          Second;                                                              \
        },                                                                     \
        [&] {                                                                  \
          g_task_propagate_pointer(task, &error);                              \
          WRITE;                                                               \
        });                                                                    \
  }
CANCELLED_CASE(task_cancelled, SILENT(task_cancelled, "catalog_release"), WRITE,
               g_task_return_error_if_cancelled(task))
CANCELLED_CASE(task_cancelled_after, RACE(task_cancelled_after),
               g_task_return_error_if_cancelled(task), WRITE)

// --- counted references

#define REFERENCE_CASES(Name, Object, New, Copy, GiveUp)                       \
  SILENT(Name##_last, "catalog_release", "stop_callback") {                    \
    std::function<void()> gone = [&] { WRITE; };                               \
    Object *object = New;                                                      \
    (void)Copy;                                                                \
    InTurn(                                                                    \
        [&] {                                                                  \
          READ;                                                                \
          GiveUp;                                                              \
        },                                                                     \
        [&] { GiveUp; });                                                      \
  }                                                                            \
  RACE(Name##_after) {                                                         \
    std::function<void()> gone = [&] { WRITE; };                               \
    Object *object = New;                                                      \
    (void)Copy;                                                                \
    InTurn(                                                                    \
        [&] {                                                                  \
          GiveUp;                                                              \
          READ;                                                                \
        },                                                                     \
        [&] { GiveUp; });                                                      \
  }
static void Gone(gpointer function) {
  (*static_cast<std::function<void()> *>(function))();
}
static GObject *NewObject(std::function<void()> *gone) {
  auto *object = static_cast<GObject *>(g_object_new(G_TYPE_OBJECT, nullptr));
  g_object_set_data_full(object, "gone", gone, Gone);
  return object;
}
static GClosure *NewClosure(std::function<void()> *gone) {
  GClosure *closure = g_closure_new_simple(sizeof(GClosure), nullptr);
  g_closure_add_finalize_notifier(
      closure, gone, [](gpointer data, GClosure *) { Gone(data); });
  g_closure_ref(closure);
  g_closure_sink(closure);
  return closure;
}
static GArray *NewArray(std::function<void()> *gone) {
  GArray *array = g_array_new(FALSE, FALSE, sizeof gone);
  g_array_append_val(array, gone);
  g_array_set_clear_func(
      array, [](gpointer element) { Gone(*static_cast<gpointer *>(element)); });
  return array;
}
static GPtrArray *NewPtrArray(std::function<void()> *gone) {
  GPtrArray *array = g_ptr_array_new_with_free_func(Gone);
  g_ptr_array_add(array, gone);
  return array;
}
static gpointer *NewBox(std::function<void()> *gone) {
  auto *box = g_atomic_rc_box_new0(gpointer);
  *box = gone;
  return box;
}
REFERENCE_CASES(g_object_unref, GObject, NewObject(&gone), g_object_ref(object),
                g_object_unref(object))
REFERENCE_CASES(g_closure_unref, GClosure, NewClosure(&gone),
                g_closure_ref(object), g_closure_unref(object))
REFERENCE_CASES(g_bytes_unref, GBytes,
                g_bytes_new_with_free_func(&gone, 1, Gone, &gone),
                g_bytes_ref(object), g_bytes_unref(object))
REFERENCE_CASES(g_array_unref, GArray, NewArray(&gone), g_array_ref(object),
                g_array_unref(object))
REFERENCE_CASES(g_ptr_array_unref, GPtrArray, NewPtrArray(&gone),
                g_ptr_array_ref(object), g_ptr_array_unref(object))
REFERENCE_CASES(g_atomic_rc_box_release_full, gpointer, NewBox(&gone),
                g_atomic_rc_box_acquire(object),
                g_atomic_rc_box_release_full(object, [](gpointer box) {
                  Gone(*static_cast<gpointer *>(box));
                }))

SILENT(g_atomic_rc_box_release, "catalog_release") {
  std::function<void()> gone = [&] { WRITE; };
  gpointer *box = NewBox(&gone);
  g_atomic_rc_box_acquire(box);
  InTurn(
      [&] {
        READ;
        g_atomic_rc_box_release(box);
      },
      [&] {
        g_atomic_rc_box_release_full(
            box, [](gpointer last) { Gone(*static_cast<gpointer *>(last)); });
      });
}
SILENT(g_atomic_ref_count_dec, "catalog_release") {
  gatomicrefcount count;
  g_atomic_ref_count_init(&count);
  g_atomic_ref_count_inc(&count);
  InTurn(
      [&] {
        READ;
        if (g_atomic_ref_count_dec(&count))
          __builtin_abort();
      },
      [&] {
        if (g_atomic_ref_count_dec(&count))
          WRITE;
      });
}
RACE(g_atomic_ref_count_dec_not_last, "catalog_try_fails") {
  gatomicrefcount count;
  g_atomic_ref_count_init(&count);
  g_atomic_ref_count_inc(&count);
  g_atomic_ref_count_inc(&count);
  InTurn(
      [&] {
        READ;
        (void)g_atomic_ref_count_dec(&count);
      },
      [&] {
        (void)g_atomic_ref_count_dec(&count);
        WRITE;
      });
}

int main(int argc, char **argv) {
  // Pools do not hand threads on to each other: what one of them knows would
  // depend on when it went idle.
  g_thread_pool_set_max_unused_threads(0);
  return RunCases(argc, argv);
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
