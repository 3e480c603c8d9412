// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What becomes of a container's iterators, of references to its elements, and what
// two threads do to elements: a program for each container (run_operations.py), built
// with --mapsan-elements, a case for each thing that may
// happen between the making of an iterator and its use. Each case runs in a
// process of its own, which ends with the first report, as what comes after a
// true one is undefined. Prints a line a case, the last line counts.

#define INLINE_ROOM 32 // for all of some cases' elements
#include "container.h"
#include "iterator_rules.h"

#include "../runtime/Inputs/threads.h"
#include "../support/invisible_barrier.h"
#include <cstdio>
#include <cstring>
#include <mapsan/interface.h>
#include <memory>
#include <mutex>
#include <new>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

enum Outcome : int {
  Silent,
  InvalidIterator,
  InvalidElement,
  Race,
  OutsideLock,
  ElementWrites,
  ElementReadWrite,
  Other,
  // By which no program ends.
  InvalidUnlessInside
};
const char *const kOutcomes[] = {"silent",
                                 "use of invalidated map iterator",
                                 "use of invalidated map element",
                                 "concurrent map iteration and map write",
                                 "map iterator used outside its lock",
                                 "concurrent map element writes",
                                 "concurrent map element read and write",
                                 "another report, or a crash"};

void endWithReport(const mapsan_report *report) {
  int outcome = Silent + 1;
  while (outcome < Other && strcmp(report->kind, kOutcomes[outcome]))
    outcome++;
  _exit(outcome);
}

struct Case {
  const char *name;
  Outcome expected;
  void (*run)(Map &);
};

constexpr Outcome when(bool invalid) {
  return invalid ? InvalidIterator : Silent;
}
#define ERASED when(kIterators.erase != Erase::None)
#define OTHER_ELEMENT_ERASED when(kIterators.erase == Erase::All)
#define EARLIER_ELEMENT_ERASED                                                 \
  when(kIterators.erase == Erase::All || kIterators.erase == Erase::Behind)
#define ROOM_ENOUGH when(kIterators.insert == Insert::Always)
#define GROWN when(kIterators.insert != Insert::Never)

// The pass sees nothing of what is done in here.
#define ELSEWHERE [[gnu::noinline]] void

ELSEWHERE nothing() { asm volatile("" ::: "memory"); }
ELSEWHERE put(Map &map, int number) { PUT(map, number); }
ELSEWHERE putMany(Map &map) {
  for (int number = 100; number < MANY; number++)
    PUT(map, number);
}
ELSEWHERE take(Map &map, int number) { TAKE_ONE(map, number); }
ELSEWHERE takeByKey(Map &map, int number) { TAKE_KEY(map, number); }
ELSEWHERE empty(Map &map) { VIEW(map).clear(); }
ELSEWHERE renew(Map &map) {
  Map other;
  PREPARE(other);
  PUT(other, 1);
  map = other;
}
#ifdef STANDARD
ELSEWHERE assign(Map &map, const Map &other) { map = other; }
#endif
ELSEWHERE exchange(Map &map, Map &other) { VIEW(map).swap(VIEW(other)); }

#ifdef IS_SEQUENCE
#define BEHIND                                                                 \
  when(kIterators.erase == Erase::Behind || kIterators.insert == Insert::Always)
ELSEWHERE insertAt(Map &map, int number) { INSERT_AT(map, number); }
ELSEWHERE takeSome(Map &map) { std::erase_if(map, IsFour()); }
#if IS(ONE_WAY)
ELSEWHERE takeAll(Map &map) { map.erase_after(map.before_begin(), map.end()); }
ELSEWHERE takeNothing(Map &map) {
  map.erase_after(before(map, 3), place(map, 3));
}
#else
ELSEWHERE takeAll(Map &map) { map.erase(map.begin(), map.end()); }
ELSEWHERE takeNothing(Map &map) { map.erase(place(map, 3), place(map, 3)); }
#endif
#if defined(REFERENCE) && !IS(ONE_WAY)
ELSEWHERE takeLast(Map &map) { map.pop_back(); }
#endif
#if IS(LINKED)
ELSEWHERE sort(Map &map) { map.sort(Less()); }
ELSEWHERE mergeSorted(Map &into, Map &from) { into.merge(from, Less()); }
constexpr Outcome ofLinked(Outcome outcome) {
  return kPasses ? outcome : Silent;
}
#if !IS(ONE_WAY)
ELSEWHERE spliceOne(Map &into, Map &from, int number) {
  into.splice(into.begin(), from, place(from, number));
}
#endif
ELSEWHERE spliceAll(Map &into, Map &from) {
#if IS(ONE_WAY)
  into.splice_after(into.before_begin(), from);
#else
  into.splice(into.begin(), from);
#endif
}
#endif
#endif

template <class Any> ELSEWHERE look(const Any &any) {
  asm volatile("" : : "r"(std::addressof(any)) : "memory");
}

template <class Any> void makeRoomForAsMany(Any &map) {
  if constexpr (requires { map.reserve(map.size()); }) {
    auto it = POSITION(map, 3);
    auto count = map.size();
    nothing();
    look(*it);
    empty(map);
    map.reserve(count);
  }
}

// The elements are to lie in the map object itself, where they can.
bool inside;

