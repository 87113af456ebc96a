"""Stored runs over many nights, and what compare knows of its own false alarms from them. One real run,
copied into a history; slowed real runs are slowed_nights.py."""

import datetime
import json
import re
import subprocess

import pytest
import yaml

from harness import burst, votebench
from servers import program

START = datetime.datetime(2026, 10, 22, 2, tzinfo=datetime.timezone.utc)


class History:
    """Copies of a real run with numbers of their own."""

    def __init__(self, directory, real):
        self.directory, self.real = directory, real
        self.nights = 0

    def night(self, slower=1.0, runs=1, tag=None, **changes):
        """Adds one, a day after the last; returns its tag. Runs of one night differ by 0.3 % each."""
        tag = tag or f"night-{self.nights}"
        for number in range(runs):
            self.add(START + datetime.timedelta(days=self.nights, minutes=3 * number), tag,
                     slower * (1 + 0.003 * number), **changes)
        self.nights += 1
        return tag

    def add(self, began, tag, slower, lost=0, processors=None, busy=False):
        run_id = f"{self.nights:04x}{began.minute:04x}"
        copy = self.directory / "reports/steady" / f"{began:%Y%m%dT%H%M%SZ}-{run_id}"
        subprocess.run(["cp", "-r", self.real, copy], check=True)
        manifest = json.loads((copy / "manifest.json").read_text())
        manifest.update(run=run_id, tags=[tag])
        manifest["t0"]["wall_ns"] = int(began.timestamp() * 1e9)
        (copy / "manifest.json").write_text(json.dumps(manifest))
        result = json.loads((copy / "result.json").read_text())
        result["run"].update(id=copy.name, started=f"{began:%Y-%m-%dT%H:%M:%S}.000Z")
        if processors:
            result["run"]["environment"]["processors"] = processors
        result["settled"]["drain_s"] = 2 * slower
        result["generator"].update(load_valid=not busy, samples_valid=True,
                                   reasons=["it was busy"] if busy else [])
        for name in ("p50", "p99"):
            result["latency"]["http_response"][name] = 1000 * slower
        result["levels"]["http"]["rate_mean_per_s"] = 400 / slower
        result["levels"]["db"]["rate_peak_per_s"] = 500 / slower
        result["audit"]["lost"]["count"] = lost
        (copy / "result.json").write_text(json.dumps(result))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    directory = tmp_path_factory.mktemp("real")
    scenario = directory / "steady.yaml"
    scenario.write_text(yaml.safe_dump({"version": 1, "name": "steady",
                                        "preflight": {"probe_votes": 0},
                                        "workloads": burst(40, clients=10)}))
    done = votebench("run", str(scenario), "--progress", "none", cwd=directory)
    assert done.returncode == 0, done
    [run] = [path.parent for path in (directory / "reports/steady").glob("*/result.json")
             if not path.parent.is_symlink()]
    return run


@pytest.fixture
def history(tmp_path, real):
    (tmp_path / "reports/steady").mkdir(parents=True)
    return History(tmp_path, real)


def trend(history, *options, expect=0):
    done = votebench("trend", *map(str, options), cwd=history.directory)
    assert done.returncode == expect, done
    return done.stdout


def compare(history, a, b, expect=0):
    done = votebench("compare", f"@{a}", f"@{b}", cwd=history.directory)
    assert done.returncode == expect, done
    document = json.loads(votebench("compare", f"@{a}", f"@{b}", "--json",
                                    cwd=history.directory).stdout)
    return done.stdout, document["performance"]["equal_pairs"]


def test_a_change_is_named_with_its_night_and_a_loss_with_its_run(history):
    for number in range(20):
        history.night(1 + 0.01 * (number % 3), lost=37 * (number == 5))
    for number in range(3):
        history.night(1.2 + 0.01 * number)
    told = trend(history)
    assert told.startswith("CHANGED  steady")
    assert "since 2026-11-11: " in told and "exit 0" in told
    assert re.search(r"✗ 2026-10-27: 37 lost, 20261027T020000Z-00050000", told)
    assert max(map(len, told.splitlines())) <= 80
    document = json.loads(trend(history, "--json"))
    assert document["schema"] == "votebench.trend/1"
    metrics = {metric["name"]: metric for metric in document["metrics"]}
    [change] = metrics["http.response.p99"]["changes"]
    assert change["since"] == "2026-11-11" and change["worse"]
    assert 0.15 < change["change"] < 0.25
    assert len(metrics["drain.time"]["values"]) == 23
    # The newest nights alone.
    assert json.loads(trend(history, "steady", "--last", 5, "--json"))["nights"][0]["name"] == \
        "2026-11-09"
    assert trend(history, "--last", 20).count("\n") > 5
    trend(history, "--last", 3, expect=3)


