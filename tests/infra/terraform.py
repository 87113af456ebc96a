"""Terraform as the tests run it: on a copy of infra/, without a network, and against the emulator."""
import glob
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROVIDER = "hashicorp/aws/5.100.0"
MINUTES = 5 * 60  # nothing takes so long, not even on a busy machine


def command(name):
    """A tool's path, or the test is skipped."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def provider_mirror():
    """The folder to name in filesystem_mirror, or the test is skipped."""
    roots = [os.environ.get("VOTEBENCH_TERRAFORM_PLUGINS"), "/opt", "/usr/share", "/usr/local/share",
             "/usr/lib", "/var/lib", os.path.expanduser("~/.terraform.d")]
    for root in filter(None, roots):
        for depth in ("*", "*/*", "*/*/*"):
            for found in sorted(glob.glob(os.path.join(root, depth, PROVIDER))):
                return pathlib.Path(found).parents[3]
    pytest.skip(f"no provider plugin below a folder that ends in {PROVIDER}; "
                "VOTEBENCH_TERRAFORM_PLUGINS names where to look")


def wait_until(condition, what):
    end = time.monotonic() + MINUTES
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.1)


class Terraform:
    """A copy of infra/ and ansible/, with keys, and one command line for all its root modules."""

    def __init__(self, folder, endpoint=None, mirror=None):
        self.folder = folder
        self.infra = folder / "infra"
        for name in ("infra", "ansible"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(
                "__pycache__", ".terraform*", "*.tfstate*"))
        config = folder / "terraform.rc"
        config.write_text("disable_checkpoint = true\n" + (
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
            if mirror else ""))
        self.environment = {
            **{name: value for name, value in os.environ.items()
               if not name.startswith(("AWS_", "TF_"))},
            "TF_CLI_CONFIG_FILE": str(config), "TF_IN_AUTOMATION": "1",
            "AWS_EC2_METADATA_DISABLED": "true", "TF_VAR_operator_cidr": "198.51.100.10/32"}
        if endpoint:
            self.environment["TF_VAR_aws_endpoint"] = endpoint
        self.artifacts = folder / "artifacts" / "aws"

    def root(self, name):
        return self.infra / "terraform" / name

    def make_keys(self):
        subprocess.run([self.infra / "aws" / "keys"], check=True, timeout=MINUTES)

    def start(self, root, *arguments):
        """A command in the background. Its output goes to a file: an apply says more than fits into
        a pipe that nobody reads."""
        output = tempfile.TemporaryFile("w+", dir=self.folder)
        process = subprocess.Popen([command("terraform"), f"-chdir={self.root(root)}", *arguments],
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT)
        process.said = output
        return process

    def run(self, root, *arguments, status=0):
        """The output of a command that must end with `status`."""
        return self.end(self.start(root, *arguments), status)

    @staticmethod
    def end(process, status=0):
        """Waits for a command that must end with `status`; its output."""
        try:
            process.wait(timeout=MINUTES)
        finally:
            process.kill()
            process.said.seek(0)
            output = process.said.read()
        assert process.returncode == status, f"{process.args}: {process.returncode}\n{output}"
        return output

    def init(self, root, *arguments):
        return self.run(root, "init", "-no-color", "-input=false", *arguments)

    def test(self, module):
        """`terraform test` of a module; the number of its runs that passed."""
        self.init(module)
        output = self.run(module, "test", "-no-color")
        summary = output.strip().splitlines()[-1]
        assert summary.startswith("Success! ") and summary.endswith(" 0 failed."), output
        return int(summary.split()[1])

    def plan(self, root):
        """The plan as JSON."""
        self.run(root, "plan", "-no-color", "-input=false", f"-out={self.folder}/plan")
        return json.loads(self.run(root, "show", "-json", f"{self.folder}/plan"))

    def policy(self, plan):
        """(status, output) of the policy check."""
        done = subprocess.run([self.infra / "aws" / "policy.py"], input=json.dumps(plan), text=True,
                              stdout=subprocess.PIPE, timeout=MINUTES)
        return done.returncode, done.stdout


class Emulator:
    """An AWS account that ends with the test."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-B", ROOT / "infra" / "testbed" / "emulator"],
            stdout=subprocess.PIPE, text=True)
        self.url = self._process.stdout.readline().strip()
        assert self.url, "the emulator did not start"

    def _ask(self, name, body=None):
        with urllib.request.urlopen(f"{self.url}/_emulator/{name}", data=body,
                                    timeout=60) as answer:
            return json.load(answer)

    def objects(self):
        return self._ask("objects")

    def network(self):
        return self._ask("network")

    def calls(self):
        return self._ask("calls")

    def set(self, **settings):
        self._ask("settings", json.dumps(settings).encode())

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)
