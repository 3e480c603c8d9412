// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for the words of one report.

#ifndef MAPSAN_TEXT_H
#define MAPSAN_TEXT_H

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

/// Hands out zeroed memory and copies of strings, and takes all of it back at
/// once at its own end. Not thread-safe.
class TextArena {
public:
  TextArena() = default;
  ~TextArena();
  TextArena(const TextArena &) = delete;
  TextArena &operator=(const TextArena &) = delete;

  void *Allocate(uptr size);
  template <class T> T *New(uptr count = 1) {
    return static_cast<T *>(Allocate(count * sizeof(T)));
  }

  /// Null stays null.
  const char *Copy(const char *text);
  template <class... Arguments>
  const char *Format(const char *format, Arguments... arguments) {
    InternalScopedString text;
    text.AppendF(format, arguments...);
    return Copy(text.data());
  }

private:
  struct Chunk {
    Chunk *next;
    uptr used, size;
  };
  Chunk *chunks_ = nullptr;
};

} // namespace __mapsan

#endif // MAPSAN_TEXT_H
