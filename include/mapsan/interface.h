/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* MapSanitizer's interface for programs that want to tell it something, or to
 * be told. C and C++. In a program that is not built with MapSan every function
 * here does nothing; with MAPSAN_DISABLE defined they are not even there.
 *
 * - home-made synchronisation: mapsan_lock, mapsan_release, mapsan_hand_over...
 * - home-made maps: mapsan_map_read, mapsan_map_write...
 * - accesses that are fine: mapsan_ignore_begin, mapsan::ScopedIgnore
 * - reports: mapsan_set_report_callback, mapsan_report_count
 */

#ifndef MAPSAN_INTERFACE_H
#define MAPSAN_INTERFACE_H

/* Always inlined: a report names the caller, and no trace is left where there
 * is nothing to do. (Strict C90 has no other word for it.) */
#define MAPSAN_INLINE __attribute__((always_inline)) static __inline__

#ifdef __cplusplus
extern "C" {
#endif

/* --- Reports as data ----------------------------------------------------- */

/* One of the two operations of a report. (Of an invalidated iterator: its use,
 * and what invalidated it.) Strings are never null; what is not
 * known is "" or 0. */
typedef struct mapsan_operation {
  const char *operation; /* "operator[] (inserted, size 3 -> 4)" */
  const char *effect;    /* "write", "read", "iteration"... */
  const char *function;  /* innermost function that is the user's own */
  const char *file;
  unsigned line;
  unsigned column;
  const char *thread; /* "the main thread", "thread T2 'worker-1'" */
  unsigned locks;     /* how many locks it held */
} mapsan_operation;

/* A report, valid while the callback runs. */
typedef struct mapsan_report {
  unsigned size;       /* of this structure: it may grow at its end */
  const char *kind;    /* "concurrent map writes"... */
  const char *grade;   /* "overlap", "unordered", "candidate", "invalidated",
                        * "discipline" */
  const char *text;    /* all that is printed, without colours */
  const char *summary; /* the SUMMARY line */
  const char *map_name;
  const char *map_type;
  const void *map;
  mapsan_operation current;  /* by the thread that met the race */
  mapsan_operation previous; /* the other one */
} mapsan_report;

/* --- What the runtime provides; call the functions below instead ---------- */

#ifndef MAPSAN_DISABLE
#define MAPSAN_WEAK __attribute__((weak))
MAPSAN_WEAK void __mapsan_acquire(const volatile void *address);
MAPSAN_WEAK void __mapsan_release(const volatile void *address);
MAPSAN_WEAK void __mapsan_lock(const volatile void *lock);
MAPSAN_WEAK void __mapsan_unlock(const volatile void *lock);
MAPSAN_WEAK void __mapsan_lock_shared(const volatile void *lock);
MAPSAN_WEAK void __mapsan_unlock_shared(const volatile void *lock);
MAPSAN_WEAK void __mapsan_hand_over(const volatile void *object);
MAPSAN_WEAK void __mapsan_take_over(const volatile void *object);
MAPSAN_WEAK void __mapsan_memory_reused(const volatile void *, __SIZE_TYPE__);
MAPSAN_WEAK void __mapsan_ignore_begin(void);
MAPSAN_WEAK void __mapsan_ignore_end(void);
MAPSAN_WEAK void __mapsan_map_construct(const volatile void *, const char *);
MAPSAN_WEAK void __mapsan_map_destroy(const volatile void *, const char *);
MAPSAN_WEAK void __mapsan_map_read(const volatile void *, const char *);
MAPSAN_WEAK void __mapsan_map_write(const volatile void *, const char *);
MAPSAN_WEAK void
__mapsan_set_report_callback(void (*callback)(const mapsan_report *));
MAPSAN_WEAK unsigned __mapsan_report_count(void);
MAPSAN_WEAK unsigned __mapsan_last_effect(void);
#undef MAPSAN_WEAK
/* (The empty statement keeps the call from becoming a jump, which would leave
 * the caller out of the stack.) */
#define MAPSAN_CALL(name, arguments)                                           \
  do {                                                                         \
    if (__mapsan_##name) {                                                     \
      __mapsan_##name arguments;                                               \
      __asm__ volatile("");                                                    \
    }                                                                          \
  } while (0)
#define MAPSAN_ASK(name) (__mapsan_##name ? __mapsan_##name() : 0)
#else
#define MAPSAN_CALL(name, arguments) ((void)0)
#define MAPSAN_ASK(name) 0
#endif

/* --- Home-made synchronisation --------------------------------------------
 * Atomics, and locks built on them, are understood as they are. These are for
 * synchronisation that MapSan cannot see: in assembly, in the kernel, in a
 * library that is not instrumented. */

/* What happened before a release of `address` happens before what follows an
 * acquire of it. Release before publishing, acquire after having seen it. */
MAPSAN_INLINE void mapsan_release(const volatile void *address) {
  (void)address;
  MAPSAN_CALL(release, (address));
}
MAPSAN_INLINE void mapsan_acquire(const volatile void *address) {
  (void)address;
  MAPSAN_CALL(acquire, (address));
}

/* A lock was taken: call it after taking it... */
MAPSAN_INLINE void mapsan_lock(const volatile void *lock) {
  (void)lock;
  MAPSAN_CALL(lock, (lock));
}
MAPSAN_INLINE void mapsan_lock_shared(const volatile void *lock) {
  (void)lock;
  MAPSAN_CALL(lock_shared, (lock));
}
/* ... and given back: call it before giving it back. */
MAPSAN_INLINE void mapsan_unlock(const volatile void *lock) {
  (void)lock;
  MAPSAN_CALL(unlock, (lock));
}
MAPSAN_INLINE void mapsan_unlock_shared(const volatile void *lock) {
  (void)lock;
  MAPSAN_CALL(unlock_shared, (lock));
}

/* The result of a try: `taken` is not 0 if it took the lock. Returns it, so
 * that if (mapsan_try_lock(&spin, spin_try(&spin))) { ... mapsan_unlock(&spin);
 * A try that failed orders nothing. */
MAPSAN_INLINE int mapsan_try_lock(const volatile void *lock, int taken) {
  if (taken)
    mapsan_lock(lock);
  return taken;
}
MAPSAN_INLINE int mapsan_try_lock_shared(const volatile void *lock, int taken) {
  if (taken)
    mapsan_lock_shared(lock);
  return taken;
}

/* This object goes from one thread to another, by whatever way: what its giver
 * did before handing it over happens before what its taker does after taking
 * it. Hand over before the other side can see it, take after having received
 * it. Exact: the next taker alone receives, and from the last giver alone; two
 * objects know nothing of each other. It has nothing to do with a lock, an
 * atomic or an annotation of another kind at the same address. */
MAPSAN_INLINE void mapsan_hand_over(const volatile void *object) {
  (void)object;
  MAPSAN_CALL(hand_over, (object));
}
MAPSAN_INLINE void mapsan_take_over(const volatile void *object) {
  (void)object;
  MAPSAN_CALL(take_over, (object));
}

/* For allocators of your own: new objects will live in this memory. Locks,
 * atomics and maps that were there before are gone, and what they ordered does
 * not order what their successors do. (malloc, new and mmap say so themselves.)
 * After taking the memory from your pool. */
MAPSAN_INLINE void mapsan_memory_reused(const volatile void *address,
                                        __SIZE_TYPE__ size) {
  (void)address, (void)size;
  MAPSAN_CALL(memory_reused, (address, size));
}

/* --- Home-made maps ---------------------------------------------------------
 * Call them at the beginning of each operation of a map of your own. `name` is
 * for reports, may be null, and must live as long as the program. */
MAPSAN_INLINE void mapsan_map_construct(const volatile void *map,
                                        const char *name) {
  (void)map, (void)name;
  MAPSAN_CALL(map_construct, (map, name));
}
MAPSAN_INLINE void mapsan_map_destroy(const volatile void *map,
                                      const char *name) {
  (void)map, (void)name;
  MAPSAN_CALL(map_destroy, (map, name));
}
MAPSAN_INLINE void mapsan_map_read(const volatile void *map, const char *name) {
  (void)map, (void)name;
  MAPSAN_CALL(map_read, (map, name));
}
MAPSAN_INLINE void mapsan_map_write(const volatile void *map,
                                    const char *name) {
  (void)map, (void)name;
  MAPSAN_CALL(map_write, (map, name));
}

/* Or, in C++ and where the class is yours, say in the class what its methods
 * do, in place of a catalog; each call of one is then looked at, and reports
 * have the place of the call and the name of the variable:
 *
 *   class Table {
 *   public:
 *     Table() MAPSAN_CONSTRUCTS;
 *     ~Table() MAPSAN_DESTROYS;
 *     int get(int key) const MAPSAN_READS;
 *     bool put(int key, int value) MAPSAN_MAY_WRITE;  // false: nothing changed
 *     void clear() MAPSAN_WRITES;
 *     Cursor begin() const MAPSAN_ITERATES;
 *   };
 *
 * MAPSAN_MAY_WRITE: a result that is a number or a bool says whether the map
 * was changed; a method with another result is taken to have changed it. Of
 * overloads with as many parameters, the strongest counts. What the class's
 * methods do to each other is not looked at. */
#if defined(__clang__)
#define MAPSAN_ANNOTATE(Effect) __attribute__((annotate("mapsan:" Effect)))
#else
#define MAPSAN_ANNOTATE(Effect)
#endif
#define MAPSAN_READS MAPSAN_ANNOTATE("read")
#define MAPSAN_ITERATES MAPSAN_ANNOTATE("iterates")
#define MAPSAN_WRITES MAPSAN_ANNOTATE("write")
#define MAPSAN_MAY_WRITE MAPSAN_ANNOTATE("may-write")
#define MAPSAN_CONSTRUCTS MAPSAN_ANNOTATE("construct")
#define MAPSAN_DESTROYS MAPSAN_ANNOTATE("destroy")

/* --- Accesses that are fine -------------------------------------------------
 * Between the two, this thread's map operations are not looked at; its
 * synchronisation is. They nest. */
MAPSAN_INLINE void mapsan_ignore_begin(void) { MAPSAN_CALL(ignore_begin, ()); }
MAPSAN_INLINE void mapsan_ignore_end(void) { MAPSAN_CALL(ignore_end, ()); }

/* --- Reports ------------------------------------------------------------- */

/* Called after each report, by the thread that met the race; what it does is
 * not looked at by MapSan. It should not take locks that the reporting code
 * may hold. Null: nobody. */
MAPSAN_INLINE void
mapsan_set_report_callback(void (*callback)(const mapsan_report *)) {
  (void)callback;
  MAPSAN_CALL(set_report_callback, (callback));
}

/* How many reports this process has printed. */
MAPSAN_INLINE unsigned mapsan_report_count(void) {
  return MAPSAN_ASK(report_count);
}

/* What the last map operation of this thread turned out to be: 0 a read, 1 a
 * write. For tests of catalogs. */
MAPSAN_INLINE unsigned mapsan_last_effect(void) {
  return MAPSAN_ASK(last_effect);
}

#undef MAPSAN_CALL
#undef MAPSAN_ASK
#undef MAPSAN_INLINE

#ifdef __cplusplus
} /* extern "C" */

