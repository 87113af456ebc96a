"""The local stack from the outside: what it starts, and that nothing of it stays."""

import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess

import psycopg2
import pytest

from harness import Running, Stack, until, votebench
from servers import program


def state(directory, name="local"):
    """artifacts/NAME/state as a dict; `service` maps names to pids."""
    path = pathlib.Path(directory) / "artifacts" / name / "state"
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    found["service"] = {service["name"]: service["pid"] for service in found["services"]}
    return found


def up_state(directory, name="local"):
    found = state(directory, name)
    return found if found and found["phase"] == "up" else None


def alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def everything_of(found):
    """Guardian, services and all processes below them."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.parent.name)] = int(fields[1])
    family = {found["guardian"]["pid"]}
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            return family
        family |= more


def of_each(processes, look):
    """look(pid) of the processes that are still there: a server's children come and go."""
    seen = []
    for pid in processes:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            seen.append(look(pid))
    assert len(seen) > 4
    return seen


def gone(found, processes):
    return (not pathlib.Path(found["private"]).exists()
            and not any(alive(pid) for pid in processes))


def long_run(directory):
    return Running(["run", "--rate", "20/s", "--duration", "120s"], directory)


def test_up_status_logs_reset_down(short_tmp):
    with Stack(short_tmp) as stack:
        found = state(short_tmp, stack.name)
        processes = everything_of(found)
        assert set(found["service"]) == {"vote", "worker", "result", "redis", "postgres"}
        assert found["kept"] is True
        status = votebench("stack", "status", stack.name, cwd=short_tmp).stdout
        assert re.search(r"^  postgres +pid \d+$", status, re.M)
        logs = votebench("stack", "logs", stack.name, "--lines", "2", cwd=short_tmp).stdout
        assert "ready" in logs
        stack.query("INSERT INTO votes VALUES ('somebody', 'a')")
        stack.redis().rpush("votes:processing", "x")
        assert votebench("stack", "reset", stack.name, cwd=short_tmp).returncode == 0
        assert stack.rows() == 0
        assert not stack.redis().exists("votes", "votes:processing")
    assert gone(found, processes)
    assert not stack.target_file.exists()
    down = votebench("stack", "down", stack.name, cwd=short_tmp)
    assert down.returncode == 6
    assert f"votebench stack up local --as {stack.name}" in down.stderr


def test_a_killed_run_leaves_nothing(short_tmp):
    running = long_run(short_tmp)
    found = until(lambda: up_state(short_tmp), "the run's own stack is up")
    assert found["kept"] is False
    processes = everything_of(found)
    assert len(processes) > 6
    running.popen.kill()
    running.popen.communicate()
    until(lambda: gone(found, processes), "guardian and services are gone")


def test_ctrl_c_in_the_terminal_does_not_reach_the_services(short_tmp):
    running = long_run(short_tmp)
    found = until(lambda: up_state(short_tmp), "the run's own stack is up")
    processes = everything_of(found)
    assert os.getsid(running.popen.pid) not in of_each(processes, os.getsid)
    assert os.getpgid(running.popen.pid) not in of_each(processes, os.getpgid)
    running.popen.terminate()
    running.finish()
    assert state(short_tmp) is None


def test_a_killed_guardian_is_noticed_and_cleaned_up_after(short_tmp):
    stack = Stack(short_tmp)
    stack.__enter__()
    found = state(short_tmp, stack.name)
    processes = everything_of(found)
    os.kill(found["guardian"]["pid"], signal.SIGKILL)
    with_others = Stack(short_tmp)
    with with_others:
        status = votebench("stack", "status", stack.name, cwd=short_tmp)
        assert status.returncode == 0
        assert gone(found, processes)
        assert with_others.rows() == 0  # the neighbour did not notice


def test_the_same_name_twice_is_refused_and_the_first_is_none_the_worse(short_tmp):
    with Stack(short_tmp) as stack:
        again = votebench("stack", "up", "local", "--as", stack.name, cwd=short_tmp)
        assert again.returncode == 6
        assert "--as" in again.stderr and f" down {stack.name}`" in again.stderr
        assert stack.rows() == 0


def test_the_port_asks_for_a_password_that_nobody_prints(short_tmp):
    with Stack(short_tmp) as stack:
        url = stack.target["postgres"]["url"]
        password = pathlib.Path(stack.target["postgres"]["password"]["file"]).read_text()
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(url)
        status = votebench("stack", "status", stack.name, cwd=short_tmp).stdout
        logs = votebench("stack", "logs", stack.name, cwd=short_tmp).stdout
        command_lines = b"".join(of_each(
            everything_of(state(short_tmp, stack.name)),
            lambda pid: pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()))
        for text in (status, logs, stack.target_file.read_text(), command_lines.decode()):
            assert password not in text


@pytest.mark.skipif(os.geteuid() != 0, reason="we are an ordinary user already")
def test_an_ordinary_user_has_a_stack_too(short_tmp):
    nobody = pwd.getpwnam("nobody")
    os.chown(short_tmp, nobody.pw_uid, nobody.pw_gid)
    programs = pathlib.Path(short_tmp) / "programs"  # the build may be closed to others
    programs.mkdir()
    for name in ("votebench", "votestack"):
        shutil.copy2(program(name), programs)
    as_nobody = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}",
                 "--clear-groups", str(programs / "votebench")]

    def run(*arguments):
        return subprocess.run([*as_nobody, *arguments], cwd=short_tmp, text=True, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)

    done = run("stack", "up", "local")
    assert done.returncode == 0, done.stderr
    found = state(short_tmp)
    processes = everything_of(found)
    assert set(of_each(processes, lambda pid: pathlib.Path(f"/proc/{pid}").stat().st_uid)) == \
        {nobody.pw_uid}
    assert pathlib.Path(found["private"]).stat().st_mode & 0o777 == 0o700
    assert run("stack", "down", "local").returncode == 0
    assert gone(found, processes)
