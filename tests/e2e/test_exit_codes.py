"""The table of exit statuses, row by row: where each is asserted end to end."""

import json
import pathlib
import re
import signal
import socket
import subprocess

import pytest
import yaml

from harness import PATIENT, SOURCE_DIR, Running, Stack, until, votebench
from servers import PATIENCE_S, program

HERE = pathlib.Path(__file__).parent

# From the highest row to the lowest: the test that sees it.
ROWS = {
    70: "test_exit_codes.py::test_70_our_own_fault",
    130: "test_exit_codes.py::test_130_and_143_two_signals_end_the_audit",
    143: "test_exit_codes.py::test_130_and_143_two_signals_end_the_audit",
    1: "test_loss.py::test_worker_killed_while_it_holds_a_vote_loses_exactly_that_vote",
    2: "test_exit_codes.py::test_2_a_mistake_in_the_command_or_the_scenario",
    6: "test_loss.py::test_no_target_at_all_is_named_with_advice",
    3: "test_loss.py::test_redis_gone_for_good_is_inconclusive",
    5: "test_compare.py::test_a_planted_slowdown_is_a_regression_and_equal_groups_are_not",
    4: "test_exit_codes.py::test_4_a_threshold_failed",
    0: "test_run.py::test_quick_accounts_for_every_vote_twice",
}


def test_the_table_is_the_one_of_the_help_and_each_row_has_its_test():
    shown = subprocess.run([program("votebench"), "--help"], capture_output=True, text=True,
                           check=True).stdout.split("Exit status")[1]
    assert [int(code) for code in re.findall(r"^  (\d+) ", shown, re.M)] == list(ROWS)
    for code, place in ROWS.items():
        file, name = place.split("::")
        body = re.search(rf"^def {name}\(.*?(?=^\S|\Z)", (HERE / file).read_text(), re.M | re.S)
        assert body, place
        asserted = re.search(rf"(exit_status|returncode|expect) ?=?= ?({code}\b|status)",
                             body.group())
        assert asserted, f"{place} does not assert {code}"


def test_the_table_of_the_nightly_is_the_same():
    [order] = re.findall(r"for code in ([0-9 ]+);", (SOURCE_DIR / "scripts/nightly").read_text())
    assert [int(code) for code in order.split()] == [code for code in ROWS if code != 0]


def test_70_our_own_fault(tmp_path):
    """A guardian that answers nonsense: two parts of one program disagree."""
    with Stack(tmp_path) as stack:
        state = json.loads((stack.artifacts / "state").read_text())
        control = pathlib.Path(state["private"]) / "control"
        kept = control.with_name("kept")
        control.rename(kept)
        try:
            with socket.socket(socket.AF_UNIX) as false_guardian:
                false_guardian.bind(str(control))
                false_guardian.listen()
                false_guardian.settimeout(PATIENCE_S)
                asked = subprocess.Popen([program("votebench"), "stack", "reset", stack.name],
                                         cwd=tmp_path, stderr=subprocess.PIPE, text=True)
                connection, _ = false_guardian.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(b"nonsense\n")
                _, told = asked.communicate(timeout=PATIENCE_S)
        finally:
            kept.rename(control)  # over the false one
    assert asked.returncode == 70, told
    assert "the stack's guardian answered 'nonsense'" in told


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_two_signals_end_the_audit(tmp_path, number, status):
    with Stack(tmp_path) as stack:
        stack.signal("worker", signal.SIGSTOP)
        try:
            running = stack.start({"preflight": {"probe_votes": 0}, "workloads": {"load": {
                "executor": "constant-arrival-rate", "rate": "50/s", "duration": "60s"}}})
            until(lambda: stack.waiting() > 5, "votes are queued that nobody stores")

            def ended():
                running.popen.send_signal(number)
                return running.popen.poll() is not None

            until(ended, "signals end the run")
            done = running.finish()
        finally:
            stack.signal("worker", signal.SIGCONT)
    assert done.exit_status == status, done


def test_2_a_mistake_in_the_command_or_the_scenario(tmp_path):
    (tmp_path / "wrong.yaml").write_text("version: 1\nworkload: {}\n")
    for arguments in (["--no-such-option"], ["no-such-file.yaml"], ["wrong.yaml"], [],
                      ["--votes", "many"]):
        done = votebench("run", *arguments, cwd=tmp_path)
        assert done.returncode == 2, done
        assert done.stderr
    assert not (tmp_path / "reports").exists()


def test_6_a_file_that_cannot_be_written(tmp_path):
    done = votebench("init", 300 * "a" + ".yaml", cwd=tmp_path)
    assert done.returncode == 6, done
    assert "File name too long" in done.stderr


@pytest.mark.parametrize("arguments", [
    ["stack", "up", "compose", "--workers", "3"],
    ["stack", "up", "compose", "--images", "dockersamples", "--variant", "prefetch"],
    ["stack", "up", "aws", "--variant", "prefetch"],
    ["stack", "up", "local", "--vars", "my.tfvars"],
    ["run", "--votes", "1", "--clients", "1", "--stack", "aws", "--workers", "2"],
    ["run", "--votes", "1", "--clients", "1", "--stack", "compose", "--vars", "my.tfvars"],
    ["run", "prefetch.yaml", "--stack", "aws"],
])
def test_2_an_option_that_this_kind_of_stack_would_ignore(tmp_path, arguments):
    (tmp_path / "prefetch.yaml").write_text(yaml.safe_dump(
        {"version": 1, "stack": {"name": "local", "variant": "prefetch"},
         "workloads": {"load": {"executor": "burst", "votes": 1, "clients": 1}}}))
    done = votebench(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done
    assert re.search("says nothing to|have no variants|cannot behave as", done.stderr), done
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prefetch.yaml"]


def test_4_a_threshold_failed(tmp_path):
    (tmp_path / "strict.yaml").write_text(yaml.safe_dump(
        {"version": 1, "preflight": {"probe_votes": 5},
         "workloads": {"load": {"executor": "burst", "votes": 50, "clients": 5}},
         "thresholds": ["http.response.p50 < 1us"]}))
    done = Running(["run", "strict.yaml", *PATIENT], tmp_path).finish()
    assert done.exit_status == 4, done
    assert done.result["verdict"] == "fail"
    assert done.result["audit"]["verdict"] == "pass"
