"""Suggested commands are true: typed as they stand, they meet the same target with the same
settings. Each run has a folder of its own, where nothing else tells what was meant."""

import json
import pathlib
import re
import signal
import subprocess

import yaml
from harness import LIMIT_S, PATIENT, Running, Stack, burst, until, votebench
from servers import SOURCE_DIR, program

# Forty votes for a worker of ten a second, which is given one second: the run says what it needs.
SLOW = {"version": 1, "name": "slow", "workloads": burst(40, clients=8),
        "preflight": {"probe_votes": 2}}
TOO_SHORT = ("--set", "drain.timeout=1s")
OWN_SLOW_STACK = ("--votes", "40", "--clients", "8", "--set", "preflight.probe_votes=2",
                  "--stack", "local", "--variant", "dockersamples")


def type_in(directory, line):
    """What a shell in this folder makes of the line."""
    done = subprocess.run(["/bin/sh", "-c", line], cwd=directory, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                          check=False)
    assert "unknown option" not in done.stderr, done
    return done


def words_of(line):
    """What a shell makes of it."""
    return subprocess.run(["/bin/sh", "-c", f"set -- {line}\nprintf '%s\\0' \"$@\""], text=True,
                          capture_output=True, check=True).stdout.split("\0")[:-1]


def stored_runs(reports):
    """Their directories, the oldest first."""
    return sorted((path.parent for path in pathlib.Path(reports).glob("*/*/manifest.json")
                   if not path.parent.is_symlink()),
                  key=lambda path: json.loads((path / "manifest.json").read_text())["t0"]["wall_ns"])


def run(directory, *arguments, expect):
    done = votebench("run", *map(str, arguments), *PATIENT, cwd=directory)
    assert done.returncode == expect, done
    return done.stdout


def variant_of(directory):
    """Of the stack that the run met."""
    result = json.loads((directory / "result.json").read_text())
    return re.search(r"\((\w+)\)$", result["run"]["target"]).group(1)


def suggestions(told):
    """The commands of a summary, each as it stands there, over several lines or on one."""
    block = re.search(r"^  next     (.*?)^exit", told, re.M | re.S).group(1)
    return [command.strip() for command in re.split(r"(?<!\\)\n", block) if command.strip()]


def suggested(told, command):
    """The one suggestion of this summary that begins with `votebench COMMAND`."""
    [line] = [line for line in suggestions(told)
              if f"votebench {command} " in re.sub(r"\\\n\s*", "", line)]
    return line


def settings_of(directory):
    """Of its scenario, but for what the suggestion is meant to change."""
    settings = yaml.safe_load((directory / "resolved.yaml").read_text())
    del settings["drain"]["timeout"]
    return settings


def write_slow(directory, name="slow.yaml"):
    path = pathlib.Path(directory) / name
    path.write_text(yaml.safe_dump(SLOW))
    return path.name


def test_a_given_target_is_met_again_with_every_setting(short_tmp):
    with Stack(short_tmp, "dockersamples") as stack:
        target = stack.target_file.relative_to(short_tmp)
        told = run(short_tmp, write_slow(short_tmp), "--target", target, *TOO_SHORT, "--seed", 7,
                   expect=3)
        [first] = stored_runs(f"{short_tmp}/reports")
        until(lambda: stack.rows() == 42, "the votes of the first run")
        done = type_in(short_tmp, suggested(told, "run"))
        assert done.returncode == 0, done
        second = stored_runs(f"{short_tmp}/reports")[-1]
        assert (second / "target.yaml").read_bytes() == (first / "target.yaml").read_bytes()
        assert settings_of(second) == settings_of(first)
        assert stack.rows() == 84
        done = type_in(short_tmp, suggested(told, "verify"))
        assert done.returncode == 0, done
        assert list(first.glob("verify-*.json")) and not list(second.glob("verify-*.json"))


def test_a_stack_of_the_runs_own_has_its_variant_again_and_reports_their_folder(short_tmp):
    told = run(short_tmp, *OWN_SLOW_STACK, *TOO_SHORT, "--reports", "my runs", expect=3)
    [first] = stored_runs(f"{short_tmp}/my runs")
    assert not any(" verify " in line for line in suggestions(told))  # it is gone
    done = type_in(short_tmp, suggested(told, "run"))
    assert done.returncode == 0, done
    second = stored_runs(f"{short_tmp}/my runs")[-1]
    assert second != first and settings_of(second) == settings_of(first)
    assert {variant_of(each) for each in (first, second)} == {"dockersamples"}
    assert not pathlib.Path(short_tmp, "reports").exists()


def test_a_lost_vote_is_shown_of_the_run_that_lost_it_also_when_others_followed(stack):
    with stack().start_vote() as target:
        target.start_worker()
        target.drop_some_votes()
        told = [run(target.directory, write_slow(target.directory), "--target", target.target(),
                    "--set", "preflight.probe_votes=0", expect=1) for _ in range(2)]
        runs = stored_runs(pathlib.Path(target.directory, "reports"))
        for summary, each in zip(told, runs, strict=True):
            line = suggested(summary, "show")
            done = type_in(target.directory, line)
            assert done.returncode == 0, done
            _, _, run_id, voter = words_of(line)
            assert run_id == each.name[-8:] and voter in done.stdout, done
        again = votebench("report", runs[0].name[-8:], cwd=target.directory)
        assert again.returncode == 1, again
        assert suggested(again.stdout, "show") == suggested(told[0], "show")


