"""An AWS account for the tests of tier 4: emulated, but its instances boot. What Terraform creates
becomes hosts and a firewall (infra/testbed/bed); votebench, Ansible and ssh run as the operator."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

from harness import SOURCE_DIR, Completed
from servers import program
from terraform import MINUTES, Emulator, Terraform, provider_mirror, wait_until

sys.path.insert(0, str(SOURCE_DIR / "infra" / "testbed" / "bed"))
from hosts import IMAGE, OPERATOR, REGISTRY, Bed, run  # noqa: E402
from registry import Registry  # noqa: E402

HOSTS = ("frontend", "backend", "database")
PROFILE = "keep-alive"


class Cloud:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "terraform").mkdir()
        self.emulator = Emulator()
        self.terraform = Terraform(self.folder / "terraform", self.emulator.url, provider_mirror())
        del self.terraform.environment["TF_VAR_operator_cidr"]
        self.artifacts = self.terraform.artifacts
        self.environment = {
            **self.terraform.environment, "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=15s"}
        self.bed = Bed(self.folder, os.environ["VOTEBENCH_APT_PROXY"])
        self.registry = None

    def open(self):
        """Everything but the stack."""
        for tag, folder in ((IMAGE, "host"),
                            ("votebench/grafana-stand-in:dev", "substitutes/grafana")):
            run("docker", "build", "--quiet", "--network", "host", "--build-arg",
                f"http_proxy={os.environ['VOTEBENCH_APT_PROXY']}", "--tag", tag,
                str(SOURCE_DIR / "infra/testbed" / folder))
        self.bed.open()
        self.bed.relay(("127.0.0.1", int(self.emulator.url.rsplit(":", 1)[1])), self.emulator.url)
        self.registry = Registry(self.folder / "registry", self.bed)
        (self.terraform.folder / "my.tfvars").write_text(
            f'operator_cidr = "{OPERATOR}/32"\nprofile = "{PROFILE}"\napt_over_http = false\n')
        (self.terraform.folder / "site.yaml").write_text(yaml.safe_dump({
            "image_registry": f"{REGISTRY}/", "docker_registry": REGISTRY,
            "docker_registry_ca": str(self.registry.authority),
            "worker_arguments": ["--poll", "1ms"],
            "grafana_image": f"{REGISTRY}/votebench/grafana-stand-in:dev"}))

    def close(self):
        if self.registry:
            self.registry.stop()
            self.registry = None
        self.bed.close()
        self.emulator.stop()

    @property
    def flows(self):
        return json.loads((self.artifacts / "flows.json").read_text())

    @property
    def log(self):
        """All that the tools of `votebench stack` said."""
        return (self.artifacts / "logs/aws.log").read_text()

    # --- as the operator ----------------------------------------------------------------------------

    def ssh(self, host, command, config=None, check=True, patience=60):
        return subprocess.run(
            self.bed.in_world("timeout", str(patience), "ssh", "-F",
                              str(config or self.artifacts / "ssh_config"), "-o", "BatchMode=yes",
                              host, command),
            text=True, capture_output=True, check=check)

    def play(self, playbook, *arguments, status=0):
        """The output of a playbook that must end with `status`."""
        done = subprocess.run(
            self.bed.in_world("ansible-playbook", "-i", str(self.artifacts / "inventory.yaml"), "-e",
                              f"@{self.artifacts}/ansible.yaml", playbook, *arguments),
            cwd=self.terraform.folder / "ansible", env=self.environment, text=True,
            capture_output=True, timeout=3 * MINUTES, check=False)
        assert done.returncode == status, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def start(self, *arguments):
        """votebench in the background; what it says goes to a file, `said`."""
        said = tempfile.NamedTemporaryFile("w+", dir=self.folder)
        process = subprocess.Popen(self.bed.in_world(program("votebench"), *arguments),
                                   cwd=self.terraform.folder, env=self.environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        process.said = lambda: pathlib.Path(said.name).read_text()
        process.keeps = said
        return process

    @staticmethod
    def end(process, status=0):
        """Waits for a command that must end with `status`; its output."""
        try:
            process.wait(timeout=4 * MINUTES)
        finally:
            process.kill()
        assert process.returncode == status, f"exit {process.returncode}\n{process.said()}"
        return process.said()

    def stack(self, verb, *arguments, status=0):
        """The output of `votebench stack VERB aws`."""
        return self.end(self.start("stack", verb, "aws", *arguments), status)

    def start_up(self, *arguments):
        """votebench that makes a stack, up to where it waits for hosts; those are there then."""
        process = self.start(*arguments, "--vars", "my.tfvars", "--ansible-vars", "site.yaml", "--yes")
        wait_until(lambda: "waiting for frontend" in process.said() or process.poll() is not None,
                   "Terraform is done")
        assert process.poll() is None, process.said()
        self.bed.boot(self.emulator.network())
        return process

    def start_run(self, *arguments):
        """A run through the tunnels, in the background; for finish_run."""
        reports = self.folder / f"reports-{len(list(self.folder.glob('reports-*')))}"
        reports.mkdir()
        process = self.start("run", *arguments, "--target", str(self.artifacts / "target.yaml"),
                             "--yes", "--progress", "plain", "--reports", str(reports))
        process.reports = reports
        return process

    @staticmethod
    def finish_run(process):
        """`said` has no order between what went to stdout and to stderr."""
        try:
            process.wait(timeout=2 * MINUTES)
        finally:
            process.kill()
        return Completed(process.returncode, process.said(), "", process.reports)

    def run(self, *arguments):
        return self.finish_run(self.start_run(*arguments))

    # --- what is in the stores ----------------------------------------------------------------------

    def waiting(self):
        """Votes in the queue."""
        return int(self.ssh("backend", "sudo docker exec redis redis-cli llen votes").stdout)

    def rows(self):
        """Votes in the table."""
        query = ("sudo docker exec postgres sh -c 'PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) "
                 "psql -h /tmp -U postgres -Atqc \"select count(*) from votes\"'")
        return int(self.ssh("database", query).stdout)

    def ask(self, expression):
        """What Prometheus on the frontend answers the operator: [{metric, value}]."""
        address = self.bed.network["hosts"]["frontend"]["public_ip"]
        answer = json.loads(run(*self.bed.in_world(
            "curl", "--silent", "--max-time", "30", "--data-urlencode", f"query={expression}",
            f"http://{address}:9090/api/v1/query")))
        assert answer["status"] == "success", answer
        return answer["data"]["result"]


def changed(output):
    """Host -> number of changed tasks, of the last play's recap in a text."""
    recap = output.rsplit("PLAY RECAP", 1)[1]
    return {host: int(count) for host, count in
            re.findall(r"^(\w+) +: ok=\d+ +changed=(\d+) ", recap, re.M)}
