// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How findings, operations, threads and locks are called in reports.

#ifndef MAPSAN_WORDS_H
#define MAPSAN_WORDS_H

#include "mapsan_finding.h"
#include "mapsan_text.h"

namespace __mapsan {

struct OperationView;
struct ReportView;

const char *KindWords(FindingKind kind);
const char *GradeWords(Grade grade);
const char *GradeExplained(Grade grade);
/// Before a kind's words, with its space, or nothing.
const char *KindPrefix(Grade grade);

/// Why what was used is invalid; a sentence. Null: it is not.
const char *InvalidationWords(TextArena *arena, const Finding &finding);

/// What it is that is used at the site, a handle's: "iterator".
const char *HandleWords(const Site *site);

/// "write", "read", "possible write"...
const char *NounOf(const Access &access);

/// "operator[] (inserted, size 3 -> 4, rehash 13 -> 29 buckets)".
const char *OperationWords(TextArena *arena, const Access &access);

/// What an unfinished may-write was about to do: "insert", "erase", "change
/// the map". Safe in a signal handler.
const char *Intention(const Site *site);

/// The name of the map at the site, or null.
const char *MapNameOf(const Site *site);

/// "the main thread", "thread T2 'worker-1'".
const char *ThreadWords(TextArena *arena, u32 tid);

/// What the locks of both sides, together, tell.
const char *LockWords(TextArena *arena, const OperationView &current,
                      const OperationView &previous);

/// Which lock an iterator or reference left; a sentence.
const char *OutsideLockWords(TextArena *arena, const ReportView &view);

} // namespace __mapsan

#endif // MAPSAN_WORDS_H
