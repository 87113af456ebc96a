"""A run that several processes send, prepared and observed on this machine."""
import os
import pathlib
import re
import subprocess

import harness
from harness import Completed, votebench, write_scenario
from servers import program

SHARDS = 3
RATE, SECONDS = 60, 10
VOTES = RATE * SECONDS
LOAD = {"workloads": {"load": {"executor": "constant-arrival-rate", "rate": f"{RATE}/s",
                               "duration": f"{SECONDS}s"}}}


class ShardedRun:
    """Prepared when it is made: the command lines for engines are in `commands`."""

    def __init__(self, folder, target, start_in, scenario=None):
        self.folder = pathlib.Path(folder)
        self.directory = self.folder / "shared"
        file = write_scenario(self.folder, scenario or LOAD)
        done = votebench("shards", "prepare", str(file), "--target", str(target), "--shards",
                         str(SHARDS), "--start-in", start_in, "--dir", str(self.directory),
                         cwd=self.folder)
        assert done.returncode == 0, done
        self.commands = {engine: command for command, engine in
                         re.findall(r"^shards +(.*\S) +\((\w[\w ]*)\)$", done.stdout, re.M)}
        self.reports = self.folder / "reports"
        self.observer = subprocess.Popen(
            [program("votebench"), "observe", "--ticket", str(self.directory), "--reports",
             str(self.reports), "--yes", "--progress", "plain"], cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8"})

    def shard(self, index, file):
        return self.directory / "shards" / str(index) / file

    def await_half(self):
        """Every shard is in the middle of its load."""
        harness.until(lambda: all(self.sent(index) > VOTES / SHARDS / 4 for index in range(SHARDS)),
                      "all shards send", 60)

    def sent(self, index):
        """By what it tells while it sends."""
        told = re.search(r'"started":\s*(\d+)', self.shard(index, "progress.json").read_text())
        return int(told[1])

    def finish(self):
        try:
            stdout, stderr = self.observer.communicate(timeout=harness.LIMIT_S)
        finally:
            self.end()
        return Completed(self.observer.returncode, stdout, stderr, self.reports)

    def end(self):
        if self.observer.poll() is None:
            self.observer.kill()
            self.observer.communicate()


def table(completed):
    """The lines of the shards on the terminal, as words."""
    below = completed.stdout.split("  SHARDS ", 1)[1].split("  LEVEL", 1)[0]
    rows = re.findall(r"^ +\S (\d+) (.*)$", below, re.M)
    return {index: " ".join(words.split()) for index, words in rows}


def check_passed(completed):
    """All was sent, by all of them, and every vote arrived."""
    assert completed.exit_status == 0, completed
    assert completed.audit["persisted"] == VOTES
    shards = completed.result["shards"]
    assert [shard["state"] for shard in shards] == ["sent"] * SHARDS
    assert sum(shard["accepted"] for shard in shards) == VOTES
    lines = table(completed)
    assert sorted(lines) == [str(index) for index in range(SHARDS)], completed
    for shard in shards:
        assert lines[str(shard["index"])].startswith(f"{shard['sent']} {shard['accepted']} 0 ")


def check_not_sent_again(run, index, log):
    """The second start of a shard ended well and sent nothing."""
    assert f"shard {index} began before" in log and "nothing is sent" in log, log
    claims = list((run.directory / "shards").iterdir())
    assert len(claims) == SHARDS


def check_nothing_twice(stack):
    """By the truth logs: of no voter did the vote service take two votes, or a worker write two. Probes
    vote twice; their numbers are above all others."""
    for event in "pushed", "written":
        voters = [entry["voter"] for entry in stack.truth(event)]
        voters = [voter for voter in voters if voter[10:14] != "ffff"]
        assert VOTES / SHARDS < len(voters) <= VOTES, event
        assert len(voters) == len(set(voters)), event
