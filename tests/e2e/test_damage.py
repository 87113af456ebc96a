"""Run directories that were cut short, altered, or are none: said plainly, and nothing is judged."""

import shutil

import pytest

from harness import PATIENT, Running, votebench

COMMANDS = (["verify", "RUN", "--stored"], ["verify", "RUN"], ["report", "RUN"],
            ["show", "RUN", "0"])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The reports of one finished run, not to be altered."""
    done = Running(["run", "--votes", "30", "--clients", "3", *PATIENT],
                   tmp_path_factory.mktemp("finished")).finish()
    assert done.exit_status == 0, done
    return done.directory


@pytest.fixture
def run(finished, tmp_path):
    """A copy of it."""
    copy = tmp_path / "reports" / finished.parent.name / finished.name
    shutil.copytree(finished, copy)
    return copy


def flip(file, at=0.5):
    data = bytearray(file.read_bytes())
    data[int(len(data) * at)] ^= 0x01
    file.write_bytes(data)


def cut(file):
    file.write_bytes(file.read_bytes()[:-1000])


def without_seals(run):
    (run / "end.json").unlink()


DAMAGES = {
    "a truncated segment": (lambda run: cut(run / "attempts/00000.seg"), "00000.seg"),
    "a flipped byte in a segment": (lambda run: flip(run / "attempts/00000.seg"), "00000.seg"),
    "a flipped byte in the rows": (lambda run: flip(run / "rows.bin"), "rows.bin"),
    "a flipped byte in the evidence": (lambda run: flip(run / "evidence.json", 0.9),
                                       "evidence.json"),
    "a missing segment": (lambda run: (run / "attempts/00000.seg").unlink(), "00000.seg"),
    "missing rows": (lambda run: (run / "rows.bin").unlink(), "rows.bin"),
    "a missing scenario": (lambda run: (run / "resolved.yaml").unlink(), "resolved.yaml"),
    "a truncated manifest": (lambda run: (run / "manifest.json").write_text("{"), "manifest.json"),
    "a truncated segment of a run that was not closed":
        (lambda run: (without_seals(run), cut(run / "attempts/00000.seg")), "00000.seg"),
    "a missing segment of a run that was not closed":
        (lambda run: (without_seals(run), (run / "attempts/00000.seg").unlink()), "00000.seg"),
    "all segments of a run that was not closed":
        (lambda run: (without_seals(run), shutil.rmtree(run / "attempts")), "attempts"),
    "cut rows of a run that was not closed":
        (lambda run: (without_seals(run), (run / "rows.bin").write_bytes(b"")), "rows.bin"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_and_nothing_is_judged(run, name):
    damage, said = DAMAGES[name]
    damage(run)
    result = (run / "result.json").read_bytes()
    for command in COMMANDS:
        done = votebench(*[str(run) if word == "RUN" else word for word in command],
                         cwd=run.parents[2])
        assert done.returncode == 6, (command, done)
        assert said in done.stderr, (command, done)
        assert "PASS" not in done.stdout
    assert (run / "result.json").read_bytes() == result
    listed = votebench("list", cwd=run.parents[2])
    assert listed.returncode == 0, listed
    assert run.name[-8:] in listed.stdout


@pytest.mark.parametrize("killed", ["before its evidence was saved", "before it was closed"])
def test_a_byte_that_changed_in_a_vote_of_a_killed_run_is_found(run, killed):
    without_seals(run)
    if killed == "before its evidence was saved":
        for name in ("rows.bin", "strangers.ndjson", "evidence.json"):
            (run / name).unlink()
    commands = (["verify", str(run), "--stored"], ["show", str(run), "0"])
    intact = [votebench(*command, cwd=run.parents[2]) for command in commands]
    assert [done.returncode for done in intact] == [0 if "closed" in killed else 3, 0], intact
    segment = run / "attempts/00000.seg"
    whole = segment.read_bytes()
    assert whole[31] == 2  # vote 0 has its answer
    for at in range(32):
        data = bytearray(whole)
        data[at] ^= 1 << at % 8
        segment.write_bytes(data)
        for command in commands:
            done = votebench(*command, cwd=run.parents[2])
            assert done.returncode == 6, (at, done)
            assert "00000.seg is damaged: slot 0" in done.stderr and "help:" in done.stderr, done


def test_a_run_of_a_newer_version_is_not_guessed_at(run):
    manifest = run / "manifest.json"
    manifest.write_text(manifest.read_text().replace("votebench.run/1", "votebench.run/2"))
    for command in COMMANDS:
        done = votebench(*[str(run) if word == "RUN" else word for word in command],
                         cwd=run.parents[2])
        assert done.returncode == 6, done
        assert "another version of votebench" in done.stderr, done
        assert "help:" in done.stderr
    listed = votebench("list", cwd=run.parents[2])
    assert "unreadable" in listed.stdout, listed
    assert "votebench.run/2" in listed.stderr


def test_what_is_no_run_is_said_to_be_none(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").write_text("x")
    for path, said in (("empty", "is no run"), ("a-file", "no run"), ("nowhere", "no run"),
                       ("@latest", "no run"), ("@prev", "no run")):
        for command in COMMANDS:
            done = votebench(*[path if word == "RUN" else word for word in command], cwd=tmp_path)
            assert done.returncode == 2, done
            assert said in done.stderr and "help:" in done.stderr, done
    listed = votebench("list", cwd=tmp_path)
    assert listed.returncode == 0 and "no runs" in listed.stdout, listed
