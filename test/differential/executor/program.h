// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program as text, read into plain arrays (test/differential/README.md has
// the language). Made before any of its threads runs, never changed after.

#ifndef MAPSAN_DIFFERENTIAL_PROGRAM_H
#define MAPSAN_DIFFERENTIAL_PROGRAM_H

#include <istream>
#include <string>
#include <vector>

namespace differential {

/// What a thread can be told to do.
enum Verb : int {
#define VERB(Name) Name,
#include "verbs.inc"
  kVerbs
};

enum class Mode {
  Whole,  // begins and ends in this step
  Blocks, // begins; the thread must be seen to wait
  Returns // what had begun has ended by now
};

struct Step {
  int thread;
  Verb verb;
  Mode mode = Mode::Whole;
  int args[5] = {};
  bool has_result = false;
  int result = 0; // what the call must return
};

struct ObjectDeclaration {
  std::string kind;
  int size = 0; // count of a latch, tokens of a semaphore...
};

struct ThreadDeclaration {
  std::string kind = "pthread";
};

struct Program {
  std::string name;
  bool root_joined = true;
  std::vector<std::string> maps;
  std::vector<ObjectDeclaration> objects;
  std::vector<ThreadDeclaration> threads;
  std::vector<Step> steps;
  std::vector<std::string> expected; // "race 0 7": map, step (`expect` lines)
};

/// The next program of `in`; false at its end. Dies of what it does not
/// understand.
bool Read(std::istream &in, Program *program);

/// As the text spells it.
const char *NameOf(Verb verb);

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_PROGRAM_H
