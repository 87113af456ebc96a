"""What a vote costs the generator, sent by shards and by one process of as many threads: in turn, on
one stack.

    /usr/bin/python3 -B tests/bench/shards_cost.py [PAIRS] [VOTES]

Prints the CPU time of the senders per vote and the votes per second of the load, of each kind, and
the medians of the pairs' ratios. Needs a build (VOTEBENCH_BUILD), Redis and PostgreSQL; for numbers
that hold, a machine that has nothing else to do.
"""

import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Stack, burst  # noqa: E402
from sharded import Sharded  # noqa: E402


def figures(done):
    """CPU time in microseconds per vote, votes per second."""
    assert done.exit_status == 0, done
    run = done.result["run"]
    return (done.result["generator"]["cpu_us_per_vote"],
            done.result["accounting"]["acked"] / run["load_s"])


def main(pairs=8, votes=60000):
    ratios = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as directory, Stack(directory) as stack:
        for pair in range(pairs):
            for shards in (1, 2):  # as many senders in all, in one process and in so many
                scenario = {"workloads": burst(votes, clients=40), "drain": {"timeout": "60s"}}
                alone = figures(stack.run({**scenario, "threads": shards}))
                cost, rate = figures(Sharded(stack, {**scenario, "threads": 1}, shards,
                                             start_in="3s").whole())
                ratios[shards].append((cost / alone[0], rate / alone[1]))
                print(f"pair {pair}, {shards} senders: one process {alone[0]:.1f} us, "
                      f"{alone[1]:.0f}/s; {shards} shards {cost:.1f} us, {rate:.0f}/s", flush=True)
    for shards, of_pairs in ratios.items():
        cost, rate = (statistics.median(ratio[i] for ratio in of_pairs) for i in (0, 1))
        print(f"{shards} shards against one process, median of {pairs} pairs: "
              f"CPU per vote x {cost:.3f}, votes per second x {rate:.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
