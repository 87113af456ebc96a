"""README, --help and the schema say the same."""

import json
import re
import subprocess

from harness import SOURCE_DIR, votebench
from servers import program

README = (SOURCE_DIR / "README.md").read_text()


def help_of(*words):
    done = subprocess.run([program("votebench"), *words, "--help"], capture_output=True, text=True,
                          check=True)
    return done.stdout


def test_exit_statuses_are_those_of_the_help():
    table = README.split("| status | meaning |")[1].split("\n\n")[0]
    told = {int(n) for cell in re.findall(r"^\| ([0-9, ]+) \|", table, re.M)
            for n in cell.split(",")}
    listed = help_of().split("Exit status")[1]
    assert told == {int(n) for n in re.findall(r"^  (\d+) ", listed, re.M)}


def test_commands_and_flags_of_the_readme_exist():
    commands = re.findall(r"votebench ((?:run|report|list|validate|schema|init|stack|doctor|verify|"
                          r"compare|show|clean|attach)[^`\n|]*)", README)
    assert len(commands) >= 10
    for command in commands:
        words = command.split()
        depth = 2 if words[0] == "stack" and len(words) > 1 else 1
        text = help_of(*words[:depth])
        for flag in re.findall(r"--[a-z-]+", command):
            assert flag in text, f"votebench {command}: no {flag}"


def test_the_comparison_of_the_readme_is_one_that_is_printed():
    golden = SOURCE_DIR / "tests/golden/report/compare-regression.txt"
    assert golden.read_text() in README


def test_every_subcommand_is_in_the_readme():
    for command in re.findall(r"^  ([a-z]+) ", help_of().split("Subcommands:")[1], re.M):
        assert f"votebench {command}" in README, command


def test_the_schema_accepts_the_bundled_scenarios_and_knows_their_keys(tmp_path):
    schema = json.loads(votebench("schema", cwd=tmp_path).stdout)
    keys = votebench("schema", "--markdown", cwd=tmp_path).stdout
    assert keys == (SOURCE_DIR / "scenarios/KEYS.md").read_text()
    for name in schema["properties"]:
        assert f"`{name}" in keys, name
    for scenario in sorted((SOURCE_DIR / "scenarios").glob("*.yaml")):
        assert votebench("validate", str(scenario), cwd=tmp_path).returncode == 0, scenario
