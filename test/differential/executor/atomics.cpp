// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomics in every guise, and fences.

#include "object.h"

#include <atomic>
#include <cstdlib>
#include <type_traits>

namespace differential {
namespace {

/// Calls `function` with the memory order as a constant, if it is one of them.
template <std::memory_order... kOrders, class Function>
int With(int order, Function function) {
  int result = -1;
  bool known =
      ((static_cast<int>(kOrders) == order
            ? (result = function(
                   std::integral_constant<std::memory_order, kOrders>()),
               true)
            : false) ||
       ...);
  if (!known)
    std::abort();
  return result;
}
constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto consume = std::memory_order_consume;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release_ = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

/// `Atomic` has the interface of std::atomic.
template <class T, class Atomic> int DoAtomic(Atomic &&x, const Step &step) {
  const int *args = step.args;
  switch (step.verb) {
  case load:
    return With<relaxed, consume, acquire, seq_cst>(
        args[1], [&](auto o) { return static_cast<int>(x.load(o)); });
  case store:
    return With<relaxed, release_, seq_cst>(args[1], [&](auto o) {
      x.store(static_cast<T>(args[2]), o);
      return 0;
    });
  case exchange:
    return With<relaxed, acquire, release_, acq_rel, seq_cst>(
        args[1], [&](auto o) {
          return static_cast<int>(x.exchange(static_cast<T>(args[2]), o));
        });
  case add:
    if constexpr (requires { x.fetch_add(static_cast<T>(1), relaxed); })
      return With<relaxed, acquire, release_, acq_rel, seq_cst>(
          args[1], [&](auto o) {
            return static_cast<int>(x.fetch_add(static_cast<T>(args[2]), o));
          });
    break;
  case cas:
    return With<relaxed, acquire, release_, acq_rel, seq_cst>(
        args[1], [&](auto o) {
          return With<relaxed, acquire, seq_cst>(args[2], [&](auto f) {
            T expected = static_cast<T>(args[3]);
            return x.compare_exchange_strong(expected, static_cast<T>(args[4]),
                                             o, f);
          });
        });
  case casweak:
    return With<relaxed, acquire, release_, acq_rel, seq_cst>(
        args[1], [&](auto o) {
          return With<relaxed, acquire, seq_cst>(args[2], [&](auto f) {
            T expected = static_cast<T>(args[3]);
            return x.compare_exchange_weak(expected, static_cast<T>(args[4]), o,
                                           f);
          });
        });
  case await:
    if constexpr (requires { x.wait(T(), relaxed); })
      return With<relaxed, acquire, seq_cst>(args[1], [&](auto o) {
        x.wait(static_cast<T>(args[2]), o);
        return 0;
      });
    break;
  case notify:
    if constexpr (requires { x.notify_all(); }) {
      x.notify_all();
      return 0;
    }
    break;
  default:
    break;
  }
  Unknown("an atomic", step.verb);
}

template <class T> struct StdAtomic : Object {
  std::atomic<T> x{};
  int Do(Worker &, const Step &step) override { return DoAtomic<T>(x, step); }
};

template <class T> struct AtomicRef : Object {
  alignas(std::atomic_ref<T>::required_alignment) T x = {};
  int Do(Worker &, const Step &step) override {
    return DoAtomic<T>(std::atomic_ref<T>(x), step);
  }
};

/// The builtins under std::atomic's names.
template <class T> struct Builtins {
  T *x;
  T load(std::memory_order o) { return __atomic_load_n(x, int(o)); }
  void store(T value, std::memory_order o) {
    __atomic_store_n(x, value, int(o));
  }
  T exchange(T value, std::memory_order o) {
    return __atomic_exchange_n(x, value, int(o));
  }
  T fetch_add(T value, std::memory_order o) {
    return __atomic_fetch_add(x, value, int(o));
  }
  bool compare_exchange_strong(T &expected, T value, std::memory_order o,
                               std::memory_order f) {
    return __atomic_compare_exchange_n(x, &expected, value, false, int(o),
                                       int(f));
  }
  bool compare_exchange_weak(T &expected, T value, std::memory_order o,
                             std::memory_order f) {
    return __atomic_compare_exchange_n(x, &expected, value, true, int(o),
                                       int(f));
  }
};
template <class T> struct BuiltinAtomic : Object {
  T x = {};
  int Do(Worker &, const Step &step) override {
    return DoAtomic<T>(Builtins<T>{&x}, step);
  }
};

/// C11's _Atomic, which clang knows in C++ too.
template <class T> struct C11Builtins {
  _Atomic(T) *x;
  T load(std::memory_order o) { return __c11_atomic_load(x, int(o)); }
  void store(T value, std::memory_order o) {
    __c11_atomic_store(x, value, int(o));
  }
  T exchange(T value, std::memory_order o) {
    return __c11_atomic_exchange(x, value, int(o));
  }
  T fetch_add(T value, std::memory_order o) {
    return __c11_atomic_fetch_add(x, value, int(o));
  }
  bool compare_exchange_strong(T &expected, T value, std::memory_order o,
                               std::memory_order f) {
    return __c11_atomic_compare_exchange_strong(x, &expected, value, int(o),
                                                int(f));
  }
  bool compare_exchange_weak(T &expected, T value, std::memory_order o,
                             std::memory_order f) {
    return __c11_atomic_compare_exchange_weak(x, &expected, value, int(o),
                                              int(f));
  }
};
struct C11Atomic : Object {
  _Atomic(int) x;
  C11Atomic() { __c11_atomic_init(&x, 0); }
  int Do(Worker &, const Step &step) override {
    return DoAtomic<int>(C11Builtins<int>{&x}, step);
  }
};

/// __sync_*: every read-modify-write is a full barrier; lock_test_and_set
/// acquires, lock_release stores zero and releases.
struct SyncAtomic : Object {
  int x = 0;
  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case add:
      return __sync_fetch_and_add(&x, step.args[2]);
    case exchange:
      return __sync_lock_test_and_set(&x, step.args[2]);
    case store:
      __sync_lock_release(&x);
      return 0;
    case cas:
      return __sync_bool_compare_and_swap(&x, step.args[3], step.args[4]);
    default:
      Unknown("a __sync atomic", step.verb);
    }
  }
};

