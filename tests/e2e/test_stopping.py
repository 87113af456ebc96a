"""Stopping a run: once, twice, by a disk that is full, and before it has begun."""

import json
import os
import signal
import subprocess
import threading

import pytest

from handmade import Gate
from harness import Running, burst, until, votebench
from servers import program
from test_run import processes_under
from verified import Verified

NO_PROBES = {"preflight": {"probe_votes": 0}}


def slow_run(target, **scenario):
    """Many more votes than its worker writes in a minute."""
    running = target.start({"workloads": burst(500, within="60s"), **NO_PROBES, **scenario})
    until(lambda: len(target.truth("pushed")) >= 20, "votes are sent")
    return running


@pytest.mark.parametrize("number, cause", [(signal.SIGINT, "interrupt"),
                                           (signal.SIGHUP, "terminate")])
def test_one_interrupt_drains_audits_and_reports(stack, number, cause):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        running = slow_run(target)
        running.popen.send_signal(number)
        done = running.finish()
        assert done.exit_status == 3, done
        assert done.result["run"]["stopped_by"] == cause
        assert "interrupted" in " ".join(done.result["reasons"])
        assert done.audit["lost"]["count"] == 0
        assert done.audit["persisted"] == done.result["accounting"]["acked"] == target.rows()
        assert done.result["settled"]["settled"]
        assert done.stderr.count("interrupted: no more votes are sent") == 1


def test_one_interrupt_and_a_proven_loss_is_a_failure(stack):
    with stack().start_vote() as target:
        target.start_worker()
        target.drop_some_votes()
        running = target.start({"workloads": burst(500, within="60s"), **NO_PROBES})
        until(lambda: len(target.truth("delivered")) >= 5, "votes are sent")
        running.popen.send_signal(signal.SIGINT)
        done = running.finish()
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] > 0


