"""The pages under axe-core: contrast, names, what a keyboard reaches. Each page of test_html that looks
unlike the others, in both themes, at the width of a desk and of a phone.

axe-core comes from npm for the test alone; where npm or its registry is not there the test is skipped
(exit 77), and says so.
"""

import pathlib
import shutil
import subprocess

import pytest

from test_html import browser, open_page, pages  # noqa: F401: fixtures

AXE = "axe-core@4.10.3"
LOOKED_AT = ["pass", "lost", "pending", "aborted", "not-run", "hostile", "hour", "burst", "threshold",
             "compare-regression", "compare-worse", "compare-same", "compare-hostile", "trend",
             "trend-few", "trend-hostile"]


def skip(why):
    pytest.exit(f"SKIPPED: no axe-core, so the pages are not looked at for contrast and names: {why}",
                returncode=77)


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The source of axe-core."""
    npm = shutil.which("npm")
    if npm is None:
        skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    done = subprocess.run([npm, "install", "--ignore-scripts", "--no-audit", "--no-fund",
                           "--prefix", str(folder), AXE], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    if done.returncode != 0:
        skip(f"npm cannot get {AXE}: {done.stdout.strip().splitlines()[-1:]}")
    return pathlib.Path(folder, "node_modules/axe-core/axe.min.js").read_text()


def violations(browser, axe):
    browser.execute_script(axe)
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, { resultTypes: ['violations'] }).then(r => done(r.violations),"
        " error => done([{ id: 'axe itself', help: String(error), nodes: [] }]))")
    return [f"{one['id']}: {one['help']}: {node['target']} {node['failureSummary']}"
            for one in found for node in one["nodes"] or [{"target": "", "failureSummary": ""}]]


def test_axe_finds_what_is_wrong(browser, open_page, axe):
    """It runs in these pages, whatever they forbid."""
    page = open_page("pass")
    page.execute_script("const b = document.createElement('button');"
                        "document.querySelector('main').append(b)")
    assert any(text.startswith("button-name") for text in violations(page, axe))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_nothing_is_wrong(browser, open_page, axe, name, theme, width):
    page = open_page(name, width=width, theme=theme)
    page.execute_script("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert violations(page, axe) == []
