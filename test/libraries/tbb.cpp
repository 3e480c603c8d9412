// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 -ltbb && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 -ltbb && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what oneTBB synchronises orders what it guards, and nothing else.

#include "cases.h"
#include <algorithm>
#include <atomic>
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/null_mutex.h>
#include <oneapi/tbb/null_rw_mutex.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_for_each.h>
#include <oneapi/tbb/parallel_invoke.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/queuing_rw_mutex.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/spin_mutex.h>
#include <oneapi/tbb/spin_rw_mutex.h>
#include <oneapi/tbb/task.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#include <optional>
#include <vector>

// At least two threads take part, whatever the machine.
static tbb::global_control four(tbb::global_control::max_allowed_parallelism,
                                4);

namespace {
// Who takes part in an algorithm waits for another thread to do so too: by what
// MapSan does not see.
class Pair {
public:
  // Both are inside before either does anything; then in turn.
  template <class Function> void operator()(Function function) {
    int turn = Arrive();
    step_.WaitFor(turn == 1 ? 2 : 3);
    function();
    step_.Done();
  }

private:
  int Arrive() {
    int mine = __atomic_add_fetch(&arrived_, 1, __ATOMIC_RELAXED);
    step_.Done();
    return mine;
  }
  int arrived_ = 0;
  invisible::Step step_;
};
} // namespace

// --- algorithms, by r1::spawn, r1::execute_and_wait, r1::wait: what comes before and after them; two bodies at once

