"""Stacks that lose nothing and are hard to judge, again and again: none may be accused. And losses of
one to five votes: all are found (tiers chaos-innocent, chaos-guilty).

    VOTEBENCH_BUILD=build/release /usr/bin/python3 -B tests/e2e/chaos.py innocent|guilty [RUNS]

Innocent cases are those of `votebench selftest` in which nothing is planted, one run of each a
round, and a stack whose worker and auditor reach PostgreSQL through pgbouncer. Prints a table of verdicts by case. 0 accusations of N runs say that fewer than 3/N of such runs
are accused (95 %), on this machine and of these kinds of stack; of other kinds they say nothing.
"""

import collections
import contextlib
import re
import subprocess
import sys
import tempfile

from handmade import HandMadeStack
from harness import burst
from servers import Pgbouncer, PostgresServer, RedisServer, program

RUNS = {"innocent": 700, "guilty": 100}
MOST_LOST = 5
ROW = re.compile(r"^([a-z0-9-]+) +(-|[a-z]+(?: over)?(?: @[a-z]+)?) +(.*?) +(pass|fail|open|none) ")
LIMIT_S = 900  # for one round


def selftest(*arguments):
    """What it printed. Its exit status says only whether every row was right."""
    done = subprocess.run([program("votebench"), "selftest", *arguments], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=LIMIT_S, check=False)
    assert done.returncode in (0, 1), done
    return done.stdout


def rows(*arguments):
    """Of a table: name, what was planted, what was found, the verdict, and whether it is right."""
    for line in selftest(*arguments).splitlines():
        if found := ROW.match(line):
            yield (*found.groups(), line.rstrip().endswith(" ok"))


POOLED = "behind-pgbouncer"
VERDICTS = {0: "pass", 1: "fail", 3: "open"}  # exit statuses; others say nothing of the votes


@contextlib.contextmanager
def servers():
    """Redis and PostgreSQL, and a pooler before it in transaction mode, of one connection."""
    with contextlib.ExitStack() as running:
        redis, postgres = RedisServer().start(), PostgresServer().start()
        running.callback(redis.close)
        running.callback(postgres.close)
        pooler = Pgbouncer(postgres, pool_size=1).start()
        running.callback(pooler.close)
        yield redis, postgres, pooler


def pooled(running, lost=0):
    """The row of a run behind the pooler, as rows() has it."""
    redis, postgres, pooler = running
    redis.client().flushall()
    postgres.fresh_database()
    with tempfile.TemporaryDirectory() as directory, \
            HandMadeStack(directory, redis, postgres).start_vote() as target:
        target.pooler = pooler
        target.start_worker("--poll", "5ms", *(["--plant", f"lost@worker:{lost}"] if lost else []))
        done = target.run({"workloads": burst(120, within="1500ms")})
        found = done.audit["lost"]["count"]
        verdict = VERDICTS.get(done.exit_status, "none")
        return (POOLED, "lost @worker" if lost else "-", f"{found} lost" if found else "nothing",
                verdict, verdict == ("fail" if lost else "pass") and found == lost)


def chosen(names):
    return [word for name in names for word in ("--case", name)]


def names_of(innocent):
    """Cases, by what a first round plants in them; of the guilty ones those that lose votes."""
    all_rows = list(rows())
    assert len(all_rows) > 60, all_rows
    return [name for name, planted, *_ in all_rows
            if (planted == "-" if innocent else planted.startswith("lost"))]


def innocent(runs, running):
    names, seen, accused, total = names_of(True), collections.Counter(), [], 0
    while total < runs:
        for name, _, found, verdict, right in [*rows(*chosen(names)), pooled(running)]:
            total += 1
            seen[name, verdict] += 1
            if verdict == "fail" or (verdict == "pass" and not right):
                accused.append((name, found, verdict))
        print(f"{total} runs, {len(accused)} accused", flush=True)
    verdicts = ("pass", "open", "fail", "none")
    print(f"{'case':<22}" + "".join(f"{word:>6}" for word in verdicts))
    for name in [*names, POOLED]:
        print(f"{name:<22}" + "".join(f"{seen[name, word]:>6}" for word in verdicts))
    print(f"accused: {len(accused)} of {total}", *accused, sep="\n  ")
    return not accused


def guilty(runs, running):
    names, wrong, total = names_of(False), [], 0
    while total < runs:
        for lost in range(1, MOST_LOST + 1):
            for row in [*rows("--planted", str(lost), *chosen(names)), pooled(running, lost)]:
                total += 1
                if not row[-1] or not row[2].startswith(f"{lost} lost"):
                    wrong.append((lost, *row))
            print(f"{total} runs, {len(wrong)} not found", flush=True)
            if total >= runs:
                break
    print(f"not found: {len(wrong)} of {total}", *wrong, sep="\n  ")
    return not wrong


if __name__ == "__main__":
    kind = sys.argv[1]
    asked = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS[kind]
    with servers() as started:
        sys.exit(0 if {"innocent": innocent, "guilty": guilty}[kind](asked, started) else 1)
