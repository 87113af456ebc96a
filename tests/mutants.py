#!/usr/bin/env python3
"""Is every comparison and every decision of the proof pinned down by a test?

Changes a folder of src in one place at a time, in a copy, builds the folder's tests and runs them: a
mutant that passes them all has survived. Prints the survivors; exit 1 when one is not in EQUIVALENT.

  tests/mutants.py --folder audit|watch [--sample N] [--seed S] [--jobs N] [--files "settle.cpp,*.h"]
                   [--names]
"""
import argparse
import concurrent.futures
import fnmatch
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import typing
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]

COMMON = [  # (pattern, replacements)
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

# A guard, a reset and a count that are left out; a proof that is another one.
DECISIONS = [
    (r"\b(?:else )?if \(.*\) [^{};]*;$", [";"]),
    (r"(?<=^  )\w[\w.>-]*(?:\.|->)(?:reset|clear)\(\);", [";"]),
    (r" \|= ", [" = "]),
    (r"\bSettleProof::(?:empty_handed|quiet)\b", ["SettleProof::none"]),
    (r"\bSettleProof::none\b", ["SettleProof::complete"]),
]


class Folder(typing.NamedTuple):
    """What of src is changed, and what its tests are compiled of."""
    files: tuple    # that are changed, the ones that matter most first
    parts: tuple    # folders of src that are linked
    level: str      # of optimisation: tests that count up worlds need some
    packages: tuple
    rules: list
    support: tuple = ()      # of tests/support
    without: tuple = ()      # what is not linked: tests of real servers, the ways to them
    choices: tuple = ("",)   # of tests, one after the other; quick ones first


FOLDERS = {
    # Not changed: wording.cpp (sentences), canaries.* (they are a test themselves).
    "audit": Folder(
        files=("append.cpp", "ballots.cpp", "ballots.h", "counters.cpp", "counts.cpp", "decide.cpp", "hops.cpp",
               "judge.cpp", "judgement.cpp", "judgement.h", "last_wins.cpp", "voter_groups.h",
               "witness.cpp", "second_look.cpp", "one_voter.cpp"),
        parts=("core", "vote", "audit"), level="-O1", packages=("fmt", "libsodium", "zlib", "catch2"),
        rules=COMMON, support=("memory_stack.cpp",), choices=("~[exhaustive]", "[exhaustive]")),
    # Not changed: drain_words.cpp (sentences), sampler.cpp (a thread).
    "watch": Folder(
        files=("settle.cpp", "drain.h", "drain_telling.cpp", "empty_handed.cpp", "trailing_votes.cpp", "trailing_votes.h",
               "serial_check.cpp", "elsewhere.cpp", "queue_view.cpp", "queue_view.h", "row_view.cpp",
               "row_view.h", "final_evidence.cpp", "seen_voters.cpp", "patience.cpp",
               "queue_tracker.cpp", "page_check.cpp"),
        parts=("core", "vote", "adapters", "watch"), level="-O0",
        packages=("fmt", "libsodium", "zlib", "libcurl", "hiredis", "libpq", "catch2"),
        rules=COMMON + DECISIONS, without=("*/real_drain_test.cpp", "src/adapters/http/*", "src/adapters/postgres/*",
                 "src/adapters/*_route.cpp", "src/adapters/stores.cpp",
                 "src/adapters/services.cpp")),
}

# Changes that no test can notice, each with its reason: (file, code as it is, replacement).
EQUIVALENT = {
    **{("audit/judge.cpp",
        "for (const VoteClass vote_class : {VoteClass::persisted, VoteClass::flipped, VoteClass::stale})",
        old, "VoteClass::persisted"):
       "a guard against faults of the auditor: no input makes the classes disagree"
       for old in ("VoteClass::flipped", "VoteClass::stale")},
    ("audit/last_wins.cpp", "? judgement.absent(voter.voter, 0, VoteClass::flipped)",
     "VoteClass::flipped", "VoteClass::persisted"):
        "where flips do not stand absence is not proven, and what it would be then is not asked for",
    ("audit/decide.cpp",
     "return static_cast<double>(count) <= share * static_cast<double>(total) + 1e-6;", "<=", "<"):
        "no count is a share of another plus a millionth",
    ("audit/decide.cpp", "else if (static_cast<double>(accounting.acked) + 1e-6 < wanted)", "<", "<="):
        "no count is a share of another less a millionth",
    ("watch/settle.cpp", "if (!queue_->look_at_clients()) return false;", "return false", "return true"):
        "a look that fails forgets since when the lists are clear, and evidence_stands() compares that",
    ("watch/drain_telling.cpp", "if (position_.waiting > 0 && patience_.still_for(clock_.now()) < task_.timeout)",
     "<", "<="):
        "a clock that reads the limit to the nanosecond, some looks after it was first compared",
    ("watch/trailing_votes.cpp", "if (cast_ids_.empty()) return true;",
     "if (cast_ids_.empty()) return true;", ";"):
        "none was cast, so the last cast is the clock's epoch, which is longer ago than kPatience",
}


class Mutant(typing.NamedTuple):
    file: str  # below src
    at: int
    old: str
    new: str
    line: int
    code: str

    def is_explained(self):
        return (self.file, self.code, self.old.strip(), self.new.strip()) in EQUIVALENT

    def __str__(self):
        return (f"{self.file}:{self.line}: '{self.old.strip()}' -> '{self.new.strip()}' in: "
                f"{self.code}")


def mutants_of(file, rules):
    text = (ROOT / "src" / file).read_text()
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        code = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: "~" * len(m.group()), line)
        code = code.split("//")[0].rstrip()
        if not code.lstrip().startswith(("#", "template", "using ", "constexpr ", "CHECK_THAT_HOLDS")):
            for pattern, replacements in rules:
                for match in re.finditer(pattern, code):
                    at, end = offset + match.start(), offset + match.end()
                    for new in replacements:
                        yield Mutant(file, at, text[at:end], new, number, line.strip())
        offset += len(line)


