"""A voting stack of separate processes that a test kills, pauses and starts as it likes."""

import json
import pathlib
import uuid

import yaml

from harness import COUNT_ROWS, Running, write_scenario
from servers import Process, ReservedPort, program, wait_until


class Gate:
    """Stands before the table: the workers insert `first` votes, and their next INSERT waits until
    the gate is opened. What a test does meanwhile is before that vote, however late the test is."""

    LOCK = 4711

    def __init__(self, server, first):
        self.server = server
        self.connection = server.connect()
        self._execute(f"""
            SELECT pg_advisory_lock({self.LOCK});
            CREATE SEQUENCE gate;
            CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF current_setting('application_name') = 'votestack worker'
                  AND nextval('gate') > {first} THEN
                PERFORM pg_advisory_xact_lock_shared({self.LOCK});
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER gate BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION gate();""")

    def await_worker(self):
        wait_until(lambda: self.server.query(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'"), "an INSERT waits")

    def stop_behind(self, worker):
        """The worker stands still after `first` + 1 votes, and has nothing in its hand."""
        self.await_worker()
        worker.pause()
        self.open()
        wait_until(lambda: not self.server.query(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'votestack worker' "
            "AND state <> 'idle'"), "its INSERT has ended")

    def open(self):
        self._execute(f"SELECT pg_advisory_unlock({self.LOCK})")

    def _execute(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)


class HandMadeStack:
    """Vote service and workers on the test's own Redis and PostgreSQL."""

    def __init__(self, directory, redis_server, postgres_server, profile="dockersamples"):
        self.directory = pathlib.Path(directory)
        self.redis_server, self.postgres_server = redis_server, postgres_server
        self.pooler = None  # what votebench and the workers reach PostgreSQL through
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
                               self.postgres_uri, *flags)
        assert worker.read_line() == "ready"
        self.workers.append(worker)
        return worker

    @property
    def postgres_uri(self):
        return (self.pooler or self.postgres_server).tcp_uri

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
                  "postgres": {"url": self.postgres_uri}}
        target["worker"] = {"model": "serial", "max_hold": "10s"}
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
        path = write_scenario(self.directory, scenario)
        return Running(["run", str(path), "--target", str(target or self.target()), *arguments],
                       self.directory)

    def run(self, scenario, *arguments, target=None):
        return self.start(scenario, *arguments, target=target).finish()

    def waiting(self):
        return self.redis_server.client().llen("votes")

    def query(self, sql, *parameters):
        return self.postgres_server.query(sql, *parameters)

    def drop_some_votes(self):
        """From now on the table takes no vote of a voter whose index ends with the digit 1."""
        wait_until(lambda: self.query("SELECT to_regclass('votes')")[0][0], "the table is there")
        self.query("CREATE FUNCTION drop_some() RETURNS trigger LANGUAGE plpgsql AS "
                   "$$BEGIN IF substring(NEW.id from 18 for 1) = '1' THEN RETURN NULL; END IF; "
                   "RETURN NEW; END$$")
        self.query("CREATE TRIGGER drop_some BEFORE INSERT ON votes "
                   "FOR EACH ROW EXECUTE FUNCTION drop_some()")

    def rows(self):
        return self.query(COUNT_ROWS)[0][0]

    def truth(self, event):
        """The voters of all entries of one kind, in order; unfinished lines are not read."""
        lines = self.truth_path.read_bytes().split(b"\n")[:-1]
        entries = [json.loads(line) for line in lines]
        return [entry["voter"] for entry in entries if entry["event"] == event]

    def missing(self):
        """Voters whose vote is in the queue's truth and not in the table."""
        stored = {voter for (voter,) in self.query("SELECT id FROM votes")}
        return sorted(set(self.truth("pushed")) - stored)
