"""The pictures of README.md show what votebench says today (docs/pictures/make makes them again)."""

import pytest

import chromium
import pictures
from harness import SOURCE_DIR
from servers import program

README = (SOURCE_DIR / "README.md").read_text()


def words(lines):
    return [line.rstrip() for line in lines if line.strip()]


def test_the_recording_ends_with_what_is_said_of_the_run(tmp_path):
    pictures.whole_copy(tmp_path)
    done = pictures.report_again(tmp_path, program("votebench"))
    assert done.returncode == 1, done
    shown = words(pictures.last_frame(pictures.RECORDING))
    assert shown[0] == "$ votebench run crash"
    said = words(done.stdout.splitlines())
    assert shown[-len(said):] == said


def test_the_recording_shows_the_run_while_it_lasts():
    root = pictures.RECORDING.read_text()
    for said in ("sent", "written", "worker-crash"):
        assert said in root, said
    assert len(root) < 400_000


def test_the_photograph_is_of_the_report_of_that_run():
    pytest.importorskip("selenium.webdriver", reason="python3-selenium is not installed")
    if not chromium.installed():
        pytest.skip("chromium is not installed: the photograph is not compared")
    with pictures.browser() as browser:
        browser.get((pictures.example() / "report.html").as_uri())
        assert pictures.first_screen(browser) == pictures.PHOTOGRAPHED.read_text()


def test_readme_tells_of_this_run():
    assert pictures.SENTENCE.findall(README) == [pictures.sentence()]
