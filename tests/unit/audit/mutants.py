#!/usr/bin/env python3
"""Is every comparison and every class of the audit pinned down by a test?

Changes src/audit in one place at a time, in a copy, builds the audit's tests and runs them: a mutant
that passes them all has survived. Prints the survivors; exit 1 when one is not in EQUIVALENT.

  tests/unit/audit/mutants.py [--sample N] [--seed S] [--jobs N] [--files "last_wins.cpp,*.h"]

Not mutated: wording.cpp (sentences), canaries.* (they are a test themselves).
"""
import argparse
import fnmatch
import pathlib
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[3]
FILES = ["append.cpp", "ballots.cpp", "ballots.h", "counts.cpp", "decide.cpp", "hops.cpp", "judge.cpp",
         "judgement.cpp", "judgement.h", "last_wins.cpp", "voter_groups.h", "witness.cpp"]

RULES = [  # (pattern, replacements)
    (r" == ", [" != "]),
    (r" != ", [" == "]),
    (r" < ", [" <= ", " >= "]),
    (r" > ", [" >= ", " <= "]),
    (r" <= ", [" < "]),
    (r" >= ", [" > ", " < "]),
    (r" && ", [" || "]),
    (r" \|\| ", [" && "]),
    (r" \+ ", [" - "]),
    (r" - ", [" + "]),
    (r"(?<=[ (])!(?=[a-z])", [""]),
    (r"\breturn true\b", ["return false"]),
    (r"\breturn false\b", ["return true"]),
    (r"\bVoteClass::persisted\b", ["VoteClass::lost"]),
    (r"\bVoteClass::(?!persisted|not_counted\))\w+", ["VoteClass::persisted"]),
    (r"\bOutcome::acked\b", ["Outcome::ambiguous"]),
    (r"\bOutcome::(?:ambiguous|rejected|not_sent)\b", ["Outcome::acked"]),
    (r"\bSubject::(?:ambiguous|row|unsent)\b", ["Subject::acked"]),
    (r"\bSubject::acked\b", ["Subject::row"]),
    (r"\bVerdictKind::(?:fail|inconclusive|broken)\b", ["VerdictKind::pass"]),
    (r"\bVerdictKind::pass\b", ["VerdictKind::inconclusive"]),
    (r"\bHop::vote\b", ["Hop::queue"]),
    (r"\bHop::(?:queue|db)\b", ["Hop::vote"]),
    (r"\bTableModel::append\b", ["TableModel::last_wins"]),
    (r"\bTableModel::last_wins\b", ["TableModel::append"]),
    (r"\bIdentityMode::none\b", ["IdentityMode::echoed"]),
    (r"\bSettleProof::complete\b", ["SettleProof::quiet"]),
    (r"\bstd::min\b(?!_)", ["std::max"]),
    (r"\bstd::max\b(?!_)", ["std::min"]),
]

# Changes that no test can notice, each with its reason: (file, code as it is, replacement).
EQUIVALENT = {}


def mutants_of(name):
    text = (ROOT / "src/audit" / name).read_text()
    offset = 0
    for line in text.splitlines(keepends=True):
        code = line.split("//")[0]
        code = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: "~" * len(m.group()), code)
        if not code.lstrip().startswith(("#", "template", "using ")):
            for pattern, replacements in RULES:
                for match in re.finditer(pattern, code):
                    for new in replacements:
                        at = offset + match.start()
                        yield (name, at, match.group(), new, text.count("\n", 0, at) + 1, line.strip())
        offset += len(line)


def run(command, timeout=900):
    """True: it succeeded. None: it ran out of time."""
    try:
        done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=timeout)
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return None


def pkg_config(kind):
    # Catch2 2 is headers only; 3 is a library.
    return [word for package in ("fmt", "libsodium", "zlib", "catch2") for word in subprocess.run(
        ["pkg-config", kind, package], capture_output=True, text=True).stdout.split()]


