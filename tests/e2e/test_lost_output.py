"""What cannot be printed, because its reader is gone or the disk is full, changes nothing else."""

import os
import subprocess

import pytest
import yaml

from harness import LIMIT_S, PATIENT_HTTP, until, votebench
from servers import program
from test_run import processes_under


def unread():
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full():
    return os.open("/dev/full", os.O_WRONLY)


def into(command, cwd, **streams):
    """Runs votebench with these streams, each a function that opens it; the others are captured."""
    opened = {name: stream() for name, stream in streams.items()}
    try:
        return subprocess.run([program("votebench"), *command], cwd=cwd, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=LIMIT_S,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "GITHUB_ACTIONS": "true"},
                              **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **opened})
    finally:
        for descriptor in opened.values():
            os.close(descriptor)


@pytest.mark.parametrize("streams, option", [
    ({"stdout": full}, "--json"), ({"stdout": unread}, "--json"),
    ({"stdout": unread, "stderr": unread}, "--progress=auto")],
    ids=["full disk", "gone reader", "nobody at all"])
def test_a_run_is_judged_stored_and_closed_all_the_same(tmp_path, streams, option):
    # A threshold that no run keeps is an annotation on standard error, for want of anything else.
    (tmp_path / "strict.yaml").write_text(yaml.safe_dump(
        {"version": 1, "http": PATIENT_HTTP, "preflight": {"probe_votes": 5},
         "workloads": {"load": {"executor": "burst", "votes": 50, "clients": 5}},
         "thresholds": ["http.response.p50 < 1us"]}))
    done = into(["run", "strict.yaml", option], tmp_path, **streams)
    assert done.returncode == 4, done
    run = tmp_path / "reports/latest"
    for name in ("end.json", "result.json", "summary.md"):
        assert (run / name).exists(), name
    assert len((tmp_path / "reports/index.ndjson").read_text().splitlines()) == 1
    if "stderr" not in streams:
        warned = "warning: standard output: No space left on device" in done.stderr
        assert warned == (streams["stdout"] is full), done
    until(lambda: processes_under(tmp_path) == [], "nothing of the stack is left")
    listed = votebench("list", cwd=tmp_path)
    assert "fail" in listed.stdout, listed

    # What only reads the run ends as it would otherwise.
    for command, status in ((["verify", "--stored"], 4), (["report", "--json"], 4),
                            (["show", "@latest", "0"], 0), (["list"], 0), (["schema"], 0),
                            (["validate", "strict.yaml"], 0), (["verify", "nowhere"], 2)):
        done = into(command, tmp_path, **streams)
        assert done.returncode == status, (command, done)
