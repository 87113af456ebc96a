"""`votebench stack up|status|down aws` against the emulated account: Terraform's half, interrupted and
repeated. There are no hosts here, so Ansible's half ends before it begins; the bed's tests have
hosts. Runs in a network namespace of its own: nothing is sent to anybody."""
import os
import pty
import signal
import subprocess

import pytest

from servers import program
from terraform import MINUTES, ROOT, Terraform, provider_mirror, wait_until

VARIABLES = 'operator_cidr = "198.51.100.10/32"\n'
OTHER_NETWORK = VARIABLES + 'vpc_cidr = "10.43.0.0/16"\n'
RUN = ("run", "--votes", "10", "--clients", "1", "--stack", "aws")


class Cli:
    """votebench where a copy of the repository's infra/ and ansible/ is."""

    def __init__(self, terraform):
        self.folder, self.environment = terraform.folder, terraform.environment

    def start(self, *arguments, stdin=subprocess.DEVNULL):
        return subprocess.Popen([program("votebench"), *arguments], cwd=self.folder, text=True,
                                env={**self.environment, "LC_ALL": "C.UTF-8"},
                                stdin=stdin, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def answer(self, answers, *arguments):
        """As run(), but a person is asked, who has typed the answers already."""
        keyboard, terminal = pty.openpty()
        try:
            os.write(keyboard, answers.encode())
            return self.finish(self.start(*arguments, stdin=terminal))
        finally:
            os.close(keyboard)
            os.close(terminal)

    def files(self):
        """Path -> content of all that is kept of the stack, but its lock and the tools' words."""
        top = self.folder / "artifacts/aws"
        return {str(path.relative_to(top)): path.read_bytes() if path.is_file() else None
                for path in top.rglob("*")
                if path.relative_to(top).parts[0] not in ("lock", "logs")}

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
    (terraform.folder / "other.tfvars").write_text(OTHER_NETWORK)
    return Cli(terraform)


def test_somebody_must_say_who_may_use_ssh(cli):
    status, _, stderr = cli.run("stack", "up", "aws", "--yes")
    assert status == 2 and "example.tfvars" in stderr, stderr


def test_nothing_that_costs_money_is_made_unasked(cli, emulator):
    status, _, stderr = cli.run("stack", "up", "aws", "--vars", "my.tfvars")
    assert status == 2 and "--yes answers without asking" in stderr, stderr
    assert "  3 instances t3.small with 20 GiB of disk each\n  1 NAT gateway" in stderr
    assert emulator.objects() == {}
    assert cli.files() == {}


def test_an_interrupted_up_leaves_what_it_made_to_the_next(cli, emulator):
    emulator.set(nat_seconds=MINUTES)
    up = cli.start("stack", "up", "aws", "--vars", "my.tfvars", "--yes")
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
    assert "\nhalf made, and made again:\n" in stderr
    assert "  replace module.stack.aws_nat_gateway.this (votebench, nat-" in stderr
    assert len(emulator.objects()["vpc"]) == 1 and len(emulator.network()["hosts"]) == 3
    target = (cli.folder / "artifacts/aws/target.yaml").read_text()
    assert emulator.network()["hosts"]["frontend"]["public_ip"] in target


def test_status_names_the_hosts(cli):
    status, stdout, _ = cli.run("stack", "status", "aws")
    assert status == 0 and stdout.startswith("80 resources on AWS\n"), stdout
    assert "  backend    10.42.11.10 " in stdout


def refused(cli, emulator, status, words, *arguments, answers=None):
    """A command that must be refused with these words, and change nothing at all; what it said."""
    before = cli.files(), emulator.network()
    ended, _, stderr = cli.run(*arguments) if answers is None else cli.answer(answers, *arguments)
    assert ended == status and words in stderr, stderr
    files, network = cli.files(), emulator.network()
    assert files.keys() == before[0].keys()
    assert [name for name in files if files[name] != before[0][name]] == []
    assert network == before[1]
    return stderr


@pytest.mark.parametrize("command", [
    ("stack", "up", "aws", "--vars", "other.tfvars", "--yes"),
    (*RUN, "--vars", "other.tfvars", "--yes"),
    (*RUN, "--vars", "other.tfvars", "--yes", "--repeat", "2", "--keep")])
def test_nothing_is_destroyed_by_a_script_that_did_not_say_so(cli, emulator, command):
    said = refused(cli, emulator, 2, "--allow-destroy agrees, --yes does not", *command)
    assert "\ndestroys or replaces 58:\n" in said
    assert "  replace module.stack.aws_vpc.this (votebench, vpc-" in said
    assert '  replace module.stack.aws_instance.this["database"]' in said
    assert "aws_cloudwatch_metric_alarm" not in said


@pytest.mark.parametrize("answers, words", [("n\n", "the plan destroys or replaces 58"),
                                            ("y\nn\n", "nothing was made: that would cost money")])
def test_a_person_is_asked_about_destruction_and_about_costs(cli, emulator, answers, words):
    said = refused(cli, emulator, 2, words, "stack", "up", "aws", "--vars", "other.tfvars",
                   answers=answers)
    assert "Destroy or replace these 58? [y/N] " in said
    assert ("Make all this on AWS" in said) == (answers != "n\n")


def test_a_plan_that_fails_leaves_everything_as_it_was(cli, emulator):
    (cli.folder / "bad.tfvars").write_text('operator_cidr = "everybody"\n')
    (cli.folder / "site.yaml").write_text("image_registry: elsewhere/\n")
    refused(cli, emulator, 6, "operator_cidr must be an IPv4 network", "stack", "up", "aws",
            "--vars", "bad.tfvars", "--ansible-vars", "site.yaml", "--yes", "--allow-destroy")


def test_a_stack_stays_in_its_account(cli, emulator):
    emulator.set(account="111111111111")
    words = "stack 'aws' is in account 000000000000, and this would be account 111111111111"
    refused(cli, emulator, 2, words, "stack", "up", "aws", "--yes", "--allow-destroy")
    refused(cli, emulator, 2, words, "stack", "down", "aws")
    emulator.set(account="000000000000")


def test_a_stack_stays_in_its_region(cli, emulator):
    (cli.folder / "far.tfvars").write_text(VARIABLES + 'region = "us-east-1"\n')
    refused(cli, emulator, 2, "stack 'aws' is in region eu-central-1, and this would be region "
            "us-east-1", "stack", "up", "aws", "--vars", "far.tfvars", "--yes", "--allow-destroy")


def test_what_is_allowed_is_replaced(cli, emulator):
    status, _, stderr = cli.run("stack", "up", "aws", "--vars", "other.tfvars", "--yes",
                                "--allow-destroy")
    assert status == 6 and "frontend does not answer" in stderr, stderr
    assert list(emulator.network()["vpcs"].values()) == ["10.43.0.0/16"]
    assert cli.files()["stack.tfvars"].decode() == OTHER_NETWORK


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
    run = [*RUN, "--vars", "my.tfvars"]
    status, _, stderr = cli.run(*run)
    assert status == 2 and "would cost money" in stderr, stderr
    status, _, stderr = cli.run(*run, "--yes")
    assert status == 6 and "frontend does not answer" in stderr, stderr
    assert emulator.objects() == {}


def test_nothing_was_written_beside_the_infrastructure(cli):
    """Where it is installed nobody may."""
    def names(folder):
        return {str(path.relative_to(folder)) for path in folder.rglob("*")}

    for name in ("infra", "ansible"):
        assert names(cli.folder / name) <= names(ROOT / name)
