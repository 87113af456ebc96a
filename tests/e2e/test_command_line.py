"""What the command line says of itself, and of what was mistyped."""

import json
import subprocess

import pytest

from harness import votebench
from servers import program

MISTAKES = {
    "runn": "there is no command 'votebench runn'\n  help: did you mean run? see votebench --help\n",
    "run --vtoes 5": "unknown option --vtoes\n  help: did you mean --votes? see votebench run --help\n",
    "run --zzz=5": "unknown option --zzz\n  help: see votebench run --help\n",
    "run --variant refrence": "--variant 'refrence' is none of reference, dockersamples, append-table, "
                              "always-200, keep-alive, prefetch\n  help: did you mean reference? see "
                              "votebench run --help\n",
    "run --seed x": "'x' is no value of --seed\n  help: see votebench run --help\n",
    "run --votes": "--votes needs a value\n  help: see votebench run --help\n",
    "stack": "votebench stack needs to know what to do: up, list, down, status, check, reset, logs\n"
             "  help: see votebench stack --help\n",
    "stack dwon": "there is no command 'votebench stack dwon'\n  help: did you mean down? see votebench "
                  "stack --help\n",
    "validate": "FILE is required\n  help: see votebench validate --help\n",
    "validate --nothing": "FILE is required\n  help: see votebench validate --help\n",
    "list more": "'more' is one word too many\n  help: see votebench list --help\n",
}


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_named_with_what_is_near_it(typed, tmp_path):
    done = votebench(*typed.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr == "votebench: error: " + MISTAKES[typed]


def all_helps(*words):
    text = subprocess.run([program("votebench"), *words, "--help"], capture_output=True, text=True,
                          check=True).stdout
    yield words, text
    if "\nSubcommands:\n" in text:
        for line in text.split("\nSubcommands:\n")[1].split("\n\n")[0].splitlines():
            if line[2] != " ":
                yield from all_helps(*words, line.split()[0])


def test_every_help_fits_80_columns_and_names_no_types():
    pages = dict(all_helps())
    assert len(pages) > 25
    for words, text in pages.items():
        listed = text.split("\nUsage:")[1]
        assert max(map(len, listed.splitlines())) <= 80, words
        for word in ("TEXT", "UINT", "INT in", "ENUM"):
            assert word not in text, words


def test_help_and_version_are_found_where_people_look(tmp_path):
    bare = votebench(cwd=tmp_path)
    assert bare.returncode == 2 and bare.stdout == votebench("--help", cwd=tmp_path).stdout
    for typed, same in (("help", "--help"), ("help run", "run --help"), ("-V", "--version"),
                        ("help stack up", "stack up --help")):
        done = votebench(*typed.split(), cwd=tmp_path)
        assert done.returncode == 0, done
        assert done.stdout == votebench(*same.split(), cwd=tmp_path).stdout != ""


def test_stored_runs_are_listed_by_state_number_and_as_json(tmp_path):
    (tmp_path / "slow.yaml").write_text(
        "version: 1\nworkloads: { votes: { executor: burst, votes: 20, within: 1s } }\n"
        "thresholds: [ http.response.p50 < 1us ]\n")
    quick = ("run", "--votes", "20", "--clients", "2")
    done = [votebench(*words, cwd=tmp_path).returncode for words in (quick, quick, ("run", "slow.yaml"))]
    assert done == [0, 0, 4]

    def listed(*options):
        text = votebench("list", "--json", *options, cwd=tmp_path).stdout
        return [(run["run_id"], run["state"]) for run in json.loads(text)["runs"]]

    everything = listed()
    assert len(everything) == 3
    assert listed("--limit", "2") == everything[:2]
    assert listed("--failed") == [run for run in everything if run[1] != "pass"] == everything[:1]
    table = votebench("list", "--failed", cwd=tmp_path).stdout
    assert len(table.splitlines()) == 2


def test_stacks_are_listed(tmp_path):
    none = votebench("stack", "list", cwd=tmp_path).stdout
    assert none.startswith("no stacks under artifacts; start one with:")
    assert votebench("stack", "up", "local", "--as", "mine", cwd=tmp_path).returncode == 0
    try:
        [head, line] = votebench("stack", "list", cwd=tmp_path).stdout.splitlines()
        assert line.split() == ["mine", "local", "artifacts/mine/target.yaml"], head
    finally:
        votebench("stack", "down", "mine", cwd=tmp_path)
    assert votebench("stack", "list", cwd=tmp_path).stdout == none


def test_a_job_of_github_marks_the_lines(tmp_path, monkeypatch):
    (tmp_path / "a,b.yaml").write_text("version: 1\nworkloadz: {}\n")
    assert votebench("validate", "a,b.yaml", cwd=tmp_path).stdout == ""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = votebench("validate", "a,b.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert ("::error file=a%2Cb.yaml,line=2,col=1::unknown key 'workloadz' - did you mean 'workloads'?"
            in done.stdout.splitlines())
