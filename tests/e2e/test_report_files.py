"""What a run leaves for programs: each file valid, complete, and in step with the others."""

import csv
import json
import os
import shutil
import subprocess

import jsonschema
import pytest
import yaml

from harness import LIMIT_S, PATIENT, SOURCE_DIR, votebench
from servers import program

ALL = {"report.html", "summary.md", "result.json", "junit.xml", "anomalies.ndjson",
       "timeseries.csv"}
XSD = SOURCE_DIR / "tests/e2e/junit.xsd"


def run(directory, *arguments, **environment):
    return subprocess.run([program("votebench"), "run", *arguments, *PATIENT], cwd=directory,
                          text=True, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=LIMIT_S,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **environment}, check=False)


def schema():
    printed = votebench("schema", "--result", cwd=SOURCE_DIR)
    assert printed.returncode == 0, printed
    published = json.loads(printed.stdout)
    jsonschema.Draft7Validator.check_schema(published)
    return jsonschema.Draft7Validator(published)


def check_junit(path):
    if not shutil.which("xmllint"):
        pytest.skip("xmllint is not installed (libxml2-utils): junit.xml is not validated")
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(XSD), str(path)],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_result_json_that_is_approved_keeps_the_schema():
    validator = schema()
    results = [*SOURCE_DIR.glob("tests/golden/report/*.json"),
               *SOURCE_DIR.glob("reports/example/*/result.json")]
    results = [json.loads(path.read_text()) for path in results]
    results = [result for result in results if result["schema"] == "votebench.result/1"]
    assert len(results) > 8
    for result in results:
        validator.validate(result)


def test_the_schema_notices_a_broken_result():
    validator = schema()
    result = json.loads((SOURCE_DIR / "tests/golden/report/lost.json").read_text())
    for breakage in (lambda r: r.pop("accounting"), lambda r: r.update(verdict="maybe"),
                     lambda r: r["audit"]["lost"].pop("by_hop"),
                     lambda r: r["accounting"].update(acked=-1)):
        broken = json.loads(json.dumps(result))
        breakage(broken)
        assert list(validator.iter_errors(broken))


def test_every_junit_xml_that_is_approved_keeps_its_schema():
    files = [*SOURCE_DIR.glob("tests/golden/report/*.junit.xml")]
    assert len(files) >= 4
    for path in files:
        check_junit(path)


def test_a_run_leaves_every_file_and_tells_its_ci(tmp_path):
    step_summary = tmp_path / "step-summary.md"
    done = run(tmp_path, "--votes", "200", "--clients", "10", "--json",
               GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(step_summary))
    assert done.returncode == 0, done
    directory = (tmp_path / "reports/latest").resolve()
    assert ALL <= {path.name for path in directory.iterdir()}
    result = json.loads(done.stdout)
    assert done.stdout == (directory / "result.json").read_text()
    schema().validate(result)
    assert "::error" not in done.stderr
    assert step_summary.read_text() == (directory / "summary.md").read_text()
    check_junit(directory / "junit.xml")
    assert (directory / "anomalies.ndjson").read_text() == ""
    page = (directory / "report.html").read_text()
    assert "Every vote accounted for" in page and 'id="chart-rate"' in page
    samples = (directory / "timeseries.ndjson").read_text().splitlines()
    rows = list(csv.DictReader((directory / "timeseries.csv").open()))
    assert len(rows) == len(samples)
    assert int(rows[-1]["accepted"]) == 200
    index = (tmp_path / "reports/index.ndjson").read_text().splitlines()
    assert [json.loads(line)["run"] for line in index] == [directory.name]

    again = votebench("report", "@latest", "--json", cwd=tmp_path)
    assert again.returncode == 0, again
    assert json.loads(again.stdout)["accounting"] == result["accounting"]
    assert (directory / "report.html").read_text() == page
    assert (tmp_path / "reports/index.ndjson").read_text().splitlines() == index


def test_formats_and_keep_and_prune(tmp_path):
    scenario = tmp_path / "small.yaml"
    scenario.write_text(yaml.safe_dump({
        "version": 1,
        "workloads": {"load": {"executor": "burst", "votes": 20, "clients": 5}},
        "report": {"formats": ["markdown"], "keep": {"runs": 1}}}))
    precious = tmp_path / "reports/small/notes"
    precious.mkdir(parents=True)
    (precious / "mine.txt").write_text("mine")
    first = run(tmp_path, str(scenario))
    assert first.returncode == 0, first
    old = (tmp_path / "reports/latest").resolve()
    assert ALL & {path.name for path in old.iterdir()} == {"summary.md", "result.json",
                                                           "anomalies.ndjson"}
    second = run(tmp_path, str(scenario), "--set", "report.keep.runs=2",
                 "--set", "audit.unknown=100%")
    assert second.returncode == 0, second
    assert old.exists()
    dry = votebench("prune", "--runs", "1", "--dry-run", cwd=tmp_path)
    assert dry.returncode == 0 and "would remove 1 run" in dry.stdout, dry
    assert old.exists()
    third = run(tmp_path, str(scenario))
    assert third.returncode == 0, third
    assert "removed the old run" in third.stderr
    assert not old.exists()
    left = votebench("prune", "--runs", "1", cwd=tmp_path)
    assert left.returncode == 0 and "removed 0 runs" in left.stdout, left
    assert (precious / "mine.txt").read_text() == "mine"
    assert (tmp_path / "reports/latest").resolve().exists()
