// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for the words of one report.

#include "mapsan_text.h"

#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

TextArena::~TextArena() {
  while (Chunk *chunk = chunks_) {
    chunks_ = chunk->next;
    InternalFree(chunk);
  }
}

void *TextArena::Allocate(uptr size) {
  size = RoundUpTo(size, 16);
  if (!chunks_ || chunks_->size - chunks_->used < size) {
    uptr bytes = Max<uptr>(size + RoundUpTo(sizeof(Chunk), 16), 16 << 10);
    Chunk *chunk = static_cast<Chunk *>(InternalAlloc(bytes));
    *chunk = {chunks_, RoundUpTo(sizeof(Chunk), 16), bytes};
    chunks_ = chunk;
  }
  void *memory = reinterpret_cast<char *>(chunks_) + chunks_->used;
  chunks_->used += size;
  internal_memset(memory, 0, size);
  return memory;
}

const char *TextArena::Copy(const char *text) {
  if (!text)
    return nullptr;
  uptr size = internal_strlen(text) + 1;
  char *copy = New<char>(size);
  internal_memcpy(copy, text, size);
  return copy;
}

} // namespace __mapsan