def test_a_verify_of_stores_that_moved_suggests_their_new_place(short_tmp):
    with Stack(short_tmp, "dockersamples") as stack:
        running = stack.start(SLOW, *TOO_SHORT)
        until(lambda: stack.rows() >= 3, "the first rows")
        stack.signal("worker", signal.SIGSTOP)
        first = running.finish()
        assert first.exit_status == 3, first
        moved = pathlib.Path(short_tmp, "moved here.yaml")
        moved.write_bytes(stack.target_file.read_bytes())
        done = votebench("verify", str(first.directory), "--target", moved.name, "--timeout", "1s",
                         cwd=short_tmp)
        assert done.returncode == 3, done
        line = suggested(done.stdout, "verify")
        assert "--target 'moved here.yaml'" in line
        stack.signal("worker", signal.SIGCONT)
        done = type_in(short_tmp, line)
        assert done.returncode == 0, done
        moved.write_text("no target\n")
        done = type_in(short_tmp, line)
        assert done.returncode == 2 and moved.name in done.stderr, done


def test_a_comparison_suggests_runs_of_the_same_variant(short_tmp):
    for tag in ("one", "two"):
        run(short_tmp, "--votes", 5, "--clients", 2, "--variant", "dockersamples",
            "--set", "preflight.probe_votes=1", "--reports", "out", "--tag", tag, expect=0)
    compared = votebench("compare", "@one", "@two", "--reports", "out", cwd=short_tmp)
    assert compared.returncode == 0, compared
    before, after, compare = suggestions(compared.stdout)
    for line in (before, after):
        done = type_in(short_tmp, line.replace("--repeat 5", "--repeat 1"))  # five take long
        assert done.returncode == 0, done
    runs = stored_runs(f"{short_tmp}/out")
    assert len(runs) == 4
    assert {variant_of(each) for each in runs} == {"dockersamples"}
    assert len({(each / "resolved.yaml").read_text() for each in runs}) == 1
    done = type_in(short_tmp, compare)
    assert done.returncode == 0 and "NO VERDICT" in done.stdout, done


def test_a_report_from_another_folder_suggests_the_run_in_its_own(short_tmp):
    home, elsewhere = pathlib.Path(short_tmp, "my home"), pathlib.Path(short_tmp, "elsewhere")
    home.mkdir()
    elsewhere.mkdir()
    run(home, write_slow(home, "it's slow.yaml"), "--variant", "dockersamples", *TOO_SHORT, expect=3)
    [first] = stored_runs(home / "reports")
    reported = votebench("report", f"../my home/reports/slow/{first.name}", cwd=elsewhere)
    assert reported.returncode == 3, reported
    done = type_in(elsewhere, suggested(reported.stdout, "run"))
    assert done.returncode == 0, done
    _, second = stored_runs(home / "reports")
    assert variant_of(second) == "dockersamples"
    assert list(elsewhere.iterdir()) == []


def test_a_stack_of_its_own_folder_is_used_and_ended_by_what_it_prints(short_tmp):
    up = votebench("stack", "--artifacts", "my stacks", "up", "local", "--as", "mine",
                   cwd=short_tmp)
    assert up.returncode == 0, up
    lines = re.search(r"^next +(.+)\n +(.+)$", up.stdout, re.M).groups()
    for line in lines:
        done = type_in(short_tmp, line)
        assert done.returncode == 0, done
    status = votebench("stack", "--artifacts", "my stacks", "status", "mine", cwd=short_tmp)
    assert status.stdout == "mine: down\n", status


def test_nobody_is_told_to_take_down_the_stack_of_a_run(short_tmp):
    first = Running(["run", "--rate", "5/s", "--duration", "60s", *PATIENT], short_tmp)
    state = pathlib.Path(short_tmp, "artifacts/local/state")
    until(lambda: state.exists() and '"phase": "up"' in state.read_text(), "the run's stack is up")
    second = votebench("run", "--votes", "5", "--clients", "1", cwd=short_tmp)
    assert second.returncode == 6, second
    assert "belongs to a run" in second.stderr and " down " not in second.stderr
    first.popen.send_signal(signal.SIGINT)
    assert first.finish().exit_status == 3


def test_every_suggestion_of_the_golden_reports_parses(tmp_path):
    lines = []
    for path in sorted((SOURCE_DIR / "tests/golden/report").glob("*.ascii.txt")):
        if "hostile" not in path.name and "\n  next " in path.read_text():
            lines += suggestions(path.read_text())
    assert {words_of(line)[1] for line in lines} >= {"run", "show", "verify", "compare"}
    for line in lines:
        _, command, *words = words_of(line)
        if command == "run":
            scenario = tmp_path / words[0]
            scenario.parent.mkdir(exist_ok=True)
            scenario.write_text(yaml.safe_dump(SLOW))
            for target in [words[i + 1] for i, word in enumerate(words) if word == "--target"]:
                (tmp_path / target).parent.mkdir(exist_ok=True)
                (tmp_path / target).write_text("vote: { url: http://127.0.0.1:8080/ }\n")
            words.append("--print-scenario")
        done = subprocess.run([program("votebench"), command, *words], cwd=tmp_path, text=True,
                              capture_output=True, check=False)
        expected = "" if command in ("run", "doctor", "explain") else "votebench: error: no run "
        assert done.stderr.startswith(expected) and done.returncode == (2 if expected else 0), done
