"""What exists in the emulated account."""
import collections
import itertools
import json
import os
import threading
import time

ACCOUNT = "000000000000"
REGION = "eu-central-1"


class Store:
    """Tables of plain dictionaries. Keys that begin with an underscore never leave by the API.
    One lock around every call: each is atomic, as AWS's are."""

    def __init__(self, path=None):
        self.lock = threading.RLock()
        self.tables = collections.defaultdict(dict)
        self.tags = collections.defaultdict(dict)
        self.calls = collections.Counter()
        self.settings = {"nat_seconds": 0, "account": ACCOUNT}
        self._numbers = itertools.count(1)
        self._path = path

    def table(self, kind):
        return self.tables[kind]

    def new_id(self, prefix):
        return f"{prefix}-{next(self._numbers):017x}"

    def now(self):
        return time.time()

    def save(self):
        """For people who look; nothing reads it back."""
        if self._path:
            text = json.dumps({"tables": self.tables, "tags": self.tags}, indent=1, default=repr)
            with open(self._path + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(self._path + ".new", self._path)


def arn(service, rest, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"
