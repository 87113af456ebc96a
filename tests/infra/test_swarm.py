"""`votebench attach swarm` on a Swarm of one node, with the images of this repository. Runs inside
infra/testbed/with-docker, in a network namespace of its own.

Ports are published in mode host and names lead to tasks (dnsrr): the mesh and its virtual addresses
need IPVS, which not every kernel has."""

import contextlib

import pytest
import yaml

from containers import NOTHING, docker, everything_of_docker
from harness import Running, until, votebench

STACK = "polls"
PASSWORDS = {"redis_password": "vb-marker-redis-4711", "db_password": "vb-marker-pg-4711"}
PORTS = {"vote": 18080, "result": 18081}
UP_S = 180


def service(name, secrets, environment=None, **more):
    """Of our image for it. Nothing is published but the pages."""
    files = {f"{SERVERS[secret]}_PASSWORD_FILE": f"/run/secrets/{secret}" for secret in secrets}
    ports = [{"target": 8080, "published": PORTS[name], "mode": "host"}] if name in PORTS else []
    image = "postgres" if name == "db" else name
    return {"image": f"votebench/{image}:dev", "environment": {**files, **(environment or {})},
            "secrets": list(secrets), "networks": ["back"], "ports": ports,
            "deploy": {"endpoint_mode": "dnsrr"}, **more}


SERVERS = {"redis_password": "REDIS", "db_password": "DB"}
PROFILE = {"VOTES_PROFILE": "dockersamples"}


def stack_file(folder):
    for name, password in PASSWORDS.items():
        (folder / name).write_text(password)
    return {
        "version": "3.8",
        "services": {
            "vote": service("vote", ["redis_password"], PROFILE),
            "worker": service("worker", PASSWORDS, PROFILE),
            "result": service("result", ["db_password"]),
            "redis": service("redis", ["redis_password"]),
            "db": service("db", ["db_password"],
                          {"POSTGRES_PASSWORD_FILE": "/run/secrets/db_password"}),
        },
        "networks": {"back": {}},
        "secrets": {name: {"file": str(folder / name)} for name in PASSWORDS},
    }


def is_up():
    """Healthy, too: a task that is not is no running one."""
    rows = docker("service", "ls", "--format", "{{.Replicas}}").splitlines()
    return all(len(set(row.split("/"))) == 1 for row in rows)


def test_without_a_swarm_the_way_out_is_said(tmp_path):
    done = votebench("attach", "swarm", cwd=tmp_path)
    assert done.returncode == 6
    assert "this Docker is in no swarm" in done.stderr and "docker swarm init" in done.stderr


@pytest.fixture(scope="module")
def swarm():
    docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377")
    yield
    docker("swarm", "leave", "--force")
    until(lambda: not docker("ps", "--all", "--quiet"), "no task is left", UP_S)
    docker("network", "rm", "docker_gwbridge", check=False)
    docker("volume", "prune", "--force")
    assert everything_of_docker() == NOTHING


@pytest.fixture(scope="module")
def stack(swarm, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stack")
    (folder / "stack.yaml").write_text(yaml.safe_dump(stack_file(folder)))
    docker("stack", "deploy", "--compose-file", str(folder / "stack.yaml"), STACK)
    until(is_up, "all services are up", UP_S)
    yield STACK
    docker("stack", "rm", STACK)
    until(lambda: not docker("network", "ls", "--quiet", "--filter", f"name={STACK}_"),
          "the stack's networks are gone", UP_S)


@pytest.fixture
def passwords(monkeypatch):
    """Where the target file looks for them: Docker shows no secret."""
    monkeypatch.setenv("REDIS_PASSWORD", PASSWORDS["redis_password"])
    monkeypatch.setenv("PGPASSWORD", PASSWORDS["db_password"])


def attached(directory):
    done = votebench("attach", "swarm", STACK, "-o", "target.yaml", "--force", cwd=directory)
    assert done.returncode == 0, done
    return done


def run(directory, votes):
    return Running(["run", "--votes", str(votes), "--clients", "10", "--target", "target.yaml",
                    "--yes"], directory).finish()


def test_a_run_on_what_was_attached_to_passes(stack, passwords, tmp_path):
    done = attached(tmp_path)
    text = (tmp_path / "target.yaml").read_text()
    target = yaml.safe_load(text)
    gateway = docker("network", "inspect", "docker_gwbridge", "--format",
                     "{{range .IPAM.Config}}{{.Subnet}}{{end}}").rsplit(".", 1)[0]
    assert target["vote"]["url"] == f"http://127.0.0.1:{PORTS['vote']}/"
    assert target["result"]["url"] == f"http://127.0.0.1:{PORTS['result']}/"
    assert f"//{gateway}." in target["redis"]["url"]
    assert f"@{gateway}." in target["postgres"]["url"]
    assert target["redis"]["password"] == {"env": "REDIS_PASSWORD"}
    assert f"the Swarm secret {STACK}_db_password" in done.stderr
    passed = run(tmp_path, 300)
    assert passed.exit_status == 0, passed
    assert passed.audit["persisted"] == 300
    assert "vb-marker" not in text + done.stdout + done.stderr + repr(passed)


@contextlib.contextmanager
def changed(name, change, back):
    """One service of the stack, for a while."""
    docker("service", "update", "--quiet", "--detach=false", *change, f"{STACK}_{name}")
    try:
        yield
    finally:
        docker("service", "update", "--quiet", "--detach=false", *back, f"{STACK}_{name}")


def test_a_planted_loss_is_found(stack, passwords, tmp_path):
    attached(tmp_path)
    with changed("worker", ["--args", "worker --plant lost@worker:7"], ["--args", "worker"]):
        failed = run(tmp_path, 300)
    assert failed.exit_status == 1, failed
    assert failed.audit["lost"]["count"] == 7


def test_two_workers_are_said_and_so_is_a_service_without_a_task(stack, tmp_path):
    with changed("worker", ["--replicas", "2"], ["--replicas", "1"]):
        assert "worker: worker has 2 containers, a voter's second vote" in attached(tmp_path).stderr
    with changed("worker", ["--replicas", "0"], ["--replicas", "1"]):
        stopped = votebench("attach", "swarm", STACK, "-o", "-", cwd=tmp_path)
    assert stopped.returncode == 6 and not stopped.stdout
    assert f"the service {STACK}_worker does not run: it is scaled to 0" in stopped.stderr
    assert f"docker service scale {STACK}_worker=1" in stopped.stderr


def test_what_is_no_stack_is_said(stack, tmp_path):
    unknown = votebench("attach", "swarm", "nobody", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "no Swarm stack 'nobody' runs here" in unknown.stderr
    assert f"running: {STACK}" in unknown.stderr
