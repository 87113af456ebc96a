"""A run whose target was refused is stored as one that was not run: it is listed as that, and stands for no
votes: what looks for votes passes over it, and says so."""

import json
import pathlib

import pytest
import yaml

from harness import PATIENT, burst, votebench


class Folder:
    """Runs of one scenario in one folder, some of them at a target that is not there."""

    def __init__(self, directory, dead_port):
        self.directory = directory
        (directory / "few.yaml").write_text(yaml.safe_dump(
            {"version": 1, "name": "few", "preflight": {"probe_votes": 2},
             "workloads": burst(20, clients=4)}))
        (directory / "nowhere.yaml").write_text(yaml.safe_dump(
            {"profile": "dockersamples", "vote": {"url": f"http://127.0.0.1:{dead_port}/"}}))

    def type_in(self, *words, expect):
        done = votebench(*words, cwd=self.directory)
        assert done.returncode == expect, done
        return done

    def run(self):
        return self.type_in("run", "few.yaml", *PATIENT, expect=0)

    def refused(self):
        told = self.type_in("run", "few.yaml", "--target", "nowhere.yaml", *PATIENT,
                            expect=6)
        assert told.stdout.startswith("NOT RUN"), told

    def states(self):
        """The newest first."""
        return [run["state"] for run in
                json.loads(self.type_in("list", "--json", expect=0).stdout)["runs"]]

    def runs(self):
        """Their directories, the newest first."""
        listed = json.loads(self.type_in("list", "--json", expect=0).stdout)["runs"]
        return [pathlib.Path(self.directory, run["directory"]) for run in listed]


@pytest.fixture
def folder(tmp_path, dead_port):
    return Folder(tmp_path, dead_port)


def test_verify_takes_the_latest_run_that_sent_a_vote_and_says_so(folder):
    folder.refused()
    alone = folder.type_in("verify", "--stored", expect=2)
    assert "names no run that sent a vote" in alone.stderr and "help:" in alone.stderr, alone
    folder.run()
    assert "was not run" not in folder.type_in("verify", "--stored", expect=0).stderr
    folder.refused()
    folder.refused()
    newest, before, run, first = folder.runs()
    for words in ((), ("@latest",), ("few",)):
        told = folder.type_in("verify", *words, "--stored", expect=0)
        assert told.stdout.startswith("PASS"), told
        assert f"{newest.name} was not run" in told.stderr, told
        assert f"verifying {run.name}" in told.stderr, told
    assert len(list(run.glob("verify-*.json"))) == 4
    assert not [file for each in (newest, before, first) for file in each.glob("verify-*")]
    # Named by itself it is shown for what it is, and never judged.
    told = folder.type_in("verify", newest.name, expect=6)
    assert told.stdout.startswith("NOT RUN"), told
    assert folder.states() == ["not-run", "not-run", "pass", "not-run"]


def test_each_command_knows_what_was_not_run(folder):
    folder.run()
    folder.refused()
    told = folder.run()
    suggested = " ".join(told.stdout.replace("\\\n", "").split())
    assert "compare @prev @latest" in suggested, told  # the runs before and after the refused one
    folder.refused()
    newest, second, refused, first = folder.runs()
    listed = folder.type_in("list", expect=0).stdout.splitlines()
    assert [line.split()[2] for line in listed] == ["(UTC)", "not-run", "pass", "not-run", "pass"]
    assert "not-run" in folder.type_in("list", "--failed", expect=0).stdout
    # Why it was refused, the newest says.
    report = folder.type_in("report", expect=6)
    assert report.stdout.startswith("NOT RUN") and "nothing answers at" in report.stdout, report
    compared = folder.type_in("compare", "--json", expect=0)
    sides = json.loads(compared.stdout)
    assert [[run["id"] for run in sides[side]["runs"]] for side in ("a", "b")] == \
        [[first.name], [second.name]]
    assert "accepted" in folder.type_in("show", "3", expect=0).stdout
    trend = folder.type_in("trend", expect=3).stdout
    assert "nothing was audited" in trend, trend
    # As many of them are kept as of the others: an hour without a target costs no run.
    folder.type_in("prune", "--runs", "2", "--failed", "0", expect=0)
    assert folder.runs() == [newest, second, refused, first]
    folder.type_in("prune", "--runs", "1", "--failed", "0", expect=0)
    assert folder.runs()[:2] == [newest, second]
