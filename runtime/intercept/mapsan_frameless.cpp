// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Looks through the C++ library's frames: see mapsan_frameless.h.
//
// How far above a call site the function's own return address lies is always
// the same. It is learnt once per call site from the unwind tables, and read
// off the stack from then on:
//
//   bp -> | saved bp    |  the interceptor's frame
//         | pc          |  into std::mutex::lock
//         | ...         |  words - 1 of std::mutex::lock's own
//         | return addr |  into the program: what we want

#include "mapsan_frameless.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include <link.h>
#include <unwind.h>

// Weak: they bring nothing into a program that does not have it.
extern "C" {
#define MAPSAN_FRAMELESS_FUNCTION(Symbol)                                      \
  SANITIZER_WEAK_ATTRIBUTE void Symbol();
#include "mapsan_internal_modules.inc"
}

namespace __mapsan {

namespace {

constexpr uptr kEntries = 256;
constexpr uptr kDistanceBits = 16;
constexpr uptr kMaxDistance = (1 << kDistanceBits) - 1;
constexpr u32 kMaxDepth = 8;

// pc << kDistanceBits | distance in words; distance 0: the program's own code.
// Any thread may overwrite an entry; each is complete in itself.
atomic_uintptr_t known[kEntries];

const char *const kFramelessModules[] = {
#define MAPSAN_FRAMELESS_MODULE(Prefix) Prefix,
#include "mapsan_internal_modules.inc"
};

void (*const kFramelessFunctions[])() = {
#define MAPSAN_FRAMELESS_FUNCTION(Symbol) Symbol,
#include "mapsan_internal_modules.inc"
};
constexpr uptr kFunctionSize = 64; // they are small, and call at once

bool InFramelessFunction(uptr pc) {
  for (void (*function)() : kFramelessFunctions)
    if (function && pc - reinterpret_cast<uptr>(function) < kFunctionSize)
      return true;
  return false;
}

struct ModuleSearch {
  uptr pc;
  bool frameless;
};

int VisitModule(dl_phdr_info *module, size_t, void *arg) {
  ModuleSearch *search = static_cast<ModuleSearch *>(arg);
  for (unsigned i = 0; i < module->dlpi_phnum; i++) {
    const ElfW(Phdr) &segment = module->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD ||
        search->pc - (module->dlpi_addr + segment.p_vaddr) >= segment.p_memsz)
      continue;
    const char *file = StripModuleName(module->dlpi_name);
    for (const char *prefix : kFramelessModules)
      if (file && !internal_strncmp(file, prefix, internal_strlen(prefix)))
        search->frameless = true;
    return 1;
  }
  return 0;
}

struct FrameSearch {
  uptr pc;
  bool found; // the frame that returns to pc
  uptr above; // stack address just above its own return address
};

// _Unwind_GetCFA of a frame is its stack pointer at the call it is in: the
// address just above the callee's return address.
_Unwind_Reason_Code VisitFrame(_Unwind_Context *frame, void *arg) {
  FrameSearch *search = static_cast<FrameSearch *>(arg);
  if (search->found) {
    search->above = _Unwind_GetCFA(frame);
    return _URC_END_OF_STACK;
  }
  search->found = _Unwind_GetIP(frame) == search->pc;
  return _URC_NO_REASON;
}

// `sp`: just above the return address `pc`.
uptr LearnDistance(uptr pc, uptr sp) {
  ModuleSearch module = {pc, false};
  if (pc - caller_internal::executable_begin < caller_internal::executable_size)
    module.frameless = InFramelessFunction(pc);
  else
    dl_iterate_phdr(VisitModule, &module);
  if (!module.frameless)
    return 0;
  FrameSearch frame = {pc, false, 0};
  _Unwind_Backtrace(VisitFrame, &frame);
  if (frame.above <= sp || frame.above % sizeof(uptr))
    return 0;
  uptr distance = (frame.above - sp) / sizeof(uptr);
  return distance <= kMaxDistance ? distance : 0;
}

uptr DistanceAt(uptr pc, uptr sp) {
  atomic_uintptr_t *entry = &known[(pc ^ pc >> 8) % kEntries];
  uptr value = atomic_load(entry, memory_order_relaxed);
  if (LIKELY(value >> kDistanceBits == pc))
    return value & kMaxDistance;
  uptr distance = LearnDistance(pc, sp);
  atomic_store(entry, pc << kDistanceBits | distance, memory_order_relaxed);
  return distance;
}

} // namespace

void InitializeFrameless() {
  using namespace caller_internal;
  plain_size = executable_size;
  for (void (*function)() : kFramelessFunctions) // the library is linked in
    if (reinterpret_cast<uptr>(function) - executable_begin < executable_size)
      plain_size = 0;
}

uptr frameless_internal::ProgramCallerSlow(uptr pc, uptr bp) {
  uptr sp = bp + 2 * sizeof(uptr);
  for (u32 depth = 0; depth < kMaxDepth; depth++) {
    uptr distance = DistanceAt(pc, sp);
    if (!distance)
      break;
    sp += distance * sizeof(uptr);
    pc = reinterpret_cast<uptr *>(sp)[-1];
  }
  return pc;
}

} // namespace __mapsan
