"""The images, built as a user builds them: from a clean clone, with no program ready. Runs inside
infra/testbed/with-docker."""

import json
import os
import shutil
import subprocess

import pytest

from harness import LIMIT_S, SOURCE_DIR, install_into
from servers import program

BASE = "votebench/base:local"
OURS = ["vote", "worker", "result", "votebench", "redis", "postgres"]
BUILD_LIMIT_S = 3000  # minutes, unless others build here, too


def run(arguments, cwd, environment, limit=LIMIT_S):
    """What it printed; a failure shows all of it."""
    done = subprocess.run(arguments, cwd=cwd, env=environment, text=True, timeout=limit,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What git has of this tree, and nothing that a build left beside it."""
    if not (SOURCE_DIR / ".git").exists():
        pytest.skip("this tree is no git checkout")
    folder = tmp_path_factory.mktemp("clone") / "votebench"
    run(["git", "clone", "--quiet", "--no-hardlinks", str(SOURCE_DIR), str(folder)],
        SOURCE_DIR, os.environ)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Docker's: a base image of our own, and packages through the test bed's mirror."""
    if not shutil.which("debootstrap"):
        pytest.skip("no debootstrap (scripts/install-packages --infra)")
    run([str(SOURCE_DIR / "infra/testbed/base-image"), BASE], SOURCE_DIR, os.environ)
    config = tmp_path_factory.mktemp("docker")
    (config / "config.json").write_text(json.dumps(
        {"proxies": {"default": {"httpProxy": os.environ["VOTEBENCH_APT_PROXY"]}}}))
    return {**os.environ, "LC_ALL": "C.UTF-8", "BASE_IMAGE": BASE, "DOCKER_BUILDKIT": "1",
            "DOCKER_CONFIG": str(config)}


@pytest.fixture(scope="module", autouse=True)
def bounded_build_cache():
    yield
    for kind, *limit in (["image"], ["builder", "--keep-storage", "4GB"]):
        run(["docker", kind, "prune", "--force", *limit], SOURCE_DIR, os.environ)


def test_a_clone_has_all_that_the_images_are_built_from(clone, environment):
    """Packages and a compiler that works. All of it takes minutes: the stack's test does it."""
    image = "votebench/from-clone:test"
    run(["docker", "build", "--progress", "plain", "--file", "infra/images/Dockerfile",
         "--target", "configured", "--build-arg", f"BASE_IMAGE={BASE}", "--tag", image, "."],
        clone, environment, BUILD_LIMIT_S)
    try:
        steps = run(["docker", "run", "--rm", image, "cmake", "--build", "--preset", "release",
                     "--target", "votebench_core"], clone, environment)
    finally:
        run(["docker", "image", "rm", image], clone, environment)
    assert "Linking CXX static library libvotebench_core.a" in steps, steps


@pytest.fixture
def no_images(environment):
    """Images of ours that another test left."""
    names = [f"votebench/{name}:dev" for name in OURS]
    left = [name for name in names
            if run(["docker", "image", "ls", "--quiet", name], SOURCE_DIR, environment)]
    if left:
        run(["docker", "image", "rm", "--force", *left], SOURCE_DIR, environment)


class Stack:
    """`votebench stack ... compose` in a folder, as docs/compose.md has it."""

    def __init__(self, folder, environment, votebench=None):
        self.folder, self.environment = folder, environment
        self.program = votebench or program("votebench")

    def votebench(self, *arguments, limit=LIMIT_S):
        return run([self.program, *arguments], self.folder, self.environment, limit)

    def __enter__(self):
        self.votebench("stack", "up", "compose", limit=BUILD_LIMIT_S)
        return self

    def __exit__(self, *_):
        self.votebench("stack", "down", "compose")

    def seed(self, script):
        """What the product's own image prints, beside the services."""
        lines = (self.folder / "artifacts/compose/stack.env").read_text().splitlines()
        variables = dict(line.split("=", 1) for line in lines)
        return run(["docker-compose", "--file", variables["VOTEBENCH_INFRA"] + "/compose/compose.yaml",
                    "--project-name", variables["COMPOSE_PROJECT_NAME"], "--profile", "seed", "run",
                    "--rm", "--entrypoint", "sh", "seed", "-c", script], self.folder,
                   {**self.environment, **variables, "COMPOSE_DOCKER_CLI_BUILD": "1"},
                   BUILD_LIMIT_S)


RUN_AND_SHOW_PAGE = """
votebench --version && votebench run /seed/seed.yaml --target /seed/target.yaml --yes \
  --reports /tmp/reports --progress plain && cat /tmp/reports/seed/*/report.html"""


@pytest.mark.usefixtures("no_images")
def test_a_stack_is_built_from_a_clone_measured_and_taken_down(clone, environment):
    with Stack(clone, environment) as stack:
        passed = stack.votebench("run", "scenarios/quick.yaml", "--target",
                                 "artifacts/compose/target.yaml", "--yes")
        assert "PASS" in passed, passed
        seeded = stack.seed(RUN_AND_SHOW_PAGE)
        assert "exit 0: passed" in seeded, seeded[:4000]
        assert 'NAME="Dygraph"' in seeded and "new Dygraph(" in seeded, "a library, and its use"
    left = run(["docker", "ps", "--all", "--quiet"], clone, environment)
    assert left == ""


@pytest.mark.usefixtures("no_images")
def test_a_stack_is_built_from_installed_programs(tmp_path, environment):
    """Without any source; the product's own image knows the bundled scenarios."""
    usr = install_into(tmp_path / "root")
    before = sorted(usr.rglob("*"))
    here = tmp_path / "here"
    here.mkdir()
    with Stack(here, environment, usr / "bin/votebench") as stack:
        assert str(usr) in (here / "artifacts/compose/stack.env").read_text()
        gentle = ["run", "quick", "--set", "workloads.votes.votes=100", "--yes", "--target"]
        passed = stack.votebench(*gentle, "artifacts/compose/target.yaml")
        assert "PASS" in passed, passed
        seeded = stack.seed(f"votebench {' '.join(gentle)} /seed/target.yaml --reports /tmp/reports")
        assert "exit 0: passed" in seeded, seeded[:4000]
        assert "/usr/local/share/votebench/scenarios/quick.yaml" in seeded, seeded[:4000]
    assert sorted(usr.rglob("*")) == before
    assert not (here / "artifacts/compose/images").exists()
