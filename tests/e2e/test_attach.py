"""`votebench attach`: the compose projects of a Docker daemon of our own, no daemon at all, and what a
Swarm of several nodes answers (a real one of one node: test_swarm.py of tests/infra)."""

import os
import pathlib
import subprocess

import pytest
import yaml

from harness import SOURCE_DIR, votebench
from swarm_stand_in import container, service, stand_in, task

HERE = pathlib.Path(__file__).resolve().parent


def test_without_docker_the_way_out_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-such.sock")
    done = votebench("attach", "compose", cwd=tmp_path)
    assert done.returncode == 6, done
    assert "docker" in done.stderr.lower() and "help:" in done.stderr
    monkeypatch.setenv("PATH", str(tmp_path))
    done = votebench("attach", "compose", cwd=tmp_path)
    assert done.returncode == 6 and "apt-get install docker.io" in done.stderr, done


def test_projects_without_published_ports(tmp_path):
    """All of attach_in_docker.py, in the network of a daemon that ends with it."""
    done = subprocess.run(
        [str(SOURCE_DIR / "infra/testbed/with-docker"), "/usr/bin/python3", "-B", "-m", "pytest",
         "-q", "-p", "no:cacheprovider", str(HERE / "attach_in_docker.py")],
        cwd=HERE, capture_output=True, text=True, timeout=420, check=False,
        env={**os.environ, "VOTEBENCH_CACHE": str(tmp_path / "cache")})
    if done.returncode == 77:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr


VOTE = service("vote", "dockersamples/examplevotingapp_vote:latest", ports=[(80, 5000, "ingress")],
               replicas=2)
WORKER = service("worker", "dockersamples/examplevotingapp_worker:latest", replicas=2)
REDIS = service("redis", "redis:alpine")
DB = service("db", "postgres:15-alpine", env=["POSTGRES_PASSWORD_FILE=/run/secrets/pg"],
             secrets=["pg"])
RUNNING = [task("vote", "there"), task("vote", "there"), task("worker", "there"),
           task("worker", "there"), task("redis"), task("db")]
STORES = {"containers": [container("redis"),
                         container("db", env=["POSTGRES_PASSWORD_FILE=/run/secrets/pg"])],
          "gateways": [("redis", "172.18.0.3"), ("db", "172.18.0.4")]}


@pytest.fixture
def swarm(tmp_path, monkeypatch):
    """Attaches to what a stand-in for docker answers: (the process, the target or None)."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    def attach(services, *arguments, tasks=tuple(RUNNING), **answers):
        stand_in(tmp_path / "bin", services, tasks=tasks, **answers)
        done = votebench("attach", "swarm", *arguments, "-o", "-", cwd=tmp_path)
        return done, yaml.safe_load(done.stdout) if done.returncode == 0 else None

    return attach


def test_a_stack_of_several_nodes(swarm):
    """Upstream's stack file: the mesh is everywhere, the stores are on this node."""
    done, target = swarm([VOTE, WORKER, REDIS, DB], **STORES)
    assert done.returncode == 0, done
    assert target["vote"]["url"] == "http://127.0.0.1:5000/"
    assert target["redis"]["url"] == "redis://172.18.0.3:6379/0"
    assert target["postgres"]["url"] == "postgresql://postgres@172.18.0.4:5432/postgres"
    assert target["postgres"]["password"] == {"env": "PGPASSWORD"}
    assert target["worker"] == {"model": "serial", "max_hold": "10s"}
    notes = [line for line in done.stderr.splitlines() if line.startswith("note: ")]
    assert notes == [
        "note: worker: worker has 2 containers, a voter's second vote may overtake the first; "
        "re-votes may come out flipped",
        "note: result: no service looks like a result page",
        "note: postgres: its password is the Swarm secret polls_pg, which Docker shows nobody: "
        "set PGPASSWORD"]