// A heap object of the test's, with eight elements and room for more.
template <class Any = Map> Any *filled() {
  auto *map = new Any();
  PREPARE(*map);
  if (!inside)
    MAKE_ROOM(*map);
  for (int number = 1; number <= 8; number++)
    PUT(*map, number);
  return map;
}

// The key of an element of the map.
#ifndef NUMBER_IN
#define NUMBER_IN(Element) numberOf(Element)
#endif

#define ITERATOR auto it = POSITION(map, 3)

// The iterator's making is ordered before the other's insertion, its step is not.
template <bool kBefore> void stepUnordered(Map &map) {
  static invisible::Step made, done;
  static std::mutex mutex;
  std::thread other([&map] {
    made.WaitFor(1);
    std::lock_guard<std::mutex> hold(mutex);
    put(map, 9);
    done.Done();
  });
  std::unique_lock<std::mutex> hold(mutex);
  ITERATOR;
  hold.unlock();
  if constexpr (kBefore)
    STEP(it);
  made.Done();
  done.WaitFor(1);
  if constexpr (!kBefore)
    STEP(it);
  other.join();
}

using Lock = std::unique_lock<std::mutex>;

// Another thread changes the map under a lock, and lives on; then this one does
// something, with the lock held at first.
void runGuarded(Body change, BodyOf<Lock &> body) {
  static invisible::Step changed, over;
  static std::mutex mutex;
  std::thread other([&] {
    {
      std::lock_guard<std::mutex> hold(mutex);
      change();
    }
    changed.Done();
    over.WaitFor(1);
  });
  changed.WaitFor(1);
  Lock hold(mutex);
  body(hold);
  if (!hold)
    hold.lock();
  hold.unlock();
  over.Done();
  other.join();
}
template <class Change, class Use> void guarded(Change change, Use use) {
  runGuarded(change, use);
}

constexpr Outcome outside(bool invalid) {
  return invalid ? OutsideLock : Silent;
}

constexpr Outcome ofElements(Outcome outcome) {
  return kElements ? outcome : Silent;
}

// Where insertions may be done at any time, or nothing is seen of steps.
constexpr Outcome kRace = kConcurrent || kPointers ? Silent : Race;

// Whether an insertion, or an erasure, is known for one, or they are alike.
constexpr bool kTold = kCounted || (kIterators.insert == Insert::Always &&
                                    kIterators.erase == Erase::All);

// --- elements that go to another container
template <class Any>
concept Merges = requires(Any &map) { map.merge(map); };
template <class Any>
concept Extracts = requires(Any &map) { map.insert(map.extract(Key(3))); };
constexpr bool kMerges = Merges<Map> && kPasses && kCounted;
constexpr bool kExtracts = Extracts<Map> && kPasses;
[[maybe_unused]] constexpr Outcome ofMerged(Outcome outcome) {
  return kMerges ? outcome : Silent;
}
[[maybe_unused]] constexpr Outcome ofExtracted(Outcome outcome) {
  return kExtracts ? outcome : Silent;
}
// Of elements that may be in either, as the others are: those that are freed.
[[maybe_unused]] constexpr Outcome ofParted(bool invalid) {
  return ofMerged(when(invalid && kLearnsErasures));
}

template <class Any> ELSEWHERE mergeInto(Any &into, Any &from) {
  into.merge(from);
}

template <class Any> Any *another() {
  auto *other = new Any();
  PREPARE(*other);
  MAKE_ROOM(*other);
  return other;
}

// An iterator to one of the elements, which all go to another container, but for
// what that has already.
template <class Any, class Use>
void merged(Any &map, [[maybe_unused]] int number, int present, Use use) {
  if constexpr (Merges<Any>) {
    Any *other = another<Any>();
    if (present)
      PUT(*other, present);
    auto it = POSITION(map, number);
    mergeInto(*other, map);
    use(map, *other);
    look(*it);
  }
}

// To one of them, of which one is taken out by its key and put into another
// container.
template <class Any> ELSEWHERE passOn(Any &into, Any &from, int number) {
  into.insert(from.extract(Key(number)));
}
template <class Any, class Use> void passedOn(Any &map, int number, Use use) {
  if constexpr (Extracts<Any>) {
    Any *other = another<Any>();
    auto it = POSITION(map, 3);
    passOn(*other, map, number);
    use(map, *other);
    look(*it);
  }
}

// Which is kept out.
template <class Any, class Use> void extracted(Any &map, int number, Use use) {
  if constexpr (Extracts<Any>) {
    auto it = POSITION(map, 3);
    auto node = map.extract(Key(number));
    use(map);
    look(*it);
  }
}

#ifdef REFERENCE
template <class Any> void referencePassedOn(Any &map) {
  if constexpr (Extracts<Any>) {
    REFERENCE;
    Any *other = another<Any>();
    passOn(*other, map, REFERRED);
    takeByKey(*other, REFERRED);
    value = 1;
  }
}
template <class Any> void referenceMerged(Any &map) {
  if constexpr (Merges<Any>) {
    REFERENCE;
    Any *other = another<Any>();
    mergeInto(*other, map);
    empty(*other);
    value = 1;
  }
}
#endif

