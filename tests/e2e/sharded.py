"""One run that several processes send: the ticket, its shards, its observer."""

import json
import os
import pathlib
import subprocess
import uuid

from harness import Completed, Running, votebench, write_scenario
from servers import program


class Sharded:
    """A prepared run on a stack of the test's own. Use start() and finish(), or whole()."""

    def __init__(self, stack, scenario, shards, start_in="4s", target=None):
        self.stack, self.shards = stack, shards
        self.directory = stack.directory / f"ticket-{uuid.uuid4().hex[:8]}"
        done = votebench("shards", "prepare", str(write_scenario(stack.directory, scenario)),
                         "--target", str(target or stack.target_file), "--shards", str(shards),
                         "--start-in", start_in, "--dir", str(self.directory), cwd=stack.directory)
        assert done.returncode == 0, done
        self.prepared = done.stdout
        self.observer = None

    @property
    def ticket(self):
        return json.loads((self.directory / "ticket.json").read_text())

    @property
    def run_id(self):
        return self.ticket["run"]["run"]

    def shard_directory(self, index):
        return self.directory / "shards" / str(index)

    def observe(self):
        self.observer = Running(["observe", "--ticket", str(self.directory)], self.stack.directory)
        return self

    def shard(self, index, before=(), directory=None, **variables):
        """A process that sends; `before` goes before its command."""
        return subprocess.Popen(
            [*before, program("votebench"), "run", "--ticket", str(directory or self.directory),
             "--shard", str(index), "--progress", "none"], cwd=self.stack.directory, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8", **variables})

    def whole(self):
        """All of it, undisturbed: the observer's end."""
        self.observe()
        processes = [self.shard(index) for index in range(self.shards)]
        for process in processes:
            _, stderr = process.communicate(timeout=120)
            assert process.returncode == 0, stderr
        return self.finish()

    def finish(self, **limit):
        """Exit status, output and result of the observer."""
        return self.observer.finish(**limit)

    def sent(self, index):
        """Votes that a shard has sent by now, as it tells."""
        try:
            return json.loads((self.shard_directory(index) / "progress.json").read_text())["started"]
        except (OSError, ValueError):
            return 0

    def merge(self):
        """`votebench merge`: as Completed."""
        done = votebench("merge", str(self.directory), cwd=self.stack.directory)
        return Completed(done.returncode, done.stdout, done.stderr, self.observer.reports)

    def votes_cast(self):
        """How often each voter of the run was pushed, by the truth log of the vote service."""
        counts = {}
        for entry in self.stack.truth("pushed"):
            voter = entry["voter"]
            if voter.startswith(f"vb{self.run_id}") and int(voter[10:18], 16) < 0xFFFF0000:
                counts[voter] = counts.get(voter, 0) + 1
        return counts


def states(completed):
    return [shard["state"] for shard in completed.result["shards"]]


def attempts(run):
    """Voter, choice and workload of each attempt, by number: read by another program than
    votebench."""
    found = {}
    for segment in sorted(pathlib.Path(run).glob("attempts/*.seg")):
        data = segment.read_bytes()
        first = int(segment.stem) * 65536
        for slot in range(len(data) // 32):
            bytes_of = data[32 * slot:32 * slot + 32]
            if bytes_of[31]:
                found[first + slot] = (bytes_of[20:24], bytes_of[26:28])
    return found


def acked_voters(run, run_id):
    """Of the voters with an accepted vote on record, what their ids begin with: all but the mac."""
    found = set()
    for segment in pathlib.Path(run).glob("attempts/*.seg"):
        data = segment.read_bytes()
        for slot in range(len(data) // 32):
            bytes_of = data[32 * slot:32 * slot + 32]
            if bytes_of[31] == 2 and bytes_of[28] & 7 == 3:
                found.add(f"vb{run_id}{int.from_bytes(bytes_of[20:24], 'little'):08x}")
    return found
