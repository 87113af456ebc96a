#!/usr/bin/python3
"""Has every rule of the proof a test? Takes one rule out of the source at a time, builds what should
notice and runs it: cases of the self-test or, where another rule holds as well or no stack here can
show it, cases of a unit test program. Prints the rule and what reddened. Exit 1 when nothing does, when
the unchanged source is not right, or when a patch no longer fits.

  tests/e2e/rules.py [--fit] [--rule NAME]...
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
    cases: tuple = ()  # of the self-test that should redden
    unit: str = ""     # or the folder whose unit tests should: their names
    tests: tuple = ()


SIDE_LISTS = ("a worker that keeps in a side list what it has in hand has nothing where that is "
              "empty")
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
         unit="watch", tests=("settle: rows that tell no voter refute one vote at a time like others",)),
    Rule("S5-fall", "and by what was in hand while the load ran", "watch/serial_check.cpp",
         "refuted_.empty() && fall.most > workers", "fall.most > workers && workers == 0",
         ("pool-tail", "pool-probes")),
    Rule("S6", "what only a profile says does not bind strange workers", "watch/empty_handed.cpp",
         "if (strange.empty()) return std::nullopt;", "return std::nullopt;",
         ("thread-pool-unsaid",)),
    Rule("S7", "votes are looked for elsewhere", "watch/elsewhere.cpp",
         "if (place.own.empty() ||", "if (!place.name.empty() || place.own.empty() ||",
         ("retry-set",)),
    Rule("S7-tables", "and in the other tables of the database", "watch/elsewhere.cpp",
         "for (const adapters::Elsewhere* look : {&queue, &store})",
         "for (const adapters::Elsewhere* look : {&queue})",
         ("error-table",)),
    Rule("C1", "a strange value may yet be changed", "audit/judgement.cpp",
         "flips_stand_(absence_proven_ || !input.rows.values_changed),", "flips_stand_(true),",
         ("placeholder-cut",)),
    Rule("C0", "complete is not finished", "watch/settle.cpp",
         "if (everything_there && rows_stay_as_they_are())", "if (everything_there)",
         ("old-again", "repeated-duplicates")),
    Rule("C4", "others' pushes widen the range of hops", "audit/hops.cpp",
         "if (!has_other_pushes(input, verdict, *pushed))",
         "if (!has_other_pushes(input, verdict, *pushed) || lost > 0)",
         ("lost-among-others",)),
    Rule("W1", "a list is believed once a vote of ours was seen in it", "watch/queue_view.cpp",
         "if (list_is_known()) return", "return",
         unit="watch", tests=("a list that no vote of ours was ever seen in proves nothing by being "
                              "empty",)),
    Rule("W3", "how the table spells a choice is tried", "run/probe_rows.cpp",
         "if (is_as_sent(sent, stored)) continue;\n    ++otherwise;",
         "if (is_as_sent(sent, stored) || !stored.empty()) continue;\n    ++otherwise;",
         unit="run", tests=("other words, one for each choice, are a spelling",
                            "choices that stand as one another are flipped votes, not a spelling")),
    Rule("W4", "row security, views and subscribers are said", "adapters/postgres/catalogue.cpp",
         "facts.exists = !facts.columns.empty();",
         "facts.exists = !facts.columns.empty();\n  if (facts.exists) return facts;",
         unit="adapters", tests=("row security is said, and never hides rows from a reading",)),
    Rule("W5", "a column that cannot hold our ids is said", "adapters/postgres/catalogue.cpp",
         "return cast && cast->truth(0, 0);", "return cast || !cast;",
         unit="adapters", tests=("a column that cannot hold our ids is said by its type",)),
    Rule("S1", "what cannot be read may be ours", "watch/final_evidence.cpp",
         "(seen || list.legible ? 0 : list.unclear) +",
         "(seen || list.legible ? 0 : 0) +",
         unit="watch", tests=("elements that cannot be read stand in the way, and are named",)),
    Rule("S3", "nothing is claimed while votes move", "watch/settle.cpp",
         "if (rows_->missing().count > 0 && clock_.now() - rows_->missing_since() < kStill) {",
         "if (rows_->missing().count > 0 && kStill < kStill) {",
         unit="watch", tests=("a worker that waits in a pop may be one that has just handed its vote to "
                              "another",)),
    Rule("S8", "rows that vanished are no loss of the stack's", "audit/judgement.cpp",
         "!rows.were_removed();", "true;",
         unit="audit", tests=("evidence: where rows were removed, absence is no loss; after a crash "
                              "it is",)),
    Rule("C2", "a pass prints what it leans on", "audit/decide.cpp",
         "if (passes)  // what", "if (passes && claims_absence)  // what",
         unit="audit", tests=("hops: what a range leans on is said with it",)),
    Rule("C3", "accepted above pushed, and rows that nobody sent, are reasons", "audit/decide.cpp",
         "if (const auto count = unpushed(input, verdict))",
         "if (const auto count = unpushed(input, verdict); count && input.own_stack)",
         unit="audit", tests=("pushes: accepted votes that cannot have been pushed keep a run from "
                              "passing",)),
    Rule("C5", "a server's clock that was set is no drift", "vote/server_clocks.cpp",
         "<= allowed;", "<= allowed || now.offset != before.offset;",
         unit="vote", tests=("a clock that is set is told by how much, forward and back",)),
    Rule("C6", "means divide by the planned time", "report/measures/measured.cpp",
         "std::max(reached->at, load);", "reached->at;",
         unit="report", tests=("a mean rate divides by the planned time, or to the last row where "
                               "that came later",)),
    Rule("R1", "every slot's check is seeded with the run", "ledger/attempt_store.cpp",
         "if (owner.form == SlotForm::plain) return 0xFF;", "static_cast<void>(owner);\n  return 0xFF;",
         unit="ledger", tests=("slots of another run, or of another place, are found",)),
    Rule("R2", "after a clean, absence proves nothing", "audit/second_look.cpp",
         "if (first.cleaned)", "if (first.cleaned && live.rows.rows.own.empty() && false)",
         unit="audit", tests=("what votebench itself took out is no loss of the stack's",)),
    Rule("Q1", "what a group handed out, and has in no hand, was taken bare",
         "watch/queue_tracker.cpp", "history_.taken_bare += entered - std::min(entered, accounted);",
         "history_.taken_bare += entered - std::max(entered, accounted);",
         unit="watch", tests=("handed out, not in hand any more and never acknowledged: taken bare",)),
    Rule("Q2", "side lists and pending entries say nothing of votes that were taken past them",
         "watch/empty_handed.cpp", "if (hands.taken_bare > 0)", "if (hands.taken_bare > 1000)",
         unit="watch", tests=(SIDE_LISTS,)),
    Rule("Q3", "votes that are acknowledged before they are written are in no hand that is seen",
         "watch/empty_handed.cpp", "if (!hands.settled_early.empty()) return", "if (false) return",
         unit="watch", tests=(SIDE_LISTS,)),
    Rule("Q4", "of a vote that was claimed the first worker may still write a copy",
         "watch/empty_handed.cpp", "if (hands.handed_over > 0)", "if (hands.handed_over > 1000)",
         unit="watch", tests=(SIDE_LISTS,)),
    Rule("Q5", "a missing vote may have been taken off its side list before its write",
         "watch/empty_handed.cpp", "return hands.votes_are_missing ?",
         "return hands.votes_are_missing && false ?",
         unit="watch", tests=(SIDE_LISTS,)),
    Rule("Q6", "without a group nobody knows what was not read yet",
         "adapters/redis_stream/redis_stream.cpp", "snapshot.blind = !is_grouped();",
         "snapshot.blind = false;",
         unit="adapters", tests=("a stream without a group: nothing is known of what was read",)),
    Rule("Q7", "entries that went before a worker had them are votes lost in the queue",
         "adapters/redis_stream/stream_state.cpp", "*group.read + unread.count;",
         "*group.read + unread.count + *stream.added;",
         unit="adapters", tests=("trap: the server's lag counts what was trimmed; and none where "
                                 "entries were deleted",)),
    Rule("N1", "a counter that was set back accuses nobody", "audit/counts.cpp",
         "absence_is_proven(input) && !set_back(input)", "absence_is_proven(input)",
         unit="audit", tests=("counters: one that went back accuses nobody",)),
    Rule("N2", "counters that others raise do not pass", "audit/counters.cpp",
         "if (rows.counters.shared)\n", "if (rows.counters.shared && false)\n",
         unit="audit", tests=("counters: others who vote keep a run from passing, and explain no loss "
                              "away",)),
    Rule("N3", "more than were sent is a failure only where nobody else can vote",
         "audit/counters.cpp", "rows.counters.exclusive && !rows", "!rows",
         unit="audit", tests=("counters: more than were sent is a failure only where nobody else can "
                              "vote",)),
    Rule("N4", "missing counts are late where nobody says how late they may be", "watch/settle.cpp",
         "if (!everything_there && !quiet) obstacle_", "if (false) obstacle_",
         unit="watch", tests=("settle: missing counts are late for as long as nobody says how late "
                              "they may be",)),
    Rule("N5", "counters that rise are not settled", "watch/settle.cpp",
         "if (!obstacle_.empty() || patience_.still_for(clock_.now()) < needed)",
         "if (!obstacle_.empty() || needed < Nanoseconds(0))",
         unit="watch", tests=("settle: counters that go on rising are not settled",)),
    Rule("N6", "where no trailing votes can be cast, votes may be held back for max_hold",
         "watch/empty_handed.cpp", "if (!obstacle && hands.is_untried())", "if (!obstacle && false)",
         unit="watch", tests=("settle: without voter ids whoever may hold votes back until more come "
                              "has max_hold",)),
    Rule("N7", "one vote at a time is refuted by rows that tell no voter, too", "watch/settle.cpp",
         "serial_.observe(clear_since, rows_->read_at(), rows(),",
         "serial_.observe(clear_since, rows_->read_at(), rows_->own_rows(),",
         unit="watch", tests=("settle: rows that tell no voter refute one vote at a time like "
                              "others",)),
    Rule("I1", "an id that two votes were told belongs to the first of them", "vote/id_book.cpp",
         "if (known && stored(*known) == id) {", "if (known && stored(*known) == id && id.empty()) {",
         unit="vote", tests=("an id that was told twice stays its first voter's, and that is known of "
                             "the second",)),
    Rule("I2", "an accepted answer that tells no id is no clear answer",
         "adapters/http/http_outcome.cpp", "IdentityMode::answered && !facts.tells_id",
         "IdentityMode::answered && false",
         unit="adapters", tests=("where the app makes the ids, an accepted status counts with an id "
                                 "only",)),
)


def run(command, **options):
    return subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S,
                          check=False, **options)


class Nest:
    """A copy of the sources, and the programs that are built of it."""

    def __init__(self, directory):
        self.source, self.build = directory / "source", directory / "build"
        os.environ["CCACHE_BASEDIR"] = str(directory)  # what the last run compiled, this one finds
        for part in ("src", "cmake", "docs", "scenarios", "tests/support", "tests/unit"):
            shutil.copytree(ROOT / part, self.source / part)
        for file in ("CMakeLists.txt", "tests/CMakeLists.txt", "check"):
            shutil.copy(ROOT / file, self.source / file)
        for part in ("e2e", "tidy", "infra"):  # of whose tests none is run here
            (self.source / "tests" / part).mkdir()
            (self.source / "tests" / part / "CMakeLists.txt").touch()
        launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        self.succeed(["cmake", "-G", "Ninja", "-S", self.source, "-B", self.build,
                      "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
                      "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=10", *launcher])

    @staticmethod
    def succeed(command):
        done = run(command)
        if done.returncode != 0:
            sys.exit(f"{command[0]} failed:\n{done.stdout[-3000:]}")

    def make(self, *targets):
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", "2")
        self.succeed(["cmake", "--build", self.build, "--parallel", jobs, "--target", *targets])

    def wrong(self, rule):
        """What is red of that which should be where the rule is taken out, and the line that says why."""
        if rule.unit:
            self.make(f"unit_{rule.unit}")
            return {f"unit.{rule.unit}": test for test in rule.tests
                    if not self.passes(rule.unit, test)}
        self.make("votebench", "votestack")
        return self.wrong_cases(rule.cases)

    def wrong_cases(self, cases):
        """The rows that are wrong, with the line that says why."""
        chosen = [word for case in cases for word in ("--case", case)]
        done = run([self.build / "votebench", "selftest", *chosen])
        if done.returncode not in (0, 1):
            sys.exit(f"the self-test did not run:\n{done.stdout}")
        rows = re.findall(r"^(\S+) .* WRONG\n +(.*)$", done.stdout, re.M)
        return dict(rows)

    def passes(self, unit, test):
        # A comma parts test names from each other.
        done = run([self.build / f"unit_{unit}", test.replace(",", "\\,")])
        if not re.search(r"\b1 test case\b|\b1 \| ", done.stdout):
            sys.exit(f"unit_{unit} has no test '{test}':\n{done.stdout[-1000:]}")
        return done.returncode == 0

    def without(self, rule):
        """What is red when the rule is taken out."""
        file = self.source / "src" / rule.file
        original = file.read_text()
        file.write_text(original.replace(rule.old, rule.new))
        try:
            return self.wrong(rule)
        finally:
            file.write_text(original)


def misfits():
    """Of rules whose line is not there, or not once."""
    return [f"{rule.name}: src/{rule.file} does not hold its line once: {rule.old}"
            for rule in RULES if (ROOT / "src" / rule.file).read_text().count(rule.old) != 1]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rule", action="append", help="only this one; again for another")
    options.add_argument("--fit", action="store_true", help="only see whether the lines are there")
    given = options.parse_args()
    wanted = given.rule
    if wrong := misfits():
        sys.exit("\n".join(wrong))
    if given.fit:
        return 0
    rules = [rule for rule in RULES if not wanted or rule.name in wanted]
    if wanted and len(rules) < len(set(wanted)):
        options.error(f"the rules are {', '.join(rule.name for rule in RULES)}")
    untested = []
    with tempfile.TemporaryDirectory(prefix="votebench-rules-") as base:
        nest = Nest(pathlib.Path(base))
        wrong = {}
        cases = {case for rule in rules for case in rule.cases}
        if cases:
            nest.make("votebench", "votestack")
            wrong = nest.wrong_cases(sorted(cases))
        for rule in rules:
            wrong |= nest.wrong(rule) if rule.unit else {}
        if wrong:
            sys.exit(f"the unchanged source is not right: {wrong}")
        for rule in rules:
            wrong = nest.without(rule)
            print(f"{rule.name:<4} {rule.what}", flush=True)
            for case, why in wrong.items():
                print(f"       {case}: {why}", flush=True)
            if not wrong:
                untested.append(rule.name)
                print(f"       NOTHING of {', '.join(rule.cases + rule.tests)} notices", flush=True)
    print(f"{len(rules)} rules taken out, {len(untested)} of them missed by nobody"
          + (f": {', '.join(untested)}" if untested else ""))
    return 1 if untested else 0


if __name__ == "__main__":
    sys.exit(main())
