#include "scenario/unread_services.h"

#include <algorithm>
#include <span>

#include "core/text.h"

namespace votebench::scenario {
namespace {

constexpr std::string_view kTables[] = {"mysql",     "mariadb", "mongodb",  "mongo",
                                        "sqlite",    "mssql",   "oracle",   "sqlserver",
                                        "cassandra", "scylla",  "dynamodb", "cosmosdb"};
constexpr std::string_view kQueues[] = {"kafka", "redpanda", "rabbitmq",   "amqp",   "activemq",
                                        "sqs",   "nats",     "servicebus", "pubsub", "pulsar",
                                        "mqtt",  "celery",   "memcached"};

constexpr std::string_view kTableAdvice =
    "votebench reads rows of PostgreSQL only (postgres). Remove the block: votes are still sent "
    "and "
    "followed through the queue, but no run passes, as none is seen stored; or say counters: { "
    "page: "
    "... }, where a page shows the counts as JSON";
constexpr std::string_view kQueueAdvice =
    "votebench looks into lists and streams of Redis only (redis, redis_stream). Remove the block: "
    "votes are still sent, and a run whose every vote has its row in PostgreSQL passes; a vote "
    "without one may be late or lost, and is never called lost";

bool names(std::span<const std::string_view> services, std::string_view block) {
  return std::ranges::find(services, block) != services.end();
}

}  // namespace

std::string_view advice_on_unread(std::string_view block) {
  const std::string name = lower_case(block);
  if (names(kTables, name)) return kTableAdvice;
  if (names(kQueues, name)) return kQueueAdvice;
  return {};
}

}  // namespace votebench::scenario
