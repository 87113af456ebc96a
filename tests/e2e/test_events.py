"""Events of the scenario: faults, commands and marks, their undoing, and what is said about them."""

import re
import signal
from xml.etree import ElementTree

import pytest

from harness import Running, Stack, until, votebench, write_scenario

WORKERS = ("--workers", "3", "--batch", "256", "--poll", "10ms", "--hold")


@pytest.fixture
def prefetch(tmp_path):
    with Stack(tmp_path, "prefetch", *WORKERS, "400ms") as stack:
        yield stack


@pytest.fixture
def holding(tmp_path):
    """Each worker has the first votes that it finds in its hand for four seconds."""
    with Stack(tmp_path, "prefetch", *WORKERS, "4s") as stack:
        yield stack


def load(rate, duration):
    return {"load": {"executor": "constant-arrival-rate", "rate": rate, "duration": duration}}


def start(stack, scenario, *arguments):
    """A run on this stack as one that votebench made: faults are allowed."""
    path = write_scenario(stack.directory, {"preflight": {"probe_votes": 0}, **scenario})
    return Running(["run", str(path), "--stack", "local", "--as", stack.name, "--variant", stack.variant,
                    *arguments], stack.directory)


def happened(running, name):
    """Whether the run has written down that this event began."""
    journals = running.reports.glob("*/*/events.ndjson")
    return any(f'"{name}"' in journal.read_text() for journal in journals)


def event(done, name):
    return next(found for found in done.result["events"] if found["name"] == name)


def test_what_a_killed_worker_held_is_lost_and_told_with_the_kill(holding):
    done = start(holding, {
        "workloads": load("50/s", "5s"),
        "events": [{"at": "3s", "name": "worker-crash", "fault": {"kill": "worker"},
                    "undo": {"at": "4s", "start": "worker"}},
                   {"at": "4700ms", "name": "nearly-over"}]}).finish()
    pushed = {entry["voter"] for entry in holding.truth("pushed")}
    stored = {row[0] for row in holding.query("SELECT id FROM votes")}
    lost = pushed - stored
    assert lost, "the killed workers held nothing"
    assert done.exit_status == 1, done
    assert done.audit["lost"]["count"] == len(lost)
    [near] = done.audit["lost"]["near_events"]
    assert near["event"] == "worker-crash"
    assert near["count"] == len(lost)
    crash = event(done, "worker-crash")
    assert (crash["kind"], crash["failed"]) == ("fault", False)
    assert 3 <= crash["at_s"] <= crash["until_s"] >= 4
    assert near["first_s"] < 0, "they were on their way when the workers died"
    assert event(done, "nearly-over") | {"at_s": 0} == {
        "at_s": 0, "until_s": None, "name": "nearly-over", "kind": "mark", "failed": False,
        "detail": ""}
    # The workers die one after the other: the last may take a vote of the meantime along.
    sentence = r"sent [^;]{1,60}(before|after)\s+worker-crash\s+\(which\s+lasted"
    assert re.search(sentence, done.stdout), done.stdout
    assert re.search(sentence, (done.directory / "summary.md").read_text())
    assert "event=worker-crash" in done.stderr
    again = votebench("report", str(done.directory), cwd=holding.directory)
    assert re.search(sentence, again.stdout), again


def test_an_interrupted_run_undoes_at_once_what_it_has_begun(prefetch):
    running = start(prefetch, {
        "workloads": load("20/s", "60s"),
        "events": [{"at": "1s", "name": "nap", "fault": {"pause": "worker"},
                    "undo": {"at": "59s", "resume": "worker"}},
                   {"at": "58s", "name": "never"}]})
    until(lambda: happened(running, "nap"), "the worker is paused")
    running.popen.send_signal(signal.SIGINT)
    done = running.finish()
    assert done.exit_status == 3, done
    nap = event(done, "nap")
    assert nap["detail"] == "pause worker; undone: resume worker"
    assert nap["until_s"] < 50
    assert "never" not in [found["name"] for found in done.result["events"]]
    assert prefetch.waiting() == 0, "the worker works again"
    assert done.audit["pending"] + done.audit["queued"] == 0


def test_every_event_within_an_open_plan_happens(prefetch):
    done = start(prefetch, {
        "workloads": load("2/s", "4s"),  # the last vote is due at 3.5 s
        "events": [{"at": "3999ms", "name": "just-in-time"}]}).finish()
    assert done.exit_status == 0, done
    assert event(done, "just-in-time")["at_s"] >= 3.999
    assert done.result["run"]["load_s"] >= 4
    assert done.result["warnings"] == []


def test_an_event_behind_an_open_plan_is_an_error(tmp_path):
    path = write_scenario(tmp_path, {"workloads": load("20/s", "2s"),
                                     "events": [{"at": "2500ms", "name": "too-late"}]})
    refused = votebench("run", str(path), cwd=tmp_path)
    assert refused.returncode == 2, refused
    assert re.search(rf"{path.name}:\d+:\d+: error: the load ends after 2s, before this happens",
                     refused.stderr), refused.stderr


def outrun(stack, **what):
    """Clients that have cast their votes long before the event."""
    return start(stack, {
        "workloads": {"load": {"executor": "constant-clients", "clients": 2, "votes": 20}},
        "events": [{"at": "60s", "name": "too-late", **what}]}).finish()


