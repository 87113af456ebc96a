"""Runs compared: real ones, short; the statistics have their own tests (tests/unit/report)."""

import json
import os
import re
import subprocess

import yaml

from harness import LIMIT_S, PATIENT, Stack, burst, votebench
from servers import program

# 400 votes at once, 320/s stored: what the worker does decides how long the rest takes.
SLOW_WORKER = {"name": "slow-worker", "preflight": {"probe_votes": 5}, **{
    "workloads": burst(400, clients=40)}}


def run(directory, *arguments, expect=0, **environment):
    done = subprocess.run([program("votebench"), "run", *map(str, arguments), *PATIENT,
                           "--progress", "none"],
                          cwd=directory, text=True, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=LIMIT_S, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
    assert done.returncode == expect, done
    return done.stdout


def compare(directory, *arguments, expect=0):
    done = votebench("compare", *map(str, arguments), cwd=directory)
    assert done.returncode == expect, done
    return done.stdout


def scenario(directory, name, **keys):
    path = directory / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"version": 1, **SLOW_WORKER, **keys}))
    return path


def stored_runs(directory):
    """Their directories, the oldest first."""
    return sorted((path.parent for path in (directory / "reports").glob("*/*/manifest.json")
                   if not path.parent.is_symlink()),
                  key=lambda path: json.loads((path / "manifest.json").read_text())["t0"]["wall_ns"])


def change_result(directory, change):
    path = directory / "result.json"
    result = json.loads(path.read_text())
    change(result)
    path.write_text(json.dumps(result))


def test_a_series_as_json_is_one_document(tmp_path):
    steady = scenario(tmp_path, "steady", workloads=burst(60, clients=10))
    document = json.loads(run(tmp_path, steady, "--repeat", 2, "--tag", "before", "--json"))
    assert document["schema"] == "votebench.series/1"
    [group] = document["groups"]
    assert (group["selector"], group["planned"]) == ("@before", 2)
    assert [result["accounting"]["acked"] for result in group["runs"]] == [60, 60]
    assert document["comparison"] is None and document["exit_code"] == 0

    document = json.loads(run(tmp_path, steady, "--baseline", "@before", "--json"))
    assert len(document["groups"][0]["runs"]) == 1
    assert document["comparison"]["schema"] == "votebench.comparison/1"


def test_a_series_is_a_group_and_a_planted_loss_is_found_in_it(tmp_path):
    steady = scenario(tmp_path, "steady", workloads=burst(60, clients=10))
    told = run(tmp_path, steady, "--repeat", 2, "--tag", "before")
    assert "SERIES  2 of 2 runs, @before" in told
    assert re.search(r"^  METRIC +median +least +most$", told, re.M)
    assert re.search(r"^    http.response.p50 +([\d.]+ [mu]s +){2}", told, re.M)
    assert told.rstrip().endswith("exit 0: passed")
    first, second = stored_runs(tmp_path)
    assert [json.loads((run / "result.json").read_text())["accounting"]["acked"]
            for run in (first, second)] == [60, 60]
    listed = votebench("list", cwd=tmp_path).stdout
    assert listed.count("@before") == 2

    # One run a side, unchanged: nothing is claimed about performance.
    told = compare(tmp_path)
    assert told.startswith("NO VERDICT")
    assert "--repeat 5" in told
    # A loss in the newest run alone.
    change_result(second, lambda result: result["audit"]["lost"].update(count=1))
    for selectors in ((), (first.name[-8:], "@latest"), ("@prev", second / "result.json")):
        assert "x lost" in compare(tmp_path, *selectors, expect=1).replace("✗", "x")

    # A baseline is looked up before the first vote, and compared after the last.
    run(tmp_path, steady, "--baseline", "@befor", expect=2)
    assert len(stored_runs(tmp_path)) == 2
    told = run(tmp_path, steady, "--baseline", "@before")
    newest = stored_runs(tmp_path)[-1]
    assert "none any more" in told and "exit 0: passed" in told
    document = json.loads((newest / "comparison.json").read_text())
    assert document["schema"] == "votebench.comparison/1"
    assert document["correctness"]["verdict"] == "no_worse"
    assert document["performance"]["verdict"] == "too_few"
    assert (newest / "comparison.html").read_text().startswith("<!doctype html>")


