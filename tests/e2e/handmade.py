"""A voting stack of separate processes that a test kills, pauses and starts as it likes."""

import json
import pathlib
import uuid

import yaml

from harness import Running
from servers import Process, ReservedPort, program


class HandMadeStack:
    """Vote service and workers on the test's own Redis and PostgreSQL."""

    def __init__(self, directory, redis_server, postgres_server, profile="dockersamples"):
        self.directory = pathlib.Path(directory)
        self.redis_server, self.postgres_server = redis_server, postgres_server
        self.profile = profile
        self.reserved = ReservedPort()
        self.port = self.reserved.number
        self.truth_path = self.directory / f"truth-{uuid.uuid4().hex[:8]}.ndjson"
        self.truth_path.touch()
        self.vote, self.workers = None, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in [self.vote, *self.workers]:
            if process:
                process.kill()
        self.reserved.close()

    def start_vote(self, *flags, redis_address=None):
        self.vote = self._service("vote", "--listen", f"127.0.0.1:{self.port}", "--redis",
                                  redis_address or self.redis_server.tcp_address, *flags)
        assert self.vote.read_line().startswith("listening")
        assert self.vote.read_line() == "ready"
        return self

    def start_worker(self, *flags):
        worker = self._service("worker", "--redis", self.redis_server.tcp_address, "--postgres",
                               self.postgres_server.tcp_uri, *flags)
        assert worker.read_line() == "ready"
        self.workers.append(worker)
        return worker

    def _service(self, name, *flags):
        return Process([program("votestack"), name, "--profile", self.profile, "--truth-log",
                        str(self.truth_path), *flags], self.directory)

    def target(self, **changes):
        """Writes a target file; a value of None leaves a store out."""
        path = "/vote" if self.profile == "always-200" else "/"
        profile = "keep-alive" if self.profile in ("reference", "prefetch") else self.profile
        target = {"profile": profile,
                  "vote": {"url": f"http://127.0.0.1:{self.port}{path}"},
                  "redis": {"url": f"redis://{self.redis_server.tcp_address}/0"},
                  "postgres": {"url": self.postgres_server.tcp_uri}}
        if self.profile == "reference":
            target["redis"]["in_flight"] = ["votes:processing"]
        if self.profile in ("reference", "prefetch"):
            target["worker"] = "unknown"
        for key, value in changes.items():
            if isinstance(value, dict):
                value = {**target.get(key, {}), **value}
            target[key] = value
        file = self.directory / f"target-{uuid.uuid4().hex[:8]}.yaml"
        file.write_text(yaml.safe_dump({k: v for k, v in target.items() if v is not None}))
        return file

    def start(self, scenario, *arguments, target=None):
        path = self.directory / f"scenario-{uuid.uuid4().hex[:8]}.yaml"
        path.write_text(yaml.safe_dump({"version": 1, **scenario}))
        return Running(["run", str(path), "--target", str(target or self.target()), *arguments],
                       self.directory)

    def run(self, scenario, *arguments, target=None):
        return self.start(scenario, *arguments, target=target).finish()

    def waiting(self):
        return self.redis_server.client().llen("votes")

    def query(self, sql, *parameters):
        return self.postgres_server.query(sql, *parameters)

    def rows(self):
        return self.query("SELECT count(*) FROM votes")[0][0]

    def truth(self, event):
        """The voters of all entries of one kind, in order; unfinished lines are not read."""
        lines = self.truth_path.read_bytes().split(b"\n")[:-1]
        entries = [json.loads(line) for line in lines]
        return [entry["voter"] for entry in entries if entry["event"] == event]

    def lost_in_hand(self):
        """Voters whose vote was popped more often than written."""
        hands = self.truth("popped")
        for voter in self.truth("written"):
            hands.remove(voter)
        return sorted(hands)
