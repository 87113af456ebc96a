"""Tier 4: the three-tier stack without a cloud. Terraform applies its root module to the emulator;
hosts and firewall are made from what it created; Ansible works over SSH through the bastion;
votebench measures through the tunnels; everything is taken down again. Runs inside
infra/testbed/with-docker; the tests follow one another."""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest
import yaml

from harness import SOURCE_DIR, Completed
from servers import program
from terraform import Emulator, Terraform, provider_mirror

sys.path.insert(0, str(SOURCE_DIR / "infra" / "testbed" / "bed"))
from hosts import IMAGE, REGISTRY, Bed, run, wait_for  # noqa: E402
from probes import differences  # noqa: E402
from registry import Registry  # noqa: E402

PROFILE = "keep-alive"
SITE = {"image_registry": f"{REGISTRY}/", "docker_registry": REGISTRY, "votes_profile": PROFILE,
        "worker_arguments": ["--poll", "1ms"]}
ANSIBLE_S = 900


class Cloud:
    """The emulated account, the hosts that stand for its instances, and the operator's tools."""

    def __init__(self, folder):
        self.folder = folder
        self.emulator = Emulator()
        self.terraform = Terraform(folder / "terraform", self.emulator.url, provider_mirror())
        self.artifacts = self.terraform.artifacts
        self.bed = self.registry = None

    def apply(self):
        self.terraform.environment.update(TF_VAR_profile=PROFILE, TF_VAR_apt_over_http="false")
        self.terraform.make_keys()
        self.terraform.init("envs/aws")
        self.terraform.run("envs/aws", "apply", "-auto-approve", "-no-color", "-input=false")
        outputs = self.terraform.run("envs/aws", "output", "-json")
        subprocess.run([self.terraform.infra / "aws" / "artifacts", self.artifacts], input=outputs,
                       text=True, check=True, timeout=60)

    def start_hosts(self):
        run("docker", "build", "--quiet", "--network", "host", "--build-arg",
            f"http_proxy={os.environ['VOTEBENCH_APT_PROXY']}", "--tag", IMAGE,
            str(SOURCE_DIR / "infra/testbed/host"))
        self.bed = Bed(self.folder, self.emulator.network(), os.environ["VOTEBENCH_APT_PROXY"])
        self.bed.up()
        self.registry = Registry(self.folder / "registry", self.bed)

    @property
    def flows(self):
        return json.loads((self.artifacts / "flows.json").read_text())

    def ssh(self, host, command, config=None, check=True):
        return subprocess.run(
            self.bed.in_world("timeout", "60", "ssh", "-F", str(config or self.artifacts / "ssh_config"),
                              "-o", "BatchMode=yes", host, command),
            text=True, capture_output=True, check=check)

    def play(self, playbook, *arguments, status=0):
        """The output of a playbook that must end with `status`."""
        values = {**SITE, "docker_registry_ca": str(self.registry.authority)}
        done = subprocess.run(
            self.bed.in_world("ansible-playbook", "-i", str(self.artifacts / "inventory.yaml"),
                              "-e", json.dumps(values), playbook, *arguments),
            cwd=SOURCE_DIR / "ansible", text=True, capture_output=True, timeout=ANSIBLE_S,
            check=False, env={**os.environ, "LC_ALL": "C.UTF-8",
                              "ANSIBLE_HOME": str(self.folder / "ansible"),
                              "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=15s"})
        assert done.returncode == status, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def votebench(self, *arguments):
        reports = self.folder / f"reports-{len(list(self.folder.glob('reports-*')))}"
        done = subprocess.run(
            self.bed.in_world(program("votebench"), "run", *arguments, "--target",
                              str(self.artifacts / "target.yaml"), "--yes", "--progress", "plain",
                              "--reports", str(reports)),
            cwd=self.folder, text=True, capture_output=True, timeout=300, check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"})
        return Completed(done.returncode, done.stdout, done.stderr, reports)

    def close(self):
        if self.registry:
            self.registry.stop()
        if self.bed:
            self.bed.down()
        self.emulator.stop()


def changed(output):
    """Host -> number of changed tasks, of a playbook's recap."""
    return {host: int(count) for host, count in
            re.findall(r"^(\w+) +: ok=\d+ +changed=(\d+) ", output, re.M)}


@pytest.fixture(scope="module")
def cloud():
    for tool in ("docker-registry", "nft", "ansible-playbook", "ssh", "terraform"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool} (scripts/install-packages --infra)")
    provider_mirror()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vb-bed-"))
    (folder / "terraform").mkdir()
    cloud = Cloud(folder)
    try:
        cloud.apply()
        cloud.start_hosts()
        yield cloud
    finally:
        cloud.close()
        shutil.rmtree(folder, ignore_errors=True)


def test_what_terraform_made_is_what_it_planned(cloud):
    """Empty second plan: exit status 0 of -detailed-exitcode."""
    cloud.terraform.run("envs/aws", "plan", "-detailed-exitcode", "-no-color", "-input=false")
    assert sorted(cloud.bed.network["hosts"]) == ["backend", "database", "frontend"]


def test_private_hosts_answer_through_the_bastion_only(cloud):
    for host in ("frontend", "backend", "database"):
        assert cloud.ssh(host, "hostname").stdout.strip() == host
    address = cloud.bed.network["hosts"]["backend"]["private_ip"]
    assert cloud.bed.reach(cloud.bed.world, "198.51.100.10", address, 22) == "no route"


def test_a_wrong_host_key_is_refused(cloud):
    other = cloud.folder / "other_key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other))
    known = (cloud.artifacts / "known_hosts").read_text().splitlines()
    key = " ".join(pathlib.Path(f"{other}.pub").read_text().split()[:2])
    wrong = cloud.folder / "wrong_known_hosts"
    wrong.write_text("\n".join(f"{line.split()[0]} {key}" if "backend" in line.split()[0] else line
                               for line in known) + "\n")
    config = cloud.folder / "wrong_ssh_config"
    config.write_text((cloud.artifacts / "ssh_config").read_text().replace(
        str(cloud.artifacts / "known_hosts"), str(wrong)))
    assert cloud.ssh("frontend", "true", config).returncode == 0
    refused = cloud.ssh("backend", "true", config, check=False)
    assert refused.returncode == 255 and "verification failed" in refused.stderr, refused


def test_the_playbook_stands_the_stack_up(cloud):
    assert min(changed(cloud.play("site.yml")).values()) > 0


def test_a_second_play_changes_nothing(cloud):
    assert set(changed(cloud.play("site.yml")).values()) == {0}


def test_drift_is_repaired_and_nothing_else_is_touched(cloud):
    before = cloud.ssh("backend", "sudo docker inspect -f '{{.Id}}' redis").stdout
    cloud.ssh("backend", "sudo docker rm -f worker")
    assert changed(cloud.play("site.yml")) == {"frontend": 0, "backend": 1, "database": 0}
    assert cloud.ssh("backend", "sudo docker inspect -f '{{.Id}}' redis").stdout == before


def test_every_port_is_as_the_matrix_says(cloud):
    probes, wrong = differences(cloud.bed, cloud.flows)
    assert wrong == [] and probes > 100


def test_an_extra_open_port_is_found(cloud):
    opened = copy.deepcopy(cloud.bed.network)
    opened["groups"][opened["hosts"]["frontend"]["groups"][0]]["ingress"].append(
        {"protocol": "tcp", "from_port": 2375, "to_port": 2375, "peer": "0.0.0.0/0"})
    cloud.bed.apply_firewall(opened)
    try:
        assert differences(cloud.bed, cloud.flows)[1] == [
            "operator -> frontend:2375 is open", "stranger -> frontend:2375 is open"]
    finally:
        cloud.bed.apply_firewall(cloud.bed.network)


def test_without_a_nat_route_the_private_tiers_get_no_images(cloud):
    cut = copy.deepcopy(cloud.bed.network)
    cut["subnets"][cut["hosts"]["backend"]["subnet"]].update(internet=None, nat_address=None)
    pull = f"sudo timeout 20 docker pull {REGISTRY}/votebench/redis:dev"
    cloud.bed.apply_firewall(cut)
    try:
        assert cloud.ssh("backend", pull, check=False).returncode != 0
    finally:
        cloud.bed.apply_firewall(cloud.bed.network)
    assert cloud.ssh("backend", pull).returncode == 0


def test_the_check_playbook_agrees(cloud):
    output = cloud.play("check.yml")
    assert "as planned" in output and "failed=0" in output


def test_a_thousand_votes_through_the_tunnels_are_accounted_for(cloud):
    done = cloud.votebench("--votes", "1000", "--clients", "20")
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 1000
    assert json.loads((done.directory / "provisioning.json").read_text())["instances"]


def test_a_stopped_worker_is_not_called_a_loss(cloud):
    scenario = cloud.folder / "steady.yaml"
    scenario.write_text(yaml.safe_dump({
        "version": 1, "drain": {"timeout": "5s"},
        "workloads": {"votes": {"executor": "constant-arrival-rate", "rate": "50/s",
                                "duration": "20s"}}}))
    stop = subprocess.Popen(cloud.bed.in_world(
        "ssh", "-F", str(cloud.artifacts / "ssh_config"), "backend",
        "sleep 12; sudo docker stop worker"), stdin=subprocess.DEVNULL)
    done = cloud.votebench(str(scenario))
    stop.wait(timeout=60)
    assert done.exit_status == 3, done
    assert done.audit["lost"]["count"] == 0
    waiting = int(cloud.ssh("backend", "sudo docker exec redis redis-cli llen votes").stdout)
    assert waiting > 0 and f"{waiting:,}" in done.stdout, done
    cloud.ssh("backend", "sudo docker start worker")


def test_logs_reset_and_stop(cloud):
    cloud.play("logs.yml")
    assert "ready" in (cloud.artifacts / "logs" / "vote.log").read_text()
    cloud.play("reset.yml")
    count = ("sudo docker exec postgres sh -c 'PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) "
             "psql -h /tmp -U postgres -Atqc \"select count(*) from votes\"'")
    assert cloud.ssh("database", count).stdout.strip() == "0"
    cloud.play("stop.yml")
    assert cloud.ssh("frontend", "sudo docker ps -q").stdout == ""


def test_secrets_are_in_no_argument_and_no_output(cloud):
    password = (cloud.artifacts / "secrets" / "postgres_password").read_text().strip()
    for host in ("frontend", "backend", "database"):
        names = cloud.ssh(host, "sudo docker ps -aq").stdout.split()
        shown = cloud.ssh(host, f"sudo docker inspect {' '.join(names)}").stdout
        assert names and password not in shown
    output = cloud.play("site.yml", "-vvv")
    assert password not in output


def test_teardown_leaves_nothing(cloud):
    assert "would be lost" in cloud.play("teardown.yml", status=2)
    cloud.play("teardown.yml", "-e", "stack_teardown_confirmed=yes")
    for host in ("frontend", "backend", "database"):
        left = cloud.ssh(host, "sudo docker ps -aq; sudo docker volume ls -q; ls -d /etc/votebench",
                         check=False)
        assert left.stdout == ""
    cloud.terraform.run("envs/aws", "destroy", "-auto-approve", "-no-color", "-input=false")
    assert cloud.emulator.objects() == {}
    cloud.registry.stop()
    cloud.registry = None
    wait_for(lambda: run("ip", "netns", "pids", cloud.bed.world) == "", "the operator's processes")
    cloud.bed.down()
    assert cloud.bed.remains() == []
    routes = run("ip", "route", "show", "table", "all") + run("ip", "address")
    assert "198.51.100." not in routes and "10.42." not in routes
