"""Forty identical runs: the comparison's false alarms on real runs, a planted slowdown and a planted
lost vote (ctest -R full.identical_runs; about fifteen minutes, on a machine with nothing else to do).

    VOTEBENCH_BUILD=build/release /usr/bin/python3 -B tests/e2e/identical_runs.py [DIRECTORY]

A DIRECTORY keeps the runs; those that are there already are used again.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

import yaml

from harness import LIMIT_S, Stack, votebench
from servers import program

IDENTICAL, SLOW = 40, 20
SPLITS, COMPARISONS = 1000, 100
SIDE = 5


def scenario(directory, poll):
    """3000 votes faster than the worker takes them; it takes 64 in every `poll`."""
    path = directory / f"worker-bound-{poll}.yaml"
    path.write_text(yaml.safe_dump({
        "version": 1, "name": "worker-bound", "preflight": {"probe_votes": 5},
        "stack": {"name": "local", "variant": "prefetch", "poll": poll},
        "workloads": {"load": {"executor": "burst", "votes": 3000, "clients": 16}}}))
    return path


def run(directory, *arguments, expect=0):
    done = subprocess.run([program("votebench"), "run", *map(str, arguments), "--progress", "none"],
                          cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=3600, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == expect, done
    return done


def ids(directory, tag):
    """Run ids of a tag, the newest first."""
    listed = votebench("list", cwd=directory).stdout.splitlines()
    return [line.split()[0] for line in listed if line.endswith(f"@{tag}")]


def repeat(directory, tag, count, poll):
    missing = count - len(ids(directory, tag))
    if missing > 0:
        run(directory, scenario(directory, poll), "--repeat", missing, "--tag", tag)
    return ids(directory, tag)


def lose_one(directory):
    """A run in which one row is deleted as soon as there is one."""
    if not ids(directory, "loser"):
        with Stack(directory, "prefetch", "--poll", "100ms") as stack:
            ended = threading.Event()

            def delete():
                gone = False
                while not gone and not ended.wait(0.02):
                    if stack.rows() > 200:
                        stack.query("DELETE FROM votes WHERE id = (SELECT min(id) FROM votes)")
                        gone = True
            deleting = threading.Thread(target=delete)
            deleting.start()
            try:
                run(directory, scenario(directory, "100ms"), "--target", stack.target_file,
                    "--tag", "loser", expect=1)
            finally:
                ended.set()
                deleting.join()
    return ids(directory, "loser")[0]


def compare(directory, a, b):
    """Exit status and JSON of one comparison."""
    done = subprocess.run([program("votebench"), "compare", ",".join(a), ",".join(b), "--json"],
                          cwd=directory, capture_output=True, text=True, timeout=LIMIT_S,
                          check=False)
    assert done.returncode in (0, 1, 5), done
    return done.returncode, json.loads(done.stdout)


def compare_all(directory, pairs):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda pair: compare(directory, *pair), pairs))


def worse_metrics(results):
    counts = {}
    for _, document in results:
        for metric in document["performance"]["metrics"]:
            if metric["verdict"] in ("worse", "better"):
                counts[metric["name"]] = counts.get(metric["name"], 0) + 1
    return counts


def told_apart(results):
    """Comparisons that call any metric worse or better."""
    return sum(any(metric["verdict"] in ("worse", "better")
                   for metric in document["performance"]["metrics"]) for _, document in results)


def main(directory):
    rng = random.Random(20261121)
    identical = repeat(directory, "identical", IDENTICAL, "100ms")
    slow = repeat(directory, "slow", SLOW, "120ms")
    loser = lose_one(directory)

    splits = [rng.sample(identical, 2 * SIDE) for _ in range(SPLITS)]
    alike = compare_all(directory, [(split[:SIDE], split[SIDE:]) for split in splits])
    judged = sum(document["performance"]["verdict"] == "judged" for _, document in alike)
    alarms = told_apart(alike)
    print(f"identical: {alarms} of {SPLITS} splits told apart ({judged} judged, "
          f"{worse_metrics(alike)})", flush=True)
    pairs = [(rng.sample(identical, SIDE), rng.sample(slow, SIDE)) for _ in range(COMPARISONS)]
    slower = compare_all(directory, pairs)
    found = sum(status == 5 for status, _ in slower)
    print(f"slowdown: {found} of {COMPARISONS} found ({worse_metrics(slower)})", flush=True)
    pairs = [(rng.sample(identical, SIDE), [loser, *rng.sample(identical, SIDE - 1)])
             for _ in range(COMPARISONS)]
    lost = sum(status == 1 for status, _ in compare_all(directory, pairs))
    print(f"one lost vote: {lost} of {COMPARISONS} found", flush=True)
    assert judged == SPLITS, "runs were left out: this machine was too busy"
    assert alarms < 0.05 * SPLITS
    assert found >= 0.9 * COMPARISONS
    assert lost == COMPARISONS


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(pathlib.Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory(prefix="vb-identical-") as scratch:
            main(pathlib.Path(scratch))
