// Private redis-server and PostgreSQL for tests: each in a temporary directory, on a Unix socket
// only, ready when the constructor returns, ended by its process id. Never part of the product.
#pragma once

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vote/target_settings.h"

namespace votebench::test {

// Looks every 5 ms until `condition` holds; throws after a time that no busy machine needs.
inline void wait_until(const char* what, const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(100);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit)
      throw std::runtime_error(std::string("not within 100 s: ") + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Who runs the servers: PostgreSQL refuses root.
inline const passwd* unprivileged_user() {
  if (::getuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

class ScratchDirectory {
 public:
  ScratchDirectory() {
    char path[] = "/tmp/vbtest-XXXXXX";  // short: it holds Unix sockets
    if (::mkdtemp(path) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = path;
    const passwd* user = unprivileged_user();
    if (user != nullptr && ::chown(path, user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("chown failed");
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A child process that dies with the test.
class ServerProcess {
 public:
  void start(const std::vector<std::string>& command, const std::string& log) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const passwd* user = unprivileged_user();
    pid_ = ::fork();
    if (pid_ == 0) become(words.data(), log.c_str(), user);
  }
  ~ServerProcess() { end(SIGKILL); }

  void end(int signal_number) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal_number);
    ::kill(pid_, SIGCONT);
    wait();
  }
  int wait() {
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }
  void send(int signal_number) const { ::kill(pid_, signal_number); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  [[noreturn]] static void become(char** words, const char* log, const passwd* user) {
    if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) _exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which would clear it
    const int out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execvp(words[0], words);
    _exit(127);
  }

  pid_t pid_ = 0;
};

// A client connection of the test: says what a worker or a vote service would say.
class RedisSession {
 public:
  explicit RedisSession(const std::string& socket)
      : context_(redisConnectUnix(socket.c_str()), redisFree) {}

  [[nodiscard]] bool connected() const { return context_ && context_->err == 0; }
  // The answer as text: "(nil)", a number, a string, or an error with its first word.
  std::string ask(const std::vector<std::string>& words) {
    send(words);
    return receive();
  }
  void send(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      lengths.push_back(word.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(),
                           lengths.data());
    int done = 0;
    while (done == 0)
      if (redisBufferWrite(context_.get(), &done) != REDIS_OK) break;
  }
  std::string receive() {
    void* raw = nullptr;
    if (redisGetReply(context_.get(), &raw) != REDIS_OK) return "(broken)";
    const std::unique_ptr<redisReply, void (*)(redisReply*)> reply(
        static_cast<redisReply*>(raw), [](redisReply* r) { freeReplyObject(r); });
    if (reply->type == REDIS_REPLY_NIL) return "(nil)";
    if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
    if (reply->type == REDIS_REPLY_ARRAY) return "(array)";
    return {reply->str, reply->len};
  }

 private:
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

class RealRedis {
 public:
  explicit RealRedis(std::vector<std::string> options = {}) : options_(std::move(options)) {
    start();
  }

  // As after a deployment: without options that keep data, an empty server.
  void start() {
    std::vector<std::string> command{"redis-server",     "--port", "0",
                                     "--save",           "",       "--unixsocket",
                                     socket(),           "--dir",  directory_.path(),
                                     "--unixsocketperm", "777"};
    command.insert(command.end(), options_.begin(), options_.end());
    process_.start(command, directory_.file("redis.log"));
    wait_until("redis answers", [&] {
      RedisSession session = connect();
      return session.connected() && !session.ask({"PING"}).starts_with("(broken)");
    });
  }
  void kill() { process_.end(SIGKILL); }
  void freeze() const { process_.send(SIGSTOP); }
  void thaw() const { process_.send(SIGCONT); }

  [[nodiscard]] std::string socket() const { return directory_.file("redis.sock"); }
  [[nodiscard]] RedisSession connect() const { return RedisSession(socket()); }
  [[nodiscard]] QueueSettings settings() const {
    QueueSettings settings;
    settings.kind = "redis";
    settings.path = socket();
    return settings;
  }

 private:
  ScratchDirectory directory_;
  std::vector<std::string> options_;
  ServerProcess process_;
};

// A backend of the test: what a worker or a person at psql would do.
class SqlSession {
 public:
  explicit SqlSession(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {}

  [[nodiscard]] bool connected() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
  // The first field of the first row, or the error's text.
  std::string ask(const std::string& sql) {
    const Result result(PQexec(connection_.get(), sql.c_str()), PQclear);
    return text_of(result.get());
  }
  // Sends a statement that may have to wait; receive() takes its end.
  void send(const std::string& sql) { PQsendQuery(connection_.get(), sql.c_str()); }
  void receive() {
    while (const Result result{PQgetResult(connection_.get()), PQclear}) {
    }
  }

 private:
  using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;
  static std::string text_of(const PGresult* result) {
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0)
      return PQgetvalue(result, 0, 0);
    return PQresultErrorMessage(result);
  }
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

class RealPostgres {
 public:
  // Options as of postgres: {"-c", "name=value"}.
  explicit RealPostgres(std::vector<std::string> options = {"-c", "track_commit_timestamp=on"})
      : options_(std::move(options)) {
    ServerProcess initdb;
    initdb.start({program("initdb"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C",
                  "--no-sync", "-D", data()},
                 directory_.file("initdb.log"));
    if (initdb.wait() != 0) throw std::runtime_error("initdb failed");
    start();
  }
  ~RealPostgres() { process_.end(SIGQUIT); }

  void start() {
    std::vector<std::string> command{
        program("postgres"), "-D", data(),     "-k", directory_.path(), "-c",
        "listen_addresses=", "-c", "fsync=off"};
    command.insert(command.end(), options_.begin(), options_.end());
    process_.start(command, directory_.file("postgres.log"));
    wait_until("postgres answers", [&] { return connect().connected(); });
  }
  void stop() { process_.end(SIGINT); }  // a fast shutdown
  void freeze() const { process_.send(SIGSTOP); }
  void thaw() const { process_.send(SIGCONT); }

  [[nodiscard]] std::string url() const {
    return "postgresql://postgres@/postgres?host=" + directory_.path();
  }
  [[nodiscard]] SqlSession connect() const { return SqlSession(url()); }
  [[nodiscard]] RowSettings settings() const {
    RowSettings settings;
    settings.kind = "postgres";
    settings.url = url();
    return settings;
  }
  // The newest installed PostgreSQL's program; Debian keeps them out of PATH.
  [[nodiscard]] static std::string program(const std::string& name) {
    std::string found;
    const std::filesystem::path versions = "/usr/lib/postgresql";
    if (std::filesystem::exists(versions))
      for (const auto& version : std::filesystem::directory_iterator(versions))
        if (std::filesystem::exists(version.path() / "bin" / name))
          found = std::max(found, (version.path() / "bin" / name).string());
    return found.empty() ? name : found;
  }
  [[nodiscard]] std::string data() const { return directory_.file("data"); }

 private:
  ScratchDirectory directory_;
  std::vector<std::string> options_;
  ServerProcess process_;
};

}  // namespace votebench::test