struct AtomicFlag : Object {
  std::atomic_flag x = ATOMIC_FLAG_INIT;
  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case load:
      return With<relaxed, acquire, seq_cst>(step.args[1],
                                             [&](auto o) { return x.test(o); });
    case store: // of zero
      return With<relaxed, release_, seq_cst>(step.args[1], [&](auto o) {
        x.clear(o);
        return 0;
      });
    case exchange: // for one
      return With<relaxed, acquire, release_, acq_rel, seq_cst>(
          step.args[1], [&](auto o) { return x.test_and_set(o); });
    case await:
      return With<relaxed, acquire, seq_cst>(step.args[1], [&](auto o) {
        x.wait(step.args[2], o);
        return 0;
      });
    case notify:
      x.notify_all();
      return 0;
    default:
      Unknown("an atomic flag", step.verb);
    }
  }
};

KindOf<StdAtomic<int>> a("std_atomic_int");
KindOf<StdAtomic<unsigned char>> b("std_atomic_char");
KindOf<StdAtomic<unsigned long>> c("std_atomic_long");
KindOf<StdAtomic<double>> d("std_atomic_double");
KindOf<AtomicRef<int>> e("atomic_ref_int");
KindOf<AtomicRef<long>> f("atomic_ref_long");
KindOf<BuiltinAtomic<int>> g("builtin_int");
KindOf<BuiltinAtomic<short>> h("builtin_short");
KindOf<BuiltinAtomic<long>> i("builtin_long");
KindOf<C11Atomic> j("c11_atomic");
KindOf<SyncAtomic> k("sync_atomic");
KindOf<AtomicFlag> l("atomic_flag");

} // namespace

#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Watomic-memory-ordering"

int DoFence(const Step &step) {
  if (step.verb == sync_fence) {
    __sync_synchronize();
    return 0;
  }
  return With<relaxed, acquire, release_, acq_rel, seq_cst>(
      step.args[0], [&](auto o) {
        if (step.verb == fence)
          std::atomic_thread_fence(o);
        else if (step.verb == builtin_fence)
          __atomic_thread_fence(int(decltype(o)::value));
        else
          std::atomic_signal_fence(o);
        return 0;
      });
}

} // namespace differential
