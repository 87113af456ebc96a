// What reading all rows costs, against count(*) on the same table, on a private PostgreSQL:
// serial commits would take long to make, so the rows come in transactions of 10.
// Usage: bench_target [rows]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../support/real_servers.h"
#include "adapters/store.h"

using namespace votebench;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});

template <typename Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void fill(const test::RealPostgres& postgres, unsigned rows) {
  test::SqlSession sql = postgres.connect();
  sql.ask("CREATE TABLE votes (id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255) NOT NULL)");
  std::string script;
  for (unsigned voter = 0; voter < rows; ++voter) {
    script += voter % 10 == 0 ? "INSERT INTO votes VALUES ('" : ", ('";
    script += kIds.make(voter) + "', 'a')";
    if (voter % 10 == 9 || voter + 1 == rows) script += "; COMMIT; BEGIN;";
    if (script.size() > 1'000'000) {
      sql.ask("BEGIN; " + script + " COMMIT");
      script.clear();
    }
  }
  sql.ask("BEGIN; " + script + " COMMIT");
}

void measure(const test::RealPostgres& postgres, unsigned rows) {
  test::SqlSession sql = postgres.connect();
  sql.ask("VACUUM ANALYZE votes");
  const auto store = *adapters::open_row_store(postgres.settings());
  const ChoiceNames choices{"a", "b"};
  RowBaseline baseline;
  baseline.snapshot = "3:3:";
  for (int round = 0; round < 3; ++round) {
    std::size_t read = 0;
    const double count = seconds([&] { sql.ask("SELECT count(*) FROM votes"); });
    const double all = seconds([&] {
      read = store->read_rows({kIds, choices, baseline, {}})->own.size();
    });
    const double progress = seconds([&] { (void)store->progress(kIds, false); });
    std::printf("%zu of %u rows: %.3f s, count(*) %.3f s (%.1f x), progress %.2f ms\n", read, rows,
                all, count, all / count, progress * 1e3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto rows =
      static_cast<unsigned>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000UL);
  for (const char* track : {"track_commit_timestamp=off", "track_commit_timestamp=on"}) {
    const test::RealPostgres postgres({"-c", track, "-c", "shared_buffers=512MB"});
    fill(postgres, rows);
    std::printf("%s\n", track);
    measure(postgres, rows);
  }
}
