// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The constants that the pass writes into a program and the runtime reads back.
// The calls and the structures they travel in are listed in callbacks.inc.

#ifndef MAPSAN_ABI_H
#define MAPSAN_ABI_H

// Part of the name of the module-registration callback: a plugin and a runtime
// of different versions fail at link time, by name. Raise it whenever
// callbacks.inc or this file changes meaning.
#define MAPSAN_ABI_VERSION 10

// What an operation does to the map it is called on (DESIGN: what counts as
// what). MayWrite is decided at the operation's end, by its evidence.
enum MapsanEffect {
  MapsanEffectRead = 0,
  MapsanEffectWrite = 1,
  MapsanEffectMayWrite = 2,
  MapsanEffectConstruct = 3, // begins a life, then counts as a write
  MapsanEffectDestroy = 4,   // a write, then ends the life
};

// Bits beside the effect in Site::flags.
enum MapsanSiteFlag {
  MapsanSiteIterates = 1 << 0,  // begin() and its like: an iteration starts
  MapsanSiteSecondary = 1 << 1, // the map is not `this` but another argument
  // What a may-write did to the words that the family names (element count,
  // number of buckets) says whether it changed the map: no need to compare all
  // of the object.
  MapsanSiteBySize = 1 << 2,
  // A may-write that is known by its result, or by those words, so that emitted
  // code may pass by the runtime (MAPSAN_SHORTCUT_FIELD).
  MapsanSiteShort = 1 << 3,
  // A use of an iterator or reference, not an operation of the map's own.
  // `name` is that of the iterator or reference; it is a reference if the other
  // stands.
  MapsanSiteHandle = 1 << 4,
  MapsanSiteReference = 1 << 5,
  // What becomes of the elements, where the counts do not tell: all are
  // replaced (an assignment); two maps exchange theirs (swap); the first takes
  // over those of the second (a move); some go to another map, or out of it,
  // and live on (merge, extract). Of operations on two maps: in both sites.
  MapsanSiteReplaces = 1 << 6,
  MapsanSiteExchanges = 1 << 7,
  MapsanSiteTakes = 1 << 8,
  MapsanSiteMixes = 1 << 9,
  // A use of an element, not an operation of the map's own.
  MapsanSiteElement = 1 << 10,
  // Of an iterator or reference: it is only compared, nothing is read through
  // it.
  MapsanSiteCompares = 1 << 11,
  // All elements go, and perhaps the map with them: nobody may look at it after
  // that.
  MapsanSiteEnds = 1 << 12,
  // Where nothing counts the elements: it does nothing but insert, or erase.
  MapsanSiteInserts = 1 << 13,
  MapsanSiteErases = 1 << 14,
};

// In place of the offset of a word in the object: the word lies so far behind
// what the pointer at `Through` points to. (The highest bit is set, and others
// are not.)
#define MAPSAN_BEHIND(Through, Offset)                                         \
  (1u << 31 | unsigned(Through) << 16 | unsigned(Offset))
#define MAPSAN_MAX_BEHIND 0x7ff8

// element_used: beside the size of the access, that it writes.
#define MAPSAN_ELEMENT_WRITE (1u << 31)