// The iterator that an insertion returned.
template <class Any, class Use> void insertedNode(Any &map, Use use) {
  if constexpr (kInsertsNodes && Extracts<Any>) {
    Any *other = another<Any>();
    PUT(*other, 9);
    auto result = map.insert(other->extract(Key(9)));
    if constexpr (requires { result.position; }) {
      auto it = result.position;
      use(map);
      look(*it);
    } else {
      use(map);
      look(*result);
    }
  }
}
template <class Any, class Use> void insertedNodeThere(Any &map, Use use) {
  if constexpr (kInsertsNodes && Extracts<Any>) {
    Any *other = another<Any>();
    PUT(*other, 9);
    auto it = map.insert(map.end(), other->extract(Key(9)));
    use(map);
    look(*it);
  }
}
constexpr Outcome ofInserted(Outcome outcome) {
  return kInsertsNodes && kExtracts ? outcome : Silent;
}

// --- reverse iterators
constexpr Outcome ofReversed(Outcome outcome) {
  return kReversed ? outcome : Silent;
}

// The element before 3, and then a step to the one before that.
template <class Any, class Change> void reversed(Any &map, Change change) {
  if constexpr (kReversed) {
    auto it = std::make_reverse_iterator(POSITION(map, 3));
    change(map);
    ++it;
  }
}
template <class Any> void reversedElement(Any &map) {
  if constexpr (kReversed) {
    auto it = std::make_reverse_iterator(POSITION(map, 3));
    empty(map);
    look(*it);
  }
}
template <class Any> void reversedBase(Any &map) {
  if constexpr (kReversed) {
    auto it = std::make_reverse_iterator(POSITION(map, 3));
    auto base = it.base();
    empty(map);
    look(*base);
  }
}
template <class Any> void reversedEnd(Any &map) {
  if constexpr (kReversed) {
    auto end = map.rend();
    empty(map);
    look(end == map.rend());
  }
}
template <class Any> void reversedBegin(Any &map) {
  if constexpr (kReversed) {
    auto begin = map.rbegin();
    empty(map);
    look(begin == map.rbegin());
  }
}
template <class Any> void reversedCopy(Any &map) {
  if constexpr (kReversed) {
    auto it = map.rbegin();
    auto before = it++;
    typename Any::const_reverse_iterator copy = it;
    before = map.rbegin();
    empty(map);
    look(*copy);
  }
}
template <class Any, class Step> void reversedLoop(Any &map, Step step) {
  if constexpr (kReversed)
    for (auto it = map.rbegin(); it != map.rend(); ++it)
      step(map, numberOf(*it));
}
// As stepUnordered.
enum class Used { Step, Element, Comparison };
template <Used kUse, class Any> void reversedUnordered(Any &map) {
  if constexpr (kReversed) {
    static invisible::Step made, done;
    static std::mutex mutex;
    std::thread other([&map] {
      made.WaitFor(1);
      std::lock_guard<std::mutex> hold(mutex);
      put(map, 9);
      done.Done();
    });
    std::unique_lock<std::mutex> hold(mutex);
    auto it = std::make_reverse_iterator(POSITION(map, 3));
    auto same = it;
    hold.unlock();
    made.Done();
    done.WaitFor(1);
    if constexpr (kUse == Used::Step)
      ++it;
    else if constexpr (kUse == Used::Element)
      look(*it);
    else
      look(it == same);
    other.join();
  }
}

#define READ_ELEMENT(Map, Number)                                              \
  do {                                                                         \
    auto word = *ELEMENT_OF(Map, Number);                                      \
    asm volatile("" : : "r"(word));                                            \
  } while (0)

const Case kCases[] = {
    // --- what happens to the map, and then a step
    {"nothing", Silent,
     [](Map &map) {
       ITERATOR;
       nothing();
       STEP(it);
     }},
    {"its element erased", ERASED,
     [](Map &map) {
       ITERATOR;
       take(map, 3);
       STEP(it);
     }},
#ifndef CHECKS_ITERATORS // it ends the program
    {"its element erased by its key",
     when(kLearnsErasures || kIterators.erase == Erase::All),
     [](Map &map) {
       ITERATOR;
       takeByKey(map, 3);
       STEP(it);
     }},
#endif
    {"another element erased", OTHER_ELEMENT_ERASED,
     [](Map &map) {
       ITERATOR;
       take(map, 5);
       STEP(it);
     }},
    {"an earlier element erased", EARLIER_ELEMENT_ERASED,
     [](Map &map) {
       ITERATOR;
       take(map, 2);
       STEP(it);
     }},
#ifdef LAST_TAKES_PLACE
    {"another one erased by its key", OTHER_ELEMENT_ERASED,
     [](Map &map) {
       ITERATOR;
       takeByKey(map, 5);
       STEP(it);
     }},
    {"the last one, another one erased",
     when(kIterators.erase == Erase::Swapped),
     [](Map &map) {
       auto it = POSITION(map, 8);
       take(map, 3);
       STEP(it);
     }},
#endif
    {"an absent key erased", Silent,
     [](Map &map) {
       ITERATOR;
       takeByKey(map, 50);
       STEP(it);
     }},
    {"an element inserted, with room for it", ROOM_ENOUGH,
     [](Map &map) {
       ITERATOR;
       put(map, 9);
       STEP(it);
     }},
    {"many inserted", GROWN,
     [](Map &map) {
       ITERATOR;
       putMany(map);
       STEP(it);
     }},
#if UNIQUE
    {"a present one inserted", Silent,
     [](Map &map) {
       ITERATOR;
       put(map, 4);
       STEP(it);
     }},
#endif
    {"emptied", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       empty(map);
       STEP(it);
     }},
    {"assigned to", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       renew(map);
       STEP(it);
     }},
