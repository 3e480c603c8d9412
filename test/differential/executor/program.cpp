// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads programs.

#include "program.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace differential {

static const char *const verb_names[] = {
#define VERB(Name) #Name,
#include "verbs.inc"
};
static const char *const order_names[] = {"relaxed", "consume", "acquire",
                                          "release", "acq_rel", "seq_cst"};

const char *NameOf(Verb verb) { return verb_names[verb]; }

[[noreturn]] static void Malformed(const std::string &line) {
  std::fprintf(stderr, "executor: cannot read: %s\n", line.c_str());
  std::exit(2);
}

static Step ReadStep(const std::string &line) {
  std::istringstream words(line);
  Step step;
  std::string word;
  if (!(words >> step.thread >> word))
    Malformed(line);
  if (word == "returns") {
    step.mode = Mode::Returns;
    step.verb = Verb::end;
  } else {
    int verb = 0;
    while (verb < kVerbs && word != verb_names[verb])
      verb++;
    if (verb == kVerbs)
      Malformed(line);
    step.verb = static_cast<Verb>(verb);
  }
  int count = 0;
  while (words >> word) {
    if (word == "blocks") {
      step.mode = Mode::Blocks;
    } else if (word == "=") {
      step.has_result = true;
      if (!(words >> step.result))
        Malformed(line);
    } else {
      if (count == 5)
        Malformed(line);
      int order = 0;
      while (order < 6 && word != order_names[order])
        order++;
      step.args[count++] = order < 6 ? order : std::atoi(word.c_str());
    }
  }
  return step;
}

bool Read(std::istream &in, Program *program) {
  *program = {};
  std::string line;
  bool begun = false;
  while (std::getline(in, line)) {
    line.resize(std::min(line.find('#'), line.size()));
    std::istringstream words(line);
    std::string word;
    if (!(words >> word))
      continue;
    if (word == "program") {
      words >> program->name;
      begun = true;
    } else if (!begun) {
      Malformed(line);
    } else if (word == "done") {
      return true;
    } else if (word == "root") {
      words >> word;
      program->root_joined = word == "joined";
    } else if (word == "map") {
      words >> word;
      program->maps.push_back(word);
    } else if (word == "object") {
      ObjectDeclaration object;
      words >> object.kind >> object.size;
      program->objects.push_back(object);
    } else if (word == "thread") {
      ThreadDeclaration thread;
      words >> thread.kind;
      program->threads.push_back(thread);
    } else if (word == "expect") {
      std::getline(words >> std::ws, word);
      program->expected.push_back(word);
    } else {
      program->steps.push_back(ReadStep(line));
    }
  }
  if (begun)
    Malformed("(the end of a program is missing)");
  return false;
}

} // namespace differential
