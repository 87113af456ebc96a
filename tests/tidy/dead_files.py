"""Nothing lies around: every header is included, every scenario is in the README's table, every
script and helper is named by something that uses it."""
import pathlib
import re

from tree import files, text

SOURCE = pathlib.PurePath("src")
TESTS = pathlib.PurePath("tests")
INCLUDE = re.compile(r'#\s*include\s*"([^"]+)"')


def headers(root, all_files):
    included = set()
    for path in all_files:
        if path.suffix in (".h", ".cpp"):
            for header in INCLUDE.findall(text(root / path)):
                included.update(folder / header for folder in (SOURCE, TESTS, path.parent))
    for path in all_files:
        if path.suffix == ".h" and path.parts[0] in ("src", "tests"):
            if path not in included:
                yield f"{path}: no file includes it"


def scenarios(root, all_files):
    readme = root / "scenarios" / "README.md"
    listed = text(readme) if readme.exists() else ""
    for path in all_files:
        if path.parent.name == "scenarios" and path.suffix == ".yaml" and path.name not in listed:
            yield f"{path}: scenarios/README.md does not mention it"


def helpers(root, all_files):
    """Scripts, and the helpers of tests that no glob collects."""
    def needs_mention(path):
        folder = path.parts[0] if len(path.parts) > 1 else ""
        if folder in ("scripts", "cmake"):
            return True
        collected = path.name.startswith("test_") or path.name in ("conftest.py", "CMakeLists.txt",
                                                                   "README.md")
        return folder == "tests" and path.suffix in (".py", ".sh") and not collected

    contents = {path: text(root / path) for path in all_files}
    for path in filter(needs_mention, all_files):
        word = re.compile(rf"\b{re.escape(path.stem)}\b")
        if not any(word.search(content) for other, content in contents.items() if other != path):
            yield f"{path}: nothing names it"


def check(root):
    all_files = files(root)
    return [*headers(root, all_files), *scenarios(root, all_files), *helpers(root, all_files)]