#ifdef STANDARD // others may copy first, and exchange
    {"assigned to itself", Silent,
     [](Map &map) {
       ITERATOR;
       assign(map, map);
       STEP(it);
     }},
#endif
    {"erased and inserted again", ERASED,
     [](Map &map) {
       ITERATOR;
       take(map, 3);
       put(map, 3);
       STEP(it);
     }},
    {"destroyed", InvalidIterator,
     [](Map &) {
       std::unique_ptr<Map> own(filled());
       auto it = POSITION(*own, 3);
       own.reset();
       look(*it);
     }},

    // --- where the elements go
    {"exchanged", Silent,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       exchange(map, *other);
       STEP(it);
     }},
    {"exchanged, then where it is now emptied", InvalidUnlessInside,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       exchange(map, *other);
       empty(*other);
       STEP(it);
     }},
    {"exchanged, then where it was emptied", Silent,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       exchange(map, *other);
       empty(map);
       STEP(it);
     }},
#ifndef CXX98
    {"moved", Silent,
     [](Map &map) {
       ITERATOR;
       std::unique_ptr<Map> other(new Map(std::move(map)));
       nothing();
       STEP(it);
     }},
    {"moved, then emptied there", InvalidUnlessInside,
     [](Map &map) {
       ITERATOR;
       std::unique_ptr<Map> other(new Map(std::move(map)));
       empty(*other);
       STEP(it);
     }},
#endif

#if STABLE || PASSES // or it is in another place there
    // --- what becomes of those that go to another container
    {"merged", Silent,
     [](Map &map) { merged(map, 3, 0, [](Map &, Map &) {}); }},
    {"merged, then where they came from destroyed", Silent,
     [](Map &map) {
       merged(map, 3, 0, [](Map &from, Map &) { delete &from; });
     }},
    {"merged, then emptied there", ofMerged(InvalidIterator),
     [](Map &map) {
       merged(map, 3, 0, [](Map &, Map &into) { empty(into); });
     }},
    {"merged, then erased there", ofMerged(ERASED),
     [](Map &map) {
       merged(map, 3, 0, [](Map &, Map &into) { take(into, 3); });
     }},
#if UNIQUE
    {"most merged, then where it went emptied", ofParted(true),
     [](Map &map) {
       merged(map, 3, 5, [](Map &, Map &into) { empty(into); });
     }},
    {"most merged, then where it stayed emptied", ofParted(true),
     [](Map &map) {
       merged(map, 5, 5, [](Map &from, Map &) { empty(from); });
     }},
    {"most merged, then where it stayed destroyed", ofParted(true),
     [](Map &map) {
       merged(map, 5, 5, [](Map &from, Map &) { delete &from; });
     }},
    {"most merged, it stayed, then the others emptied", Silent,
     [](Map &map) {
       merged(map, 5, 5, [](Map &, Map &into) { empty(into); });
     }},
    {"most merged, it went, then the others emptied", Silent,
     [](Map &map) {
       merged(map, 3, 5, [](Map &from, Map &) { empty(from); });
     }},
    {"most merged, it went, then the others destroyed", Silent,
     [](Map &map) {
       merged(map, 3, 5, [](Map &from, Map &) { delete &from; });
     }},
    {"many merged, then both emptied", ofMerged(InvalidIterator),
     [](Map &map) {
       putMany(map);
       merged(
           map, 599, 5,
           [](Map &from, Map &into) {
             empty(into);
             empty(from);
           });
     }},
#endif
    {"another one extracted by its key", Silent,
     [](Map &map) { extracted(map, 5, [](Map &) {}); }},
    {"another one extracted by its key, then emptied",
     ofExtracted(InvalidIterator),
     [](Map &map) { extracted(map, 5, [](Map &map) { empty(map); }); }},
    {"extracted by its key", ofExtracted(InvalidIterator),
     [](Map &map) { extracted(map, 3, [](Map &) {}); }},
    {"passed on", Silent,
     [](Map &map) { passedOn(map, 3, [](Map &, Map &) {}); }},
    {"passed on, then where it was destroyed", Silent,
     [](Map &map) {
       passedOn(map, 3, [](Map &from, Map &) { delete &from; });
     }},
    {"passed on, then erased there", ofExtracted(ERASED),
     [](Map &map) {
       passedOn(map, 3, [](Map &, Map &into) { take(into, 3); });
     }},
    {"another one passed on, which is emptied", Silent,
     [](Map &map) { passedOn(map, 5, [](Map &, Map &into) { empty(into); });
     }},
    {"another one passed on, then emptied", ofExtracted(InvalidIterator),
     [](Map &map) { passedOn(map, 5, [](Map &from, Map &) { empty(from); });
     }},
