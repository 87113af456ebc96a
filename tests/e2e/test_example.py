"""The example run under reports/: whole, small, and judged again to the same report."""

import json

import pictures
from servers import program

EXAMPLE = pictures.example()
PARTS = ("verdict", "reasons", "exit_code", "run", "accounting", "levels", "audit", "settled",
         "latency", "generator", "thresholds")


def test_it_is_small():
    files = [path for path in EXAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 300_000


def test_it_is_reported_again_identically(tmp_path):
    copy = pictures.whole_copy(tmp_path)
    for name in pictures.MADE_AGAIN:
        (copy / name).unlink()
    done = pictures.report_again(tmp_path, program("votebench"))
    assert done.returncode == 1, done
    for name in pictures.MADE_AGAIN:
        assert (copy / name).read_text() == (EXAMPLE / name).read_text(), name
    assert "votes lost" in (copy / "report.html").read_text()


def test_it_has_the_stable_core():
    result = json.loads((EXAMPLE / "result.json").read_text())
    assert result["schema"] == "votebench.result/1"
    assert result["verdict"] == "fail"
    assert result["audit"]["lost"]["count"] > 0
    for part in PARTS:
        assert part in result, part
    accounting = result["accounting"]
    assert accounting["planned"] == sum(accounting[part] for part in (
        "acked", "rejected", "ambiguous", "not_sent", "never_started"))
