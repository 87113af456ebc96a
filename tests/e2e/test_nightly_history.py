"""The history of the nights on a branch: the steps of nightly.yml, as they stand there, on
repositories of this machine. No failure costs a night that was kept before."""

import base64
import http.server
import os
import pathlib
import shutil
import subprocess
import threading

import pytest
import yaml

from harness import LIMIT_S, SOURCE_DIR

SCRIPT = SOURCE_DIR / "scripts" / "nightly-history"
WORKFLOW = yaml.safe_load((SOURCE_DIR / ".github/workflows/nightly.yml").read_text())
[JOB] = WORKFLOW["jobs"].values()
BRANCH = "nightly-history"
TOKEN = "ghs_d41d8cd98f00b204"


def steps(word):
    return [step for step in JOB["steps"] if word in step["name"]]


class Nights:
    """A repository that is the remote one, and a checkout for each night."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.remote = self.directory / "server" / "us" / "votes.git"
        # What a user's own configuration ignores is part of the history all the same.
        ignored = self.directory / "home/.config/git/ignore"
        ignored.parent.mkdir(parents=True)
        ignored.write_text("*.log\n")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory / "home"),
            "GITHUB_SERVER_URL": f"file://{self.remote.parent.parent}",
            "GITHUB_REPOSITORY": "us/votes.git", "TOKEN": TOKEN, "NIGHTLY_TOKEN": TOKEN}
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        self.checkouts = 0

    def git(self, *arguments, cwd=None, check=True):
        done = subprocess.run(
            ["git", "-c", "user.name=me", "-c", "user.email=me@localhost", *arguments],
            cwd=cwd or self.directory, env=self.environment, text=True, capture_output=True,
            timeout=LIMIT_S, check=False)
        assert done.returncode == 0 or not check, done
        return done.stdout.strip()

    def checkout(self):
        """What the first steps of the job leave: the source, and where it is from."""
        self.checkouts += 1
        folder = self.directory / f"night-{self.checkouts}"
        shutil.copytree(SOURCE_DIR / "scripts", folder / "scripts")
        self.git("init", "--quiet", cwd=folder)
        self.git("remote", "add", "origin", f"file://{self.remote}", cwd=folder)
        self.git("add", "--all", cwd=folder)
        self.git("commit", "--quiet", "--message", "the source", cwd=folder)
        return folder

    def step(self, word, checkout):
        """Exit status and output of a step, run as a runner does."""
        [step] = steps(word)
        done = subprocess.run(["sh", "-e", "-c", step["run"]], cwd=checkout, text=True,
                              env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S,
                              check=False)
        return done.returncode, done.stdout

    def fetch(self):
        """A checkout with the earlier nights."""
        checkout = self.checkout()
        status, output = self.step("earlier nights", checkout)
        assert status == 0, output
        return checkout

    def night(self, name):
        checkout = self.fetch()
        self.measure(checkout, name)
        status, output = self.step("keep", checkout)
        assert status == 0, output

    @staticmethod
    def measure(checkout, name):
        """In the place of the night itself: a run, and a log of the stack."""
        run = checkout / "history/nightly" / name
        run.mkdir(parents=True)
        (run / "manifest.json").write_text(f'"{name}"')
        (run / "stack.log").write_text(name)

    def tip(self):
        return self.git("rev-parse", "--verify", "--quiet", f"refs/heads/{BRANCH}",
                        cwd=self.remote, check=False)

    def kept(self):
        """The runs on the remote branch."""
        files = self.git("ls-tree", "-r", "--name-only", BRANCH, cwd=self.remote).split()
        return sorted(file.split("/")[1] for file in files if file.endswith("stack.log"))


@pytest.fixture
def nights(tmp_path):
    return Nights(tmp_path)


def test_each_night_finds_the_earlier_ones_and_adds_its_own(nights):
    nights.night("first")
    first = nights.tip()
    assert nights.kept() == ["first"]
    nights.night("second")
    assert nights.kept() == ["first", "second"]
    assert nights.git("rev-parse", f"{BRANCH}^", cwd=nights.remote) == first
    found = nights.fetch() / "history/nightly"
    assert sorted(run.name for run in found.iterdir()) == ["first", "second"]
    assert (found / "second/manifest.json").read_text() == '"second"'


def go_away(remote):
    remote.rename(f"{remote}.away")
    return lambda: pathlib.Path(f"{remote}.away").rename(remote)


def lose_objects(remote):
    """The branch is announced, but what it holds cannot be sent."""
    (remote / "objects").rename(remote / "lost")
    shutil.copytree(remote / "lost", remote / "objects")
    tree = subprocess.run(["git", "rev-parse", f"{BRANCH}^{{tree}}"], cwd=remote, text=True,
                          capture_output=True, check=True).stdout.strip()
    (remote / "objects" / tree[:2] / tree[2:]).unlink()

    def repair():
        shutil.rmtree(remote / "objects")
        (remote / "lost").rename(remote / "objects")
    return repair


@pytest.mark.parametrize("fail", [go_away, lose_objects])
def test_a_fetch_that_fails_costs_no_night(nights, fail):
    nights.night("first")
    tip, checkout = nights.tip(), nights.checkout()
    repair = fail(nights.remote)
    status, output = nights.step("earlier nights", checkout)
    repair()
    if status == 0:  # then a runner goes on with the night
        nights.measure(checkout, "second")
    kept = nights.step("keep", checkout)  # and with this step however the night ended
    assert nights.tip() == tip and nights.kept() == ["first"]
    assert status == 6 and "could not be fetched" in output, output
    assert kept[0] == 6 and "nothing is pushed" in kept[1], kept


@pytest.mark.parametrize("earlier", [[], ["first"]])
def test_what_came_to_the_branch_in_between_stays(nights, earlier):
    for name in earlier:
        nights.night(name)
    ours = nights.fetch()
    nights.night("theirs")
    tip = nights.tip()
    nights.measure(ours, "ours")
    status, output = nights.step("keep", ours)
    assert nights.tip() == tip and nights.kept() == [*earlier, "theirs"]
    assert status == 6 and "stays as it is" in output, output


def test_a_push_that_failed_can_be_repeated(nights):
    checkout = nights.fetch()
    assert nights.step("keep", checkout)[0] == 0
    assert nights.tip() == "", "a night without a run is nothing to keep"
    nights.measure(checkout, "first")
    come_back = go_away(nights.remote)
    assert nights.step("keep", checkout)[0] == 6
    come_back()
    status, output = nights.step("keep", checkout)
    assert status == 0 and nights.kept() == ["first"], output


class Watched(http.server.BaseHTTPRequestHandler):
    """A git server that lets nobody in; what it was sent, and what `ps` showed meanwhile."""
    headers_seen, processes_seen = [], []

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.headers_seen.append(self.headers["Authorization"])
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                self.processes_seen.append((process / "cmdline").read_text(errors="replace"))
            except OSError:
                continue  # it has ended
        self.send_error(403)


def test_the_token_is_in_no_argument_and_no_output(nights):
    checkout = nights.fetch()
    nights.measure(checkout, "first")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Watched)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    nights.environment["GITHUB_SERVER_URL"] = f"http://127.0.0.1:{server.server_port}"
    nights.git("remote", "set-url", "origin",
               f"http://127.0.0.1:{server.server_port}/us/votes.git", cwd=checkout)
    status, output = nights.step("keep", checkout)
    server.shutdown()
    secret = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert Watched.headers_seen[0].lower() == f"basic {secret}".lower()
    shown = [text for text in Watched.processes_seen if "push" in text]
    assert shown, "git was seen at work"
    assert not any(word in text for text in shown for word in (secret, TOKEN))
    assert status == 6 and secret not in output and TOKEN not in output, output


def test_only_the_step_that_pushes_is_given_a_token():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    given = [step["name"] for step in JOB["steps"] if "token" in str(step)]
    assert given == [step["name"] for step in steps("keep")]
    outside = {key: value for key, value in JOB.items() if key != "steps"}
    assert "token" not in str(outside) + str(WORKFLOW.get("env"))


@pytest.mark.parametrize("arguments", [[], ["fetch"], ["publish", "a"], ["push", "a", "b"],
                                       ["fetch", "a", "b", "c"]])
def test_misuse_is_told_the_usage(tmp_path, arguments):
    done = subprocess.run([SCRIPT, *arguments], cwd=tmp_path, text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 2 and "usage: scripts/nightly-history" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    kept = tmp_path / "history"
    kept.mkdir()
    (kept / "thesis.txt").write_text("years of work")
    done = subprocess.run([SCRIPT, "fetch", kept, "file:///no/such/repository"], text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 2 and "is there already" in done.stderr
    assert (kept / "thesis.txt").read_text() == "years of work"