#endif
    {"inserted as a node", Silent,
     [](Map &map) { insertedNode(map, [](Map &) { nothing(); }); }},
    {"inserted as a node, then erased", ofInserted(ERASED),
     [](Map &map) { insertedNode(map, [](Map &map) { take(map, 9); }); }},
    {"inserted as a node, then emptied", ofInserted(InvalidIterator),
     [](Map &map) { insertedNode(map, [](Map &map) { empty(map); }); }},
    {"inserted as a node at a hint, then erased", ofInserted(ERASED),
     [](Map &map) { insertedNodeThere(map, [](Map &map) { take(map, 9); }); }},

    // --- backwards
    {"reversed: nothing", Silent,
     [](Map &map) { reversed(map, [](Map &) { nothing(); }); }},
    {"reversed: what it is built on erased", ofReversed(InvalidIterator),
     [](Map &map) { reversed(map, [](Map &map) { take(map, 3); }); }},
    {"reversed: its element erased", Silent,
     [](Map &map) { reversed(map, [](Map &map) { take(map, 2); }); }},
    {"reversed: another element erased", Silent,
     [](Map &map) { reversed(map, [](Map &map) { take(map, 5); }); }},
    {"reversed: emptied", ofReversed(InvalidIterator),
     [](Map &map) { reversed(map, [](Map &map) { empty(map); }); }},
    {"reversed: dereferenced", ofReversed(InvalidIterator),
     reversedElement<Map>},
    {"reversed: its base", ofReversed(InvalidIterator), reversedBase<Map>},
    {"reversed: the end, emptied", ofReversed(InvalidIterator),
     reversedEnd<Map>},
    {"reversed: the beginning, emptied", Silent, reversedBegin<Map>},
    {"reversed: a constant copy", ofReversed(InvalidIterator),
     reversedCopy<Map>},
    {"reversed: each element erased", Silent,
     [](Map &map) {
       reversedLoop(map, [](Map &map, int number) { take(map, number); });
     }},
    {"reversed: the one before erased", ofReversed(InvalidIterator),
     [](Map &map) {
       reversedLoop(
           map,
           [](Map &map, int number) {
             if (number < 8)
               take(map, number + 1);
           });
     }},
    {"reversed: a step after another thread's insertion", ofReversed(Race),
     reversedUnordered<Used::Step, Map>},
    {"reversed: dereferenced after another thread's insertion", ofReversed(Race),
     reversedUnordered<Used::Element, Map>},
    {"reversed: compared after another thread's insertion", Silent,
     reversedUnordered<Used::Comparison, Map>},

    // --- what it is used for
    {"dereferenced", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       empty(map);
       look(*it);
     }},
#ifndef NO_ARROW
    {"its member", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       empty(map);
       look(*it.operator->());
     }},
#endif
#ifdef ELEMENTS_ARE_POINTERS
    {"what it led to", Silent,
     [](Map &map) {
       ITERATOR;
       auto *element = *it;
       putMany(map);
       look(element->payload);
     }},
#endif
#ifdef END_STAYS
    {"past the end, emptied", Silent,
     [](Map &map) {
       auto end = VIEW(map).end();
       empty(map);
       look(end == VIEW(map).end());
     }},
    {"past the end, an element erased", Silent,
     [](Map &map) {
       auto end = VIEW(map).end();
       take(map, 3);
       look(end == VIEW(map).end());
     }},
    {"past the end, destroyed", InvalidIterator,
     [](Map &map) {
       std::unique_ptr<Map> own(filled());
       auto end = VIEW(*own).end();
       own.reset();
       look(end == VIEW(map).end());
     }},
#endif
#ifndef POINTERS
    {"compared", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       empty(map);
       look(it == VIEW(map).end());
     }},
    {"stepped, what was is returned", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       empty(map);
       look(it++);
     }},
#endif
    {"a copy used", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       auto copy = it;
       empty(map);
       STEP(copy);
     }},
    {"a constant copy used", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       CONST_ITERATOR copy = it;
       empty(map);
       STEP(copy);
     }},
    {"what it was before the step", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       auto before = it++;
       empty(map);
       look(*before);
     }},
    {"assigned anew", Silent,
     [](Map &map) {
       ITERATOR;
       empty(map);
       for (int number = 1; number <= 3; number++)
         put(map, number);
       it = POSITION(map, 3);
       nothing();
       STEP(it);
     }},
#ifndef ERASES_BUT_ONCE // or else it crashes
    {"erased through", ERASED,
     [](Map &map) {
       ITERATOR;
       take(map, 3);
       TAKE_AT(map, it);
     }},
#endif

// --- what is none
#ifndef RESERVES_MORE_ONLY
    {"how many there were", Silent, makeRoomForAsMany<Map>},
#endif

    // --- loops
    {"each step a look", Silent,
     [](Map &map) {
       for (auto it = VIEW(map).begin(); it != VIEW(map).end(); ++it) {
         nothing();
         look(*it);
       }
     }},
#if !defined(CHECKS_ITERATORS) && !CONCURRENT
    // (With the last one the map is empty, in any case.)
    {"range-for, its element erased by its key",
     when((kCounted && kIterators.erase != Erase::None) || kLearnsErasures ||
          kIterators.erase == Erase::Swapped || kIterators.erase == Erase::All),
     [](Map &map) {
       for (auto &&element : VIEW(map))
         takeByKey(map, NUMBER_IN(element));
     }},
