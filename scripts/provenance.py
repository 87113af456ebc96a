#!/usr/bin/python3
"""Says what the files of a release are and where they come from.

usage: scripts/provenance.py FOLDER

Writes FOLDER/SHA256SUMS, for `sha256sum --check`, and FOLDER/provenance.json,
an in-toto statement with SLSA's provenance: which commit, by which run of which
workflow. It is not signed: it is worth as much as the place that it is got from.
"""
import hashlib
import json
import os
import pathlib
import sys

OWN = ("SHA256SUMS", "provenance.json")


def statement(sums):
    of = os.environ
    repository = f"{of['GITHUB_SERVER_URL']}/{of['GITHUB_REPOSITORY']}"
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sums.items()],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": f"{repository}/blob/{of['GITHUB_SHA']}/.github/workflows/release.yml",
                "externalParameters": {"ref": of["GITHUB_REF"]},
                "resolvedDependencies": [{"uri": f"git+{repository}@{of['GITHUB_REF']}",
                                          "digest": {"gitCommit": of["GITHUB_SHA"]}}]},
            "runDetails": {
                "builder": {"id": f"{repository}/actions"},
                "metadata": {"invocationId": f"{repository}/actions/runs/{of['GITHUB_RUN_ID']}"
                                             f"/attempts/{of['GITHUB_RUN_ATTEMPT']}"}}}}


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    folder = pathlib.Path(sys.argv[1])
    files = sorted(path for path in folder.iterdir() if path.name not in OWN)
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    document = json.dumps(statement(sums), indent=2) + "\n"
    (folder / "provenance.json").write_text(document)
    sums["provenance.json"] = hashlib.sha256(document.encode()).hexdigest()
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
