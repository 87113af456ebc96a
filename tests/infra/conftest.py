"""Every tier ends with "N passed, N failed, N skipped". A tier of which anything was skipped ends with
status 77, which ctest shows as skipped: what was not run is never shown as passed."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from terraform import Emulator, provider_mirror  # noqa: E402

SKIPPED = 77


@pytest.fixture(scope="module")
def emulator():
    """An AWS account without anything in it."""
    provider_mirror()
    emulator = Emulator()
    yield emulator
    emulator.stop()


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and reporter.stats.get("skipped"):
        session.exitstatus = SKIPPED


def pytest_terminal_summary(terminalreporter):
    stats = terminalreporter.stats
    for report in stats.get("skipped", []):
        terminalreporter.write_line(f"SKIPPED {report.nodeid}: {report.longrepr[2]}")
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    terminalreporter.write_line(f"{len(stats.get('passed', []))} passed, {failed} failed, "
                                f"{len(stats.get('skipped', []))} skipped")
