"""The main job: a run on a local stack that votebench starts and tears down by itself."""

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess

import pytest

from harness import PATIENT, SOURCE_DIR, Running, Stack, until, votebench
from servers import SANITIZED, program

QUICK = str(SOURCE_DIR / "scenarios/quick.yaml")


def processes_under(directory):
    """Command lines of live processes that name this directory."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(directory) in command:
                found.append(command)
    return found


def test_quick_accounts_for_every_vote_twice(tmp_path):
    for _ in range(2):
        done = Running(["run", QUICK, *PATIENT], tmp_path).finish()
        assert done.exit_status == 0, done
        assert done.stdout.startswith("PASS")
        result = done.result
        assert result["verdict"] == "pass"
        assert result["accounting"] == {"planned": 2000, "acked": 2000, "rejected": 0,
                                        "ambiguous": 0, "not_sent": 0, "never_started": 0}
        assert result["levels"]["http"]["accepted"] == 2000
        assert result["levels"]["queue"]["pushed"] == 2000
        assert result["levels"]["db"]["written"] == 2000
        assert result["audit"]["persisted"] == 2000
        assert result["audit"]["probes"] == 20
        assert result["latency"]["end_to_end"]["kind"] == "exact"
        assert result["latency"]["end_to_end"]["count"] == 2000
    assert processes_under(tmp_path) == []


def test_without_yaml(tmp_path):
    done = Running(["run", "--votes", "200", "--clients", "20", *PATIENT], tmp_path).finish()
    assert done.exit_status == 0, done
    assert done.result["accounting"]["acked"] == 200


def test_the_printed_scenario_runs_as_the_options_do(tmp_path):
    printed = votebench("run", "--votes", "50", "--clients", "5", *PATIENT, "--print-scenario",
                        cwd=tmp_path)
    assert printed.returncode == 0, printed
    (tmp_path / "printed.yaml").write_text(printed.stdout)
    done = Running(["run", "printed.yaml"], tmp_path).finish()
    assert done.exit_status == 0, done
    assert done.result["accounting"]["acked"] == 50


def test_a_stack_that_is_up_is_used_and_left_up(tmp_path):
    with Stack(tmp_path) as stack:
        before = stack.pids("redis")
        for _ in range(2):
            done = Running(["run", "--votes", "50", "--as", stack.name, *PATIENT],
                           tmp_path).finish()
            assert done.exit_status == 0, done
        assert stack.pids("redis") == before
        assert stack.rows() == 2 * (50 + 20)
        reset = votebench("stack", "reset", stack.name, cwd=tmp_path)
        assert reset.returncode == 0, reset
        assert stack.rows() == 0


def test_two_stacks_side_by_side(tmp_path):
    with Stack(tmp_path) as one, Stack(tmp_path, "append-table", "--poll", "1ms") as other:
        runs = [stack.start(["--votes", "300", "--clients", "10", *PATIENT])
                for stack in (one, other)]
        for running, stack, rows in zip(runs, (one, other), (320, 323)):  # 3 probes vote twice
            done = running.finish()
            assert done.exit_status == 0, done
            assert stack.rows() == rows


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_stack_ends_with_its_run_however_that_ends(tmp_path, number):
    running = Running(["run", "--rate", "50/s", "--duration", "60s"], tmp_path)
    until(lambda: list(tmp_path.glob("reports-*/*/*/attempts/*.seg")), "votes are sent")
    os.kill(running.popen.pid, number)
    done = running.finish()
    assert done.exit_status == (-9 if number == signal.SIGKILL else 3), done
    until(lambda: processes_under(tmp_path) == [], "nothing of the stack is left")
    if number != signal.SIGKILL:
        assert done.result["run"]["interrupted"]
        assert done.audit["lost"]["count"] == 0


def test_a_run_leaves_a_ledger_that_a_kill_does_not_take(tmp_path):
    def concluded():
        """Slots (32 bytes, the state last) of attempts that have an outcome."""
        segments = list(tmp_path.glob("reports-*/*/*/attempts/00000.seg"))
        return segments[0].read_bytes()[31::32].count(2) if segments else 0

    running = Running(["run", "--rate", "200/s", "--duration", "60s"], tmp_path)
    seen = until(lambda: concluded() > 10 and concluded(), "votes are answered")
    running.popen.kill()
    running.finish()
    assert concluded() >= seen
    listed = votebench("list", "--reports", str(running.reports), cwd=tmp_path)
    assert "unfinished" in listed.stdout


def test_report_renders_a_stored_run_again(tmp_path):
    done = Running(["run", "--votes", "100", "--clients", "10", *PATIENT], tmp_path).finish()
    before = json.loads((done.directory / "result.json").read_text())
    (done.directory / "result.json").unlink()
    again = votebench("report", str(done.directory), cwd=tmp_path)
    assert again.returncode == 0, again
    assert again.stdout.splitlines()[0] == done.stdout.splitlines()[0]
    after = json.loads((done.directory / "result.json").read_text())
    for part in ("verdict", "accounting", "levels", "audit", "settled", "latency", "generator",
                 "thresholds"):
        assert after[part] == before[part], part


def test_a_hundred_thousand_votes_at_five_thousand_a_second(tmp_path):
    scenario = tmp_path / "volume.yaml"
    scenario.write_text("""
