// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A report as its reader sees it, in words but not yet on paper: built from a
// Finding by BuildView, put on lines by mapsan_printer.cpp.

#ifndef MAPSAN_VIEW_H
#define MAPSAN_VIEW_H

#include "../clock/mapsan_lockset.h"
#include "mapsan_finding.h"
#include "mapsan_frames.h"

namespace __mapsan {

/// A lock that was held. The number is the report's: M1, M2...
struct LockView {
  u32 number;
  uptr address;
  bool shared;
  const char *what;   // "critical section"; null: the lock at `address`
  const Frame *where; // where it was taken; may be null
};

/// One of the two operations. All but `known` is empty if !known.
struct OperationView {
  const Access *access;
  bool known;
  const char *noun;      // "write", "read", "iteration"...
  const char *operation; // "operator[] (inserted, size 3 -> 4)"
  const char *thread;    // "thread T2 'worker-1'"
  Frames stack;
  const LockView *locks;
  u32 lock_count;
  bool locks_unknown;   // nobody looked (detect=overlap)
  bool locks_forgotten; // there were more, or others
};

/// A thread that takes part, other than the main one.
struct ThreadView {
  u32 tid;
  const char *name;    // as above
  const char *creator; // null: not seen
  Frames stack;        // where it was created
};

struct ReportView {
  const Finding *finding;
  const char *kind;
  const char *grade; // "overlap", "unordered", "candidate"...
  const char *grade_explained;
  const char *map_name; // null: not known
  const char *map_also; // its name where it was created, if that differs
  const char *map_type; // null: not known
  OperationView current, previous;
  const char *made;     // "begin server.cpp:40:5 in Server::touch"; or null
  OperationView making; // of that nothing but its locks, if it is about them
  const char *why;   // what was used is invalid, or may be: a sentence; or null
  const char *locks; // what the held locks tell; a sentence
  OperationView creation;
  static constexpr u32 kMaxThreads = 3;
  ThreadView threads[kMaxThreads];
  u32 thread_count;
  const char *suppression; // the line that would silence it; may be null
  const char *summary;     // "server.cpp:42:5 in Server::touch"
};

/// Everything in it lives as long as `arena` and `finding`.
ReportView *BuildView(TextArena *arena, const Finding &finding);

} // namespace __mapsan

#endif // MAPSAN_VIEW_H
