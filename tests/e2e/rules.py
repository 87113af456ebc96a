#!/usr/bin/python3
"""Has every rule of the proof a test? Takes one rule out of the source at a time, builds votebench and
runs the cases of its self-test that should notice; prints rule and cases. Exit 1 when a rule's absence
changes no case, when the unchanged source is not right, or when a patch no longer fits.

  tests/e2e/rules.py [--rule NAME]...
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_S = 600


class Rule(typing.NamedTuple):
    name: str
    what: str
    file: str
    old: str
    new: str
    cases: tuple  # that should redden


RULES = (
    Rule("W2", "what a second vote does is tried, not read off an index", "run/table_experiment.cpp",
         "findings_.rule = rules.begin()->first;", "static_cast<void>(rules);",
         ("no-unique-index",)),
    Rule("S2", "trailing votes are cast, and have to come through", "watch/trailing_votes.h",
         "return cast_ && refusals_ < kMostRefusals;", "return false;",
         ("buffering-by-number",)),
    Rule("S4", "who took a vote has to come back", "watch/empty_handed.cpp",
         "if (client.waits) return true;", "return static_cast<void>(elapsed), true;",
         ("stall",)),
    Rule("S5", "serial workers are refuted by what they do", "watch/serial_check.cpp",
         "refuted_.empty() && came > workers", "came > workers && workers == 0",
         ("thread-pool-serial",)),
    Rule("S6", "what only a profile says does not bind strange workers", "watch/empty_handed.cpp",
         "if (strange.empty()) return std::nullopt;", "return std::nullopt;",
         ("thread-pool-unsaid",)),
    Rule("S7", "votes are looked for elsewhere", "watch/elsewhere.cpp",
         "if (place.own.empty() ||", "if (!place.name.empty() || place.own.empty() ||",
         ("retry-set",)),
    Rule("C1", "a strange value may yet be changed", "audit/judgement.cpp",
         "flips_stand_(absence_proven_ || !input.rows.values_changed),", "flips_stand_(true),",
         ("placeholder-cut",)),
    Rule("C0", "complete is not finished", "watch/settle.cpp",
         "if (everything_there && (!task_.rows_may_change || !queue_))", "if (everything_there)",
         ("old-again", "repeated-duplicates")),
    Rule("C4", "others' pushes widen the range of hops", "audit/hops.cpp",
         "if (!has_other_pushes(input, verdict, *pushed))",
         "if (!has_other_pushes(input, verdict, *pushed) || lost > 0)",
         ("lost-among-others",)),
)

# Rules whose absence no case of the self-test can show, each with the reason.
WITHOUT_CASE = {
    "W1": "S2 holds as well: the trailing votes come last; tests of the watch",
    "S1": "S2 holds as well: trailing votes stand behind what waits; tests of the watch",
    "S3": "S2 and the workers' own state hold as well; tests of the watch",
    "W3": "votestack stores choices as they are sent",
    "W4": "needs row security, a subscriber or partitions: tests of the store's adapter",
    "W5": "needs a table of another shape: tests of the preflight",
    "S8": "needs rows that vanish after they were seen: tests of the audit",
    "C3": "needs a row that was never pushed: tests of the audit",
    "C5": "needs a server's clock that steps",
    "R1": "needs a killed run: tests of the ledger",
    "R2": "needs a `clean` that was interrupted: tests of verify",
}


def run(command, **options):
    return subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S,
                          check=False, **options)


class Nest:
    """A copy of the sources, and the programs that are built of it."""

    def __init__(self, directory):
        self.source, self.build = directory / "source", directory / "build"
        for part in ("src", "cmake"):
            shutil.copytree(ROOT / part, self.source / part)
        shutil.copy(ROOT / "CMakeLists.txt", self.source)
        launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        self.succeed(["cmake", "-G", "Ninja", "-S", self.source, "-B", self.build,
                      "-DVOTEBENCH_TESTS=OFF", "-DCMAKE_BUILD_TYPE=Debug",
                      "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCMAKE_UNITY_BUILD=ON",
                      "-DCMAKE_UNITY_BUILD_BATCH_SIZE=10", *launcher])

    @staticmethod
    def succeed(command):
        done = run(command)
        if done.returncode != 0:
            sys.exit(f"{command[0]} failed:\n{done.stdout[-3000:]}")

    def make(self):
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", "2")
        self.succeed(["cmake", "--build", self.build, "--parallel", jobs, "--target", "votebench",
                      "votestack"])

    def wrong_cases(self, cases):
        """The rows that are wrong, with the line that says why."""
        chosen = [word for case in cases for word in ("--case", case)]
        done = run([self.build / "votebench", "selftest", *chosen])
        if done.returncode not in (0, 1):
            sys.exit(f"the self-test did not run:\n{done.stdout}")
        rows = re.findall(r"^(\S+) .* WRONG\n +(.*)$", done.stdout, re.M)
        return dict(rows)

    def without(self, rule):
        """The self-test's wrong rows when the rule is taken out."""
        file = self.source / "src" / rule.file
        original = file.read_text()
        if original.count(rule.old) != 1:
            sys.exit(f"{rule.name}: src/{rule.file} does not hold its line once: {rule.old}")
        file.write_text(original.replace(rule.old, rule.new))
        try:
            self.make()
            return self.wrong_cases(rule.cases)
        finally:
            file.write_text(original)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rule", action="append", help="only this one; again for another")
    wanted = options.parse_args().rule
    rules = [rule for rule in RULES if not wanted or rule.name in wanted]
    if wanted and len(rules) < len(set(wanted)):
        options.error(f"the rules are {', '.join(rule.name for rule in RULES)}")
    untested = []
    with tempfile.TemporaryDirectory(prefix="votebench-rules-") as base:
        nest = Nest(pathlib.Path(base))
        nest.make()
        wrong = nest.wrong_cases(sorted({case for rule in rules for case in rule.cases}))
        if wrong:
            sys.exit(f"the unchanged source is not right: {wrong}")
        for rule in rules:
            wrong = nest.without(rule)
            print(f"{rule.name:<4} {rule.what}", flush=True)
            for case, why in wrong.items():
                print(f"       {case}: {why}", flush=True)
            if not wrong:
                untested.append(rule.name)
                print(f"       NOTHING of {', '.join(rule.cases)} notices", flush=True)
    for name, why in WITHOUT_CASE.items() if not wanted else ():
        print(f"{name:<4} without a case: {why}")
    print(f"{len(rules)} rules taken out, {len(untested)} of them missed by nobody"
          + (f": {', '.join(untested)}" if untested else ""))
    return 1 if untested else 0


if __name__ == "__main__":
    sys.exit(main())
