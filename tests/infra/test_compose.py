"""The stack as containers: up, measured, broken, taken down. Runs inside infra/testbed/with-docker,
in a network namespace of its own."""

import json
import os
import pathlib
import signal
import subprocess
import urllib.request

import pytest
import yaml

from containers import NOTHING, docker, everything_of_docker
from harness import SOURCE_DIR, Running, until, votebench

INFRA = ["--infra", str(SOURCE_DIR / "infra")]
SERVICES = ["db", "redis", "result", "vote", "worker"]


class Compose:
    """A compose stack that is up, and the folder that it was started in."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.artifacts = self.directory / "artifacts" / "compose"

    def up(self):
        done = votebench("stack", "up", "compose", *INFRA, cwd=self.directory)
        assert done.returncode == 0, done
        return self

    def down(self):
        return votebench("stack", "down", "compose", cwd=self.directory)

    @property
    def variables(self):
        lines = (self.artifacts / "stack.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def project(self):
        return self.variables["COMPOSE_PROJECT_NAME"]

    @property
    def secrets(self):
        return [path.read_text() for path in (self.artifacts / "secrets").iterdir()]

    def container(self, service):
        ids = docker("ps", "--all", "--quiet", "--no-trunc",
                     "--filter", f"label=com.docker.compose.project={self.project}",
                     "--filter", f"label=com.docker.compose.service={service}").split()
        assert len(ids) == 1, ids
        return ids[0]

    def inspect(self, service):
        return json.loads(docker("inspect", self.container(service)))[0]

    def health(self, service):
        return self.inspect(service)["State"]["Health"]["Status"]

    def redis(self, *command):
        return docker("exec", self.container("redis"), "sh", "-c",
                      'REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE") exec redis-cli "$@"', "sh",
                      *command)

    def rows(self):
        return int(docker("exec", self.container("db"), "sh", "-c",
                          'PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") '
                          'exec psql -h /tmp -U postgres -Atqc "select count(*) from votes"'))

    def start(self, scenario):
        path = self.directory / "scenario.yaml"
        path.write_text(yaml.safe_dump({"version": 1, **scenario}))
        return Running(["run", str(path), "--target", str(self.artifacts / "target.yaml"), "--yes"],
                       self.directory)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    stack = Compose(tmp_path_factory.mktemp("compose")).up()
    yield stack
    done = stack.down()
    assert done.returncode == 0, done
    assert everything_of_docker() == NOTHING


@pytest.fixture
def own_stack(tmp_path):
    """A stack that this test may break or take down."""
    stack = Compose(tmp_path).up()
    yield stack
    if (stack.artifacts / "stack.env").exists():
        assert stack.down().returncode == 0


STEADY = {"workloads": {"votes": {"executor": "constant-arrival-rate", "rate": "100/s",
                                  "duration": "8s"}},
          "drain": {"timeout": "8s"}}


def sent_so_far(running):
    segments = list(running.reports.glob("*/*/attempts/*.seg"))
    return bool(segments)


def test_a_thousand_votes_are_accounted_for_and_the_run_says_what_it_ran_on(stack):
    checked = votebench("stack", "check", "compose", cwd=stack.directory)
    assert checked.returncode == 0 and "followed to the table" in checked.stdout, checked
    run = stack.start({"workloads": {"votes": {"executor": "burst", "votes": 1000,
                                               "clients": 20}}}).finish()
    assert run.exit_status == 0, run
    assert run.audit["persisted"] == 1000
    record = json.loads((run.directory / "provisioning.json").read_text())
    assert sorted(record["services"]) == SERVICES
    for service, image in record["services"].items():
        assert image["id"] == stack.inspect(service)["Image"]
    assert record["project"] == stack.project and record["revision"]


def test_attach_finds_it_by_itself_and_its_file_needs_no_editing(stack, tmp_path):
    done = votebench("attach", "compose", stack.project, "-o", "found.yaml", cwd=tmp_path)
    assert done.returncode == 0, done
    found, ours = (yaml.safe_load(path.read_text())
                   for path in (tmp_path / "found.yaml", stack.artifacts / "target.yaml"))
    for part in ("vote", "redis", "postgres", "result"):
        assert found[part]["url"] == ours[part]["url"]
    run = Running(["run", "--votes", "200", "--clients", "10", "--target", "found.yaml", "--yes"],
                  tmp_path).finish()
    assert run.exit_status == 0, run
    assert run.audit["persisted"] == 200


def test_the_seed_profile_casts_three_thousand_votes(stack):
    before = stack.rows()
    done = subprocess.run(
        ["docker-compose", "-f", str(SOURCE_DIR / "infra/compose/compose.yaml"), "-p", stack.project,
         "--profile", "seed", "run", "--rm", "seed"], env={**os.environ, **stack.variables},
        text=True, capture_output=True, timeout=180, check=False)
    assert done.returncode == 0 and "exit 0: passed" in done.stdout, done
    assert stack.rows() - before == 3000 + 20  # probe votes


@pytest.mark.parametrize("service", SERVICES)
def test_containers_are_hardened(stack, service):
    container = stack.inspect(service)
    host = container["HostConfig"]
    assert host["ReadonlyRootfs"] and "no-new-privileges:true" in host["SecurityOpt"]
    assert host["CapDrop"] == ["ALL"] and not host["Privileged"]
    assert container["Config"]["User"] not in ("", "0", "root")
    assert host["Memory"] > 0 and host["NanoCpus"] > 0 and host["PidsLimit"] > 0
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    for bindings in (host["PortBindings"] or {}).values():
        assert all(binding["HostIp"] == "127.0.0.1" for binding in bindings)


def test_passwords_are_in_files_only(stack):
    """In no argument, variable, label, log or record: of containers and of the machine."""
    seen = [docker("inspect", stack.container(service)) for service in SERVICES]
    seen += [docker("logs", stack.container(service)) for service in SERVICES]
    seen += [path.read_text() for path in stack.artifacts.rglob("*")
             if path.is_file() and path.parent.name != "secrets"]
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            seen.append((process / "cmdline").read_text(errors="replace"))
        except OSError:
            pass  # it has ended
    for secret in stack.secrets:
        assert len(secret) == 32
        assert not any(secret in text for text in seen)


def reachable(network, address, port):
    """From a container in `network`; a name or an address."""
    probe = f"timeout 3 bash -c '</dev/tcp/{address}/{port}'"
    done = subprocess.run(["docker", "run", "--rm", "--network", network, "votebench/base:local",
                           "sh", "-c", probe], capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def test_the_front_tier_cannot_reach_redis_or_the_database(stack):
    front, back = f"{stack.project}_front", f"{stack.project}_back"
    assert reachable(front, "vote", 8080) and reachable(front, "result", 8080)
    for service, port in (("redis", 6379), ("db", 5432)):
        assert reachable(back, service, port)  # the probe can succeed
        assert not reachable(front, service, port)
        for network in stack.inspect(service)["NetworkSettings"]["Networks"].values():
            assert not reachable(front, network["IPAddress"], port)


def test_health_proves_the_vote_path_not_the_page(stack):
    url = f"http://127.0.0.1:{stack.variables['VOTE_PORT']}/"
    stack.redis("config", "set", "maxmemory", "1")
    try:
        until(lambda: stack.health("vote") == "unhealthy", "an unhealthy vote service", 90)
        assert urllib.request.urlopen(url, timeout=10).status == 200
    finally:
        stack.redis("config", "set", "maxmemory", "0")
    until(lambda: stack.health("vote") == "healthy", "a healthy vote service", 90)


def test_a_stopped_worker_is_inconclusive_and_the_queue_is_seen_growing(stack):
    running = stack.start(STEADY)
    until(lambda: sent_so_far(running), "the first votes")
    docker("stop", stack.container("worker"))
    try:
        run = running.finish()
        assert run.exit_status == 3, run
        waiting = int(stack.redis("llen", "votes"))
        assert waiting > 0
        assert run.audit["lost"]["count"] == 0
        assert f"{waiting:,}" in run.stdout, run  # the summary says how many wait
    finally:
        docker("start", stack.container("worker"))
    until(lambda: stack.redis("llen", "votes") == "0", "the queue's end")


def test_a_lost_redis_volume_loses_the_votes_in_it(own_stack):
    stack = own_stack
    running = stack.start(STEADY)
    until(lambda: sent_so_far(running), "the first votes")
    docker("pause", stack.container("worker"))
    until(lambda: int(stack.redis("llen", "votes")) > 50, "votes in the queue")
    redis = stack.container("redis")
    docker("exec", redis, "sh", "-c", "rm -rf /data/*")
    docker("kill", redis)
    docker("start", redis)
    docker("unpause", stack.container("worker"))
    run = running.finish()
    assert run.exit_status == 1, run
    assert run.audit["lost"]["count"] > 0


def on_its_stack(stack, scenario):
    """A run that uses the stack as one that votebench made: faults are allowed."""
    path = stack.directory / "faults.yaml"
    path.write_text(yaml.safe_dump({"version": 1, **scenario}))
    return Running(["run", str(path), "--stack", "compose"], stack.directory).finish()


def test_faults_are_made_at_containers_and_undone(stack):
    before = {service: stack.inspect(service)["State"]["StartedAt"] for service in SERVICES}
    run = on_its_stack(stack, {**STEADY, "drain": {"timeout": "60s"}, "events": [
        {"at": "1s", "name": "crash", "fault": {"kill": "worker"},
         "undo": {"at": "3s", "start": "worker"}},
        {"at": "4s", "name": "freeze", "fault": {"pause": "postgres"},
         "undo": {"at": "5s", "resume": "postgres"}},
        {"at": "6s", "name": "again", "fault": {"restart": "worker"}}]})
    assert [(event["name"], event["failed"]) for event in run.result["events"]
            if event["kind"] == "fault"] == [
                ("crash", False), ("freeze", False), ("again", False)], run
    assert run.exit_status == 0, run  # the reference worker loses nothing by all this
    now = {service: stack.inspect(service)["State"] for service in SERVICES}
    assert {name for name in SERVICES if now[name]["StartedAt"] != before[name]} == {"worker"}
    assert all(state["Running"] and not state["Paused"] for state in now.values())


def test_an_interrupted_start_is_resumed_and_an_end_may_be_repeated(tmp_path):
    stack = Compose(tmp_path)
    starting = subprocess.Popen(
        [os.path.join(os.environ["VOTEBENCH_BUILD"], "votebench"), "stack", "up", "compose", *INFRA],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until(lambda: (stack.artifacts / "stack.env").exists() and
          docker("ps", "--quiet", "--filter",
                 f"label=com.docker.compose.project={stack.project}"), "a first container")
    starting.send_signal(signal.SIGINT)
    _, errors = starting.communicate(timeout=60)
    assert starting.returncode == 6 and "interrupted" in errors, errors
    project = stack.project
    stack.up()
    assert stack.project == project
    assert stack.down().returncode == 0
    again = stack.down()
    assert again.returncode == 6 and "no stack 'compose' is up" in again.stderr
    assert [path.name for path in stack.artifacts.rglob("*") if path.is_file()] == [
        "lock", "compose.log"]


def test_a_run_brings_its_own_stack_and_takes_it_along(tmp_path):
    before = everything_of_docker()
    (tmp_path / "infra").symlink_to(SOURCE_DIR / "infra")
    run = Running(["run", "--votes", "100", "--stack", "compose"], tmp_path).finish()
    assert run.exit_status == 0, run
    assert everything_of_docker() == before