def test_the_page_is_one_file_with_a_chart_per_metric(history):
    for number in range(8):
        history.night(1 if number < 5 else 1.5)
    trend(history, "--output", "out")
    page = (history.directory / "out/trend.html").read_text()
    assert page.startswith("<!doctype html>") and "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)=\"(?!#)", page)
    charts = re.findall(r'<figure class="chart" id="chart-([a-z0-9-]+)">', page)
    assert {"http-response-p99", "drain-time", "accepted-rate"} <= set(charts)
    assert page.count('role="img" aria-label="') >= len(charts)
    assert 'aria-label="drain.time over 8 nights: median' in page
    assert "Numbers of each night" in page
    assert (history.directory / "out/trend.md").read_text().startswith("## ")
    assert json.loads((history.directory / "out/trend.json").read_text())["exit_code"] == 0


def test_what_is_not_like_the_newest_run_is_left_out_and_named(history):
    for number in range(3):
        history.night(3, processors="64")
    history.night(5, busy=True, lost=2)
    for _ in range(5):
        history.night()
    told = trend(history)
    assert "LEFT OUT" in told and "processors 64, not " in told and "it was busy" in told
    assert "no change point in 5 nights" in told.replace("\n", " ").replace("  ", " ")
    assert "2 lost" in told  # what a run proves counts, however busy its generator was


def test_too_few_nights_say_how_many_are_needed_and_what_to_run(history):
    for number in range(3):
        history.night()
    told = trend(history, expect=3)
    assert told.startswith("NO TREND  steady")
    assert "3 nights that count, at least 4 are needed" in told
    assert re.search(r"next .*votebench run .*steady\.yaml", told, re.S), told


def test_without_any_run_it_says_how_to_begin(tmp_path):
    done = votebench("trend", cwd=tmp_path)
    # A long path of the program folds the command.
    told = " ".join(done.stdout.replace("\\\n", " ").split())
    assert done.returncode == 3 and "votebench run --votes 1000 --clients 40 " in told, done


def test_a_scenario_that_was_never_run_is_a_usage_error(history):
    history.night()
    done = votebench("trend", "stedy", cwd=history.directory)
    assert done.returncode == 2 and "did you mean 'steady'?" in done.stderr, done
    for wrong in (["--last", "0"], ["--last", "some"], ["a", "b"]):
        assert votebench("trend", *wrong, cwd=history.directory).returncode == 2


def test_colours_and_signs_degrade(history):
    for number in range(8):
        history.night(1 if number < 5 else 1.5)
    done = subprocess.run([program("votebench"), "trend"], cwd=history.directory, text=True,
                          capture_output=True, timeout=60, check=True,
                          env={"PATH": "/usr/bin", "LC_ALL": "C"})
    assert done.stdout.isascii() and "\x1b" not in done.stdout
    assert re.search(r"x drain.time .*#", done.stdout)


def test_a_copy_that_was_published_below_the_history_is_no_second_run(history):
    for _ in range(5):
        history.night()
    subprocess.run(["cp", "-r", "reports/steady", "reports/last"], cwd=history.directory, check=True)
    nights = json.loads(trend(history, "--json"))["nights"]
    assert [len(night["runs"]) for night in nights] == [1] * 5


def test_compare_says_how_often_equal_nights_were_told_apart(history):
    """The innocent: nights that are alike, then one that is slower."""
    for _ in range(20):
        history.night(runs=5)
    before = history.night(runs=5)
    after = history.night(1.2, runs=5)
    told, pairs = compare(history, before, after, expect=5)
    assert told.startswith("REGRESSION") and "exit 5" in told
    assert "A/A here: 0 of the last 20 equal pairs told apart" in told
    assert pairs == {"pairs": 20, "told_apart": 0, "at_most": 3}


def test_compare_withholds_a_regression_where_equal_nights_are_told_apart(history):
    """The guilty: nights that go up and down, then one that is slower."""
    for number in range(20):
        history.night(1 + 0.2 * (number % 2), runs=5)
    before = history.night(runs=5)
    after = history.night(1.2, runs=5)
    told, pairs = compare(history, before, after)
    assert told.startswith("NO VERDICT") and "REGRESSION" not in told and "exit 0" in told
    assert "20 of the last 20 equal pairs told apart" in told
    assert pairs["told_apart"] == 20
    # A loss is one, whatever the nights are like.
    lossy = history.night(1.2, runs=5, lost=1)
    told, _ = compare(history, before, lossy, expect=1)
    assert told.startswith("WORSE")


def test_compare_says_nothing_of_a_short_history(history):
    for number in range(19):
        history.night(1 + 0.2 * (number % 2), runs=5)
    before = history.night(runs=5)
    after = history.night(1.2, runs=5)
    told, pairs = compare(history, before, after, expect=5)
    assert told.startswith("REGRESSION") and "A/A" not in told
    assert pairs is None
