// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Maps that only one thread ever sees.

#include "loops.h"
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

using namespace loops;

namespace {

std::unordered_map<uint32_t, uint32_t> global;

void globalMap(State &state) {
  for (uint32_t key = 0; key < 1024; ++key)
    global[key * 2] = key;
  Random random(1);
  uint32_t hits = 0, step = 0;
  for (auto _ : state) {
    uint32_t key = random() % 2048;
    switch (++step % 10) {
    case 0: {
      FLOOR_WRITE(global);
      global.emplace(key, step);
      break;
    }
    case 1: {
      FLOOR_WRITE(global);
      global.erase(key);
      break;
    }
    default: {
      FLOOR_READ(global);
      hits += global.count(key);
    }
    }
  }
  keep(hits);
}

// A request, say, with its headers: made, asked, gone.
class Request {
public:
  void set(uint32_t header, uint32_t value) {
    FLOOR_WRITE(headers_);
    headers_[header] = value;
  }
  uint32_t get(uint32_t header) const {
    FLOOR_READ(headers_);
    auto found = headers_.find(header);
    return found == headers_.end() ? 0 : found->second;
  }

private:
  std::map<uint32_t, uint32_t> headers_;
  FLOOR_LIFE_MEMBER(headers_);
};

[[gnu::noinline]] uint32_t answer(const Request &request, Random &random) {
  uint32_t sum = 0;
  for (int i = 0; i < 16; ++i)
    sum += request.get(random() % 16);
  return sum;
}

void shortLived(State &state) {
  Random random(1);
  uint32_t sum = 0;
  for (auto _ : state) {
    auto request = std::make_unique<Request>();
    keep(request);
    for (int i = 0; i < 8; ++i)
      request->set(random() % 16, i);
    sum += answer(*request, random);
  }
  keep(sum);
}

// A map that its function alone knows of.
void local(State &state) {
  Random random(1);
  uint32_t sum = 0;
  for (auto _ : state) {
    std::map<uint32_t, uint32_t> counts;
    for (int i = 0; i < 16; ++i)
      ++counts[random() % 8];
    for (const auto &[value, count] : counts)
      sum += value * count;
  }
  keep(sum);
}

} // namespace

int main(int argc, char **argv) {
  return run(argc, argv,
             {
                 {"global-map", globalMap, 1, 15'000'000},
                 {"short-lived", shortLived, 1, 700'000},
                 {"local", local, 1, 700'000},
             });
}