def test_a_store_on_another_node_is_left_out_and_the_way_is_said(swarm):
    tasks = [task("vote"), task("worker"), task("redis", "there"), task("db", "there")]
    published = service("db", "postgres:15", ports=[(5432, 15432, "host")])
    done, target = swarm([VOTE, WORKER, REDIS, published], tasks=tasks)
    assert done.returncode == 0, done
    assert "redis" not in target
    assert target["postgres"]["url"] == "postgresql://postgres@10.9.0.2:15432/postgres"
    assert "redis: redis publishes no port, and it runs on there: left out" in done.stderr


def test_internal_networks_hide_a_store(swarm):
    done, target = swarm([VOTE, REDIS], containers=[container("redis")])
    assert "redis" not in target
    assert "redis: redis publishes no port, and its networks are internal ones" in done.stderr


def test_a_vote_page_that_nobody_reaches(swarm):
    done, _ = swarm([service("vote", "us/a:1"), REDIS])
    assert done.returncode == 6
    assert "vote: vote publishes no port, and it runs on there" in done.stderr
    assert "publish the port of its page" in done.stderr


def test_a_service_without_a_task_says_why(swarm):
    tasks = [task("vote"), task("redis", state="Failed 3 seconds ago", desired="Shutdown",
                                error="no such image: redis:alpine")]
    done, _ = swarm([VOTE, REDIS], tasks=tasks)
    assert done.returncode == 6
    assert ("redis: the service polls_redis does not run: none of its tasks runs: no such image: "
            "redis:alpine") in done.stderr
    assert "docker service ps --no-trunc polls_redis" in done.stderr


def test_jobs_are_nobody_and_candidates_are_asked_about(swarm):
    job = service("vote", "us/a:1", mode={"ReplicatedJob": {}})
    one, two = service("api-voting", "us/b:1"), service("ui-voting", "us/c:1")
    tasks = [task("api-voting"), task("ui-voting")]
    done, _ = swarm([job, one, two], tasks=tasks)
    assert done.returncode == 6
    assert "several services look like vote: api-voting (us/b:1), ui-voting (us/c:1)" in done.stderr
    assert "votebench attach swarm polls --vote api-voting" in done.stderr
    wrong, _ = swarm([job, one, two], "--vote", "nobody", tasks=tasks)
    assert wrong.returncode == 2
    assert "--vote: no container of a service 'nobody' runs in this stack" in wrong.stderr


def test_what_a_store_is_given_is_named_and_not_read(swarm):
    redis = service("redis", "redis:7", command=["redis-server", "/redis.conf"],
                    configs=["redis.conf"], ports=[(6379, 6379, "ingress")])
    done, target = swarm([VOTE, redis])
    assert target["redis"]["url"] == "redis://127.0.0.1:6379/0"
    assert "redis: not read: polls_redis.conf; if one holds its password" in done.stderr


@pytest.mark.parametrize("state, said, help_text", [
    ("inactive\tfalse", "this Docker is in no swarm: it is inactive", "docker swarm init"),
    ("active\tfalse", "this node is no manager of its swarm", "only managers know")])
def test_no_swarm_and_no_manager(swarm, state, said, help_text):
    done, _ = swarm([VOTE], swarm=state)
    assert done.returncode == 6 and said in done.stderr and help_text in done.stderr


def test_which_stack_is_said_by_the_user(swarm):
    several, _ = swarm([VOTE], stacks=["b", "a"])
    assert several.returncode == 2
    assert "name one: votebench attach swarm STACK; running: a, b" in several.stderr
    unknown, _ = swarm([VOTE], "c", stacks=["b", "a"])
    assert unknown.returncode == 2
    assert "no Swarm stack 'c' runs here" in unknown.stderr and "running: a, b" in unknown.stderr
    none, _ = swarm([VOTE], stacks=[])
    assert none.returncode == 6 and "docker stack deploy" in none.stderr


def test_the_longest_hold_is_left_to_the_user(swarm, tmp_path):
    """A comment that parses once its mark is taken away."""
    done, target = swarm([VOTE, service("worker", "us/w:1"), REDIS], **STORES)
    assert target["worker"] == {"model": "unknown"}
    line, = [line for line in done.stdout.splitlines() if line.startswith("#worker:")]
    stated = yaml.safe_load(line[1:])
    assert stated == {"worker": {"model": "unknown", "max_hold": "10s"}}