def test_a_mark_that_a_closed_load_outran_is_a_warning_in_every_output(prefetch):
    done = outrun(prefetch)
    assert done.exit_status == 0, done
    warning = "the event too-late at 1m00s did not happen: the load had ended after"
    [told] = done.result["warnings"]
    assert told.startswith(warning)
    assert done.result["events"] == []
    for name in ("summary.md", "report.html"):
        assert warning in (done.directory / name).read_text(), name
    junit = ElementTree.parse(done.directory / "junit.xml")
    assert any(warning in (out.text or "") for out in junit.iter("system-out"))
    plain = re.sub(r"\s+", " ", done.stdout)
    assert warning in plain, done.stdout
    again = votebench("report", str(done.directory), cwd=prefetch.directory)
    assert warning in re.sub(r"\s+", " ", again.stdout), again


@pytest.mark.parametrize("optional, status", [(False, 3), (True, 0)])
def test_a_fault_that_a_closed_load_outran_proves_nothing(prefetch, optional, status):
    done = outrun(prefetch, fault={"kill": "worker"}, optional=optional)
    assert done.exit_status == status, done
    if optional:
        return
    reason = done.result["reasons"][0]
    assert reason.startswith("the event too-late at 1m00s did not happen: the load had ended after")
    assert any("optional: true" in advice for advice in done.result["advice"])
    again = votebench("report", str(done.directory), cwd=prefetch.directory)
    assert again.returncode == 3, again


def test_a_fault_that_cannot_be_done_is_said_and_its_undo_is_done_all_the_same(prefetch):
    done = start(prefetch, {
        "workloads": load("20/s", "3s"),
        "events": [{"at": "500ms", "name": "gone", "fault": {"stop": "worker"}},
                   {"at": "2s", "name": "nothing", "fault": {"kill": "worker"},
                    "undo": {"at": "2500ms", "start": "worker"}}]}).finish()
    nothing = event(done, "nothing")
    assert nothing["failed"]
    assert nothing["detail"] == \
        "kill worker failed: worker does not run; undone: start worker"
    assert done.exit_status == 3, done
    assert any("the event nothing at 2" in reason and "worker does not run" in reason
               for reason in done.result["reasons"])
    assert "FAILED nothing" in done.stdout
    assert event(done, "gone")["until_s"] >= 3, "nobody undid it"
    assert done.audit["pending"] + done.audit["queued"] == 0


def test_commands_need_permission_and_leave_their_output(tmp_path):
    scenario = {"workloads": load("20/s", "2s"), "events": [
        {"at": "200ms", "name": "deploy", "run": ["sh", "-c", "printf 'a \\033[2J b\\n'; echo $0", "it's"],
         "undo": {"at": "1s", "run": ["touch", "undone"]}},
        {"at": "300ms", "name": "broken", "run": ["sh", "-c", "exit 7"], "optional": True},
        {"at": "400ms", "name": "missing", "run": ["./no-such-program"], "optional": True}]}
    path = str(write_scenario(tmp_path, scenario))
    refused = votebench("run", path, "--reports", "reports", cwd=tmp_path)
    assert refused.returncode == 2
    assert "the event 'deploy' runs a program" in refused.stderr
    assert "--allow-events" in refused.stderr
    assert not (tmp_path / "reports").exists()
    done = Running(["run", path, "--allow-events"], tmp_path).finish()
    assert done.exit_status == 0, done
    assert (tmp_path / "undone").exists()
    assert event(done, "deploy")["detail"] == \
        "ran sh: ended with status 0; undone: ran touch: ended with status 0"
    assert event(done, "broken")["failed"]
    assert "No such file" in event(done, "missing")["detail"]
    log = (done.directory / "run.log").read_text()
    assert "event deploy: sh ended with status 0\n  a \\x1b[2J b\n  it's\n" in log
    assert "event broken: sh ended with status 7\n" in log


def test_faults_are_refused_on_a_target(tmp_path):
    path = write_scenario(tmp_path, {"workloads": load("20/s", "2s"), "events": [
        {"at": "1s", "name": "crash", "fault": {"kill": "redis"}}]})
    (tmp_path / "target.yaml").write_text("profile: dockersamples\n")
    refused = votebench("run", str(path), "--target", "target.yaml", cwd=tmp_path)
    assert refused.returncode == 2
    assert "the event 'crash' needs a stack that votebench made" in refused.stderr


def test_faults_that_a_kind_of_stack_cannot_carry_out_are_refused(tmp_path):
    (tmp_path / "faults.yaml").write_text("""version: 1
workloads:
  load: {executor: burst, votes: 10, clients: 2}
events:
  - at: 0s
    name: crash
    fault: {kill: worker}
  - at: 0s
    name: nap
    run: ["true"]
    undo: {at: 1s, start: redis}
""")
    done = votebench("run", "faults.yaml", "--stack", "aws", "--allow-events", cwd=tmp_path)
    assert done.returncode == 2, done
    assert "faults.yaml:7:19: error: a stack of kind aws cannot kill worker" in done.stderr
    assert "faults.yaml:11:27: error: a stack of kind aws cannot start redis" in done.stderr
    assert "choose local or compose" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["faults.yaml"]
    for words in (["validate", "faults.yaml"],
                  ["run", "faults.yaml", "--stack", "compose", "--allow-events", "--print-scenario"]):
        assert votebench(*words, cwd=tmp_path).returncode == 0
