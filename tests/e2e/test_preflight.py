"""`votebench preflight`: what probe votes show of a target, and nothing without a word of consent.
`votebench validate` on target files."""

import pty
import os
import re
import subprocess

import pytest

from harness import votebench
from servers import PATIENCE_S, program


@pytest.fixture
def target(stack):
    with stack().start_vote() as made:
        made.start_worker("--poll", "5ms")
        yield made


def preflight(target, file, *arguments):
    return votebench("preflight", "--target", str(file), *arguments, cwd=target.directory)


def test_nothing_is_sent_without_consent(target):
    done = preflight(target, target.target())
    assert done.returncode == 2, done
    assert "say --yes" in done.stderr
    assert target.truth("pushed") == []


@pytest.mark.parametrize("answer, status", [("y", 0), ("n", 2), ("", 2)])
def test_a_person_is_asked(target, answer, status):
    person, terminal = pty.openpty()
    os.write(person, f"{answer}\n".encode())
    done = subprocess.run([program("votebench"), "preflight", "--target", str(target.target())],
                          stdin=terminal, capture_output=True, text=True, cwd=target.directory,
                          timeout=PATIENCE_S, check=False)
    os.close(terminal)
    os.close(person)
    assert done.returncode == status, done
    assert "go on? [y/N]" in done.stderr
    assert bool(target.truth("pushed")) == (status == 0)


def test_what_the_probes_show_is_said_and_the_command_it_prints_runs(target):
    done = preflight(target, target.target(), "--yes")
    assert done.returncode == 0, done
    shown = " ".join(done.stdout.split())
    for words in ("fit 20 probe votes followed to the table", "table one row per voter",
                  "choices stand in the table as they were sent (measured)",
                  "went through list 'votes' into table 'votes' (measured)", "queued by: rpush",
                  "clock of Redis:", "clock of PostgreSQL:"):
        assert words in shown, done.stdout
    assert max(map(len, done.stdout.split("next")[0].splitlines())) <= 80
    [following] = re.findall(r"^next +(\S.*)$", done.stdout, re.M)
    assert subprocess.run(following, shell=True, cwd=target.directory, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=PATIENCE_S, check=False).returncode == 0


def test_choices_are_those_of_the_app(target):
    chosen = "voters.choices={Cats: 1, Dogs: 1}"
    assert preflight(target, target.target(), "--yes", "--set", chosen).returncode == 0
    stored = {choice for (choice,) in target.query("SELECT DISTINCT vote FROM votes")}
    assert stored == {"Cats", "Dogs"}


def test_what_is_not_fit_is_said(target):
    done = preflight(target, target.target(postgres={"table": "ballots"}), "--yes")
    assert done.returncode == 6, done
    assert "there is no table 'ballots'" in done.stderr


def test_validate_knows_a_target_file_by_its_keys(target):
    good = target.target()
    done = votebench("validate", str(good), cwd=target.directory)
    assert done.returncode == 0, done
    assert "is a valid target" in done.stdout
    bad = target.directory / "bad.yaml"
    bad.write_text(good.read_text().replace("table", "tabel").replace("url:", "uri:", 1))
    done = votebench("validate", str(bad), cwd=target.directory)
    assert done.returncode == 2, done
    assert re.search(r"bad\.yaml:\d+:\d+: error: unknown key 'uri' \(at /\w+\)", done.stderr), done
