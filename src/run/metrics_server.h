// GET /metrics while a run is going on.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/result.h"
#include "report/live/prometheus.h"

namespace votebench::run {

// What /metrics answers: the recorder posts it, the server's threads read it. Thread-safe.
class MetricsBoard {
 public:
  void post(report::LiveMetrics metrics);
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  report::LiveMetrics metrics_;
};

// Listens from start() to destruction; answers with the board's text and with nothing else.
class MetricsServer {
 public:
  // `address` is "127.0.0.1:9464" or "[::1]:9464"; port 0 is any free one. The board outlives it.
  // Errors: not an address (usage), it cannot be listened on (environment).
  [[nodiscard]] static Result<std::unique_ptr<MetricsServer>> start(const std::string& address,
                                                                    const MetricsBoard& board);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // "http://127.0.0.1:9464/metrics".
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  MetricsServer() = default;

  struct Daemon;
  std::unique_ptr<Daemon> daemon_;
  std::string url_;
};

}  // namespace votebench::run
