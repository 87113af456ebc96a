"""`votebench selftest`: right about stacks of which the truth is known, and not blind itself."""

import os
import pathlib
import shutil
import signal
import subprocess

from harness import LIMIT_S, until, votebench
from servers import program


def of_our_own(directory, change):
    """This votebench beside a votestack whose arguments `change` (a line of shell) alters."""
    shutil.copy(program("votebench"), directory / "votebench")
    fake = directory / "votestack"
    fake.write_text(f"#!/bin/bash\n{change}\nexec {program('votestack')} \"$@\"\n")
    fake.chmod(0o755)
    return directory / "votebench"


def selftest(executable, cwd, *names):
    cases = [word for name in names for word in ("--case", name)]
    return subprocess.run([executable, "selftest", *cases], cwd=cwd, text=True, timeout=LIMIT_S,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)


def row(done, name):
    return next(line.split() for line in done.stdout.splitlines() if line.startswith(name + " "))


def processes_in(directory):
    """Command lines that name the directory."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if str(directory).encode() in words:
            found.append(words)
    return found


def test_planted_defects_are_found_and_an_innocent_stack_passes(tmp_path):
    done = selftest(program("votebench"), tmp_path, "lost-at-vote", "flipped-in-db", "carried-over",
                    "phantom-in-queue", "thread-pool")
    assert done.returncode == 0, done
    assert row(done, "lost-at-vote")[1:7] == ["lost", "@vote", "5", "lost", "vote", "fail"]
    assert row(done, "flipped-in-db")[1:6] == ["flipped", "@db", "5", "flipped", "fail"]
    assert row(done, "carried-over")[-3] == "pass"
    assert row(done, "phantom-in-queue")[3:6] == ["5", "phantom", "fail"]
    assert row(done, "thread-pool")[1:4] == ["-", "nothing", "pass"]
    assert "5 of 5 cases right; 0 accused of what was not planted" in done.stdout
    assert "5 of 5: " in done.stderr
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"


def test_an_innocent_stack_that_loses_votes_is_a_wrong_row(tmp_path):
    executable = of_our_own(tmp_path, '[[ "$*" != worker*--profile\\ dockersamples* ]] || '
                                      'set -- "$@" --plant lost@worker:2')
    done = selftest(executable, tmp_path, "clean-stock", "flipped-at-vote")
    assert done.returncode == 1, done
    assert row(done, "clean-stock")[-1] == "WRONG"
    assert "found 2 lost" in done.stdout
    assert "0 of 2 cases right; 2 accused of what was not planted" in done.stdout


def test_a_defect_that_nobody_plants_is_a_wrong_row(tmp_path):
    executable = of_our_own(tmp_path, 'set -- "${@/lost@vote:5/lost@vote:0}"')
    done = selftest(executable, tmp_path, "lost-at-vote")
    assert done.returncode == 1, done
    assert "only 0 planted" in done.stdout


def test_a_votestack_that_does_not_start_is_told(tmp_path):
    executable = of_our_own(tmp_path, "echo broken >&2; exit 9")
    done = selftest(executable, tmp_path, "clean-stock")
    assert done.returncode == 6, done
    assert "ended with status 9" in done.stderr


def test_ctrl_c_ends_it_and_leaves_nothing(tmp_path):
    directory = tmp_path / "kept"
    running = subprocess.Popen(
        [program("votebench"), "selftest", "--directory", directory, "--case", "late"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True)
    until(lambda: list(directory.glob("late/reports/*/*/manifest.json")), "the case's run goes on")
    os.kill(running.pid, signal.SIGINT)
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == 130, stderr
    assert processes_in(directory) == []
    assert not (directory / "late/artifacts/late/state").exists()


def test_the_cases_are_listed_and_a_wrong_name_is_refused(tmp_path):
    listed = votebench("selftest", "--list", cwd=tmp_path)
    assert listed.returncode == 0
    assert "lost-at-worker " in listed.stdout
    wrong = votebench("selftest", "--case", "lost-at-work", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean 'lost-at-worker'?" in wrong.stderr