version: 1
workloads:
  volume: { executor: constant-arrival-rate, rate: 5000/s, duration: 20s, max_in_flight: 256 }
""")
    usage = tmp_path / "usage"
    reports = tmp_path / "reports"
    done = subprocess.run(
        ["/usr/bin/python3", str(SOURCE_DIR / "tests/e2e/peak_memory.py"), str(usage),
         program("votebench"), "run", str(scenario), "--reports", str(reports), *PATIENT],
        cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done
    result = json.loads(next(reports.glob("*/latest/result.json")).read_text())
    accounting = result["accounting"]
    assert accounting["planned"] == 100_000
    assert accounting["acked"] == 100_000
    assert result["audit"]["persisted"] == 100_000
    assert result["verdict"] == "pass"
    if not result["generator"]["valid"]:
        assert result["generator"]["reasons"]
    if not SANITIZED:
        assert int(usage.read_text()) < 64 * 1024  # KiB, without the mapped ledger


def help_examples():
    """Every command line that a --help shows, with the subcommand that shows it."""
    def examples_of(*words):
        text = subprocess.run([program("votebench"), *words, "--help"], capture_output=True,
                              text=True, check=True).stdout
        block = re.search(r"Examples:\n((?:  .+\n)+)", text)
        assert block, f"no examples in the help of {' '.join(words) or 'votebench'}"
        return [line.strip() for line in block.group(1).splitlines()], text

    found, overview = examples_of()
    commands = re.findall(r"^  ([a-z]+) ", overview.split("Subcommands:")[1], re.M)
    assert commands
    for command in commands:
        lines, text = examples_of(command)
        found += lines
        if "Subcommands:" in text:
            for verb in re.findall(r"^  ([a-z]+) ", text.split("Subcommands:")[1], re.M):
                found += examples_of(command, verb)[0]
    return list(dict.fromkeys(found))


def votebench_shard(ticket, index):
    """What an engine starts."""
    return subprocess.Popen([program("votebench"), "run", "--ticket", str(ticket), "--shard",
                             str(index), "--progress", "none"], stderr=subprocess.DEVNULL)


def test_every_example_of_the_help_works(tmp_path):
    (tmp_path / "scenarios").symlink_to(SOURCE_DIR / "scenarios")
    examples = help_examples()
    assert len(examples) > 10
    # These need Docker or an account: attach_in_docker.py, tests/infra.
    examples = [line for line in examples
                if not re.search(r"votebench (attach|stack up (compose|aws))", line)]
    # Runs come before their reports; stacks come up before they are looked at and go down last.
    order = ["init", "run", "report", "stack up", "stack status", "stack check", "preflight",
             "validate artifacts", "stack logs", "stack reset", "shards prepare", "observe", "merge",
             "stack down"]
    rank = {line: next((i for i, words in enumerate(order) if f"votebench {words}" in line), 2)
            for line in examples}
    for line in sorted(examples, key=rank.get):
        words = shlex.split(line)
        assert words[0] == "votebench"
        shards = [votebench_shard(tmp_path / "D", index)
                  for index in range(2 if line.startswith("votebench observe") else 0)]
        done = votebench(*words[1:], cwd=tmp_path)
        assert [shard.wait(timeout=60) for shard in shards] == [0] * len(shards)
        too_few = 3 if line.startswith("votebench trend") else 0  # nights, in a few minutes
        assert done.returncode in (0, too_few), f"{line}\n{done.stdout}\n{done.stderr}"
