// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Plays programs, each in its one interleaving, and says which maps raced.
//
//   executor FILE...         (-: standard input; a FILE may hold many programs)
//   executor --free FILE...  threads run freely; says what they saw
//   executor --kinds         which kinds of objects there are
//
// Prints for each program
//   program NAME
//   race MAP STEP            in the order of reports
//   failed STEP WHY          if it did not go as the program says
//   over
// and at the end how many addresses that were given back came again. Where
// programs have `expect` lines, differing from them makes the exit status 1.

#include "stage.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <mapsan/interface.h>
#include <unistd.h>

using namespace differential;

#ifdef PROXY
extern "C" int __tsan_get_report_mop(void *report, unsigned long index,
                                     int *tid, void **address, int *size,
                                     int *write, int *atomic, void **trace,
                                     unsigned long trace_size);
extern "C" IN_REPORT void __tsan_on_report(void *report) {
  int tid, size, write, atomic;
  void *address = nullptr, *trace[1];
  __tsan_get_report_mop(report, 0, &tid, &address, &size, &write, &atomic,
                        trace, 1);
  if (Stage *stage = Stage::Current())
    stage->Report(address);
}
#else
static void Report(const mapsan_report *report) {
  if (Stage *stage = Stage::Current())
    stage->Report(report->map);
}
#endif

// A step that is never over: nothing more can be played in this process.
static void Hangs(int) {
  Stage *stage = Stage::Current();
  char text[64];
  int size = std::snprintf(text, sizeof(text), "failed %d hangs\n",
                           stage ? stage->steps() : -1);
  ssize_t ignored = ::write(1, text, static_cast<size_t>(size));
  (void)ignored;
  _exit(3);
}

static int recycled, reused;
static bool as_expected = true;

// `observed STEP RESULT TICKET BEGIN END` for each step that was done, and the
// maps that were reported.
static void PlayFree(const Program &program) {
  std::printf("program %s\n", program.name.c_str());
  std::fflush(stdout);
  alarm(30);
  Stage stage(program, /*free=*/true);
  stage.RunFree();
  alarm(0);
  for (size_t i = 0; i < program.steps.size(); i++) {
    const Observation &o = stage.observation(static_cast<int>(i));
    if (o.done)
      std::printf("observed %zu %d %d %lu %lu\n", i, o.result, o.ticket,
                  o.begin, o.end);
  }
  for (Race race : stage.races())
    std::printf("race %d 0\n", race.map);
  std::printf("over\n");
}

static void Play(const Program &program) {
  std::printf("program %s\n", program.name.c_str());
  std::fflush(stdout); // (the process may not survive it)
  alarm(30);
  Stage stage(program, /*free=*/false);
  std::string failure = stage.Conduct();
  alarm(0);
  std::vector<std::string> races;
  for (Race race : stage.races())
    races.push_back("race " + std::to_string(race.map) + " " +
                    std::to_string(race.step));
  for (const std::string &race : races)
    std::printf("%s\n", race.c_str());
  recycled += stage.recycled();
  reused += stage.reused();
  if (!failure.empty()) {
    std::printf("failed %d %s\n", stage.steps(), failure.c_str());
    std::fflush(stdout);
    _exit(3); // its threads wait for steps that never come
  }
  std::printf("over\n");
  if (!program.expected.empty()) {
    std::vector<std::string> first;
    for (const std::string &race : races) {
      bool seen = false;
      for (const std::string &other : first)
        seen |=
            other.compare(0, other.rfind(' '), race, 0, race.rfind(' ')) == 0;
      if (!seen)
        first.push_back(race);
    }
    if (first.empty())
      first.push_back("silence");
    if (first != program.expected) {
      as_expected = false;
      for (const std::string &line : program.expected)
        std::printf("expected %s\n", line.c_str());
    }
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && !std::strcmp(argv[1], "--kinds")) {
    for (const Kind *kind = Kind::First(); kind; kind = kind->next)
      std::printf("%s\n", kind->name);
#ifdef __cpp_lib_jthread
    std::printf("jthread\n");
#endif
    return 0;
  }
#ifndef PROXY
  mapsan_set_report_callback(Report);
#endif
  std::signal(SIGALRM, Hangs);
  bool free = argc > 1 && !std::strcmp(argv[1], "--free");
  for (int i = 1 + free; i < argc; i++) {
    std::ifstream file;
    bool standard = !std::strcmp(argv[i], "-");
    if (!standard)
      file.open(argv[i]);
    Program program;
    while (Read(standard ? std::cin : file, &program))
      free ? PlayFree(program) : Play(program);
  }
  std::printf("reused %d of %d addresses\n", reused, recycled);
  return as_expected ? 0 : 1;
}
