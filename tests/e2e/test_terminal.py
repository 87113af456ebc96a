"""The live view in a real terminal: tmux is the terminal, and what stands on its screen is read."""

import pathlib
import re
import shutil

import pytest

from harness import Stack, until
from servers import program
from terminal import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None,
                                reason="tmux is missing: scripts/install-packages --tests")


def command(stack, duration):
    return (f"{program('votebench')} run --rate 50/s --duration {duration} --stack local"
            f" --as {stack.name} --reports {pathlib.Path(stack.directory) / 'reports'}; echo status=$?")


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path) as running:
        yield running


def test_the_block_stands_still_at_the_bottom_and_leaves_nothing_behind(stack, tmp_path):
    with Terminal(tmp_path, {"LC_ALL": "C.UTF-8", "TERM": "screen"}) as terminal:
        terminal.type(command(stack, "10m"), "Enter")
        until(lambda: "last 15 s" in terminal.screen(), "the block is shown")
        until(lambda: re.search(r"sent +[1-9][0-9]+ +[0-9.]+ +[▁▂▃▄▅▆▇█]{3}", terminal.screen()),
              "its sparklines grow")

        def a_whole_block():  # one look may come between two writes to the terminal
            screen = terminal.screen()
            rows = ("accepted", "queued", "written", "missing")
            return (all(screen.count(f"\n {row} ") == 1 for row in rows) and re.search(
                r"0\d:\d\d / 10:00   \S+: hold 50/s +drain limit 1m00s", screen))

        until(a_whole_block, "every row once, and the line below them")
        terminal.tmux("resize-window", "-x", "60", "-y", "20")
        until(lambda: re.search(r"\n sent +[0-9,]+ +[0-9.]+   on schedule, lag", terminal.screen()),
              "the block is narrower, and says as much")
        until(lambda: re.search(r"\n response  p50 .+, p99 ", terminal.screen()), "latency is shown")
        terminal.type("C-c")
        until(lambda: "interrupted: no more votes are sent" in terminal.history(),
              "the interrupt is acknowledged")
        until(lambda: re.search(r"status=\d", terminal.history()), "the run ends")
        history = terminal.history()
        assert "status=3" in history
        assert "exit 3: inconclusive: interrupted" in history
        block = re.search(r"exit 3: .*", history, re.S)[0]
        assert "last 15 s" not in block
        assert "sent " not in block
        terminal.type("echo still-a-shell", "Enter")
        until(lambda: "\nstill-a-shell" in terminal.screen(), "the terminal echoes as before")


def test_ascii_and_no_colour_are_obeyed(stack, tmp_path):
    plain = {"LC_ALL": "C", "NO_COLOR": "1", "TERM": "screen-256color"}
    with Terminal(tmp_path, plain) as terminal:
        terminal.type(command(stack, "10m"), "Enter")
        until(lambda: re.search(r"sent +[1-9][0-9]+ +[0-9.]+ +[_.:=+*#-]{3}", terminal.screen()),
              "sparklines in ASCII")
        assert terminal.screen().isascii()
        assert "\x1b[" not in terminal.screen("-e").replace("\x1b[0m", "").replace("\x1b[39m", "")
        terminal.type("C-c")
        until(lambda: "status=3" in terminal.history(), "the run ends")
        assert terminal.history().isascii()