def test_a_signal_during_the_drain_ends_what_an_event_runs(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms")
        worker.pause()
        running = target.start({
            "workloads": {"load": {"executor": "constant-clients", "clients": 1, "votes": 10}},
            "events": [{"at": "0s", "name": "long", "run": ["sleep", "1000"]},
                       {"at": "60s", "name": "too-late"}], **NO_PROBES}, "--allow-events")

        def load_is_over():
            return any("too-late" in told.read_text()
                       for told in running.reports.glob("*/*/warnings.ndjson"))

        until(load_is_over, "the load is over")
        running.popen.send_signal(signal.SIGINT)
        worker.resume()
        done = running.finish()
        assert done.exit_status == 0, done  # every planned vote had been sent
        assert done.result["run"]["stopped_by"] == "interrupt"
        [long] = done.result["events"]
        assert (long["detail"], long["failed"]) == ("ran sleep: was interrupted", False)
        assert done.audit["persisted"] == 10


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_two_signals_leave_a_ledger_and_nothing_running(tmp_path, number, status):
    running = Running(["run", "--rate", "400/s", "--duration", "60s", "--variant", "dockersamples"],
                      tmp_path)

    def started():
        return sum(path.read_bytes()[31::32].count(2)
                   for path in running.reports.glob("*/*/attempts/*.seg")
                   if not path.parents[1].is_symlink())

    until(lambda: started() >= 300, "votes are answered")  # the worker writes ten a second
    running.popen.send_signal(number)
    seen = []

    def arrivals_have_stopped():
        seen.append(started())
        return len(seen) > 50 and seen[-50] == seen[-1]

    until(arrivals_have_stopped, "the first signal stops the arrivals")

    def ended():
        running.popen.send_signal(number)
        return running.popen.poll() is not None

    until(ended, "the second signal ends the run")
    done = running.finish()
    assert done.exit_status == status, done
    assert done.result["accounting"]["acked"] >= 300
    until(lambda: processes_under(tmp_path) == [], "nothing of the stack is left")
    verified = Verified(done.directory, "--stored")
    assert verified.exit_status == 3, verified
    assert verified.accused() == 0


def test_reports_that_cannot_be_written_stop_the_run_before_anything_is_sent(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        blocked = target.directory / "a-file"
        blocked.write_text("")
        done = votebench("run", "--votes", "10", "--clients", "2", "--target",
                         str(target.target()), "--reports", str(blocked / "reports"),
                         cwd=target.directory)
        assert done.returncode == 6, done
        assert "cannot create" in done.stderr and "--reports" in done.stderr, done
        assert target.truth("delivered") == []


def in_small_disk(target, size, script):
    """Runs a shell script whose directory `disk` is a file system of its own, seen by nobody else."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False,
                                           capture_output=True).returncode != 0:
        pytest.skip("NOT TESTED: a full disk needs root and a private mount namespace")
    disk = target.directory / "disk"
    disk.mkdir()
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o size={size} none "$1" || exit 99; {script}',
         "sh", str(disk), program("votebench"), str(target.target()), str(target.directory)],
        cwd=target.directory, capture_output=True, text=True, timeout=240, check=False,
        stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"})


def test_a_disk_that_is_full_stops_the_run_before_anything_is_sent(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        done = in_small_disk(target, "1m",
                             '"$2" run --votes 10 --clients 2 --target "$3" --reports "$1/reports"')
        assert done.returncode == 6, done
        assert "no room for a run" in done.stderr and "--reports" in done.stderr, done
        assert target.truth("delivered") == []


def test_a_disk_that_fills_up_ends_the_run_and_leaves_a_ledger_that_can_be_read(stack):
    # The ledger's second segment begins with vote 65,536, the 37th of the workload that starts first.
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        (target.directory / "full.yaml").write_text("""
version: 1
preflight: { probe_votes: 20 }
workloads:
  later: { executor: constant-arrival-rate, rate: 655/s, duration: 100s, start_at: 30m }
  now: { executor: constant-arrival-rate, rate: 200/s, duration: 60s }
""")
        done = in_small_disk(target, "3500k", """
"$2" run full.yaml --target "$3" --reports "$1/reports"; echo "run: $?"
"$2" verify --reports "$1/reports" --timeout 30s; echo "verify: $?"
cp "$1"/reports/latest/attempts/00000.seg "$4/"; cp "$1"/reports/latest/verify-*.json "$4/" || true
""")
        said = " ".join(done.stdout.split())
        assert "run: 6" in said, done
        assert "No space left on device" in said, done
        slots = (target.directory / "00000.seg").read_bytes()
        assert slots[31::32].count(2) == 36
        assert target.rows() == 36 + 20
        assert "36 accepted votes" in said, done
        assert "verify: 3" in said, done
        for path in target.directory.glob("verify-*.json"):
            assert json.loads(path.read_text())["audit"]["persisted"] == 36


def test_a_disk_that_is_full_at_the_end_does_not_keep_the_verdict_from_being_told(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        gate = Gate(target.postgres_server, 20 + 59)

        def let_the_last_vote_pass():
            until((target.directory / "full").exists, "the disk is full")
            gate.open()

        keeper = threading.Thread(target=let_the_last_vote_pass)
        keeper.start()
        (target.directory / "fill.yaml").write_text("""
version: 1
workloads: { load: { executor: burst, votes: 60, within: 1s } }
""")
        done = in_small_disk(target, "4m", """
( until ls "$1"/reports/*/*/attempts/00000.seg >/dev/null 2>&1; do sleep 0.05; done
  cat /dev/zero > "$1/fill" 2>/dev/null; touch "$4/full" ) &
"$2" run fill.yaml --target "$3" --reports "$1/reports"; echo "run: $?"
"$2" verify --reports "$1/reports"; echo "verify: $?"
""")
        keeper.join()
        said = " ".join(done.stdout.split())
        assert "run: 6" in said, done
        assert "No space left on device" in said, done
        assert said.count("60 accepted votes of 60 voters") == 2, done
        assert "verify: 0" in said, done


def test_under_nohup_a_terminal_that_hangs_up_is_nothing(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # inherited, as nohup does it
        running = target.start({"workloads": burst(60, within="3s"), **NO_PROBES})
        signal.signal(signal.SIGHUP, before)
        until(lambda: len(target.truth("pushed")) >= 5, "votes are sent")
        running.popen.send_signal(signal.SIGHUP)
        done = running.finish()
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 60


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_verification_that_is_cut_short_says_by_what(stack, number, status):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms")
        worker.pause()
        done = target.run({"workloads": burst(10, clients=1), **NO_PROBES,
                           "drain": {"timeout": "1s"}})
        assert done.exit_status == 3, done
        verifying = subprocess.Popen([program("votebench"), "verify", str(done.directory)],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in verifying.stderr:
            if line.startswith("waiting until"):
                break
        verifying.send_signal(number)
        verifying.communicate(timeout=120)
        assert verifying.returncode == status


def test_a_check_that_is_interrupted_proves_nothing(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms").pause()
        file = target.directory / "artifacts" / "handmade" / "target.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(target.target().read_text())
        checking = subprocess.Popen([program("votebench"), "stack", "check", "handmade"],
                                    cwd=target.directory, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)
        until(lambda: len(target.truth("pushed")) >= 20, "the probes are on their way")
        checking.send_signal(signal.SIGINT)
        stdout, stderr = checking.communicate(timeout=120)
        assert checking.returncode == 6, stderr
        assert "interrupted" in stderr and "fit:" not in stdout
