"""What a release is made by; the workflow itself has never run here (docs/never-run.md)."""

import json
import os
import re
import subprocess

import yaml

from harness import SOURCE_DIR

WORKFLOWS = {path.name: path.read_text() for path in (SOURCE_DIR / ".github/workflows").iterdir()}
RUN = {"GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "us/votebench",
       "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567", "GITHUB_REF": "refs/tags/v1.2.3",
       "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "1"}


def test_every_file_has_its_checksum_and_its_origin(tmp_path):
    (tmp_path / "votebench_1.2.3+deb12_amd64.deb").write_bytes(b"package")
    (tmp_path / "votebench-image.tar.gz").write_bytes(b"image")
    for _ in range(2):  # again: its own files are none of the release's
        subprocess.run([SOURCE_DIR / "scripts/provenance.py", tmp_path], check=True,
                       env={**os.environ, **RUN})
    checked = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path,
                             text=True, check=True, stdout=subprocess.PIPE).stdout
    assert sorted(line.split(":")[0] for line in checked.splitlines()) == [
        "provenance.json", "votebench-image.tar.gz", "votebench_1.2.3+deb12_amd64.deb"]
    statement = json.loads((tmp_path / "provenance.json").read_text())
    sums = (tmp_path / "SHA256SUMS").read_text()
    assert len(statement["subject"]) == 2
    for subject in statement["subject"]:
        assert f"{subject['digest']['sha256']}  {subject['name']}\n" in sums
    built = statement["predicate"]["buildDefinition"]
    assert built["resolvedDependencies"] == [
        {"uri": "git+https://git.example/us/votebench@refs/tags/v1.2.3",
         "digest": {"gitCommit": RUN["GITHUB_SHA"]}}]
    assert statement["predicate"]["runDetails"]["metadata"]["invocationId"].endswith("/runs/42/attempts/1")


def test_workflows_use_no_actions_one_image_and_only_what_is_there():
    assert sorted(WORKFLOWS) == ["ci.yml", "nightly.yml", "release.yml"]
    for name, text in WORKFLOWS.items():
        jobs = yaml.safe_load(text)["jobs"].values()
        assert all("uses" not in step for job in jobs for step in job["steps"]), name
        images = re.findall(r"\bdebian:[\w.-]+|\bubuntu:[\w.-]+", text)
        assert images and set(images) == {"debian:12"}, name
        for script in re.findall(r"(?<![\w/])(?:/source/)?((?:scripts|tests/e2e)/[\w-]+(?:\.\w+)?|infra/images/\w+)",
                                 text):
            assert (SOURCE_DIR / script).is_file(), (name, script)
