// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs the table of one container (subject.h): every trial of every row with
// two long-lived threads, and the evidence of the rows that may write.
//
//   operations                      the trials; one line a row
//   operations --evidence=NAME;...  also: rows of these operations, which the
//                                   catalog decides by evidence, 300 times each
//
// A line: `row`, the catalog's name, the label, the effects on the first and
// the second map, the outcome; tab-separated. Lines below a FAILED one say why.
// The last line is `rows N failed M`; the exit status is 1 if one failed.

#include "meeting.h"
#include "reports.h"
#include "trial.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kElements = 8;
constexpr int kEvidenceRuns = 300;

/// One run of one trial, or one batch of evidence. Written by the row's thread
/// before a meeting, read by the other one after it.
struct Job {
  enum Kind { RunTrial, WriteElements, Stop } kind;
  Trial trial;
  Place place;
  std::vector<volatile int *> elements;
} job;

Meeting meeting;
std::mutex gate;  // orders set-up and clean-up with what the threads do
std::mutex order; // orders the two operations, in ordered trials

void passGate() { std::lock_guard<std::mutex> lock(gate); }

template <class Operation> void perform(Operation operation) {
  if (!job.trial.ordered)
    return operation();
  std::lock_guard<std::mutex> lock(order);
  operation();
}

void performCounter() {
  const Counters &counters = *job.place.counters;
  auto counter = job.trial.counter_writes ? counters.write : counters.read;
  perform([&] { counter[job.trial.Site()](job.place.map); });
}

/// The other thread of a trial.
void counterTrial() {
  passGate();
  meeting.meet();
  if (!job.trial.row_first)
    performCounter();
  meeting.meet();
  if (job.trial.row_first)
    performCounter();
  passGate();
  meeting.meet();
}

/// The row's thread of a trial.
void runTrial(const Row &row, const Touch &touch, const Trial &trial) {
  Fixture *fixture = NewFixture(row, kElements, /*room=*/true);
  job.kind = Job::RunTrial;
  job.trial = trial;
  job.place = touch.place(*fixture);
  passGate();
  meeting.meet(); // the job is there
  ClearReports();
  meeting.meet();
  if (trial.row_first) {
    perform([&] { row.run(*fixture); });
    FinishRow(*fixture, row);
  }
  meeting.meet();
  if (!trial.row_first) {
    RefreshFixture(*fixture);
    perform([&] { row.run(*fixture); });
  }
  meeting.meet();
  StopReports();
  passGate();
  DeleteFixture(fixture, row, /*ran=*/true);
}

/// What reports call an operation of the catalog.
std::string nameInReports(std::string name) {
  name = name.substr(
      0, std::min(name.find(" returns="), name.find(" arguments=")));
  if (name.back() != ')')
    return name;
  name = name.substr(1, name.size() - 2);
  if (name.find("assignment") != std::string::npos)
    return "operator=";
  if (name == "default-constructor")
    return "constructor";
  for (char &c : name)
    if (c == '-')
      c = ' ';
  return name;
}

/// Empty if MapSan said what it must.
std::string complaint(const Row &row, const Touch &touch, const Trial &trial) {
  if (trial.verdict == Verdict::Silent)
    return ReportCount() ? "reported" : "";
  if (!ReportCount())
    return "not reported";
  std::string name = nameInReports(row.operation);
  if (!ReportedOperation(name))
    return "no report names " + name;
  if (!ReportedOnlyWithin(job.place.map, job.place.bytes))
    return "reported about another object";
  bool writes = trial.counter_writes && touch.effect == Effect::Write;
  bool kind_is_known =
      touch.effect == Effect::Read || touch.effect == Effect::Write;
  if (!kind_is_known)
    return "";
  if (writes ? !ReportedKind("concurrent map writes")
             : !ReportedKind("concurrent map read and map write") &&
                   !ReportedKind("concurrent map iteration and map write"))
    return "reported as another kind";
  return "";
}

const char *wordFor(Effect effect) {
  switch (effect) {
  case Effect::None:
    return "-";
  case Effect::Read:
    return "read";
  case Effect::Write:
    return "write";
  case Effect::Construct:
    return "construct";
  case Effect::Destroy:
    return "destroy";
  }
  return "";
}