def test_two_scenarios_are_refused_with_what_differs(tmp_path):
    one = scenario(tmp_path, "one", workloads=burst(40, clients=10))
    other = scenario(tmp_path, "other", workloads=burst(50, clients=10), seed=2)
    told = run(tmp_path, one, other, "--interleave", 1, "--tag", "turn", expect=3)
    assert "NOT COMPARABLE" in told
    told = compare(tmp_path, "@turn-a", "@turn-b", expect=3)
    assert "seed" in told and "A 1 | B 2" in told
    assert "workloads.load.votes" in told and "A 40 | B 50" in told
    assert told.rstrip().endswith("exit 3: not comparable")
    document = json.loads(compare(tmp_path, "--json", expect=3))
    assert [d["name"] for d in document["differences"]["scenario"]] == ["seed",
                                                                        "workloads.load.votes"]


def test_two_targets_take_turns_and_another_machine_withholds_performance(tmp_path):
    steady = scenario(tmp_path, "steady", workloads=burst(40, clients=10))
    with Stack(tmp_path) as one, Stack(tmp_path) as other:
        told = run(tmp_path, steady, "--target", one.target_file, "--target", other.target_file,
                   "--interleave", 2)
        assert one.rows() == other.rows() == 2 * (40 + 5)
    assert told.count("SERIES  2 of 2 runs, @series-") == 2
    assert "NO VERDICT" in told
    runs = stored_runs(tmp_path)
    assert len(runs) == 4
    change_result(runs[3], lambda result: result["run"]["environment"].update(processors="64"))
    told = compare(tmp_path)
    assert "withheld" in told and "processors" in told and "64" in told
    change_result(runs[3], lambda result: result["audit"]["phantom"].update(count=2))
    assert "phantom" in compare(tmp_path, expect=1)
    (runs[2] / "result.json").unlink()  # as a run leaves it that was killed
    told = compare(tmp_path, runs[2].name, runs[1].name, expect=3)
    assert "nothing of it was audited" in told


def test_a_kept_stack_is_reset_between_the_runs_of_a_series(tmp_path):
    steady = scenario(tmp_path, "steady", workloads=burst(40, clients=10))
    with Stack(tmp_path) as stack:
        run(tmp_path, steady, "--as", stack.name, "--repeat", 2)
        assert stack.rows() == 40 + 5


def test_a_planted_slowdown_is_a_regression_and_equal_groups_are_not(tmp_path):
    """Five runs a side whose numbers are those of real runs, spread as real runs are."""
    steady = scenario(tmp_path, "steady", workloads=burst(40, clients=10))
    run(tmp_path, steady, "--tag", "a")
    [real] = stored_runs(tmp_path)

    def copies(tag, slower):
        for number in range(5):
            copy = real.parent / f"{real.name[:-8]}{tag}{number:07x}"
            subprocess.run(["cp", "-r", real, copy], check=True)
            manifest = json.loads((copy / "manifest.json").read_text())
            manifest.update(run=copy.name[-8:], tags=[tag])
            (copy / "manifest.json").write_text(json.dumps(manifest))
            factor = slower * (1 + 0.01 * number)

            def change(result, copy=copy, factor=factor):
                result["run"]["id"] = copy.name
                result["settled"]["drain_s"] = 2 * factor
                result["generator"].update(load_valid=True, samples_valid=True)
                for name in ("p50", "p99"):
                    result["latency"]["http_response"][name] = 1000 * factor
                result["levels"]["http"]["rate_mean_per_s"] = 400 / factor
            change_result(copy, change)

    copies("b", 1)
    copies("c", 1.2)
    copies("d", 1.001)
    told = compare(tmp_path, "@b", "@c", expect=5)
    assert told.startswith("REGRESSION") and "exit 5: confirmed regression" in told
    assert "http.response.p99" in told and "+20.0 %" in told
    assert compare(tmp_path, "@c", "@b").startswith("BETTER")
    assert compare(tmp_path, "@b", "@d").startswith("SAME")
    assert compare(tmp_path, "@b,@d", "@c", expect=5).startswith("REGRESSION")


def test_selectors_and_options_that_make_no_sense_are_usage_errors(tmp_path):
    steady = scenario(tmp_path, "steady")
    for arguments, said in [
            (("--repeat", 2, "--interleave", 2), "exclude each other"),
            (("--interleave", 2), "needs two"),
            ((steady,), "in turn"),
            (("--tag", "a b"), "cannot be a tag"),
            (("--baseline", "@latest"), "no run '@latest'"),
            (("--repeat", 0), "not in range")]:
        done = votebench("run", str(steady), *map(str, arguments), cwd=tmp_path)
        assert done.returncode == 2 and said in done.stderr, done
    done = votebench("compare", cwd=tmp_path)
    assert done.returncode == 2 and "no run '@prev'" in done.stderr, done
