// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is left to say when the process dies of a signal. What can be decided
// is printed before an operation runs; an operation that may write is undecided
// until its end, and if the program dies before that, this is where it is told.

#include "mapsan_last_words.h"

#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "mapsan_history.h"
#include "mapsan_inflight.h"
#include "mapsan_output.h"
#include "mapsan_report.h"
#include "mapsan_words.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

namespace {

// How long an operation must stay where it is to be called stuck.
constexpr u64 kStuckMicroseconds = 50 * 1000;

// Too large for a signal's stack.
InFlightList in_flight, in_flight_later;
atomic_uint32_t busy;

// One thread speaks; a handler that interrupts it, or comes in another thread
// meanwhile, has nothing to add. The hooks of this thread are shut.
class Speaker {
public:
  Speaker() : thr_(CurrentThreadRaw()) {
    // Also a thread that was inside the runtime may speak: a hook dies where a
    // map is gone, a terminated main thread waits in pthread_join. It may hold
    // locks of ours; none is taken here.
    speaks_ = !atomic_exchange(&busy, 1, memory_order_acquire);
    if (speaks_ && thr_)
      ScopedRuntime::Enter(thr_);
  }
  ~Speaker() {
    if (!speaks_)
      return;
    if (thr_)
      ScopedRuntime::Leave(thr_);
    atomic_store(&busy, 0, memory_order_release);
  }
  Speaker(const Speaker &) = delete;
  Speaker &operator=(const Speaker &) = delete;

  explicit operator bool() const { return speaks_; }
  Thread *thread() const { return thr_; }

private:
  Thread *thr_;
  bool speaks_ = false;
};

// Text on its way out, of bounded size.
class Text {
public:
  ~Text() { WriteOutputFromSignal(buffer_, Min(used_, sizeof(buffer_) - 1)); }
  void Add(const char *text) { Add("%s", text); }
  template <class... Arguments>
  void Add(const char *format, Arguments... arguments) {
    if (used_ < sizeof(buffer_))
      used_ += internal_snprintf(buffer_ + used_, sizeof(buffer_) - used_,
                                 format, arguments...);
  }
  void AddPlace(const Site *site) {
    bool line = site->file && site->line;
    if (line)
      Add("%s:%u:%u", site->file, site->line, site->column);
    if (site->function)
      Add("%sin %s", line ? " " : "", site->function);
  }

private:
  uptr used_ = 0;
  char buffer_[1536];
};

// What there is to say of one operation.
struct Party {
  const char *heading;
  const Site *site;
  u32 tid;
  bool pending; // it may write, and has not ended
  bool wrote;
};

void AddParty(Text *text, const Party &party) {
  const Site *site = party.site;
  text->Add("  %s: %s: %s", party.heading,
            party.pending      ? "possible write"
            : party.wrote      ? "write"
            : site->Iterates() ? "iteration"
                               : "read",
            site->operation);
  if (party.pending)
    text->Add(" (was about to %s)", Intention(site));
  text->Add(" by thread T%u at ", party.tid);
  text->AddPlace(site);
  text->Add("\n");
}

struct Race {
  FindingKind kind;
  Grade grade;
  uptr map;
  Party first, second;
};

void PrintRace(const Race &race) {
  u64 key = SitesKey(race.first.site, race.second.site);
  if (ReportHistory()->printed.Contains(key))
    return;
  ReportHistory()->printed.Insert(key);
  const Site *site = race.first.site;
  Text text;
  text.Add("==================\nWARNING: MapSanitizer: %s%s (pid=%d)\n",
           KindPrefix(race.grade), KindWords(race.kind),
           static_cast<int>(internal_getpid()));
  text.Add("  Map");
  if (const char *name = MapNameOf(site))
    text.Add(" `%s`", name);
  if (site->type)
    text.Add(" of type %s", site->type);
  text.Add(" at %p\n", reinterpret_cast<void *>(race.map));
  AddParty(&text, race.first);
  if (race.second.site)
    AddParty(&text, race.second);
  text.Add("  Grade: %s (%s)\n", GradeWords(race.grade),
           GradeExplained(race.grade));
  text.Add("SUMMARY: MapSanitizer: %s%s ", KindPrefix(race.grade),
           KindWords(race.kind));
  text.AddPlace(site);
  text.Add("\n==================\n");
}

// Races that are certain, but for whether one side would have written.
void PrintKept() {
  for (u32 i = 0; i < in_flight.count; i++) {
    const Finding *kept = in_flight.operations[i].kept;
    if (!kept || !kept->current.site)
      continue;
    if (kept->grade == Grade::Candidate &&
        flags()->candidates == Leniency::Ignore)
      continue;
    const Access &current = kept->current, &previous = kept->previous;
    PrintRace({kept->kind,
               kept->grade,
               kept->map,
               {"In flight", current.site, current.tid, true, false},
               {"Previous", previous.site, previous.tid, previous.pending,
                previous.wrote}});
  }
}

Party InFlightParty(const InFlight &operation, const char *heading) {
  return {heading, operation.site, operation.tid,
          operation.phase == Phase::MayWrite,
          operation.phase == Phase::Writing};
}

void PrintCollision(const Collision &collision, const Thread *crashed) {
  const InFlight *first = collision.first, *second = collision.second;
  if (second->thread == crashed) { // the thread that died comes first
    const InFlight *swap = first;
    first = second;
    second = swap;
  }
  PrintRace({collision.kind, Grade::Overlap, first->map,
             InFlightParty(*first, "In flight"),
             InFlightParty(*second, "In flight too")});
}

bool IsStuck(const InFlight &then) {
  for (u32 i = 0; i < in_flight_later.count; i++) {
    const InFlight &now = in_flight_later.operations[i];
    if (now.thread == then.thread && now.site == then.site &&
        now.map == then.map)
      return true;
  }
  return false;
}

// One line for each operation on a map that was reported, if the operation has
// not moved for a while: what the race broke may keep it there for ever.
void PrintStuck() {
  if (!atomic_load(&ReportHistory()->reports, memory_order_relaxed))
    return;
  internal_usleep(kStuckMicroseconds);
  in_flight_later.Collect();
  for (u32 i = 0; i < in_flight.count; i++) {
    const InFlight &operation = in_flight.operations[i];
    if (!ReportHistory()->maps.Of(operation.map) || !IsStuck(operation))
      continue;
    const char *name = MapNameOf(operation.site);
    Text text;
    text.Add("MapSanitizer: a map operation did not return: %s on %s by thread "
             "T%u at ",
             operation.site->operation, name ? name : "a reported map",
             operation.tid);
    text.AddPlace(operation.site);
    text.Add("\n");
  }
}

} // namespace

void PrintCrash() {
  Speaker speaker;
  if (!speaker)
    return;
  in_flight.Collect();
  PrintKept();
  in_flight.ForEachCollision(speaker.thread(), [&](const Collision &collision) {
    PrintCollision(collision, speaker.thread());
  });
}

void PrintTermination() {
  Speaker speaker;
  if (!speaker)
    return;
  in_flight.Collect();
  PrintKept();
  PrintStuck();
}

} // namespace __mapsan
