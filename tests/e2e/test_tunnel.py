"""Stores that only another host reaches: real sshd, real OpenSSH, a tunnel that is cut."""

import os
import pathlib
import signal

import pytest

from harness import burst, until
from ssh_server import SshServer


def steady(duration):
    return {"workloads": {"votes": {"executor": "constant-arrival-rate", "rate": "50/s",
                                    "duration": duration}}}


@pytest.fixture
def ssh():
    started = []

    def start(**options):
        started.append(SshServer(**options))
        return started[-1]
    yield start
    for server in started:
        server.close()


def through(target, server, via="frontend", **changes):
    return target.target(tunnel={"ssh_config": str(server.config(**changes)), "via": via})


def ssh_clients(server):
    """Processes with this server's configuration in their command line."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (f"{server.directory}/ssh_config".encode() in
                                         (entry / "cmdline").read_bytes()):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_the_same_verdict_as_direct_and_the_distance_in_the_report(stack, ssh):
    with stack("reference").start_vote() as target:
        target.start_worker()
        server = ssh()
        direct = target.run({"workloads": burst(100, within="1s")})
        done = target.run({"workloads": burst(100, within="1s")}, "--yes",
                          target=through(target, server))
        for one in (direct, done):
            assert one.exit_status == 0, one
            assert one.audit["persisted"] == 100
        assert server.connections() == 1
        environment = done.result["run"]["environment"]
        assert "via frontend, redis" in environment["tunnel"], environment
        assert "postgresql" in environment["tunnel"]
        assert "tunnel" not in direct.result["run"]["environment"]
        until(lambda: not ssh_clients(server), "ssh has ended with the run")


def test_cut_and_back_in_the_middle_of_a_run_changes_nothing(stack, ssh):
    with stack("reference").start_vote() as target:
        target.start_worker()
        server = ssh()
        running = target.start(steady("8s"), "--yes", target=through(target, server))
        until(lambda: target.rows() > 40, "votes arrive")
        server.let_in.clear()
        server.cut()
        until(lambda: target.rows() > 120, "votes arrive while the tunnel is away")
        server.let_in.set()
        done = running.finish()
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 400
        assert server.connections() >= 2
        events = (done.directory / "events.ndjson").read_text()
        assert "tunnel-cut" in events and "tunnel-back" in events, events


def test_a_jump_host_and_a_killed_votebench_leave_no_ssh_behind(stack, ssh):
    with stack("reference").start_vote() as target:
        target.start_worker()
        server = ssh()
        running = target.start(steady("120s"), "--yes",
                               target=through(target, server, via="behind"))
        until(lambda: target.rows() > 40, "votes arrive")
        assert len(ssh_clients(server)) == 2
        os.kill(running.popen.pid, signal.SIGKILL)
        running.finish()
        until(lambda: not ssh_clients(server), "ssh has ended, and the ssh to the jump host")


@pytest.mark.parametrize("changes,words", [
    ({"known": "other_host_key"}, "its host key is not the known one"),
    ({"identity": "stranger_key"}, "the login is refused"),
    ({"port": 1}, "nothing listens for ssh there"),
])
def test_a_tunnel_that_cannot_be_opened(stack, ssh, changes, words):
    with stack("reference").start_vote() as target:
        done = target.run({"workloads": burst(10, within="1s")}, "--yes",
                          target=through(target, ssh(), **changes))
        assert done.exit_status == 6, done
        assert "tunnel via 'frontend'" in done.stderr and words in done.stderr
        assert target.truth("pushed") == []


def test_an_unknown_host_a_missing_file_and_forwarding_that_is_refused(stack, ssh):
    with stack("reference").start_vote() as target:
        target.start_worker()
        server = ssh(forwarding="no")
        scenario = {"workloads": burst(10, within="1s")}
        nowhere = target.run(scenario, target=through(target, server, via="no-such-host.invalid"))
        assert nowhere.exit_status == 6 and "there is no such host" in nowhere.stderr, nowhere
        missing = target.run(scenario, target=target.target(
            tunnel={"ssh_config": "/nonexistent/ssh_config", "via": "frontend"}))
        assert missing.exit_status == 6 and "cannot be read" in missing.stderr, missing
        refused = target.run(scenario, target=through(target, server))
        assert refused.exit_status == 6, refused
        assert "does not allow forwarding" in refused.stdout + refused.stderr, refused
        assert target.truth("pushed") == []
