// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A small HTTP session and key/value service on cpp-httplib that talks to
// itself over loopback: one process, a pool of workers, a few clients. As it
// stands it has a data race on a map; with -DFIXED it has none.
//
//   session_server [clients 1..16] [rounds]
//
//   POST /login/<user>   a new session; the answer is its id
//   POST /ping           "I am still here"
//   PUT  /values/<key>   stores the body
//   GET  /values/<key>   fetches it again
//
// All but /login want the session's id in the header X-Session.
//
// Build it with -std=c++17 (or later) and -lcpp-httplib.

// Debian builds the library with it, and the layout of its classes depends on
// it.
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_OPENSSL_SUPPORT
#endif
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Who is logged in. Thread-safe, or meant to be.
class SessionStore {
public:
  SessionStore() { sessions_.reserve(4096); } // a busy day's worth

  std::string login(const std::string &user) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::string id = user + "-" + std::to_string(++issued_);
    sessions_.emplace(id, Session{user, Clock::now(), 0});
    return id;
  }

  // Every request of a logged-in client comes through here. False if there is
  // no such session.
  bool touch(const std::string &id) {
#ifdef FIXED
    std::lock_guard<std::mutex> lock(mutex_);
#endif
    // "I only look my own session up": but login() may be rearranging the
    // table at this moment, and operator[] adds the id if it is not there.
    Session &session = sessions_[id];
    session.last_seen = Clock::now();
    ++session.requests;
    return !session.user.empty();
  }

  std::size_t count() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return sessions_.size();
  }

private:
  struct Session {
    std::string user;
    Clock::time_point last_seen;
    unsigned requests = 0;
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Session> sessions_; // guarded by mutex_
  unsigned issued_ = 0;                               // guarded by mutex_
};

// What the clients have stored. Thread-safe.
class ValueStore {
public:
  void put(const std::string &key, const std::string &value) {
    std::lock_guard<std::mutex> lock(mutex_);
    values_[key] = value;
  }

  bool get(const std::string &key, std::string &value) const {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = values_.find(key);
    if (found == values_.end())
      return false;
    value = found->second;
    return true;
  }

  std::size_t count() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return values_.size();
  }

private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> values_; // guarded by mutex_
};

// The service: routes requests to the two stores, each connection on a worker
// of its own. Listens on a port of the system's choice from construction to
// stop().
class Server {
public:
  explicit Server(std::size_t workers) {
    http_.new_task_queue = [workers] {
      return new httplib::ThreadPool(workers);
    };
    http_.set_keep_alive_max_count(100000); // a client keeps its connection
    http_.set_tcp_nodelay(true);

    http_.Post("/login/(\\w+)", [this](const auto &req, auto &res) {
      res.set_content(sessions_.login(req.matches[1]), "text/plain");
    });
    http_.Post("/ping", [this](const auto &req, auto &res) {
      if (authorized(req, res))
        res.status = 204;
    });
    http_.Put("/values/(\\w+)", [this](const auto &req, auto &res) {
      if (!authorized(req, res))
        return;
      values_.put(req.matches[1], req.body);
      res.status = 204;
    });
    http_.Get("/values/(\\w+)", [this](const auto &req, auto &res) {
      std::string value;
      if (!authorized(req, res))
        return;
      if (values_.get(req.matches[1], value))
        res.set_content(value, "text/plain");
      else
        res.status = 404;
    });

    port_ = http_.bind_to_any_port("127.0.0.1");
    if (port_ > 0)
      listener_ = std::thread([this] { http_.listen_after_bind(); });
  }

  ~Server() { stop(); }

  // Call it when a request has been answered, or when none ever came.
  void stop() {
    if (!listener_.joinable())
      return;
    while (!http_.is_running())
      std::this_thread::yield();
    http_.stop();
    listener_.join();
  }

  int port() const { return port_; }
  std::size_t sessions() const { return sessions_.count(); }
  std::size_t values() const { return values_.count(); }

private:
  bool authorized(const httplib::Request &req, httplib::Response &res) {
    auto header = req.headers.find("X-Session");
    if (header != req.headers.end() && sessions_.touch(header->second))
      return true;
    res.status = 401;
    return false;
  }

  SessionStore sessions_;
  ValueStore values_;
  httplib::Server http_;
  std::thread listener_;
  int port_ = -1;
};

// Lets the clients go when all of them are connected.
class StartLine {
public:
  explicit StartLine(unsigned runners) : missing_(runners) {}

  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (--missing_ == 0)
      ready_.notify_all();
    ready_.wait(lock, [this] { return missing_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable ready_;
  unsigned missing_;
};

struct Tally {
  unsigned requests = 0;
  unsigned failures = 0;
};

// One client on one connection: logs in, and in every round uses the service a
// little and logs in afresh, until its rounds or its time are over.
Tally runClient(int port, const std::string &user, unsigned rounds,
                Clock::time_point deadline, StartLine &start) {
  httplib::Client http("127.0.0.1", port);
  http.set_keep_alive(true);
  http.set_tcp_nodelay(true);

  Tally tally;
  auto check = [&](const httplib::Result &result, const char *body = nullptr) {
    bool ok = result && result->status < 300 && (!body || result->body == body);
    ++tally.requests;
    tally.failures += !ok;
    return ok;
  };
  httplib::Headers session;
  auto login = [&] {
    auto result = http.Post("/login/" + user);
    if (check(result))
      session = {{"X-Session", result->body}};
  };
  auto ping = [&] { check(http.Post("/ping", session, "", "text/plain")); };

  login();
  start.wait();
  for (unsigned round = 0; round < rounds && Clock::now() < deadline; ++round) {
    std::string key = "/values/" + user + std::to_string(round % 8);
    ping();
    check(http.Put(key, session, "blue", "text/plain"));
    check(http.Get(key, session), "blue");
    login();
    ping();
  }
  return tally;
}

} // namespace

int main(int argc, char **argv) {
  unsigned clients = argc > 1 ? std::atoi(argv[1]) : 4;
  unsigned rounds = argc > 2 ? std::atoi(argv[2]) : 25;
  clients = std::clamp(clients, 1u, 16u);

  // A corrupted table can send a lookup round in circles for ever.
  alarm(60);
  auto deadline = Clock::now() + std::chrono::seconds(20);

  Server server(clients);
  if (server.port() <= 0) {
    std::fprintf(stderr, "session_server: cannot listen on 127.0.0.1\n");
    return 1;
  }

  StartLine start(clients);
  std::vector<Tally> tallies(clients);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < clients; ++i)
    threads.emplace_back([&, i] {
      tallies[i] = runClient(server.port(), "user" + std::to_string(i), rounds,
                             deadline, start);
    });
  for (std::thread &thread : threads)
    thread.join();
  server.stop();

  Tally total;
  for (const Tally &tally : tallies) {
    total.requests += tally.requests;
    total.failures += tally.failures;
  }
  std::printf("session_server: %u clients, %u requests, %u failed, "
              "%zu sessions, %zu values\n",
              clients, total.requests, total.failures, server.sessions(),
              server.values());
  return total.failures != 0;
}
