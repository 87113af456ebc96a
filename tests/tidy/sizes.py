"""A function fits a screen: a longer one is refused. A file holds one concept, which may be long: of
a long file is only told. Needs universal-ctags."""
import json
import shutil
import statistics
import subprocess

from tree import files, text

FUNCTION_LINES = 60
FILE_LINES = 400
CODE = {".h", ".cpp", ".py", ".sh"}


def functions(root):
    """(lines, path, name) of every function of src/."""
    sources = [str(p) for p in files(root, ["src"]) if p.suffix in (".cpp", ".h")]
    if not sources:
        return []
    command = ["ctags", "--languages=C++", "--language-force=C++", "--kinds-C++=f", "--fields=+ne",
               "--output-format=json", "-L", "-", "-f", "-"]
    listing = subprocess.run(command, input="\n".join(sources), cwd=root, text=True, check=True,
                             stdout=subprocess.PIPE).stdout
    tags = (json.loads(line) for line in listing.splitlines())
    return sorted((t["end"] - t["line"] + 1, t["path"], t["name"]) for t in tags if "end" in t)


def long_files(root):
    """Files of which somebody should ask whether they hold one concept or two."""
    for path in files(root, ["src", "tests", "scripts"]):
        lines = len(text(root / path).splitlines())
        if path.suffix in CODE and lines > FILE_LINES:
            yield f"warning: {path}: {lines} lines, more than {FILE_LINES}: is it one concept?"


def report(root):
    """Median, 95th percentile and the longest, for people."""
    warnings = "".join(f"\n{warning}" for warning in long_files(root))
    measured = functions(root)
    if not measured:
        return "no functions" + warnings
    lengths = [length for length, _, _ in measured]
    p95 = lengths[int(0.95 * (len(lengths) - 1))]
    longest = "\n".join(f"  {length:4} {path}: {name}" for length, path, name in measured[:-6:-1])
    sizes = sorted((len(text(root / p).splitlines()), str(p)) for p in files(root, ["src"]))
    largest = "\n".join(f"  {lines:4} {path}" for lines, path in sizes[:-6:-1])
    return (f"{len(lengths)} functions: median {statistics.median(lengths):g}, 95 % {p95}, "
            f"longest {lengths[-1]} lines\n{longest}\nlargest files\n{largest}{warnings}")


def check(root):
    if not shutil.which("ctags"):
        return ["ctags is missing: apt-get install universal-ctags"]
    return [f"{path}: {name} has {length} lines, at most {FUNCTION_LINES}"
            for length, path, name in functions(root) if length > FUNCTION_LINES]
