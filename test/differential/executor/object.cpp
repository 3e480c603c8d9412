// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kinds and lives of objects.

#include "object.h"

#include <cstdio>
#include <cstdlib>

namespace differential {

static Kind *first;

Kind::Kind(const char *name, size_t bytes, Object *(*make)(void *, int))
    : name(name), bytes(bytes), make(make), next(first) {
  first = this;
}
const Kind *Kind::First() { return first; }

const Kind *Kind::ByName(const std::string &name) {
  for (const Kind *kind = first; kind; kind = kind->next)
    if (name == kind->name)
      return kind;
  std::fprintf(stderr, "executor: no kind of object is called %s\n",
               name.c_str());
  std::exit(2);
}

void Unknown(const char *where, Verb verb) {
  std::fprintf(stderr, "executor: %s cannot %s\n", where, NameOf(verb));
  std::abort();
}

ObjectCell::ObjectCell(const ObjectDeclaration &declaration)
    : kind_(Kind::ByName(declaration.kind)), size_(declaration.size),
      memory_(std::malloc(kind_->bytes)), object_(kind_->make(memory_, size_)) {
}

ObjectCell::~ObjectCell() {
  object_->~Object();
  std::free(memory_);
}

void ObjectCell::Reborn() {
  object_->~Object();
  object_ = kind_->make(memory_, size_);
}

void ObjectCell::Renewed() {
  object_->~Object();
  // (An integer: what was freed must not be looked at, says the compiler.)
  auto before = reinterpret_cast<unsigned long>(memory_);
  std::free(memory_);
  memory_ = std::malloc(kind_->bytes);
  times++;
  same_address += reinterpret_cast<unsigned long>(memory_) == before;
  object_ = kind_->make(memory_, size_);
}

} // namespace differential