// Which iterators and references into a map an operation invalidates: all of
// them, if it inserted, if it erased, if it moved the elements (growth_offset).
// And those to erased elements, unless it is said that they survive that.
enum MapsanInvalidates {
  MapsanIteratorsOnInsert = 1 << 0,
  MapsanIteratorsOnErase = 1 << 1,
  MapsanIteratorsOnGrowth = 1 << 2,
  MapsanReferencesOnInsert = 1 << 3,
  MapsanReferencesOnErase = 1 << 4,
  MapsanReferencesOnGrowth = 1 << 5,
  MapsanIteratorsSurviveErase = 1 << 6,
  MapsanReferencesSurviveErase = 1 << 7,
  // The elements have places, from the word at growth_offset to that at
  // end_offset, which iterators past the end have. They lie in one array: what
  // is done at a place invalidates what is at it and behind. Or in several
  // blocks: done at neither end, it invalidates all.
  MapsanInOneArray = 1 << 8,
  MapsanInBlocks = 1 << 9,
  // Elements may lie in the object itself, and no other takes these over. They
  // do so while its lowest bit is set, if that is what the second one says.
  MapsanElementsInside = 1 << 10,
  MapsanInsideByFirstBit = 1 << 11,
  // The elements are an array: an erasure whose place is known invalidates what
  // lies behind it, too.
  MapsanIteratorsBehind = 1 << 12,
  MapsanReferencesBehind = 1 << 13,
  // Each element is a block of its own, which its iterators tell by its
  // address, and goes from one container to another as it is.
  MapsanElementsAreNodes = 1 << 14,
  // They have places in one array, as above, but the last one takes that of one
  // which is erased: these two alone are touched.
  MapsanInBag = 1 << 15,
};

// What the call that ends an operation knows of the operation's own result.
enum MapsanEvidence {
  MapsanEvidenceUnchanged = 0, // the result says that nothing was changed
  MapsanEvidenceChanged = 1,   // the result says that something was changed
  MapsanEvidenceHeader = 2,    // no result: compare the object's header
  MapsanEvidenceNone = 3,      // no evidence named: a may-write is a write
};

// Shortcuts: how many entries each of a thread's two tables has, and which of
// them is a map's: (map * multiplier >> 32) % entries.
#define MAPSAN_SHORTCUT_ENTRIES 64
#define MAPSAN_SHORTCUT_MULTIPLIER 0x61c88647
// The same of the atomics that are lent to it.
#define MAPSAN_LENT_ENTRIES 64

// Atomic operations: the `what` word of atomic_begin and atomic_end is
// operation | order << 4 | failure order << 8, orders as in <stdatomic.h>
// (0 relaxed, 1 consume, 2 acquire, 3 release, 4 acq_rel, 5 seq_cst).
enum MapsanAtomic {
  MapsanAtomicLoad = 0,
  MapsanAtomicStore = 1,
  MapsanAtomicRmw = 2,
  MapsanAtomicCas = 3, // atomic_end's `done` says whether it stored
};

// Beside the orders: the access is a call of a library, whose own locks order
// nothing meanwhile.
#define MAPSAN_ATOMIC_CALL (1 << 12)
// And: it is a load that load_end did not count.
#define MAPSAN_ATOMIC_AGAIN (1 << 13)

// atomic_end's token where atomic_begin was not called, because emitted code
// saw that there was nothing to tell, or where it has said so itself.
#define MAPSAN_ATOMIC_UNWATCHED (~1ull)

// Synchronisation calls that the catalog's `sync:` section models at the call
// site, because the implementation sits in an uninstrumented library.
enum MapsanSync {
  MapsanSyncInit = 0,          // a life begins; nothing is held
  MapsanSyncDestroy = 1,       // the life ends
  MapsanSyncLock = 2,          // exclusive; always succeeds
  MapsanSyncTryLock = 3,       // exclusive if the result is true
  MapsanSyncUnlock = 4,        // exclusive
  MapsanSyncLockShared = 5,    // shared; always succeeds
  MapsanSyncTryLockShared = 6, // shared if the result is true
  MapsanSyncUnlockShared = 7,  // shared
  MapsanSyncAcquire = 8, // after the call: everything released here so far
  MapsanSyncRelease = 9, // before the call: published to later acquirers