def run(command, where, limit_s=900, output=subprocess.DEVNULL):
    """True: it succeeded. None: it ran out of time."""
    try:
        done = subprocess.run([str(part) for part in command], stdout=output, stderr=output, cwd=where,
                              stdin=subprocess.DEVNULL, timeout=limit_s)
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return None


def pkg_config(kind, packages):
    # Catch2 2 is headers only; 3 is a library.
    return [word for package in packages for word in subprocess.run(
        ["pkg-config", kind, package], capture_output=True, text=True).stdout.split()]


class Tree:
    """A copy of the sources, and the objects of all that stays as it is. Calls the compiler itself:
    a mutant costs one translation unit and a link."""

    def __init__(self, root, name, jobs, names):
        self.root, self.folder, self.names = root, FOLDERS[name], names
        tests = f"tests/unit/{name}"
        for part in (*(f"src/{part}" for part in self.folder.parts), "tests/support", tests):
            shutil.copytree(ROOT / part, root / part)
        self.flags = ["-std=c++20", "-Isrc", "-Itests", '-DVOTEBENCH_VERSION="0"',
                      "-D_GLIBCXX_ASSERTIONS", self.folder.level,
                      *pkg_config("--cflags", self.folder.packages)]
        self.linker = ["-fuse-ld=gold"] if shutil.which("ld.gold") else []  # twice as quick
        self.libraries = pkg_config("--libs", self.folder.packages)
        tested = self.sources(f"src/{name}")
        self.changed = [source for source in tested if source.name in self.folder.files]
        of_parts = [source for part in self.folder.parts if part != name
                    for source in self.sources(f"src/{part}")]
        support = [pathlib.Path("tests/support") / file
                   for file in ("catch_main.cpp", *self.folder.support)]
        kept = [*support, *self.sources(tests)]
        compiler = ["ccache", "c++"] if shutil.which("ccache") else ["c++"]
        with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
            built = list(workers.map(
                lambda source: run([*compiler, *self.flags, "-c", source, "-o", self.object(source)],
                                   root, output=None), [*tested, *of_parts, *kept]))
        everything = root / "headers.h"
        everything.write_text("".join(f'#include "{file.relative_to(root / "src")}"\n'
                                      for file in sorted((root / "src" / name).glob("*.h"))))
        rest = [source for source in tested if source not in self.changed]
        if not (all(built)
                and run(["c++", "-r", "-o", "kept.o", *map(self.object, [*kept, *rest])], root)
                and run(["ar", "rc", "parts.a", *map(self.object, of_parts)], root)
                and run(["c++", *self.flags, "-x", "c++-header", everything], root)):
            sys.exit("the unchanged tree does not compile")
        scratch = root / "unchanged"
        scratch.mkdir()
        begin = time.monotonic()
        if not self.link({}, scratch, None) or self.judge(scratch, 900, None) != "survived":
            sys.exit("the unchanged tree does not pass its tests")
        self.limit_s = 10 + 10 * (time.monotonic() - begin)

    def sources(self, part):
        found = [file.relative_to(self.root) for file in sorted((self.root / part).rglob("*.cpp"))]
        return [file for file in found
                if not any(fnmatch.fnmatch(str(file), pattern) for pattern in self.folder.without)]

    @staticmethod
    def object(source):
        return source.with_suffix(".o")

    def compile(self, source, made, flags=()):
        return run(["c++", *flags, *self.flags, "-c", source, "-o", made], self.root)

    # A header's functions are in tests as well; the first definition is the one that is linked.
    def link(self, instead, scratch, output=subprocess.DEVNULL):
        objects = [instead.get(source, self.object(source)) for source in self.changed]
        return run(["c++", *self.linker, *objects, "kept.o", "parts.a", "-o", scratch / "tests", *self.libraries],
                   self.root, output=output)

    def judge(self, scratch, limit_s, output=subprocess.DEVNULL):
        for choice in self.folder.choices:
            told = ["-r", "junit", "-o", "red.xml"] if self.names else []
            passed = run([scratch / "tests", "--abort", *told, *([choice] if choice else [])],
                         scratch, limit_s, output)
            if not passed:
                return "killed" if passed is False else "ran out of time"
        return "survived"

    def fate(self, mutant):
        with tempfile.TemporaryDirectory(dir=self.root, prefix="mutant-") as name:
            scratch = pathlib.Path(name)
            changed = scratch / mutant.file
            changed.parent.mkdir()
            text = (self.root / "src" / mutant.file).read_text()
            changed.write_text(text[:mutant.at] + mutant.new + text[mutant.at + len(mutant.old):])
            if changed.suffix == ".cpp":
                touched, flags = {pathlib.Path("src") / mutant.file: changed}, ["-include", "headers.h"]
            else:  # found before the header as it is
                touched, flags = {source: source for source in self.changed}, [f"-I{scratch}"]
            objects = {source: scratch / f"{source.stem}.o" for source in touched}
            if not (all(self.compile(touched[source], objects[source], flags) for source in touched)
                    and self.link(objects, scratch)):
                return "does not compile", []
            fate = self.judge(scratch, self.limit_s)
            return fate, self.red_tests(scratch) if self.names and fate == "killed" else []

    @staticmethod
    def red_tests(scratch):
        try:
            cases = xml.etree.ElementTree.parse(scratch / "red.xml").iter("testcase")
        except (OSError, xml.etree.ElementTree.ParseError):
            return ["(the program ended before it named one)"]
        return sorted({case.get("name").split("/")[0] for case in cases
                       if case.find("failure") is not None or case.find("error") is not None})


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True, choices=FOLDERS)
    parser.add_argument("--sample", type=int, help="only so many mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--files", default="*", help="only of these, as names or patterns")
    parser.add_argument("--names", action="store_true", help="which test killed each")
    chosen = parser.parse_args()
    folder = FOLDERS[chosen.folder]
    chosen.mutants = [mutant for name in folder.files
                      for mutant in mutants_of(f"{chosen.folder}/{name}", folder.rules)
                      if any(fnmatch.fnmatch(name, wanted) for wanted in chosen.files.split(","))]
    if not chosen.mutants:
        parser.error(f"no such file: {chosen.files}")
    if chosen.sample is not None and chosen.sample < len(chosen.mutants):
        chosen.mutants = random.Random(chosen.seed).sample(chosen.mutants, chosen.sample)
    return chosen


