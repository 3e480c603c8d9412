// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references into maps, as instrumented code keeps them: a handle
// beside each variable that holds one.

#ifndef MAPSAN_HANDLE_H
#define MAPSAN_HANDLE_H

#include "mapsan_site.h"
#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct Thread;
class Watch;

namespace handle_field {
using Ptr = uptr;
using I64 = u64;
} // namespace handle_field

/// Lies in a frame of the program's, which copies it as it likes; used by the
/// thread that runs there.
struct Handle {
#define MAPSAN_HANDLE_FIELD(Type, Name) handle_field::Type Name;
#include "../../include/mapsan/callbacks.inc"

  /// Beside the stamp: it was made under locks, and somebody changes the map
  /// under some. No watch has it, so emitted code always calls.
  static constexpr u64 kAsk = 1ull << 63;

  Watch *GetWatch() const { return reinterpret_cast<Watch *>(watch); }
  u64 Stamp() const { return stamp & ~kAsk; }
  /// Nothing is known of it from now on, so nothing will be said.
  void Forget() { watch = stamp = made = locks = 0; }
};
static_assert(sizeof(Handle) == 32, "the pass lays out the same structure");

/// That of the map that a known handle is about: a use's site may not know
/// better than that it is one of several families with such iterators.
inline const Family *FamilyOf(const Handle &handle) {
  return reinterpret_cast<const Site *>(handle.made)->GetFamily();
}

/// What a function has returned last, on its way to the caller.
struct ReturnedHandle {
  Handle handle;
  uptr element;
  u64 function; // 0: none; or the caller has it
};

/// A step leads through the map. What an iterator or a reference is used for
/// otherwise is done to its element.
inline bool ReadsMap(const Site *site) { return site->Iterates(); }

/// What `site` has returned is an iterator or reference into `map`. Not while
/// the thread is disturbed.
void HandleMade(Thread *thr, Handle *handle, const Site *site, uptr map);

/// It is about to be used, at `site`, on `element`. (pc, bp) as for MapBegin.
/// `handle` is known; the thread is not disturbed, unless by LockForOperation.
void HandleUsed(Thread *thr, Handle *handle, Site *site, uptr element, uptr pc,
                uptr bp);

/// The map was changed through it, after a HandleUsed.
void HandleRenewed(Handle *handle);

/// The operation that begins next on the map removes that element, or inserts
/// it; or the one that ends next has taken it out.
void MapErases(Thread *thr, uptr map, uptr element);

} // namespace __mapsan

#endif // MAPSAN_HANDLE_H
