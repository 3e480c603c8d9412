// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the steps of a program work on: a base class, and the list of kinds.

#ifndef MAPSAN_DIFFERENTIAL_OBJECT_H
#define MAPSAN_DIFFERENTIAL_OBJECT_H

#include "program.h"

#include <cstddef>
#include <new>

namespace differential {

class Worker;

/// A synchronisation object of some kind. Calls are made by the program's
/// threads; what it wraps is what synchronises.
class Object {
public:
  virtual ~Object() = default;
  /// Does what `step` says and returns what the call returned.
  virtual int Do(Worker &self, const Step &step) = 0;
};

/// A kind of object that programs can name. Kinds link themselves into a list.
struct Kind {
  const char *name;
  size_t bytes;
  Object *(*make)(void *memory, int size);
  Kind *next;

  Kind(const char *name, size_t bytes, Object *(*make)(void *, int));
  static const Kind *ByName(const std::string &name);
  static const Kind *First();
};

/// static KindOf<StdMutex<std::mutex>> mutex("mutex");
template <class T> struct KindOf : Kind {
  explicit KindOf(const char *name)
      : Kind(name, sizeof(T), [](void *memory, int size) -> Object * {
          if constexpr (requires { T(size); })
            return new (memory) T(size);
          else
            return new (memory) T();
        }) {}
};

/// The memory of one object, and who lives there.
class ObjectCell {
public:
  explicit ObjectCell(const ObjectDeclaration &declaration);
  ~ObjectCell();
  Object *get() const { return object_; }
  /// Another life: in place, or with the memory given back in between.
  void Reborn();
  void Renewed();

  int times = 0, same_address = 0; // of Renewed

private:
  const Kind *kind_;
  int size_;
  void *memory_;
  Object *object_;
};

/// A map of a program, or in its place a variable that ThreadSanitizer watches.
class MapCell {
public:
  virtual ~MapCell() = default;
  /// Any map verb.
  virtual int Do(Worker &self, const Step &step) = 0;
  virtual bool Contains(const void *address) const = 0;
  int times = 0, same_address = 0; // of `recycle`

  static MapCell *Make(const std::string &kind);
};

/// Verbs without an object: threads.
int DoThread(Worker &self, const Step &step);
/// Fences.
int DoFence(const Step &step);

[[noreturn]] void Unknown(const char *where, Verb verb);

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_OBJECT_H
