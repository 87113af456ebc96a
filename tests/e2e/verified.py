"""Runs `votebench verify` and reads what it wrote."""

import json
import pathlib

from harness import votebench


class Verified:
    """`result` is the verification's own result, None when it wrote none."""

    def __init__(self, run, *arguments):
        self.run = pathlib.Path(run)
        before = set(self.run.glob("verify-*.json"))
        done = votebench("verify", str(self.run), *arguments, cwd=self.run.parents[2])
        self.exit_status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        written = set(self.run.glob("verify-*.json")) - before
        self.result = json.loads(written.pop().read_text()) if written else None

    @property
    def audit(self):
        return self.result["audit"]

    @property
    def late(self):
        return self.result["verified"]["arrived_late"]

    @property
    def gone(self):
        return self.result["verified"]["gone_since"]["count"]

    def accused(self):
        """Votes and rows that the verdict calls a fault of the stack."""
        return sum(self.audit[kind]["count"] for kind in
                   ("lost", "stale", "flipped", "duplicated", "phantom", "contradiction"))

    def __repr__(self):
        return f"exit {self.exit_status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"
