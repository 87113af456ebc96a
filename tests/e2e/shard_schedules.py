"""Real shards under an engine at its worst: killed, started again, late, two of one index, a ledger
lost, in random order (tier shards). No vote is sent twice, no stack that lost nothing is accused, and
what it did lose is found, to the vote, among all that is on record.

    VOTEBENCH_BUILD=build/release /usr/bin/python3 -B tests/e2e/shard_schedules.py [RUNS] [SEED]

tests/unit/run/shard_schedules_test.cpp does the same with a simulated engine, two hundred times.
"""

import collections
import pathlib
import random
import shutil
import sys
import tempfile
import time

from handmade import HandMadeStack
from harness import burst
from servers import PostgresServer, RedisServer
from sharded import Sharded, acked_voters, states

VOTES = 240
SCENARIO = {"workloads": burst(VOTES, within="4s"), "drain": {"timeout": "60s"}}
LOST = 5
FATES = ("well", "well", "well", "killed", "late", "doubled", "ledger lost")


def play(sharded, index, fate, rng):
    """Starts the shard; returns what is to be done once the load is under way."""
    if fate == "late":
        return lambda: [sharded.shard(index)]
    process = sharded.shard(index)
    if fate == "doubled":
        return lambda: [process, sharded.shard(index), sharded.shard(index)]
    if fate == "killed":
        def kill():
            time.sleep(rng.uniform(0, 2))  # any moment is as good as another
            process.kill()
            process.wait()
            return [sharded.shard(index)]  # a requeue
        return kill
    if fate == "ledger lost":
        def lose():
            assert process.wait(timeout=120) == 0
            shutil.rmtree(sharded.shard_directory(index) / "attempts")
            return []
        return lose
    return lambda: [process]


def once(directory, redis, postgres, rng, guilty):
    """One schedule; returns its exit status and the shards' ends."""
    plant = ["--plant", f"lost@worker:{LOST}"] if guilty else []
    with HandMadeStack(directory, redis, postgres).start_vote() as stack:
        stack.start_worker("--poll", "0s", *plant)
        shards = rng.randint(2, 4)
        sharded = Sharded(stack, SCENARIO, shards, start_in="5s", target=stack.target()).observe()
        fates = [rng.choice(FATES[:-1] if guilty else FATES) for _ in range(shards)]
        then = [play(sharded, index, fate, rng) for index, fate in enumerate(fates)]
        time.sleep(6.5)  # from then on who begins is late
        for process in [process for act in then for process in act()]:
            assert process.wait(timeout=120) in (0, 6)
        done = sharded.finish()
        pushed = collections.Counter(voter for voter in stack.truth("pushed")
                                     if voter.startswith(f"vb{sharded.run_id}")
                                     and int(voter[10:18], 16) < 0xFFFF0000)
        assert max(pushed.values(), default=0) <= 1, pushed.most_common(3)
        assert done.exit_status in (0, 1, 3), done
        lost = ({voter[:18] for voter in stack.truth("planted")}
                & acked_voters(done.directory, sharded.run_id))
        for kind in ("phantom", "duplicated", "flipped", "stale", "contradiction"):
            assert done.audit[kind]["count"] == 0, done
        assert done.audit["lost"]["count"] == len(lost), (len(lost), done)
        assert (done.exit_status == 1) == bool(lost), done
        if set(fates) <= {"well", "doubled"} and not lost:
            assert done.exit_status == 0, done
        return done.exit_status, fates, states(done), len(lost)


def main(runs=20, seed=14):
    redis, postgres = RedisServer().start(), PostgresServer().start()
    guilty_found = 0
    try:
        for run in range(runs):
            rng = random.Random(seed * 1000 + run)
            redis.client().flushall()
            postgres.fresh_database()
            with tempfile.TemporaryDirectory() as directory:
                status, fates, ends, lost = once(pathlib.Path(directory), redis, postgres, rng,
                                                 guilty=run % 4 == 3)
            guilty_found += lost > 0
            print(f"{run + 1:3} exit {status}  lost {lost}  {', '.join(fates)}: {', '.join(ends)}",
                  flush=True)
    finally:
        redis.close()
        postgres.close()
    assert guilty_found >= runs // 8, "hardly a loss was planted on record: nothing was tried"
    print(f"{runs} schedules: no vote twice, nobody accused wrongly, {guilty_found} losses found")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