  // Implementations that are compiled into the program, and synchronise in
  // ways that are not the interface's: what of it counts.
  MapsanSyncInternal = 16, // nothing inside the call
  MapsanSyncObserve = 17,  // acquires inside, if it succeeds; no releases
  MapsanSyncProgram = 18,  // all: it is the program's code again
  MapsanSyncPublish = 19,  // all, after a release on the object
  MapsanSyncEnter = 20,    // as Program, after an acquire on the object
  MapsanSyncOnce = 21,     // a call of std::call_once; Internal but for ...
  MapsanSyncOnceRun = 22,  // ... the function that it calls
  MapsanSyncBarrier = 23,  // an arrival at std::barrier; all but for ...
  MapsanSyncBarrierArrive = 24, // ... one step of it: true completes the phase
  MapsanSyncBarrierComplete = 25, // ... and letting the waiters go
  MapsanSyncBarrierWait = 26,     // waits for a phase to be complete
  MapsanSyncAtThreadExit = 27,    // a release on the object at thread exit
  MapsanSyncOverwrite = 28,       // all; an exchange that it makes is a store

  // Libraries that arrive uninstrumented.
  MapsanSyncLockUpgrade = 32,    // shared, and exclusive among upgraders
  MapsanSyncTryLockUpgrade = 33, // the same if the result is true
  MapsanSyncUnlockUpgrade = 34,  //
  MapsanSyncConvert = 35,        // from one MapsanLockMode to another
  MapsanSyncTryConvert = 36,     // the same if the result is true
  MapsanSyncWait = 37,           // a held lock, given up and taken again inside
  MapsanSyncTryAcquire = 38,     // acquire if the result is true
  MapsanSyncMeet = 39,  // release before, acquire after: all who meet here
  MapsanSyncSpawn = 40, // release for the bodies that start on the object
  MapsanSyncJoin = 41,  // acquire what bodies on the object did
  MapsanSyncRun = 42,   // both
  // Functions of the program's that such a library calls: all counts.
  MapsanSyncBody = 43,       // acquires what was spawned; done for joins
  MapsanSyncBodyStarts = 44, // the former alone
  MapsanSyncBodyMeets = 45,  // acquires first, releases last
  MapsanSyncBodyLast = 46,   // acquires what was spawned, and all ends
};

// Above MapsanSync and a barrier's phase in the `what` word.
enum MapsanSyncFlag {
  // The call runs code of the program's inside, whose synchronisation counts;
  // in a call on a lock, it is run under the lock.
  MapsanSyncCallsBack = 1 << 24,
  // The object is new each time: what was released there before is forgotten.
  MapsanSyncFresh = 1 << 25,
  // MapsanLockMode: of a conversion.
  MapsanSyncFromShift = 26,
  MapsanSyncToShift = 28,
  // Threads that are created inside are the program's, not the library's.
  MapsanSyncProgramThreads = 1 << 30
};

enum MapsanLockMode {
  MapsanLockExclusive = 0,
  MapsanLockShared = 1,
  MapsanLockUpgrade = 2
};

// What the function that is passed to a modelled call is (function_passed).
enum MapsanPassed {
  MapsanPassedOnce = 0, // the MapsanSyncOnceRun of a MapsanSyncOnce
  MapsanPassedBody = 1, // a MapsanSyncBody
  MapsanPassedLast = 2, // a MapsanSyncBodyLast
  // Above it: the number of the function's argument that is the object. Where
  // that is null, the function is.
  MapsanPassedOnShift = 8
};

// Not every sync object is an address. The bits that no user address has tell
// parts of an object apart (bits 48 to 59), and objects that are none in memory
// (bit 47 and a hash of their name).
#define MAPSAN_SYNC_PART_SHIFT 48
#define MAPSAN_SYNC_PART_MASK 0xfffull
#define MAPSAN_SYNC_NAMED (1ull << 47)
#define MAPSAN_SYNC_PLACE(Object)                                              \
  ((Object) & ((1ull << MAPSAN_SYNC_PART_SHIFT) - 1))

// The `what` word of sync_begin and sync_end is MapsanSync, for barriers with
// the phase (as the library numbers them, in steps of two) above it.
#define MAPSAN_SYNC_PHASE_SHIFT 8

#endif // MAPSAN_ABI_H
