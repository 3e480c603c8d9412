// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Exception objects that several threads own: see mapsan_exceptions.h.

#include "mapsan_exceptions.h"

#include "mapsan_rules.h"
#include "mapsan_sync.h"

namespace __mapsan {

namespace {

/// How a C++ library lays out what it keeps in front of an exception object, on
/// 64-bit machines. Programs are linked with either at run time, hence neither
/// can change it: libstdc++'s unwind-cxx.h, libc++abi's cxa_exception.h.
/// Distances in bytes.
struct Layout {
  u64 exception_class; // but for the last byte, which says: dependent
  uptr header_to_unwind_header;
  uptr object_to_count;          // backwards from the object
  uptr unwind_header_to_primary; // backwards from a dependent one's end
};
constexpr Layout kLayouts[] = {
    {0x434c4e47432b2b00 /*CLNGC++*/, 96, 120, 120},
    {0x474e5543432b2b00 /*GNUCC++*/, 80, 128, 112},
};

// Directly before the object (Itanium C++ ABI 2.2.1).
constexpr uptr kUnwindHeader = 32;

template <class T> T At(uptr address) {
  return *reinterpret_cast<const T *>(address);
}

u64 ClassAt(uptr unwind_header) { return At<u64>(unwind_header) & ~0xffull; }

const Layout *LayoutOf(uptr unwind_header) {
  for (const Layout &layout : kLayouts)
    if (ClassAt(unwind_header) == layout.exception_class)
      return &layout;
  return nullptr;
}

/// The unwind header of the exception whose handler runs; 0 if it is of another
/// language. libc++abi's is looked for first: of the other's exceptions that
/// place is still in the header.
uptr Handled(const void *globals) {
  uptr header = At<uptr>(reinterpret_cast<uptr>(globals));
  if (!header)
    return 0;
  for (const Layout &layout : kLayouts) {
    uptr unwind_header = header + layout.header_to_unwind_header;
    if (ClassAt(unwind_header) == layout.exception_class)
      return unwind_header;
  }
  return 0;
}

/// Rethrown by rethrow_exception, it stands for another one.
uptr ObjectOf(uptr unwind_header) {
  uptr end = unwind_header + kUnwindHeader;
  bool dependent = At<u64>(unwind_header) & 0xff;
  return dependent
             ? At<uptr>(end - LayoutOf(unwind_header)->unwind_header_to_primary)
             : end;
}

/// A reference of ours that is the only one stays the only one.
bool HasOtherOwners(uptr object) {
  const Layout *layout = LayoutOf(object - kUnwindHeader);
  return !layout || __atomic_load_n(reinterpret_cast<const int *>(
                                        object - layout->object_to_count),
                                    __ATOMIC_RELAXED) != 1;
}

/// In the header, where no object of the program's can be that synchronises.
uptr SyncOf(uptr object) { return object - 1; }

} // namespace

static void Drop(Thread *thr, uptr object) {
  if (RuleHolds(Rule::exception_last_owner) && HasOtherOwners(object))
    SyncReleaseJoin(thr, SyncOf(object));
}

void ExceptionHandled(Thread *thr, const void *globals) {
  if (uptr unwind_header = Handled(globals))
    Drop(thr, ObjectOf(unwind_header));
}

void ExceptionDropped(Thread *thr, const void *exception) {
  Drop(thr, reinterpret_cast<uptr>(exception));
}

void ExceptionEnds(Thread *thr, const void *exception) {
  uptr sync = SyncOf(reinterpret_cast<uptr>(exception));
  if (RuleHolds(Rule::exception_last_owner))
    SyncAcquire(thr, sync);
  // The library's emergency pool is memory that is never freed.
  SyncBorn(sync, 1);
}

} // namespace __mapsan