#endif
    {"range-for, many inserted", GROWN,
     [](Map &map) {
       bool first = true;
       for (auto &&element : VIEW(map)) {
         look(element);
         if (first)
           putMany(map);
         first = false;
       }
     }},
#ifdef ERASE_RETURNS_NEXT
    {"erase tells the next one", Silent,
     [](Map &map) {
       for (auto it = VIEW(map).begin(); it != VIEW(map).end();) {
         nothing();
         it = TAKE_AT(map, it);
       }
     }},
#endif

// --- references
#ifdef REFERENCE
    {"reference: nothing", Silent,
     [](Map &map) {
       REFERENCE;
       nothing();
       value = 1;
     }},
    {"reference: emptied", InvalidElement,
     [](Map &map) {
       REFERENCE;
       empty(map);
       value = 1;
     }},
    {"reference: another element erased",
     kReferences.erase == Erase::All ? InvalidElement : Silent,
     [](Map &map) {
       REFERENCE;
       take(map, 5);
       value = 1;
     }},
    {"reference: many inserted",
     kReferences.insert == Insert::Never ? Silent : InvalidElement,
     [](Map &map) {
       REFERENCE;
       putMany(map);
       look(value);
     }},
    {"reference: its element erased by its key",
     kLearnsReferences || kReferences.erase == Erase::All ? InvalidElement
                                                          : Silent,
     [](Map &map) {
       REFERENCE;
       takeByKey(map, REFERRED);
       look(value);
     }},
    {"reference: passed on, then erased there",
     kExtracts &&kLearnsReferences ? InvalidElement : Silent,
     referencePassedOn<Map>},
    {"reference: merged, then emptied there",
     kMerges ? InvalidElement : Silent,
     referenceMerged<Map>},
#endif

#ifdef IS_SEQUENCE
    // --- at a place
    {"inserted before it", BEHIND,
     [](Map &map) {
       ITERATOR;
       insertAt(map, 2);
       ++it;
     }},
    {"inserted first", BEHIND,
     [](Map &map) {
       ITERATOR;
       insertAt(map, 1);
       ++it;
     }},
    {"inserted behind it", ROOM_ENOUGH,
     [](Map &map) {
       ITERATOR;
       insertAt(map, 6);
       ++it;
     }},
    {"the first one erased", when(kIterators.erase == Erase::Behind),
     [](Map &map) {
       ITERATOR;
       take(map, 1);
       ++it;
     }},
    {"the last one erased", Silent,
     [](Map &map) {
       ITERATOR;
       take(map, 8);
       ++it;
     }},
    {"all erased", ERASED,
     [](Map &map) {
       ITERATOR;
       takeAll(map);
       ++it;
     }},
    {"nothing erased, at its place", Silent,
     [](Map &map) {
       ITERATOR;
       takeNothing(map);
       ++it;
     }},
    {"fewer than that", when(KNOWS_ENDS &&kIterators.insert != Insert::Always),
     [](Map &map) {
       ITERATOR;
       map.resize(2);
       nothing();
       ++it;
     }},
    {"some erased by their value, then one put in", ROOM_ENOUGH,
     [](Map &map) {
       auto earlier = POSITION(map, 1);
       nothing();
       look(*earlier);
       takeSome(map);
       auto it = POSITION(map, 5);
       put(map, 9);
       look(*it);
     }},
#ifdef REFERENCE
    {"reference: one inserted in the middle",
     kReferences.erase == Erase::All ? InvalidElement : Silent,
     [](Map &map) {
       REFERENCE;
       insertAt(map, 5);
       look(value);
     }},
    {"reference: one inserted first",
     kReferences.erase == Erase::Behind ? InvalidElement : Silent,
     [](Map &map) {
       REFERENCE;
       insertAt(map, 1);
       look(value);
     }},
    {"reference: the last one erased", Silent,
     [](Map &map) {
       REFERENCE;
       take(map, 8);
       look(value);
     }},
#if !IS(ONE_WAY)
    {"reference: to the last one, which goes",
     KNOWS_ENDS ? InvalidElement : Silent,
     [](Map &map) {
       auto &value = map.back();
       takeLast(map);
       look(value);
     }},
    {"reference: to the last but one", Silent,
     [](Map &map) {
       auto &value = *std::prev(map.end(), 2);
       takeLast(map);
       look(value);
     }},
#endif
#endif
#if IS(LINKED)
    {"spliced away, then where it was emptied", Silent,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceAll(*other, map);
       empty(map);
       ++it;
     }},
    {"others spliced in, then its element erased", InvalidIterator,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceAll(map, *other);
       take(map, 3 + 8);
       ++it;
     }},
    {"spliced away, then emptied there", ofLinked(InvalidIterator),
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceAll(*other, map);
       empty(*other);
       ++it;
     }},
    {"merged away, then where it was emptied", Silent,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       mergeSorted(*other, map);
       empty(map);
       ++it;
     }},
    {"merged away, then emptied there", ofLinked(InvalidIterator),
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       mergeSorted(*other, map);
       empty(*other);
       ++it;
     }},