/// All trials of a row; what went wrong, a line each.
std::string trialsOf(const Row &row) {
  std::string wrong;
  for (int map = 0; map < 2; map++) {
    const Touch &touch = row.touches[map];
    ForEachTrial(touch.effect, [&](const Trial &trial) {
      runTrial(row, touch, trial);
      std::string reason = complaint(row, touch, trial);
      if (reason.empty())
        return;
      wrong += std::string("    ") + (map ? "second map: " : "") + trial.name +
               ": " + reason + ReportsAsText() + "\n";
    });
  }
  return wrong;
}

/// The bystander: writes the element of the run that is due.
int due, bystander_rounds;

void writeElements() {
  for (int i; (i = Meeting::load(due)) >= 0;) {
    *job.elements[i] = bystander_rounds;
    Meeting::store(bystander_rounds, bystander_rounds + 1);
  }
  meeting.meet();
}

/// How many of 300 calls on as many fresh maps, of changing sizes, MapSan took
/// for what they are.
int countEvidence(const Row &row, bool bystander) {
  std::vector<Fixture *> fixtures;
  job.elements.clear();
  for (int i = 0; i < kEvidenceRuns; i++) {
    fixtures.push_back(NewFixture(row, 3 + i % 24, /*room=*/false));
    job.elements.push_back(ElementOf(*fixtures.back()));
  }
  if (bystander) {
    job.kind = Job::WriteElements;
    due = 0;
    bystander_rounds = 0;
    meeting.meet(); // the job is there
    while (!Meeting::load(bystander_rounds))
      std::this_thread::yield();
  }
  int expected = row.touches[0].effect == Effect::Write;
  int right = 0;
  for (int i = 0; i < kEvidenceRuns; i++) {
    if (bystander)
      Meeting::store(due, i);
    row.run(*fixtures[i]);
    right += int(mapsan_last_effect()) == expected;
  }
  if (bystander) {
    Meeting::store(due, -1);
    meeting.meet();
  }
  for (Fixture *fixture : fixtures)
    DeleteFixture(fixture, row, /*ran=*/true);
  return right;
}

std::string evidenceOf(const Row &row, std::string &told) {
  std::string wrong;
  for (bool bystander : {false, true}) {
    if (bystander && row.proof == Proof::Alone)
      continue;
    int right = countEvidence(row, bystander);
    std::string text = std::to_string(right) + "/" +
                       std::to_string(kEvidenceRuns) +
                       (bystander ? " beside an element's writer" : "");
    told += ", " + text;
    if (right != kEvidenceRuns)
      wrong += "    evidence: " + text + "\n";
  }
  return wrong;
}

bool contains(const std::string &list, const char *name) {
  return (";" + list + ";").find(std::string(";") + name + ";") !=
         std::string::npos;
}

int ran, failed;

void runTable(const std::string &by_evidence) {
  std::printf("container %s\n", kContainer);
  for (int i = 0; i < kRowCount; i++) {
    const Row &row = kRows[i];
    if (!row.label) {
      std::printf("absent\t%s\n", row.operation);
      continue;
    }
    if (!row.run) {
      std::printf("not here\t%s\t%s\n", row.operation, row.label);
      continue;
    }
    std::string told, wrong = trialsOf(row);
    if (row.proof != Proof::None && contains(by_evidence, row.operation))
      wrong += evidenceOf(row, told);
    ran++;
    failed += !wrong.empty();
    std::printf("row\t%s\t%s\t%s\t%s\t%s%s\n%s", row.operation, row.label,
                wordFor(row.touches[0].effect), wordFor(row.touches[1].effect),
                wrong.empty() ? "race ok, norace ok" : "FAILED", told.c_str(),
                wrong.c_str());
    std::fflush(stdout);
  }
  job.kind = Job::Stop;
  meeting.meet();
}

void runCounters() {
  for (;;) {
    meeting.meet(); // the job is there
    switch (job.kind) {
    case Job::RunTrial:
      counterTrial();
      break;
    case Job::WriteElements:
      writeElements();
      break;
    case Job::Stop:
      return;
    }
  }
}

} // namespace

int main(int argc, char **argv) {
  static const char kEvidence[] = "--evidence=";
  std::string by_evidence;
  if (argc > 1 && !std::strncmp(argv[1], kEvidence, sizeof(kEvidence) - 1))
    by_evidence = argv[1] + sizeof(kEvidence) - 1;
  ListenToReports();
  std::thread rows([&] { runTable(by_evidence); });
  std::thread counters(runCounters);
  rows.join();
  counters.join();
  std::printf("rows %d failed %d\n", ran, failed);
  return failed != 0;
}
