"""Drives the votebench program itself: stacks, runs and what they leave behind."""

import json
import os
import pathlib
import re
import subprocess
import time
import uuid

import psycopg2
import redis
import yaml

from servers import PATIENCE_S, SOURCE_DIR, program, wait_until

LIMIT_S = 240  # for one votebench process; a hang is a failure, not a wait
# Votes wait for their answers longer than a busy machine stalls.
PATIENT_HTTP = {"timeout": f"{PATIENCE_S}s", "connect_timeout": f"{PATIENCE_S}s"}
# Without the rows of trailing votes, whose number depends on the drain.
COUNT_ROWS = "SELECT count(*) FROM votes WHERE substring(id from 11 for 6) <> 'ffffff'"
PATIENT = [word for key, time in PATIENT_HTTP.items() for word in ("--set", f"http.{key}={time}")]
# How long absence needs to mean that nobody holds the vote, where nobody watched.
SHORT_HOLD = {"worker": {"model": "serial", "max_hold": "2s"}}


class Completed:
    """A finished votebench process; `result` is its result.json, None when it wrote none."""

    def __init__(self, exit_status, stdout, stderr, reports):
        self.exit_status, self.stdout, self.stderr = exit_status, stdout, stderr
        results = sorted(pathlib.Path(reports).glob("*/*/result.json"),
                         key=lambda path: path.stat().st_mtime_ns)
        results = [path for path in results if not path.parent.is_symlink()]
        self.directory = results[-1].parent if results else None
        self.result = json.loads(results[-1].read_text()) if results else None

    @property
    def audit(self):
        return self.result["audit"]

    def __repr__(self):
        return f"exit {self.exit_status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


class Running:
    """A votebench process that is still going on."""

    def __init__(self, arguments, directory, stderr=subprocess.PIPE):
        self.directory = pathlib.Path(directory)
        self.reports = self.directory / f"reports-{uuid.uuid4().hex[:8]}"
        self.popen = subprocess.Popen(
            [program("votebench"), *arguments, "--reports", str(self.reports)],
            cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=stderr, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})

    def finish(self, limit=LIMIT_S):
        try:
            stdout, stderr = self.popen.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            raise
        return Completed(self.popen.returncode, stdout, stderr, self.reports)


def votebench(*arguments, cwd):
    """Any subcommand: the subprocess.CompletedProcess."""
    return subprocess.run([program("votebench"), *arguments], cwd=cwd, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)


def install_into(root):
    """`cmake --install` with the prefix /usr, below the folder `root`: its usr/."""
    subprocess.run(["cmake", "--install", pathlib.Path(program("votebench")).parent, "--prefix",
                    "/usr"], check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(root)})
    return pathlib.Path(root) / "usr"


def write_scenario(directory, scenario):
    """A scenario file of these keys, with patient votes unless it says otherwise."""
    path = pathlib.Path(directory) / f"scenario-{uuid.uuid4().hex[:8]}.yaml"
    path.write_text(yaml.safe_dump({"version": 1, **scenario,
                                    "http": {**PATIENT_HTTP, **scenario.get("http", {})}}))
    return path


class Stack:
    """A local stack of votebench's own, with truth logs. Use as a context manager."""

    def __init__(self, directory, variant="reference", *flags):
        self.directory = pathlib.Path(directory)
        self.name = f"t{uuid.uuid4().hex[:10]}"
        self.variant, self.flags = variant, flags

    def __enter__(self):
        done = votebench("stack", "up", "local", "--as", self.name, "--variant", self.variant,
                         "--truth-log", *self.flags, cwd=self.directory)
        assert done.returncode == 0, done
        self.target = yaml.safe_load(self.target_file.read_text())
        return self

    def __exit__(self, *_):
        done = votebench("stack", "down", self.name, cwd=self.directory)
        assert done.returncode == 0, done

    @property
    def artifacts(self):
        return self.directory / "artifacts" / self.name

    @property
    def target_file(self):
        return self.artifacts / "target.yaml"

    def target_with(self, **changes):
        """A copy of the target file with top-level keys merged (None removes a key)."""
        target = dict(self.target)
        for key, value in changes.items():
            if value is None:
                target.pop(key, None)
            elif isinstance(value, dict) and isinstance(target.get(key), dict):
                target[key] = {**target[key], **value}
            else:
                target[key] = value
        path = self.directory / f"target-{uuid.uuid4().hex[:8]}.yaml"
        path.write_text(yaml.safe_dump(target))
        return path

    def start(self, scenario, *arguments, target=None):
        """`scenario`: the YAML's workloads and the like as a dict, or command line arguments."""
        if isinstance(scenario, dict):
            scenario = [str(write_scenario(self.directory, scenario))]
        return Running(["run", *scenario, "--target", str(target or self.target_file),
                        *arguments], self.directory)

    def run(self, scenario, *arguments, target=None):
        return self.start(scenario, *arguments, target=target).finish()

    def pids(self, service):
        """Of the running processes of a service ("worker" finds "worker-2" too)."""
        done = votebench("stack", "status", self.name, cwd=self.directory)
        assert done.returncode == 0, done
        found = re.findall(rf"^  {service}(?:-\d+)? +pid (\d+)$", done.stdout, re.M)
        return [int(pid) for pid in found]

    def signal(self, service, number):
        for pid in self.pids(service):
            os.kill(pid, number)

    def _password(self, store):
        """What the target file's `password: { file: ... }` refers to, None without one."""
        reference = self.target[store].get("password")
        if reference is None:
            return None
        return (self.directory / reference["file"]).read_text().strip()

    def redis(self):
        return redis.Redis.from_url(self.target["redis"]["url"], password=self._password("redis"))

    def waiting(self):
        return self.redis().llen("votes")

    def query(self, sql, *parameters):
        postgres = self.target["postgres"]
        password = pathlib.Path(postgres["password"]["file"]).read_text()
        connection = psycopg2.connect(postgres["url"], password=password)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def rows(self):
        return self.query(COUNT_ROWS)[0][0]

    def truth(self, *events):
        """Entries of all truth logs, in the order of each service; of these events only."""
        entries = []
        for path in sorted((self.artifacts / "truth").iterdir()):
            entries += [json.loads(line) for line in path.read_text().split("\n")[:-1]]
        return [entry for entry in entries if not events or entry["event"] in events]

    def lost_in_hand(self):
        """Voters whose vote was popped and never written, by the truth logs."""
        hands = {}
        for entry in self.truth("popped", "written"):
            step = 1 if entry["event"] == "popped" else -1
            hands[entry["voter"]] = hands.get(entry["voter"], 0) + step
        return sorted(voter for voter, count in hands.items() if count > 0)


def burst(votes, within=None, clients=None):
    workload = {"executor": "burst", "votes": votes}
    workload.update({"within": within} if within else {"clients": clients or 40})
    return {"load": workload}


def examples(completed, kind):
    return sorted(example["voter"] for example in completed.audit[kind]["examples"])


until = wait_until


__all__ = ["Completed", "PATIENT", "PATIENT_HTTP", "Running", "Stack", "SOURCE_DIR", "burst",
           "examples", "until", "votebench", "write_scenario", "time"]
