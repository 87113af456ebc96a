#!/usr/bin/python3
"""Runs one tidy check over a source tree: check.py NAME ROOT. Exit 1 when it complains."""
import importlib
import pathlib
import sys


def main():
    name, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    check = importlib.import_module(name)
    if hasattr(check, "report"):
        print(check.report(root))
    complaints = check.check(root)
    print("\n".join(complaints) or f"{name}: nothing to complain about")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
