"""The pages, --help and the schema say the same; what the pages show can be typed."""

import functools
import json
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from harness import SOURCE_DIR, votebench
from servers import program

sys.path.insert(0, str(SOURCE_DIR / "tests/tidy"))
import pages  # noqa: E402

# CHANGELOG.md tells of commands as they were.
PAGES = {str(path): pages.read(SOURCE_DIR / path) for path in pages.pages(SOURCE_DIR)
         if path.name != "CHANGELOG.md"}
STATUSES = (SOURCE_DIR / "docs/commands.md").read_text()
# End every command line, so that it is only parsed; the first may be taken for an option's value.
UNKNOWN = ["--no-such-value", "--no-such-option"]
UNEXPECTED = re.compile(r"votebench: error: unknown option --no-such-(?:value|option)\n")
SCRIPT = re.compile(r"(?:\./|scripts/|\.ci/)[\w/.-]+")
# What a scenario needs beside the part that a page shows.
REST = {"version": "version: 1",
        "workloads": "workloads: { peak: { executor: constant-clients, clients: 1, duration: 3m } }"}


@functools.cache
def help_of(*words):
    done = subprocess.run([program("votebench"), *words, "--help"], capture_output=True, text=True,
                          check=True)
    return done.stdout


@functools.cache
def subcommands():
    return re.findall(r"^  ([a-z]+) ", help_of().split("Subcommands:")[1].split("Exit")[0], re.M)


def typed(lines):
    """The commands of a block of code; where it has prompts, only what follows them."""
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if "votebench" in line or SCRIPT.search(line):
            words = shlex.shlex(line, posix=True, punctuation_chars=True)
            words.whitespace_split = True
            yield from split(list(words))


def split(words):
    """At pipes, redirections and the like."""
    command = []
    for word in [*words, ";"]:
        if word and set(word) <= set("();<>|&"):
            if command:
                yield command
            command = []
        else:
            command.append(word)


def alternatives(words):
    """`up|down` is two commands, N some number, [PROJECT] may be left out, `...` is anything."""
    lines = [[]]
    for word in words:
        if word == "...":
            continue
        word = "5" if word == "N" else word.strip("[]")
        choices = word.split("|") if not word.startswith("-") else [word]
        lines = [[*line, choice] for line in lines for choice in choices]
    return lines


def spoken(span):
    """The command lines of votebench or a script in a code span: whole ones, or from the subcommand
    on. A subcommand alone is a name."""
    words = span.replace(r"\|", "|").split()
    if words[0] in subcommands():
        words.insert(0, "votebench")
    if words == ["votebench"] or (len(words) == 2 and words[1] in subcommands()):
        return
    if words[0] == "votebench" or SCRIPT.fullmatch(words[0]):
        yield from alternatives(words)


def commands(page):
    for language, lines in page.blocks:
        if language != "yaml":
            yield from typed(lines)
    for span in page.spans:
        yield from spoken(span)


def refusal(words):
    """What votebench has against a command line, which is not carried out; nothing when it is one."""
    if words[1:] in (["--help"], ["--version"]):
        return ""
    done = votebench(*words[1:], *UNKNOWN, cwd=SOURCE_DIR)
    if done.returncode == 2 and UNEXPECTED.match(done.stderr):
        return ""
    return done.stderr or f"exit {done.returncode}"


def script_refusal(words):
    script = SOURCE_DIR / words[0]
    if not script.is_file():
        return "there is no such script"
    options = {word for word in words[1:] if re.fullmatch("--[a-z-]+", word)}
    if not options:
        return ""
    usage = subprocess.run([script, "--help"], capture_output=True, text=True, check=True,
                           stdin=subprocess.DEVNULL).stdout
    return " ".join(f"no {option}" for option in sorted(options - {"--help"})  # it was just obeyed
                    if not re.search(rf"{option}\b", usage))


@pytest.mark.parametrize("page", PAGES)
def test_commands_can_be_typed(page):
    refused = {}
    for words in commands(PAGES[page]):
        if words[0].split("/")[-1] == "votebench":
            refused[shlex.join(words)] = refusal(words)
        elif SCRIPT.fullmatch(words[0]):
            refused[shlex.join(words)] = script_refusal(words)
    assert not {line: why for line, why in refused.items() if why}


def test_there_are_commands_to_type():
    counts = {page: len(list(commands(content))) for page, content in PAGES.items()}
    assert counts["docs/commands.md"] >= 20
    assert counts["docs/aws.md"] >= 5
    assert counts["README.md"] >= 8


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_options_are_some_command_s(page):
    """Code spans that begin with an option."""
    known = "".join([help_of(), *map(help_of, subcommands()), help_of("stack", "up"),
                     help_of("stack", "logs"), help_of("attach", "compose"),
                     help_of("shards", "prepare")])
    for span in PAGES[page].spans:
        if span.startswith("--"):
            option = re.match("--[a-z-]*", span).group()
            assert re.search(rf"{option}\b", known), f"{page}: no {option}"


YAML = [(page, "\n".join(lines)) for page, content in PAGES.items()
        for language, lines in content.blocks if language == "yaml"]


@pytest.mark.parametrize("page, block", YAML)
def test_yaml_is_a_part_of_a_scenario_or_of_a_target(page, block, tmp_path):
    keys = set(yaml.safe_load(block))
    file = tmp_path / "block.yaml"
    if keys <= set(json.loads(votebench("schema", "--target", cwd=tmp_path).stdout)["properties"]):
        file.write_text(block + "\n")
        done = votebench("run", "--votes", "1", "--clients", "1", "--target", str(file),
                         "--print-scenario", cwd=tmp_path)
    else:
        rest = [line for key, line in REST.items() if key not in keys]
        file.write_text("\n".join([block, *rest]) + "\n")
        done = votebench("validate", str(file), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_there_is_yaml_to_check():
    assert {page for page, _ in YAML} >= {"docs/targets.md", "docs/events.md", "docs/thresholds.md",
                                          "docs/reach.md", "docs/reports.md"}


def test_exit_statuses_are_those_of_the_help():
    table = STATUSES.split("| status | meaning |")[1].split("\n\n")[0]
    told = {int(n) for cell in re.findall(r"^\| ([0-9, ]+) \|", table, re.M)
            for n in cell.split(",")}
    listed = help_of().split("Exit status")[1]
    assert told == {int(n) for n in re.findall(r"^  (\d+) ", listed, re.M)}


@pytest.mark.parametrize("page, golden", [("compare", "compare-regression"),
                                          ("trend", "trend-changed")])
def test_what_is_shown_of_a_command_is_what_it_prints(page, golden):
    printed = (SOURCE_DIR / f"tests/golden/report/{golden}.txt").read_text()
    assert printed in (SOURCE_DIR / f"docs/{page}.md").read_text()


def test_every_subcommand_is_in_the_page_of_commands():
    for command in subcommands():
        assert f"votebench {command}" in STATUSES, command


def test_the_schema_accepts_the_bundled_scenarios_and_knows_their_keys(tmp_path):
    schema = json.loads(votebench("schema", cwd=tmp_path).stdout)
    keys = votebench("schema", "--markdown", cwd=tmp_path).stdout
    assert keys == (SOURCE_DIR / "scenarios/KEYS.md").read_text()
    for name in schema["properties"]:
        assert f"`{name}" in keys, name
    for scenario in sorted((SOURCE_DIR / "scenarios").glob("*.yaml")):
        assert votebench("validate", str(scenario), cwd=tmp_path).returncode == 0, scenario