#if !IS(ONE_WAY)
    {"it alone spliced away, then where it was emptied", Silent,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceOne(*other, map, 3);
       empty(map);
       ++it;
     }},
    {"it alone spliced away, then emptied there", InvalidIterator,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceOne(*other, map, 3);
       empty(*other);
       ++it;
     }},
    {"another one spliced away, then emptied", InvalidIterator,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceOne(*other, map, 5);
       empty(map);
       ++it;
     }},
    {"another one spliced away, then that emptied", Silent,
     [](Map &map) {
       std::unique_ptr<Map> other(filled());
       ITERATOR;
       spliceOne(*other, map, 5);
       empty(*other);
       ++it;
     }},
    {"some spliced away, it among them, then it is erased", InvalidIterator,
     [](Map &map) {
       Map other;
       ITERATOR;
       other.splice(other.end(), map, map.begin(), place(map, 5));
       take(other, 3);
       ++it;
     }},
    {"some spliced away, then where it is not emptied", Silent,
     [](Map &map) {
       Map other;
       auto it = POSITION(map, 6);
       other.splice(other.end(), map, map.begin(), place(map, 5));
       empty(other);
       look(*it);
     }},
    {"put first", Silent,
     [](Map &map) {
       ITERATOR;
       spliceOne(map, map, 3);
       ++it;
     }},
    {"put first, then emptied", InvalidIterator,
     [](Map &map) {
       ITERATOR;
       spliceOne(map, map, 3);
       empty(map);
       ++it;
     }},
#endif
    {"sorted", Silent,
     [](Map &map) {
       ITERATOR;
       sort(map);
       ++it;
     }},
#endif
#endif

    // --- two threads
    {"a step after another thread's insertion", kRace, stepUnordered<false>},
    {"a step before another thread's insertion", kRace, stepUnordered<true>},
    {"a step after another thread's insertion, ordered", ROOM_ENOUGH,
     [](Map &map) {
       ITERATOR;
       std::thread other([&map] { put(map, 9); });
       other.join();
       STEP(it);
     }},
    {"a step after another thread's growth, ordered", GROWN,
     [](Map &map) {
       ITERATOR;
       std::thread other([&map] { putMany(map); });
       other.join();
       STEP(it);
     }},
    {"each step under the lock, insertions in between", ROOM_ENOUGH,
     [](Map &map) {
       static std::mutex mutex;
       ITERATOR;
       std::thread other([&map] {
         for (int number = 9; number < 12; number++) {
           std::lock_guard<std::mutex> hold(mutex);
           put(map, number);
         }
       });
       for (int i = 0; i < 3; i++) {
         std::lock_guard<std::mutex> hold(mutex);
         look(*it);
       }
       other.join();
       std::lock_guard<std::mutex> hold(mutex);
       STEP(it);
     }},

    // --- a lock that is given up too early
    {"a step outside the lock of insertions",
     outside(!kConcurrent && !kPointers),
     [](Map &map) {
       guarded([&] { put(map, 9); },
               [&](Lock &hold) {
                 ITERATOR;
                 hold.unlock();
                 STEP(it);
               });
     }},
    {"dereferenced outside the lock of insertions",
     outside(kTold &&kIterators.insert != Insert::Never),
     [](Map &map) {
       guarded([&] { put(map, 9); },
               [&](Lock &hold) {
                 ITERATOR;
                 hold.unlock();
                 look(*it);
               });
     }},
    {"dereferenced outside the lock of erasures",
     outside(kTold || kErasuresTold),
     [](Map &map) {
       guarded([&] { takeByKey(map, 5); },
               [&](Lock &hold) {
                 ITERATOR;
                 hold.unlock();
                 look(*it);
               });
     }},
    {"dereferenced outside the lock of erasures, which were seen",
     outside(kErases),
     [](Map &map) {
       auto earlier = POSITION(map, 7);
       fflush(stdout); // which might do anything
       look(*earlier);
       guarded([&] { take(map, 5); },
               [&](Lock &hold) {
                 ITERATOR;
                 hold.unlock();
                 look(*it);
               });
     }},
#ifdef REFERENCE
    {"reference: outside the lock of erasures", outside(kErasuresTold),
     [](Map &map) {
       guarded([&] { takeByKey(map, 5); },
               [&](Lock &hold) {
                 REFERENCE;
                 hold.unlock();
                 look(value);
               });
     }},
