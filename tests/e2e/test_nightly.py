"""scripts/nightly: a night, the next one, a bad one, and one that is killed."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import pytest
import yaml

from harness import LIMIT_S, SOURCE_DIR, burst, until
from servers import program

NIGHTLY = SOURCE_DIR / "scripts" / "nightly"
HISTORY = SOURCE_DIR / "scripts" / "nightly-history"


class Nights:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.history = self.directory / "history"
        self.publish = self.directory / "artifacts" / "nightly"

    def scenario(self, **more):
        path = self.directory / "short.yaml"
        path.write_text(yaml.safe_dump({
            "version": 1, "name": "short", "workloads": burst(60, within="1s"),
            "preflight": {"probe_votes": 0}, **more}))
        return path

    def start(self, scenario, *options):
        return subprocess.Popen(
            [NIGHTLY, "--history", self.history, "--scenario", scenario, "--runs", "1", *options],
            cwd=self.directory, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**os.environ, "VOTEBENCH": program("votebench")})

    def night(self, scenario, *options):
        """The exit status and what was printed; no stack is left."""
        night = self.start(scenario, *options)
        output, _ = night.communicate(timeout=LIMIT_S)
        assert not self.stacks(), output
        return night.returncode, output

    def stacks(self):
        return list(self.directory.glob("artifacts/night/state"))

    def runs(self):
        """The pids of votebench processes that work in this directory."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").resolve() == self.directory and \
                        (process / "exe").resolve() == pathlib.Path(program("votebench")).resolve():
                    found.append(int(process.name))
            except OSError:
                continue  # it has ended
        return found

    def trend(self):
        """What is published of it."""
        assert (self.publish / "trend.html").read_text().startswith("<!doctype html>")
        trend = json.loads((self.publish / "trend.json").read_text())
        return [trend["scenario"], len(trend["nights"]), trend["verdict"]]

    def names(self):
        return (self.history / "nights").read_text().split()


@pytest.fixture
def nights(tmp_path):
    return Nights(tmp_path)


def test_the_second_night_is_compared_with_the_first_and_a_loss_turns_the_third_red(nights):
    status, output = nights.night(nights.scenario())
    assert status == 0, output
    [first] = nights.names()
    [published] = nights.publish.glob("*/result.json")
    assert published.parent.name in output
    assert (nights.publish / "exit-status").read_text() == "0\n"
    assert nights.trend() == ["short", 1, "NO TREND"]
    status, output = nights.night(nights.scenario())
    assert status == 0, output
    assert f"@{first}" in output, "compared with the first night"
    assert len(nights.names()) == 2
    assert len(list(nights.publish.glob("*/result.json"))) == 1, "this night's runs only"
    assert list(nights.publish.glob("*/comparison.json"))
    assert nights.trend() == ["short", 2, "NO TREND"]
    # An app that answers 200 although nothing is queued.
    outage = nights.scenario(workloads=burst(40, within="2s"), events=[
        {"at": "500ms", "name": "outage", "fault": {"kill": "redis"},
         "undo": {"at": "1500ms", "start": "redis"}}])
    status, output = nights.night(outage, "--variant", "always-200")
    assert status == 1, output
    assert len(nights.names()) == 2, "no baseline for the next night"
    assert "lost" in (nights.publish / "trend.html").read_text(), "the night is named"


def test_a_night_is_compared_with_one_that_a_branch_kept(nights):
    remote = nights.directory / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True, timeout=60)

    def history(verb):
        subprocess.run([HISTORY, verb, nights.history, f"file://{remote}"], check=True, timeout=60)

    for _ in range(2):
        history("fetch")
        status, output = nights.night(nights.scenario(), "--publish", nights.history / "last")
        assert status == 0, output
        history("publish")
        first, *_ = nights.names()
        shutil.rmtree(nights.history)
    assert f"@{first}" in output, "compared with the first night"


@pytest.mark.parametrize("number, status", [(signal.SIGKILL, -9), (signal.SIGTERM, 143)])
def test_a_night_that_is_killed_leaves_no_stack(nights, number, status):
    night = nights.start(nights.scenario(workloads=burst(600, within="60s"),
                                         http={"timeout": "1s"}, drain={"timeout": "1s"}))
    until(lambda: list(nights.history.glob("short/*/attempts/*.seg")), "votes are sent")
    assert nights.stacks()
    night.send_signal(number)
    assert night.wait(LIMIT_S) == status
    until(lambda: not nights.stacks(), "the stack is taken down")
    for run in nights.runs():  # the one that lost its stack
        os.kill(run, signal.SIGKILL)
    night.communicate(timeout=LIMIT_S)


def test_only_what_a_night_published_is_replaced(nights):
    nights.publish = nights.directory / "mine"
    nights.publish.mkdir()
    kept = nights.publish / "thesis.txt"
    kept.write_text("years of work")
    status, output = nights.night(nights.scenario(), "--publish", nights.publish)
    assert status == 2, output
    assert "neither empty nor made by an earlier night" in output
    assert kept.read_text() == "years of work"
    kept.unlink()
    for _ in range(2):  # into an empty one, then in place of what that night left
        status, output = nights.night(nights.scenario(), "--publish", nights.publish)
        assert status == 0, output
        assert len(list(nights.publish.glob("*/result.json"))) == 1


def test_a_night_without_a_program_or_a_history_says_what_to_do(nights, tmp_path):
    bare = subprocess.run([NIGHTLY], capture_output=True, text=True, timeout=60, check=False)
    assert bare.returncode == 2
    assert "--history is missing" in bare.stderr
    missing = subprocess.run([NIGHTLY, "--history", "h"], cwd=tmp_path, capture_output=True,
                             text=True, timeout=60, check=False,
                             env={**os.environ, "VOTEBENCH": "/no/such/program"})
    assert missing.returncode == 6
    assert "./quickstart builds it" in missing.stderr