SILENT(parallel_for_before_and_after, "catalog_body") {
  WRITE;
  Pair pair;
  tbb::parallel_for(
      tbb::blocked_range<int>(0, 2, 1),
      [&](const tbb::blocked_range<int> &) { pair([&] { READ; }); },
      tbb::simple_partitioner());
  WRITE;
}
RACE(parallel_for_bodies) {
  Pair pair;
  tbb::parallel_for(
      tbb::blocked_range<int>(0, 2, 1),
      [&](const tbb::blocked_range<int> &) { pair([&] { WRITE; }); },
      tbb::simple_partitioner());
}
SILENT(parallel_for_body_locks, "catalog_lock") {
  Pair pair;
  tbb::spin_mutex m;
  tbb::parallel_for(
      tbb::blocked_range<int>(0, 2, 1),
      [&](const tbb::blocked_range<int> &) {
        pair([&] {
          tbb::spin_mutex::scoped_lock lock(m);
          WRITE;
        });
      },
      tbb::simple_partitioner());
}
// What the two write comes before what follows.
SILENT(parallel_for_ends, NO_RULE) {
  Pair pair;
  tbb::spin_mutex m;
  tbb::parallel_for(
      tbb::blocked_range<int>(0, 2, 1),
      [&](const tbb::blocked_range<int> &) {
        pair([&] {
          tbb::spin_mutex::scoped_lock lock(m);
          WRITE;
        });
      },
      tbb::simple_partitioner());
  WRITE;
}
SILENT(parallel_reduce, "catalog_body") {
  WRITE;
  Pair pair;
  tbb::parallel_reduce(
      tbb::blocked_range<int>(0, 2, 1), 0,
      [&](const tbb::blocked_range<int> &, int n) {
        pair([&] { READ; });
        return n;
      },
      [&](int a, int b) {
        WRITE; // after both
        return a + b;
      },
      tbb::simple_partitioner());
  WRITE;
}
SILENT(parallel_invoke, "catalog_body") {
  WRITE;
  Pair pair;
  tbb::parallel_invoke([&] { pair([&] { READ; }); },
                       [&] { pair([&] { READ; }); });
  WRITE;
}
RACE(parallel_invoke_bodies) {
  Pair pair;
  tbb::parallel_invoke([&] { pair([&] { WRITE; }); },
                       [&] { pair([&] { WRITE; }); });
}
SILENT(parallel_for_each, "catalog_body") {
  WRITE;
  Pair pair;
  std::vector<int> items(2);
  tbb::parallel_for_each(items, [&](int) { pair([&] { READ; }); });
  WRITE;
}
RACE(parallel_for_each_bodies) {
  Pair pair;
  std::vector<int> items(2);
  tbb::parallel_for_each(items, [&](int) { pair([&] { WRITE; }); });
}
SILENT(task_group, "catalog_body") {
  WRITE;
  tbb::task_group group;
  Pair pair;
  group.run([&] { pair([&] { READ; }); });
  group.run_and_wait([&] { pair([&] { READ; }); });
  WRITE;
}
RACE(task_group_not_waited_for) {
  tbb::task_group group;
  group.run([&] {
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
  WRITE;
  group.wait();
}
RACE(task_group_after_run) {
  tbb::task_group group;
  group.run([&] {
    step.Done();
    step.WaitFor(2);
    WRITE;
  });
  step.WaitFor(1); // a worker has it
  WRITE;
  step.Done();
  group.wait();
}
// A worker knows nothing of who made TBB create it.
RACE(two_clients) {
  InTurn(
      [&] {
        WRITE;
        tbb::task_group group;
        Pair pair;
        group.run([&] { pair([] {}); });
        group.run_and_wait([&] { pair([] {}); });
      },
      [&] {
        tbb::task_group group;
        Pair pair;
        group.run([&] { pair([&] { READ; }); });
        group.run_and_wait([&] { pair([&] { READ; }); });
      });
}

// --- arenas: r1::execute, r1::enqueue, r1::submit

SILENT(arena_execute, NO_RULE) {
  tbb::task_arena arena(2);
  WRITE;
  arena.execute([&] { WRITE; });
  WRITE;
}
SILENT(arena_enqueue, "catalog_body") {
  tbb::task_arena arena(2);
  WRITE;
  arena.enqueue([&] {
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
}
RACE(arena_after_enqueue) {
  tbb::task_arena arena(2);
  arena.enqueue([&] {
    step.Done();
    step.WaitFor(2);
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
  WRITE;
  step.Done();
  step.WaitFor(3);
}
SILENT(arena_of_a_task_group, "catalog_body") {
  tbb::task_arena arena(2);
  tbb::task_group group;
  WRITE;
  arena.enqueue(group.defer([&] {
    WRITE;
    step.Done();
  }));
  step.WaitFor(1);
  arena.execute([&] { group.wait(); });
  WRITE;
}

// There is no room in the arena: one of the two threads that are in it runs the
// function.
#define EXECUTE_ELSEWHERE(Kind, Before, Inside, After, Other)                  \
  Kind {                                                                       \
    tbb::task_arena arena(2, 2);                                               \
    tbb::task_group group;                                                     \
    pthread_t caller, runner;                                                  \
    Together(                                                                  \
        [&] {                                                                  \
          arena.execute([&] {                                                  \
            handle = group.defer([] {});                                       \
            step.Done();                                                       \
            group.wait();                                                      \
          });                                                                  \
          Other;                                                               \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          arena.execute([&] {                                                  \
            step.Done();                                                       \
            step.WaitFor(3);                                                   \
          });                                                                  \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(2);                                                     \
          caller = pthread_self();                                             \
          Before;                                                              \
          arena.execute([&] {                                                  \
            runner = pthread_self();                                           \
            Inside;                                                            \
            group.run(std::move(handle));                                      \
          });                                                                  \
          After;                                                               \
          step.Done();                                                         \
        });                                                                    \
    if (pthread_equal(caller, runner))                                         \
      __builtin_abort();                                                       \
  }
static tbb::task_handle handle;
EXECUTE_ELSEWHERE(SILENT(arena_execute_elsewhere, "catalog_body",
                         "catalog_join"),
                  WRITE, WRITE, WRITE, )
EXECUTE_ELSEWHERE(RACE(arena_execute_elsewhere_after), , , WRITE, WRITE)

// --- flow graphs

namespace {
using tbb::flow::continue_msg;
using tbb::flow::graph;
} // namespace

// Who puts, the body, who waits. (The worker has done it before anybody waits,
// who might do it as well.)
SILENT(flow_function_node, "catalog_body") {
  graph g;
  tbb::flow::function_node<int> node(g, tbb::flow::unlimited, [&](int) {
    WRITE;
    step.Done();
  });
  WRITE;
  node.try_put(1);
  step.WaitFor(1);
  g.wait_for_all();
  WRITE;
}
RACE(flow_after_put) {
  graph g;
  tbb::flow::function_node<int> node(g, tbb::flow::unlimited, [&](int) {
    step.Done();
    step.WaitFor(2);
    WRITE;
  });
  node.try_put(1);
  step.WaitFor(1);
  WRITE;
  step.Done();
  g.wait_for_all();
}
RACE(flow_not_waited_for) {
  graph g;
  tbb::flow::function_node<int> node(g, tbb::flow::unlimited, [&](int) {
    WRITE;
    step.Done();
  });
  node.try_put(1);
  step.WaitFor(1);
  WRITE;
  g.wait_for_all();
}
RACE(flow_bodies) {
  graph g;
  Pair pair;
  tbb::flow::function_node<int> node(g, tbb::flow::unlimited,
                                     [&](int) { pair([&] { WRITE; }); });
  node.try_put(1);
  node.try_put(2);
  g.wait_for_all();
}
SILENT(flow_serial_node, NO_RULE) {
  graph g;
  tbb::flow::function_node<int> node(g, tbb::flow::serial, [&](int) { WRITE; });
  InTurn([&] { node.try_put(1); }, [&] { node.try_put(2); });
  g.wait_for_all();
  WRITE;
}
// Both predecessors come before the successor.
SILENT(flow_continue_node, "catalog_body") {
  graph g;
  Pair pair;
  using Node = tbb::flow::continue_node<continue_msg>;
  tbb::flow::broadcast_node<continue_msg> start(g);
  auto first = [&](continue_msg) { pair([&] { READ; }); };
  Node a(g, first), b(g, first), c(g, [&](continue_msg) { WRITE; });
  tbb::flow::make_edge(start, a);
  tbb::flow::make_edge(start, b);
  tbb::flow::make_edge(a, c);
  tbb::flow::make_edge(b, c);
  WRITE;
  start.try_put(continue_msg());
  g.wait_for_all();
  WRITE;
}
SILENT(flow_join_node, "catalog_body") {
  graph g;
  Pair pair;
  auto first = [&](int n) {
    pair([&] { READ; });
    return n;
  };
  tbb::flow::function_node<int, int> a(g, 1, first), b(g, 1, first);
  tbb::flow::join_node<std::tuple<int, int>> both(g);
  tbb::flow::function_node<std::tuple<int, int>> c(
      g, 1, [&](const std::tuple<int, int> &) { WRITE; });
  tbb::flow::make_edge(a, tbb::flow::input_port<0>(both));
  tbb::flow::make_edge(b, tbb::flow::input_port<1>(both));
  tbb::flow::make_edge(both, c);
  WRITE;
  a.try_put(1);
  b.try_put(2);
  g.wait_for_all();
  WRITE;
}
// Who puts an item into a buffer comes before who gets it.
#define FLOW_BUFFER_BODY(First, Second, ...)                                   \
  {                                                                            \
    graph g;                                                                   \
    tbb::flow::__VA_ARGS__ node(g);                                            \
    int item;                                                                  \
    InTurn(                                                                    \
        [&] {                                                                  \
          First;                                                               \
          Second;                                                              \
        },                                                                     \
        [&] {                                                                  \
          while (!node.try_get(item)) {                                        \
          }                                                                    \
          WRITE;                                                               \
        });                                                                    \
    g.wait_for_all();                                                          \
  }
#define FLOW_BUFFER_CASES(Name, ...)                                           \
  SILENT(flow_##Name, "atomic_release+catalog_release")                        \
  FLOW_BUFFER_BODY(WRITE, node.try_put(1), __VA_ARGS__)                        \
  RACE(flow_##Name##_after_put)                                                \
  FLOW_BUFFER_BODY(node.try_put(1), WRITE, __VA_ARGS__)
FLOW_BUFFER_CASES(buffer_node, buffer_node<int>)
FLOW_BUFFER_CASES(queue_node, queue_node<int>)
FLOW_BUFFER_CASES(priority_queue_node, priority_queue_node<int>)
// Through a queue to a body that another thread runs.
SILENT(flow_queue_to_function, "catalog_body+atomic_release") {
  graph g;
  tbb::flow::queue_node<int> queue(g);
  tbb::flow::function_node<int> node(g, 1, [&](int) {
    WRITE;
    step.Done();
  });
  tbb::flow::make_edge(queue, node);
  WRITE;
  queue.try_put(1);
  step.WaitFor(1);
  g.wait_for_all();
  WRITE;
}
SILENT(flow_input_node, "catalog_body+atomic_release") {
  graph g;
  bool done = false;
  tbb::flow::input_node<int> node(g, [&](tbb::flow_control &control) {
    if (done)
      control.stop();
    else
      WRITE;
    done = true;
    return 1;
  });
  tbb::flow::function_node<int> last(g, 1, [&](int) {
    WRITE;
    step.Done();
  });
  tbb::flow::make_edge(node, last);
  WRITE;
  node.activate();
  step.WaitFor(1);
  g.wait_for_all();
  WRITE;
}
// What another thread puts that is none of TBB's.
SILENT(flow_async_node, "catalog_body+atomic_release") {
  graph g;
  using Node = tbb::flow::async_node<int, int>;
  Node node(g, 1, [&](int, Node::gateway_type &gateway) {
    gateway.reserve_wait();
    cases::Thread thread([&] {
      WRITE;
      gateway.try_put(1);
      gateway.release_wait();
    });
    thread.Join();
  });
  tbb::flow::function_node<int> last(g, 1, [&](int) {
    WRITE;
    step.Done();
  });
  tbb::flow::make_edge(node, last);
  WRITE;
  node.try_put(1);
  step.WaitFor(1);
  g.wait_for_all();
  WRITE;
}

// --- a task that is suspended, in an arena where no other thread goes on with it

SILENT(resume, "catalog_release") {
  tbb::task::suspend_point point;
  cases::Thread resumer([&] {
    step.WaitFor(1);
    WRITE;
    tbb::task::resume(point);
  });
  tbb::task_arena(1).execute([&] {
    tbb::task_group group;
    group.run_and_wait([&] {
      tbb::task::suspend([&](tbb::task::suspend_point here) {
        point = here;
        step.Done();
      });
      WRITE;
    });
  });
  resumer.Join();
}
// A thread that is created then is the program's.
SILENT(suspend, "thread_create") {
  auto write = [&] { WRITE; };
  std::optional<cases::Thread<decltype(write)>> thread;
  WRITE;
  tbb::task_arena(1).execute([&] {
    tbb::task_group group;
    group.run_and_wait([&] {
      tbb::task::suspend([&](tbb::task::suspend_point here) {
        thread.emplace(write);
        tbb::task::resume(here);
      });
    });
  });
  thread->Join();
}
RACE(resumed_before) {
  tbb::task::suspend_point point;
  cases::Thread resumer([&] {
    step.WaitFor(1);
    tbb::task::resume(point);
    WRITE;
    step.Done();
  });
  tbb::task_arena(1).execute([&] {
    tbb::task_group group;
    group.run_and_wait([&] {
      tbb::task::suspend([&](tbb::task::suspend_point here) {
        point = here;
        step.Done();
      });
      step.WaitFor(2);
      WRITE;
    });
  });
  resumer.Join();
}

// --- pipelines

SILENT(pipeline, "catalog_body", "catalog_join") {
  WRITE;
  Pair pair;
  int left = 2;
  tbb::parallel_pipeline(
      4, tbb::make_filter<void, int>(tbb::filter_mode::serial_in_order,
                                     [&](tbb::flow_control &control) {
                                       if (!left--)
                                         control.stop();
                                       return 1;
                                     }) &
             tbb::make_filter<int, void>(tbb::filter_mode::parallel,
                                         [&](int) { pair([&] { READ; }); }));
  WRITE;
}
RACE(pipeline_parallel_stage) {
  Pair pair;
  int left = 2;
  tbb::parallel_pipeline(
      4, tbb::make_filter<void, int>(tbb::filter_mode::serial_in_order,
                                     [&](tbb::flow_control &control) {
                                       if (!left--)
                                         control.stop();
                                       return 1;
                                     }) &
             tbb::make_filter<int, void>(tbb::filter_mode::parallel,
                                         [&](int) { pair([&] { WRITE; }); }));
}

// --- queues

#define QUEUE_CASES(Name, Queue, Push, Pop)                                    \
  SILENT(Name, "atomic_release") {                                             \
    Queue<int> q;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Push;                                                                \
        },                                                                     \
        [&] {                                                                  \
          int item;                                                            \
          Pop;                                                                 \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_push) {                                                    \
    Queue<int> q;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          Push;                                                                \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          int item;                                                            \
          Pop;                                                                 \
          WRITE;                                                               \
        });                                                                    \
  }
QUEUE_CASES(concurrent_queue, tbb::concurrent_queue, q.push(1), q.try_pop(item))
QUEUE_CASES(bounded_queue, tbb::concurrent_bounded_queue, q.push(1),
            q.pop(item))
QUEUE_CASES(bounded_queue_try, tbb::concurrent_bounded_queue, q.try_push(1),
            q.try_pop(item))
SILENT(bounded_queue_waited_for, "atomic_release") {
  tbb::concurrent_bounded_queue<int> q;
  Together(
      [&] {
        int item;
        q.pop(item);
        WRITE;
      },
      [&] {
        WRITE;
        q.push(1);
      });
}

// --- mutexes

#define LOCK_CASES(Name, Mutex)                                                \
  SILENT(Name, "catalog_lock") {                                               \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Mutex::scoped_lock lock(m);                                              \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  SILENT(Name##_try, "catalog_lock") {                                         \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Mutex::scoped_lock lock;                                                 \
      if (!lock.try_acquire(m))                                                \
        __builtin_abort();                                                     \
      WRITE;                                                                   \
      lock.release();                                                          \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_try_fails, "catalog_try_fails") {                                \
    Mutex m;                                                                   \
    Together(                                                                  \
        [&] {                                                                  \
          {                                                                    \
            Mutex::scoped_lock lock(m);                                        \
            WRITE;                                                             \
          }                                                                    \
          Mutex::scoped_lock lock(m);                                          \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          Mutex::scoped_lock lock;                                             \
          if (lock.try_acquire(m))                                             \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }                                                                            \
  RACE(Name##_too_late) {                                                      \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Mutex::scoped_lock lock(m);                                              \
      lock.release();                                                          \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_reborn, "life_of_object") {                                      \
    alignas(Mutex) static char memory[sizeof(Mutex)];                          \
    auto body = [&] {                                                          \
      auto *m = new (memory) Mutex;                                            \
      Mutex::scoped_lock lock(*m);                                             \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }
LOCK_CASES(spin_mutex, tbb::spin_mutex)
LOCK_CASES(mutex, tbb::mutex)
LOCK_CASES(queuing_mutex, tbb::queuing_mutex)

#define RW_CASES(Name, Mutex)                                                  \
  LOCK_CASES(Name, Mutex)                                                      \
  SILENT(Name##_reader, "catalog_lock") {                                      \
    Mutex m;                                                                   \
    auto exclusively = [&] {                                                   \
      Mutex::scoped_lock lock(m);                                              \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(                                                                    \
        exclusively,                                                           \
        [&] {                                                                  \
          Mutex::scoped_lock lock(m, /*write=*/false);                         \
          READ;                                                                \
        },                                                                     \
        exclusively);                                                          \
  }                                                                            \
  RACE(Name##_readers, "rwlock_readers") {                                     \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Mutex::scoped_lock lock;                                                 \
      if (!lock.try_acquire(m, /*write=*/false))                               \
        __builtin_abort();                                                     \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  SILENT(Name##_upgrade, "catalog_lock") {                                     \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Mutex::scoped_lock lock(m, /*write=*/false);                             \
      READ;                                                                    \
      lock.upgrade_to_writer();                                                \
      WRITE;                                                                   \
      lock.downgrade_to_reader();                                              \
      READ;                                                                    \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_downgraded) {                                                    \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Mutex::scoped_lock lock(m);                                              \
      lock.downgrade_to_reader();                                              \
      WRITE;                                                                   \
    };                                                                         \
    auto reader = [&] {                                                        \
      Mutex::scoped_lock lock(m, false);                                       \
      READ;                                                                    \
    };                                                                         \
    InTurn(body, reader);                                                      \
  }
RW_CASES(spin_rw_mutex, tbb::spin_rw_mutex)
RW_CASES(rw_mutex, tbb::rw_mutex)
RW_CASES(queuing_rw_mutex, tbb::queuing_rw_mutex)

// The members that a scoped_lock calls (acquire, release; upgrade, downgrade),
// called by the program.
#define DIRECT_CASES(Name, Mutex)                                              \
  SILENT(Name##_lock, "catalog_lock") {                                        \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          if (!m.try_lock())                                                   \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          m.unlock();                                                          \
        });                                                                    \
  }
#define SHARED_CASES(Name, Mutex)                                              \
  DIRECT_CASES(Name, Mutex)                                                    \
  SILENT(Name##_lock_shared, "catalog_lock") {                                 \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          m.lock_shared();                                                     \
          READ;                                                                \
          m.unlock_shared();                                                   \
        },                                                                     \
        [&] {                                                                  \
          if (!m.try_lock_shared())                                            \
            __builtin_abort();                                                 \
          READ;                                                                \
          m.unlock_shared();                                                   \
        });                                                                    \
  }
DIRECT_CASES(spin_mutex, tbb::spin_mutex)
DIRECT_CASES(mutex, tbb::mutex)
SHARED_CASES(spin_rw_mutex, tbb::spin_rw_mutex)
SHARED_CASES(rw_mutex, tbb::rw_mutex)

RACE(null_mutex) {
  tbb::null_mutex m;
  tbb::null_rw_mutex n;
  auto body = [&] {
    tbb::null_mutex::scoped_lock lock(m);
    tbb::null_rw_mutex::scoped_lock other(n);
    WRITE;
  };
  InTurn(body, body);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
