"""peak_memory.py OUT COMMAND...: runs COMMAND and writes its peak of anonymous memory to OUT.

The unit is KiB. Anonymous memory is what a process allocated: RssAnon of /proc/PID/status, which
leaves out the pages of mapped files (the ledger).
"""

import pathlib
import subprocess
import sys


def anonymous_kib(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def main():
    child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
    peak = 0
    while True:
        try:
            child.wait(timeout=0.05)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, anonymous_kib(child.pid))
    pathlib.Path(sys.argv[1]).write_text(str(peak))
    return child.returncode


sys.exit(main())
