#!/usr/bin/python3
"""clang-format and clang-tidy, of Debian 12: other versions judge differently. Exit 77 without them.

  clang.py format                 every file of src and tests
  clang.py tidy BUILD [--all]     files of src that changed since this branch left main (on main:
                                  in the last commit), or all; BUILD has compile_commands.json
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
VERSION = 14
INCLUDE = re.compile(r'^#\s*include\s*"([^"]+)"', re.MULTILINE)


def tool(name):
    """Its path; leaves with 77, loudly, where it is not Debian 12's."""
    path = shutil.which(f"{name}-{VERSION}") or shutil.which(name)
    version = path and subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    if not version or not re.search(rf"version {VERSION}\.", version):
        print(f"SKIPPED: {name} {VERSION}, which is Debian 12's, is not here")
        sys.exit(77)
    return path


def code(*folders):
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*")
                  if file.suffix in (".cpp", ".h"))


def git(*arguments):
    """The lines that git prints; nothing where there is no git, no history or no such commit."""
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        return []
    return done.stdout.split() if done.returncode == 0 else []


def base():
    """The commit that changes are counted from."""
    head = git("rev-parse", "HEAD")
    for upstream in ("origin/main", "main"):
        commit = git("merge-base", "HEAD", upstream)
        if commit and commit != head:
            return commit[0]
    return next(iter(git("rev-parse", "--verify", "HEAD^")), None)


def changed(since):
    """Also what is not committed yet."""
    names = [*git("diff", "--name-only", since, "--", "src"),
             *git("ls-files", "--others", "--exclude-standard", "--", "src")]
    return {ROOT / name for name in names} & set(code("src"))


def units(build):
    """{file that is compiled: the files of src that it consists of}; a unity build has several each."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if SRC in file.parents:
            found[file] = {file}
        elif build in file.parents:
            parts = {pathlib.Path(part) for part in INCLUDE.findall(file.read_text())}
            if any(SRC in part.parents for part in parts):
                found[file] = parts
    return found


def users(header, includes):
    """Sources that see the header: its own and the most direct ones first."""
    seen, ring = {header}, [header]
    while ring:
        ring = [file for file, names in includes.items()
                if file not in seen and any(names & {str(h.relative_to(SRC))} for h in ring)]
        ring.sort(key=lambda file: (file.stem != header.stem, file))
        seen.update(ring)
        yield from (file for file in ring if file.suffix == ".cpp")


def units_of(files, all_units):
    """The units that show every one of the files."""
    includes = {file: set(INCLUDE.findall(file.read_text())) for file in code("src")}
    unit_of = {part: unit for unit, parts in all_units.items() for part in parts}
    chosen = {unit_of[file] for file in files if file in unit_of}
    for header in sorted(files - unit_of.keys()):
        seeing = [unit_of[file] for file in users(header, includes) if file in unit_of]
        if seeing and not chosen & set(seeing):
            chosen.add(seeing[0])
    return sorted(chosen)


def run_tidy(program, build, chosen):
    """True when there is nothing to complain about."""
    command = [program, "-p", build, "--quiet", "--warnings-as-errors=*"]

    def judge(unit):
        if SRC not in unit.parents:  # it includes sources, that is what it is for
            return run([*command, "--checks=-bugprone-suspicious-include", unit])
        return run([*command, unit])

    def run(words):
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(judge, chosen):
            if done.returncode != 0:
                clean = False
                print(done.stdout, flush=True)
    return clean


def tidy(build, everything):
    program, all_units = tool("clang-tidy"), units(build)
    chosen = sorted(all_units)
    if not everything:
        since = base()
        if since is None:
            print("SKIPPED: git knows no commit before this one, so nothing has changed")
            sys.exit(77)
        files = changed(since)
        chosen = units_of(files, all_units)
        print(f"{len(files)} files changed since {since[:10]}")
    print(f"clang-tidy of {len(chosen)} of {len(all_units)} compiled files", flush=True)
    return run_tidy(program, build, chosen)


def check_format():
    files = code("src", "tests")
    print(f"clang-format of {len(files)} files", flush=True)
    return subprocess.run([tool("clang-format"), "--dry-run", "-Werror", *files]).returncode == 0


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "format":
        clean = check_format()
    else:
        clean = tidy(pathlib.Path(arguments[0]).resolve(), "--all" in arguments)
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
