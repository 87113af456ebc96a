"""`votebench attach compose`: the projects of a Docker daemon of our own, and no daemon at all."""

import os
import pathlib
import subprocess

import pytest

from harness import SOURCE_DIR, votebench

HERE = pathlib.Path(__file__).resolve().parent


def test_without_docker_the_way_out_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-such.sock")
    done = votebench("attach", "compose", cwd=tmp_path)
    assert done.returncode == 6, done
    assert "docker" in done.stderr.lower() and "help:" in done.stderr
    monkeypatch.setenv("PATH", str(tmp_path))
    done = votebench("attach", "compose", cwd=tmp_path)
    assert done.returncode == 6 and "apt-get install docker.io" in done.stderr, done


def test_projects_without_published_ports(tmp_path):
    """All of attach_in_docker.py, in the network of a daemon that ends with it."""
    done = subprocess.run(
        [str(SOURCE_DIR / "infra/testbed/with-docker"), "/usr/bin/python3", "-B", "-m", "pytest",
         "-q", "-p", "no:cacheprovider", str(HERE / "attach_in_docker.py")],
        cwd=HERE, capture_output=True, text=True, timeout=420, check=False,
        env={**os.environ, "VOTEBENCH_CACHE": str(tmp_path / "cache")})
    if done.returncode == 77:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
