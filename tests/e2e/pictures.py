"""The pictures of README.md, and the words that are on them; docs/pictures/make makes them."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

import chromium

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "reports/example"
RECORDING = ROOT / "docs/pictures/crash.svg"
PHOTOGRAPH = ROOT / "docs/pictures/report.png"
PHOTOGRAPHED = ROOT / "docs/pictures/report.txt"
MADE_AGAIN = ("result.json", "report.html", "summary.md", "junit.xml", "anomalies.ndjson",
              "timeseries.csv")
SLOT_BYTES = 32
SEGMENT_BYTES = 65536 * SLOT_BYTES  # the empty slots at its end are left out of the repository
SCREEN = (1280, 860)
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


SENTENCE = re.compile(r"\S+ answers of `200`, \S+ votes lost")


def sentence():
    """README.md's, of the stored run."""
    result = json.loads((example() / "result.json").read_text())
    return (f"{result['accounting']['acked']:,} answers of `200`, "
            f"{result['audit']['lost']['count']:,} votes lost")


def example():
    """The folder of the stored run."""
    return next(EXAMPLES.glob("2*"))


def whole_copy(directory):
    """A copy of the stored run in the reports of `directory`, as the run had left it."""
    run = directory / "reports/crash" / example().name
    shutil.copytree(example(), run)
    for segment in run.glob("attempts/*.seg"):
        os.truncate(segment, SEGMENT_BYTES)
    return run


def report_again(directory, votebench):
    """`votebench report crash` as it is typed in `directory`, for the program of this path."""
    path = f"{pathlib.Path(votebench).resolve().parent}:{os.environ['PATH']}"
    return subprocess.run(["votebench", "report", "crash"], cwd=directory, check=False,
                          env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
                          capture_output=True, text=True, timeout=60)


def last_frame(file):
    """The lines of the last frame of a recording of termtosvg: a frame is a group of lines that are
    used from elsewhere, each at its height."""
    root = xml.etree.ElementTree.parse(file).getroot()
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("id")}
    frames = [group for group in root.iter(f"{SVG}g") if group.find(f"{SVG}use") is not None]
    uses = sorted(frames[-1].iter(f"{SVG}use"), key=lambda use: float(use.get("y")))
    return [line_of(groups[use.get(LINK)[1:]]) for use in uses]


def line_of(group):
    """A piece of text stands `x` pixels from the left, at so many pixels per character."""
    line = ""
    for text in group.iter(f"{SVG}text"):
        words = (text.text or "").replace("\u00a0", " ")
        width = float(text.get("textLength")) / max(len(words), 1)
        line = line.ljust(round(float(text.get("x")) / width)) + words
    return line.rstrip()


@contextlib.contextmanager
def browser():
    """A chromium of the size of the photograph."""
    with chromium.browser("--hide-scrollbars") as driver:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": SCREEN[0], "height": SCREEN[1], "deviceScaleFactor": 1, "mobile": False})
        yield driver


def first_screen(driver):
    """The words that stand on it, a line for each element with words of its own."""
    return driver.execute_script("""
        const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        let lines = "";
        while (words.nextNode()) {
          const range = document.createRange();
          range.selectNodeContents(words.currentNode);
          const box = range.getBoundingClientRect();
          const text = words.currentNode.data.trim().replace(/\\s+/g, " ");
          if (text && box.width > 1 && box.top < innerHeight) lines += text + "\\n";
        }
        return lines;""")
