"""`votebench stack up|status|down aws` against the emulated account: Terraform's half, interrupted and
repeated. There are no hosts here, so Ansible's half ends before it begins; the bed's tests have
hosts. Runs in a network namespace of its own: nothing is sent to anybody."""
import os
import signal
import subprocess

import pytest

from servers import program
from terraform import MINUTES, Terraform, provider_mirror, wait_until

VARIABLES = 'operator_cidr = "198.51.100.10/32"\n'


class Cli:
    """votebench where a copy of the repository's infra/ and ansible/ is."""

    def __init__(self, terraform):
        self.folder, self.environment = terraform.folder, terraform.environment

    def start(self, *arguments):
        return subprocess.Popen([program("votebench"), *arguments], cwd=self.folder, text=True,
                                env={**self.environment, "LC_ALL": "C.UTF-8"},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run(self, *arguments):
        """(status, stdout, stderr)"""
        return self.finish(self.start(*arguments))

    @staticmethod
    def finish(process):
        try:
            stdout, stderr = process.communicate(timeout=2 * MINUTES)
        finally:
            process.kill()
        return process.returncode, stdout, stderr


@pytest.fixture(scope="module")
def cli(emulator, tmp_path_factory):
    terraform = Terraform(tmp_path_factory.mktemp("aws"), emulator.url, provider_mirror())
    del terraform.environment["TF_VAR_operator_cidr"]
    terraform.environment["VOTEBENCH_BOOT_S"] = "3"
    (terraform.folder / "my.tfvars").write_text(VARIABLES)
    return Cli(terraform)


def test_somebody_must_say_who_may_use_ssh(cli):
    status, _, stderr = cli.run("stack", "up", "aws", "--yes")
    assert status == 2 and "example.tfvars" in stderr, stderr


def test_nothing_that_costs_money_is_made_unasked(cli, emulator):
    status, _, stderr = cli.run("stack", "up", "aws", "--vars", "my.tfvars")
    assert status == 2 and "--yes answers without asking" in stderr, stderr
    assert "  3 instances t3.small with 20 GiB of disk each\n  1 NAT gateway" in stderr
    assert emulator.objects() == {}


def test_an_interrupted_up_leaves_what_it_made_to_the_next(cli, emulator):
    emulator.set(nat_seconds=MINUTES)
    up = cli.start("stack", "up", "aws", "--yes")
    wait_until(lambda: "nat_gateway" in emulator.objects(), "the NAT gateway is under way")
    up.send_signal(signal.SIGINT)
    status, _, stderr = cli.finish(up)
    assert status == 6 and "was interrupted" in stderr, stderr
    assert len(emulator.objects()["vpc"]) == 1


def test_up_goes_on_and_says_which_half_failed(cli, emulator):
    emulator.set(nat_seconds=0)
    status, _, stderr = cli.run("stack", "up", "aws", "--yes")
    assert status == 6 and "frontend does not answer" in stderr, stderr
    assert "added, 0 changed" in stderr
    assert len(emulator.objects()["vpc"]) == 1 and len(emulator.network()["hosts"]) == 3
    target = (cli.folder / "artifacts/aws/target.yaml").read_text()
    assert emulator.network()["hosts"]["frontend"]["public_ip"] in target


def test_status_names_the_hosts(cli):
    status, stdout, _ = cli.run("stack", "status", "aws")
    assert status == 0 and stdout.startswith("80 resources on AWS\n"), stdout
    assert "  backend    10.42.11.10 " in stdout


def test_an_interrupted_down_is_repeated_and_leaves_nothing(cli, emulator):
    down = cli.start("stack", "down", "aws")
    wait_until(lambda: "alarm" not in emulator.objects(), "something is destroyed")
    down.send_signal(signal.SIGINT)
    status, _, stderr = cli.finish(down)
    assert status == 6 and "was interrupted" in stderr, stderr
    assert "vpc" in emulator.objects()
    status, _, stderr = cli.run("stack", "down", "aws")
    assert status == 0 and "nothing of it is left" in stderr, stderr
    assert emulator.objects() == {}
    left = sorted(os.listdir(cli.folder / "artifacts/aws"))
    assert left == ["lock", "logs"]


def test_a_run_whose_stack_does_not_come_up_destroys_what_it_made(cli, emulator):
    run = ["run", "--votes", "10", "--clients", "1", "--stack", "aws", "--vars", "my.tfvars"]
    status, _, stderr = cli.run(*run)
    assert status == 2 and "would cost money" in stderr, stderr
    status, _, stderr = cli.run(*run, "--yes")
    assert status == 6 and "frontend does not answer" in stderr, stderr
    assert emulator.objects() == {}
