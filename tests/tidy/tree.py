"""The files that the tidy checks look at."""
import os
import pathlib

# Not ours, or made by us while building and running; .git is a file in a linked work tree.
SKIPPED = {".git", "build", "artifacts", "__pycache__", ".pytest_cache", ".terraform"}


def files(root, folders=("",)):
    """Every file below `folders` of `root`, as sorted relative paths."""
    found = []
    for folder in folders:
        for parent, directories, names in os.walk(root / folder):
            directories[:] = [d for d in directories if d not in SKIPPED]
            found += [(pathlib.Path(parent) / name).relative_to(root)
                      for name in names if name not in SKIPPED]
    return sorted(found)


def text(path):
    """The content of a file, or nothing for a binary one."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
