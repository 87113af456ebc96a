"""The example run under reports/: whole, small, and judged again to the same report."""

import json
import shutil

from harness import SOURCE_DIR, votebench

EXAMPLE = next((SOURCE_DIR / "reports/example").glob("2*"))
SEGMENT_BYTES = 65536 * 32  # the empty slots at its end are left out of the repository
MADE_AGAIN = ("result.json", "summary.md", "junit.xml", "anomalies.ndjson", "timeseries.csv")
PARTS = ("verdict", "reasons", "exit_code", "run", "accounting", "levels", "audit", "settled",
         "latency", "generator", "thresholds")


def test_it_is_small():
    files = [path for path in EXAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 300_000


def test_it_is_reported_again_identically(tmp_path):
    copy = tmp_path / "reports/quick" / EXAMPLE.name
    shutil.copytree(EXAMPLE, copy)
    with open(copy / "attempts/00000.seg", "ab") as segment:
        segment.truncate(SEGMENT_BYTES)
    for name in MADE_AGAIN:
        (copy / name).unlink()
    done = votebench("report", f"reports/quick/{EXAMPLE.name}", cwd=tmp_path)
    assert done.returncode == 0, done
    for name in MADE_AGAIN:
        assert (copy / name).read_text() == (EXAMPLE / name).read_text(), name
    page = (copy / "report.html").read_text()  # left out of the repository for its size
    assert "Every vote accounted for" in page and len(page) < 400_000


def test_it_has_the_stable_core():
    result = json.loads((EXAMPLE / "result.json").read_text())
    assert result["schema"] == "votebench.result/1"
    assert result["verdict"] == "pass"
    for part in PARTS:
        assert part in result, part
    accounting = result["accounting"]
    assert accounting["planned"] == sum(accounting[part] for part in (
        "acked", "rejected", "ambiguous", "not_sent", "never_started"))
