#!/usr/bin/python3
"""What a vote costs votebench itself, CPU time of all of a run over its votes, with a list and with a
stream: pairs of runs, one after the other, on the servers of the end-to-end tests. With few votes it
is the looks before and after the load that count.

  VOTEBENCH_BUILD=build/release tests/bench/queue_cost.py [PAIRS] [VOTES]
"""

import pathlib
import resource
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from handmade import HandMadeStack  # noqa: E402
from harness import burst  # noqa: E402
from servers import PostgresServer, RedisServer  # noqa: E402


def cpu_time():
    """Seconds, of the children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(directory, postgres, queue, votes):
    """Microseconds of CPU per vote."""
    postgres.fresh_database()
    redis = RedisServer().start()
    try:
        with HandMadeStack(directory, redis, postgres, "keep-alive") as stack:
            stack.start_vote("--queue", queue)
            stack.start_worker("--queue", queue, "--poll", "0s")
            stream = {"url": f"redis://{redis.tcp_address}/0", "group": "workers"}
            target = stack.target(**({"redis": None, "redis_stream": stream}
                                     if queue == "stream" else {}))
            before = cpu_time()
            done = stack.run({"workloads": burst(votes, within="10s")}, target=target)
            spent = cpu_time() - before
            assert done.exit_status == 0, done
            return spent / votes * 1e6
    finally:
        redis.close()


def main():
    pairs, votes = [int(word) for word in sys.argv[1:]] + [5, 20000][len(sys.argv) - 1:]
    postgres = PostgresServer().start()
    ratios = []
    try:
        with tempfile.TemporaryDirectory() as directory:
            for pair in range(pairs):
                order = ["list", "stream"] if pair % 2 == 0 else ["stream", "list"]
                costs = {queue: cost(directory, postgres, queue, votes) for queue in order}
                ratios.append(costs["stream"] / costs["list"])
                print(f"list {costs['list']:.1f} us, stream {costs['stream']:.1f} us: "
                      f"{ratios[-1]:.3f} x", flush=True)
        print(f"median {statistics.median(ratios):.3f} x of {pairs} pairs")
    finally:
        postgres.close()


main()