def counted(fates):
    return ", ".join(f"{fate} {fates.count(fate)}" for fate in
                     ("killed", "ran out of time", "does not compile", "survived"))


def main():
    chosen = options()
    fates = {}
    with tempfile.TemporaryDirectory(prefix="votebench-mutants-") as base, \
            concurrent.futures.ThreadPoolExecutor(chosen.jobs) as workers:
        tree = Tree(pathlib.Path(base) / "tree", chosen.folder, chosen.jobs, chosen.names)
        for mutant, (fate, red) in zip(chosen.mutants, workers.map(tree.fate, chosen.mutants)):
            fates[mutant] = fate
            if fate == "survived" or chosen.names:
                why = " (equivalent)" if fate == "survived" and mutant.is_explained() else ""
                print(f"{fate}{why} {mutant}", flush=True)
            for test in red:
                print(f"    {test}", flush=True)
    for file in dict.fromkeys(mutant.file for mutant in fates):
        print(f"{file}: {counted([fate for mutant, fate in fates.items() if mutant.file == file])}")
    unexplained = [mutant for mutant, fate in fates.items()
                   if fate == "survived" and not mutant.is_explained()]
    print(f"{len(fates)} mutants: {counted(list(fates.values()))}, of these unexplained "
          f"{len(unexplained)}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
