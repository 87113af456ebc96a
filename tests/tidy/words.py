"""Words that must not stay in the repository: promises instead of work, paths of the machine it was
written on, and the design's nicknames, which the product does not use."""
import re

from tree import files, text

# Taken apart, so that this file does not hold them.
FORBIDDEN = re.compile(
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|"
    r"/wo" r"rk/|"
    r"\b([Cc]ri" r"mes?|[Dd]oo" r"rs?|[Hh]ou" r"se)\b")


def check(root):
    complaints = []
    for path in files(root):
        for number, line in enumerate(text(root / path).splitlines(), 1):
            if found := FORBIDDEN.search(line):
                complaints.append(f"{path}:{number}: '{found.group(0)}'")
    return complaints
