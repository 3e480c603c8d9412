// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// spdlog used hard and correctly: several asynchronous loggers on one pool,
// several threads that log, look loggers up by name, make and drop loggers of
// their own and flush. spdlog keeps its loggers in unordered_maps under a
// mutex, its queue under mutexes and condition variables, its levels in
// atomics, its loggers alive by shared_ptr. MapSan has nothing to say to that.

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int Loggers = 4;
constexpr int Threads = 6;
constexpr int Messages = 400;

// A flag of the user's own, to have the formatter map of pattern_formatter
// filled and cloned.
class TaskFlag : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg &, const std::tm &,
              spdlog::memory_buf_t &dest) override {
    dest.push_back('T');
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<TaskFlag>();
  }
};

std::string loggerName(int number) { return "log" + std::to_string(number); }

void useLoggers(int thread, std::atomic<int> &unknown) {
  std::string own = "own" + std::to_string(thread);
  for (int i = 0; i < Messages; ++i) {
    auto logger = spdlog::get(loggerName((thread + i) % Loggers));
    if (!logger) {
      ++unknown;
      continue;
    }
    logger->info("message {} of thread {}", i, thread);
    if (i % 50 == 0)
      logger->flush();
    if (i % 40 == 0) {
      auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(
          *new std::ostringstream); // outlives the logger; the pool may lag
      auto mine = std::make_shared<spdlog::async_logger>(own, sink,
                                                         spdlog::thread_pool());
      spdlog::register_logger(mine);
      mine->warn("made by thread {}", thread);
      spdlog::drop(own);
    }
    if (thread == 0 && i % 100 == 0)
      spdlog::set_level(i % 200 ? spdlog::level::info : spdlog::level::debug);
    if (thread == 1 && i % 100 == 0)
      spdlog::apply_all([](std::shared_ptr<spdlog::logger> each) {
        each->flush_on(spdlog::level::warn);
      });
  }
}

} // namespace

int main(int argc, char **argv) {
  std::string folder = argc > 1 ? argv[1] : ".";
  spdlog::init_thread_pool(1024, 2);
  std::ostringstream text;
  auto common = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  for (int i = 0; i < Loggers; ++i) {
    auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(
        folder + "/spdlog-" + std::to_string(i) + ".log", true);
    std::vector<spdlog::sink_ptr> sinks{common, file};
    auto logger = std::make_shared<spdlog::async_logger>(
        loggerName(i), sinks.begin(), sinks.end(), spdlog::thread_pool());
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<TaskFlag>('*').set_pattern("[%n] %* %v");
    logger->set_formatter(std::move(formatter));
    spdlog::register_logger(logger);
  }

  std::atomic<int> unknown{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < Threads; ++i)
    threads.emplace_back([i, &unknown] { useLoggers(i, unknown); });
  for (std::thread &thread : threads)
    thread.join();
  spdlog::shutdown();

  int lines = 0;
  std::istringstream all(text.str());
  for (std::string line; std::getline(all, line);)
    lines += line.find("message") != std::string::npos;
  std::printf("spdlog: %d messages, %d unknown loggers\n", lines,
              unknown.load());
  return lines == Threads * Messages && unknown == 0 ? 0 : 1;
}
