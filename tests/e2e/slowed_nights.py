"""Forty short runs, each a night, of which the last fifteen have a slower worker: `trend` has to find
that within three of them, and nothing before (ctest -R full.slowed_nights; some minutes, on a machine
with nothing else to do).

    VOTEBENCH_BUILD=build/release /usr/bin/python3 -B tests/e2e/slowed_nights.py [DIRECTORY]

A DIRECTORY keeps the runs; those that are there already are used again.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

from harness import LIMIT_S, votebench
from servers import program

NIGHTS, CHANGED = 40, 25
# The worker takes 64 votes and waits: 512/s, then 85 % of that, and it is busy 18 % longer.
USUAL, SLOWED = "125ms", "147ms"
METRIC = "drain.time"  # what a burst of some seconds has of the worker


def scenario(directory, poll):
    path = directory / f"worker-bound-{poll}.yaml"
    path.write_text(yaml.safe_dump({
        "version": 1, "name": "worker-bound", "preflight": {"probe_votes": 5},
        "stack": {"name": "local", "variant": "prefetch", "poll": poll},
        "report": {"keep": {"runs": 2 * NIGHTS}},
        "workloads": {"load": {"executor": "burst", "votes": 2000, "clients": 16}}}))
    return path


def stored(reports):
    """Their directories, the oldest first: their names begin with the time."""
    return sorted((path for path in reports.glob("worker-bound/*-*") if not path.is_symlink()),
                  key=lambda path: json.loads((path / "manifest.json").read_text())["t0"]["wall_ns"])


def make_nights(directory):
    for number in range(len(stored(directory / "reports")), NIGHTS):
        poll = USUAL if number < CHANGED else SLOWED
        done = subprocess.run(
            [program("votebench"), "run", scenario(directory, poll), "--progress", "none"],
            cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LIMIT_S, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done
    return stored(directory / "reports")


def trend(directory, *options):
    done = votebench("trend", "worker-bound", *options, cwd=directory)
    assert done.returncode == 0, done
    return done.stdout


def changes_after(nights, count):
    """What the trend of the first `count` nights says, by metric."""
    with tempfile.TemporaryDirectory(prefix="vb-nights-") as scratch:
        reports = pathlib.Path(scratch, "reports", "worker-bound")
        for night in nights[:count]:
            shutil.copytree(night, reports / night.name)
        document = json.loads(trend(scratch, "--json"))
    assert not document["left_out"], "this machine was too busy"
    return {metric["name"]: metric["changes"] for metric in document["metrics"]}


def main(directory):
    nights = make_nights(directory)
    before = changes_after(nights, CHANGED)
    print(f"{CHANGED} nights: {before}", flush=True)
    assert not before[METRIC]
    found = None
    for count in range(CHANGED + 1, CHANGED + 4):
        changes = changes_after(nights, count)
        print(f"{count} nights: {changes[METRIC]}", flush=True)
        if found is None and any(change["worse"] for change in changes[METRIC]):
            found = count
    assert found is not None, "not found within three nights"
    print(trend(directory), flush=True)
    [change] = changes_after(nights, NIGHTS)[METRIC]
    print(f"found with night {found} of which {found - CHANGED} are slow; said of {NIGHTS}: "
          f"{100 * change['change']:.1f} % since night {change['night'] + 1}", flush=True)
    assert change["run"] == nights[CHANGED].name


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(pathlib.Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory(prefix="vb-nights-") as scratch:
            main(pathlib.Path(scratch))