#endif
    {"outside the lock, made before the change",
     kIterators.insert == Insert::Always || kIterators.erase == Erase::All
         ? InvalidIterator
         : outside(kErases),
     [](Map &map) {
       static std::mutex mutex;
       static invisible::Step made, changed, over;
       std::thread other([&] {
         made.WaitFor(1);
         {
           std::lock_guard<std::mutex> hold(mutex);
           TAKE_ONE(map, 5);
           PUT(map, 5);
         }
         changed.Done();
         over.WaitFor(1);
       });
       Lock hold(mutex);
       ITERATOR;
       hold.unlock();
       made.Done();
       changed.WaitFor(1);
       hold.lock(); // ordered, so that the step is no race
       hold.unlock();
       STEP(it);
       over.Done();
       other.join();
     }},
    {"compared outside the lock", Silent,
     [](Map &map) {
       guarded([&] { take(map, 5); },
               [&](Lock &hold) {
                 ITERATOR;
                 auto same = it;
                 hold.unlock();
                 if (it != same)
                   abort();
               });
     }},
    {"a step, the lock held again", Silent,
     [](Map &map) {
       guarded([&] { put(map, 9); },
               [&](Lock &hold) {
                 ITERATOR;
                 hold.unlock();
                 nothing();
                 hold.lock();
                 STEP(it);
               });
     }},
    {"a step outside the lock, the others gone", Silent,
     [](Map &map) {
       static std::mutex mutex;
       std::thread other([&] {
         std::lock_guard<std::mutex> hold(mutex);
         put(map, 9);
       });
       other.join();
       Lock hold(mutex);
       ITERATOR;
       hold.unlock();
       STEP(it);
     }},
    {"a step outside the lock, nobody changes the map", Silent,
     [](Map &map) {
       guarded([&] { look(*POSITION(map, 3)); },
               [&](Lock &hold) {
                 ITERATOR;
                 hold.unlock();
                 STEP(it);
               });
     }},
    {"a step outside another lock", Silent,
     [](Map &map) {
       guarded([&] { put(map, 9); },
               [&](Lock &hold) {
                 hold.unlock();
                 static std::mutex its_own;
                 Lock another(its_own);
                 ITERATOR;
                 another.unlock();
                 STEP(it);
               });
     }},

    // --- elements
    {"element: two writes", ofElements(ElementWrites),
     [](Map &map) {
       InOrder([&] { *ELEMENT_OF(map, 3) = 1; },
               [&] { *ELEMENT_OF(map, 3) = 2; });
     }},
    {"element: a write and a read", ofElements(ElementReadWrite),
     [](Map &map) {
       InOrder([&] { *ELEMENT_OF(map, 3) = 1; }, [&] { READ_ELEMENT(map, 3); });
     }},
    {"element: a read and a write", ofElements(ElementReadWrite),
     [](Map &map) {
       InOrder([&] { READ_ELEMENT(map, 3); }, [&] { *ELEMENT_OF(map, 3) = 1; });
     }},
    {"element: two reads", Silent,
     [](Map &map) {
       InOrder([&] { READ_ELEMENT(map, 3); }, [&] { READ_ELEMENT(map, 3); });
     }},
    {"element: two elements", Silent,
     [](Map &map) {
       InOrder([&] { *ELEMENT_OF(map, 3) = 1; },
               [&] { *ELEMENT_OF(map, 5) = 2; });
     }},
    {"element: two writes under a lock", Silent,
     [](Map &map) {
       static std::mutex mutex;
       auto write = [&map] {
         std::lock_guard<std::mutex> hold(mutex);
         *ELEMENT_OF(map, 3) = 1;
       };
       InOrder(write, write);
     }},
    {"element: a write, and it is erased",
     ofElements(kFrees &&kLearnsReferences ? ElementWrites : Silent),
     [](Map &map) {
       static std::mutex mutex;
       InOrder(
           [&] {
             Lock hold(mutex);
             auto *word = ELEMENT_OF(map, 3);
             hold.unlock();
             *word = 1;
           },
           [&] {
             Lock hold(mutex);
             TAKE_ONE(map, 3);
           });
     }},
    {"element: a write, and another is erased", Silent,
     [](Map &map) {
       static std::mutex mutex;
       InOrder(
           [&] {
             Lock hold(mutex);
             auto *word = ELEMENT_OF(map, 3);
             hold.unlock();
             *word = 1;
           },
           [&] {
             Lock hold(mutex);
             TAKE_ONE(map, 5);
           });
     }},
#if SUBSCRIPT
    {"element: two writes by the subscript", ElementWrites,
     [](Map &map) {
       InOrder([&] { map[Key(3)] = 1; }, [&] { map[Key(3)] = 2; });
     }},
#endif
};

constexpr Outcome kInvalid = kPointers ? InvalidElement : InvalidIterator;

Outcome expectedOf(const Case &tried) {
  if (tried.expected == InvalidUnlessInside)
    return inside || !kTakesAlong ? Silent : kInvalid;
  return tried.expected == InvalidIterator ? kInvalid : tried.expected;
}

Outcome outcomeOf(const Case &tried) {
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    alarm(60);
    tried.run(*filled());
    _exit(Silent);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) < Other
             ? Outcome(WEXITSTATUS(status))
             : Other;
}

} // namespace

// A case's name as argument: that one alone, here, to be looked at. (A second
// one: with the elements inside.)
int main(int argc, char **argv) {
  if (argc > 1) {
    inside = argc > 2;
    for (const Case &tried : kCases)
      if (!strcmp(tried.name, argv[1]))
        tried.run(*filled());
    return 0;
  }
  mapsan_set_report_callback(endWithReport);
  int cases = 0, failed = 0;
  auto runAll = [&] {
    for (const Case &tried : kCases) {
      Outcome outcome = outcomeOf(tried);
      bool passed = outcome == expectedOf(tried);
      cases++;
      failed += !passed;
      if (!passed)
        printf("%s: %s%s: FAILED: %s, not %s\n", CONTAINER_NAME, tried.name,
               inside ? " (inside)" : "", kOutcomes[outcome],
               kOutcomes[expectedOf(tried)]);
    }
  };
  if (kFollowed)
    runAll();
  inside = true;
  if (kFollowed && kInside)
    runAll();
  printf("cases %d failed %d\n", cases, failed);
  return failed != 0;
}
