"""The files of infra/load, as `votebench shards prepare` fills them in; no engine."""
import copy
import json
import os
import subprocess

import pytest
import yaml

from harness import votebench
from terraform import command

SHARDS = 3
SHOW = "#!/usr/bin/python3\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A directory whose name needs quotes in all of them."""
    folder = tmp_path_factory.mktemp("load")
    (folder / "target.yaml").write_text("profile: keep-alive\nvote: {url: 'http://127.0.0.1:9/'}\n")
    done = votebench("shards", "prepare", "quick", "--target", "target.yaml", "--shards",
                     str(SHARDS), "--dir", "it's a/run/", cwd=folder)
    assert done.returncode == 0, done
    directory = folder / "it's a" / "run"
    shown = rf"it'\''s a/run/"
    assert f"sbatch --chdir='{folder}/it'\\''s a/run' '{shown}slurm.sbatch'" in done.stdout
    assert f"sh '{shown}swarm.sh'" in done.stdout
    assert f"kubectl apply --filename '{shown}kubernetes.yaml'" in done.stdout
    return directory


def test_nothing_is_left_to_fill_in_and_all_are_clean(prepared):
    for name in "slurm.sbatch", "swarm.sh", "kubernetes.yaml":
        assert "__" not in (prepared / name).read_text()
    subprocess.run([command("shellcheck"), prepared / "slurm.sbatch", prepared / "swarm.sh"],
                   check=True, timeout=60)


def shown(folder, script, name, path):
    """What the script calls `name` with."""
    (folder / name).write_text(SHOW)
    (folder / name).chmod(0o755)
    done = subprocess.run(["sh", str(script)], check=True, text=True, stdout=subprocess.PIPE,
                          env={**os.environ, "PATH": path}, timeout=60)
    return json.loads(done.stdout)


def shard_arguments(directory):
    return ["run", "--ticket", str(directory), "--shard", "auto", "--progress", "plain"]


def option(words, name):
    return words[words.index(name) + 1]


def test_the_script_for_swarm(prepared, tmp_path):
    words = shown(tmp_path, prepared / "swarm.sh", "docker", f"{tmp_path}:{os.environ['PATH']}")
    assert words[:2] == ["service", "create"]
    assert option(words, "--mode") == "replicated-job"
    assert option(words, "--replicas") == option(words, "--max-concurrent") == str(SHARDS)
    assert option(words, "--restart-condition") == "none"
    assert option(words, "--network") == "host"
    assert option(words, "--mount") == f"type=bind,src={prepared},dst={prepared}"
    assert option(words, "--env").startswith("VOTEBENCH_SLOT={{if eq .Task.Slot .Node.ID}}0")
    owner = prepared.stat()
    assert option(words, "--user") == f"{owner.st_uid}:{owner.st_gid}"
    assert words[-8:] == ["votebench/votebench:dev", *shard_arguments(prepared)]


def test_the_script_for_slurm(prepared):
    text = (prepared / "slurm.sbatch").read_text()
    asked = [line.removeprefix("#SBATCH ") for line in text.splitlines()
             if line.startswith("#SBATCH ")]
    assert f"--array=0-{SHARDS - 1}" in asked and "--no-requeue" in asked
    assert "--ntasks=1" in asked and "--nodes=1" in asked


# Rule -> where it stands, what it has to be, what it must not be. Each is broken once below.
JOB, POD, BOX = ("spec",), ("spec", "template", "spec"), ("spec", "template", "spec", "containers", 0)
RULES = {
    "it is a Job": (("kind",), "Job", "Pod"),
    "of the API that knows these fields": (("apiVersion",), "batch/v1", "batch/v1beta1"),
    "pods have an index": ((*JOB, "completionMode"), "Indexed", "NonIndexed"),
    "each index once": ((*JOB, "completions"), SHARDS, SHARDS + 1),
    "all at once": ((*JOB, "parallelism"), SHARDS, 1),
    "none is tried again": ((*JOB, "backoffLimitPerIndex"), 0, 1),
    "none is replaced while it ends": ((*JOB, "podReplacementPolicy"), "Failed",
                                       "TerminatingOrFailed"),
    "an evicted one has failed": ((*JOB, "podFailurePolicy", "rules"), [
        {"action": "FailIndex",
         "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}], []),
    "no container is started again": ((*POD, "restartPolicy"), "Never", "OnFailure"),
    "nodes share them": ((*POD, "topologySpreadConstraints", 0, "topologyKey"),
                         "kubernetes.io/hostname", "zone"),
    "not root": ((*POD, "securityContext", "runAsNonRoot"), True, False),
    "seccomp": ((*POD, "securityContext", "seccompProfile", "type"), "RuntimeDefault",
                "Unconfined"),
    "no more rights": ((*BOX, "securityContext", "allowPrivilegeEscalation"), False, True),
    "no capability": ((*BOX, "securityContext", "capabilities"), {"drop": ["ALL"]}, {}),
    "the claim": ((*POD, "volumes", 0, "persistentVolumeClaim", "claimName"), "votebench", "other"),
    "the directory in it": ((*BOX, "volumeMounts", 0, "subPath"), "run", "other"),
}


def at(document, place):
    for step in place:
        document = document[step]
    return document


def broken_rules(job):
    return [rule for rule, (place, wanted, _) in RULES.items() if at(job, place) != wanted]


def job_of(prepared):
    return yaml.safe_load((prepared / "kubernetes.yaml").read_text())


def test_the_job_for_kubernetes_keeps_every_rule(prepared):
    job = job_of(prepared)
    assert broken_rules(job) == []
    assert at(job, (*BOX, "args")) == shard_arguments(prepared)
    assert at(job, (*BOX, "volumeMounts", 0, "mountPath")) == str(prepared)
    assert at(job, (*BOX, "volumeMounts", 0, "name")) == at(job, (*POD, "volumes", 0, "name"))
    owner = prepared.stat()
    assert at(job, (*POD, "securityContext", "runAsUser")) == owner.st_uid
    spread = at(job, (*POD, "topologySpreadConstraints", 0, "labelSelector", "matchLabels"))
    assert spread.items() <= at(job, ("spec", "template", "metadata", "labels")).items()


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_found(prepared, rule):
    job = copy.deepcopy(job_of(prepared))
    place, _, wrong = RULES[rule]
    at(job, place[:-1])[place[-1]] = wrong
    assert broken_rules(job) == [rule]
