"""A run that an earlier votebench stored is read as if it were of today: 80 votes that all arrived,
before runs kept their warnings."""

import json
import subprocess
from pathlib import Path

import pytest

from harness import votebench
from verified import Verified

STORED = Path(__file__).parent / "fixtures" / "run-before-warnings.tar.xz"


@pytest.fixture
def older(tmp_path):
    subprocess.run(["tar", "--extract", "--file", str(STORED)], cwd=tmp_path, check=True)
    [directory] = (tmp_path / "reports" / "before").glob("2*")
    return directory


def test_it_is_listed(older, tmp_path):
    listed = votebench("list", cwd=tmp_path)
    assert listed.returncode == 0, listed
    assert "before" in listed.stdout and "7b1ee295" in listed.stdout


def test_it_is_reported_with_the_same_facts(older, tmp_path):
    before = json.loads((older / "result.json").read_text())
    reported = votebench("report", str(older), cwd=tmp_path)
    assert reported.returncode == 0, reported
    now = json.loads((older / "result.json").read_text())
    assert now["warnings"] == []
    for result in (before, now):
        del result["audit"]["self_check"]  # its histories grow
        for level in result["levels"].values():  # means are over the planned time now
            level.pop("rate_mean_per_s", None)
            level.pop("rate_peak_per_s", None)
    # What that version did not know.
    assert now["audit"].pop("altered_ids") == 0
    assert now["audit"].pop("counts_only") is False
    assert now["audit"].pop("counts") == []
    assert now["levels"]["db"].pop("updates") is None
    # End to end began when a vote was sent, now when it was due.
    counts = [result["latency"].pop("end_to_end")["count"] for result in (before, now)]
    assert counts[0] == counts[1] == 80
    assert before["audit"].pop("assumptions") == []
    assert now["audit"].pop("assumptions") == ["no vote is pushed again after its answer",
                                               "nobody removes or changes rows later"]
    for fact in ("verdict", "reasons", "accounting", "audit", "levels", "latency", "events"):
        assert now[fact] == before[fact], fact
    assert now["run"]["target"] == before["run"]["target"]
    assert now["run"]["environment"] == before["run"]["environment"]


def test_it_is_compared(older, tmp_path):
    votebench("run", "--votes", "20", "--clients", "2", cwd=tmp_path)
    compared = votebench("compare", str(older), "@latest", cwd=tmp_path)
    assert compared.returncode == 3, compared
    assert "NOT COMPARABLE  command-line   the scenarios differ" in compared.stdout


def test_it_is_verified(older):
    verified = Verified(older, "--stored")
    assert verified.exit_status == 0, verified
    assert verified.audit["persisted"] == 80


def test_its_votes_are_shown(older, tmp_path):
    shown = votebench("show", str(older), "17", cwd=tmp_path)
    assert shown.returncode == 0, shown
    assert "persisted" in shown.stdout