namespace mapsan {

/* Map operations of this thread are not looked at while it lives. */
class ScopedIgnore {
public:
  ScopedIgnore() { mapsan_ignore_begin(); }
  ~ScopedIgnore() { mapsan_ignore_end(); }
  ScopedIgnore(const ScopedIgnore &) = delete;
  ScopedIgnore &operator=(const ScopedIgnore &) = delete;
};

/* The lock is held while it lives: declare it right after taking a lock that is
 * given back at the end of the scope. */
class ScopedLock {
public:
  explicit ScopedLock(const volatile void *lock) : lock_(lock) {
    mapsan_lock(lock);
  }
  ~ScopedLock() { mapsan_unlock(lock_); }
  ScopedLock(const ScopedLock &) = delete;
  ScopedLock &operator=(const ScopedLock &) = delete;

private:
  const volatile void *lock_;
};
class ScopedSharedLock {
public:
  explicit ScopedSharedLock(const volatile void *lock) : lock_(lock) {
    mapsan_lock_shared(lock);
  }
  ~ScopedSharedLock() { mapsan_unlock_shared(lock_); }
  ScopedSharedLock(const ScopedSharedLock &) = delete;
  ScopedSharedLock &operator=(const ScopedSharedLock &) = delete;

private:
  const volatile void *lock_;
};

/* A lock class of a library that MapSan cannot see into, annotated:
 *   mapsan::AnnotatedLock<vendor::Mutex> mutex;
 *   std::lock_guard<mapsan::AnnotatedLock<vendor::Mutex>> guard(mutex);
 * Has those of lock, try_lock, unlock, lock_shared, try_lock_shared and
 * unlock_shared that Lock has, if they take no arguments. */
template <class Lock> class AnnotatedLock : public Lock {
public:
  using Lock::Lock;
  void lock() {
    Lock::lock();
    mapsan_lock(this);
  }
  bool try_lock() { return mapsan_try_lock(this, Lock::try_lock()) != 0; }
  void unlock() {
    mapsan_unlock(this);
    Lock::unlock();
  }
  void lock_shared() {
    Lock::lock_shared();
    mapsan_lock_shared(this);
  }
  bool try_lock_shared() {
    return mapsan_try_lock_shared(this, Lock::try_lock_shared()) != 0;
  }
  void unlock_shared() {
    mapsan_unlock_shared(this);
    Lock::unlock_shared();
  }
};

} // namespace mapsan
#endif

#endif /* MAPSAN_INTERFACE_H */