class Nest:
    """Sources and objects of the audit and of its tests in a folder of their own; one thread uses it.

    Calls the compiler itself: a mutant costs one translation unit and a link."""

    def __init__(self, root):
        self.root = root
        for part in ("src/core", "src/vote", "src/audit", "tests/support", "tests/unit/audit"):
            shutil.copytree(ROOT / part, root / part)
        self.compiler = ["c++", "-std=c++20", f"-I{root}/src", f"-I{root}/tests", *pkg_config("--cflags")]
        self.libraries = pkg_config("--libs")
        support = [root / "tests/support" / name for name in ("catch_main.cpp", "memory_stack.cpp")]
        self.sources = [*support, *(file for part in ("src/core", "src/vote", "src/audit",
                                                      "tests/unit/audit")
                                    for file in sorted((root / part).glob("*.cpp")))]
        if not (self.compile(self.sources) and self.link() and self.judge() == "survived"):
            sys.exit("the unchanged tree does not pass its tests")

    def copy(self, root):
        shutil.copytree(self.root, root)
        other = object.__new__(Nest)
        other.root = root
        other.libraries = self.libraries
        other.compiler = [word.replace(str(self.root), str(root)) for word in self.compiler]
        other.sources = [root / source.relative_to(self.root) for source in self.sources]
        return other

    def compile(self, sources):
        return all(run([*self.compiler, "-O1", "-c", source, "-o", source.with_suffix(".o")])
                   for source in sources)

    def link(self):
        return run(["c++", *(source.with_suffix(".o") for source in self.sources), "-o",
                    self.root / "tests-of-audit", *self.libraries])

    def judge(self):
        for choice, seconds in (("~[exhaustive]", 120), ("[exhaustive]", 600)):
            passed = run([self.root / "tests-of-audit", "--abort", choice], seconds)
            if not passed:
                return "killed" if passed is False else "ran out of time"
        return "survived"

    def fate(self, mutant):
        name, at, old, new, _, _ = mutant
        file = self.root / "src/audit" / name
        original = file.read_text()
        audit = sorted((self.root / "src/audit").glob("*.cpp"))
        touched = [file] if file.suffix == ".cpp" else [f for f in audit if f.name != "wording.cpp"]
        for source in touched:
            shutil.copy(source.with_suffix(".o"), source.with_suffix(".original"))
        file.write_text(original[:at] + new + original[at + len(old):])
        try:
            if not (self.compile(touched) and self.link()):
                return "does not compile"
            return self.judge()
        finally:
            file.write_text(original)
            for source in touched:
                source.with_suffix(".original").replace(source.with_suffix(".o"))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sample", type=int, help="only so many mutants, drawn by --seed")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--files", default="*", help="only of these, as names or patterns")
    chosen = options.parse_args()

    mutants = [m for name in FILES for m in mutants_of(name)
               if any(fnmatch.fnmatch(name, pattern) for pattern in chosen.files.split(","))]
    if not mutants:
        options.error(f"no such file: {chosen.files}")
    if chosen.sample is not None and chosen.sample < len(mutants):
        mutants = random.Random(chosen.seed).sample(mutants, chosen.sample)
    work, fates, lock = queue.Queue(), {}, threading.Lock()
    for mutant in mutants:
        work.put(mutant)

    def labour(nest):
        while True:
            try:
                mutant = work.get_nowait()
            except queue.Empty:
                return
            fate = nest.fate(mutant)
            with lock:
                fates[mutant] = fate
                if fate == "survived":
                    name, _, old, new, line, code = mutant
                    print(f"survived {name}:{line}: '{old.strip()}' -> '{new.strip()}' in: {code}",
                          flush=True)

    with tempfile.TemporaryDirectory(prefix="votebench-mutants-") as base:
        first = Nest(pathlib.Path(base) / "0")
        nests = [first, *(first.copy(pathlib.Path(base) / str(n)) for n in range(1, chosen.jobs))]
        threads = [threading.Thread(target=labour, args=(nest,)) for nest in nests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    unexplained = [m for m, f in fates.items() if f == "survived"
                   and (m[0], m[5], m[2].strip(), m[3].strip()) not in EQUIVALENT]
    counted = ", ".join(f"{fate} {sum(1 for f in fates.values() if f == fate)}"
                        for fate in ("killed", "ran out of time", "does not compile", "survived"))
    print(f"{len(fates)} mutants: {counted}, of these unexplained {len(unexplained)}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
