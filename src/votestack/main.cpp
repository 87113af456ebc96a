// votestack: the reference voting stack, three services in one program.
#include <fmt/format.h>

#include <cstdio>

#include "votestack/command_line.h"
#include "votestack/result_service.h"
#include "votestack/service.h"

namespace votebench::votestack {
namespace {

enum ExitStatus { kStopped = 0, kFailed = 1, kUsage = 2 };

Result<> serve(const HttpServer::Options& options, std::vector<HttpHandler> handlers) {
  const StopSignal stop;
  TRY_ASSIGN(const auto server, HttpServer::start(options, std::move(handlers)));
  announce("listening " + to_string(server->address()));
  announce("ready");
  stop.wait();
  return {};
}

Result<> run(const VoteCommand& command) {
  TRY_ASSIGN(const TruthLog truth, TruthLog::open("vote", command.truth_log));
  VoteDesk desk(command.settings, truth);
  std::vector<HttpHandler> handlers;
  for (unsigned i = 0; i < command.threads; ++i) {
    const auto handler = std::make_shared<VoteHandler>(desk);
    handlers.emplace_back(
        [handler](const HttpRequest& request) { return handler->handle(request); });
  }
  return serve({command.listen, command.settings.contract.max_idle}, std::move(handlers));
}

Result<> run(const WorkerCommand& command) {
  const StopSignal stop;
  return run_worker(command.settings, stop.token());
}

Result<> run(const ResultCommand& command) {
  const auto handler = std::make_shared<ResultHandler>(command.postgres);
  return serve({command.listen},
               {[handler](const HttpRequest& request) { return handler->handle(request); }});
}

Result<> run(const ShowText& show) {
  fmt::print("{}", show.text);
  return {};
}

int main(int argc, const char* const* argv) {
  const Result<Command> command = parse_command_line(argc, argv);
  const Result<> ended = command
                             ? std::visit([](const auto& chosen) { return run(chosen); }, *command)
                             : Result<>(Failure(command.error()));
  if (ended) return kStopped;
  complain(ended.error().message + (ended.error().help.empty() ? "" : "; " + ended.error().help));
  return ended.error().kind == ErrorKind::usage ? kUsage : kFailed;
}

}  // namespace
}  // namespace votebench::votestack

int main(int argc, char** argv) { return votebench::votestack::main(argc, argv); }
