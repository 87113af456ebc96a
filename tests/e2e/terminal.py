"""A real terminal for tests: tmux is the terminal, and what stands on its screen is read."""

import subprocess
import uuid

from servers import PATIENCE_S


class Terminal:
    """A terminal of 80 x 24 characters with a shell in it."""

    def __init__(self, directory, environment):
        self.socket = f"vb-{uuid.uuid4().hex[:8]}"
        variables = [part for item in environment.items() for part in ("-e", "=".join(item))]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-c",
                  str(directory), *variables, "sh", "-i")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.socket, *arguments], capture_output=True,
                              text=True, timeout=PATIENCE_S, check=True).stdout

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def history(self):
        return self.screen("-S", "-1000")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], timeout=PATIENCE_S, check=False,
                       capture_output=True)
