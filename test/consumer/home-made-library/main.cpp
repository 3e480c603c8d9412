// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts words by a library's threads. EARLY: looks before they are through.

#include "acme.h"
#include <cstdio>
#include <map>
#include <string>
#include <thread>

static std::map<std::string, int> words;

struct Count : acme::Job {
  explicit Count(const char *word) : word(word) {}
  void perform() override {
    ++words[word];
    done.open();
  }
  const char *word;
  acme::Gate done;
};

int main() {
  words["is"] = 0;
  acme::Pool pool;
  Count a("this"), b("is");
  pool.submit(&a);
  pool.submit(&b);
#ifdef EARLY
  // Some time after the jobs, which nothing says.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
#else
  pool.drain();
#endif
  size_t size = words.size();
  std::thread other([&] {
    while (!b.done.passed(10))
      ;
    size += words.size();
  });
  other.join();
#ifdef EARLY
  pool.drain();
#endif
  std::printf("%zu DONE\n", size);
}
