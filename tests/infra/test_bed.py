"""Tier 4: the three-tier stack without a cloud. `votebench stack up aws` has Terraform apply its root
module to the emulator; hosts and firewall are made from what that created; Ansible works over SSH
through the bastion; votebench measures through the tunnels; everything is taken down again. Runs
inside infra/testbed/with-docker; the tests follow one another."""
import copy
import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import pytest
import yaml

from cloud import HOSTS, Cloud, changed, run
from harness import SOURCE_DIR
from hosts import REGISTRY, wait_for
from probes import differences
from terraform import provider_mirror, wait_until

SERVICES = ["postgres", "redis", "result", "vote", "worker"]


@pytest.fixture(scope="module")
def cloud():
    for tool in ("docker-registry", "nft", "ansible-playbook", "ssh", "terraform"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool} (scripts/install-packages --infra)")
    provider_mirror()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vb-bed-"))
    cloud = Cloud(folder)
    try:
        cloud.open()
        yield cloud
    finally:
        cloud.close()
        shutil.rmtree(folder, ignore_errors=True)


# --- up -----------------------------------------------------------------------------------------------


def test_up_is_interrupted_between_the_tiers(cloud):
    up = cloud.start_up("stack", "up", "aws")
    assert "another votebench is working on stack 'aws'" in cloud.stack("up", "--yes", status=6)
    wait_until(lambda: "ansible: Database tier" in up.said() or up.poll() is not None,
               "the database is made")
    up.send_signal(signal.SIGINT)
    assert "was interrupted" in cloud.end(up, status=6)
    assert cloud.ssh("frontend", "sudo docker ps -aq").stdout == ""


def test_the_same_command_goes_on(cloud):
    said = cloud.stack("up")  # nothing is made that costs money: it need not ask
    assert "terraform: nothing to change" in said and "votebench run " in said
    assert changed(cloud.log)["frontend"] > 0


def test_a_second_up_changes_nothing(cloud):
    """Neither Terraform's plan nor Ansible's play."""
    assert "terraform: nothing to change" in cloud.stack("up")
    assert changed(cloud.log) == {host: 0 for host in HOSTS}


def test_status_and_check(cloud):
    status = cloud.stack("status")
    assert all(host["private_ip"] in status for host in cloud.bed.network["hosts"].values())
    check = cloud.stack("check")
    assert "ansible: The flow matrix holds" in check and "followed to the table" in check
    assert re.search(r"\d+ tried, \d+ open, as planned", cloud.log)


def test_the_record_names_the_images_by_digest(cloud):
    services = json.loads((cloud.artifacts / "provisioning.json").read_text())["services"]
    assert sorted(services) == SERVICES
    for name, image in services.items():
        assert image["image"] == f"{REGISTRY}/votebench/{name}:dev"
        host = {"redis": "backend", "worker": "backend", "postgres": "database"}.get(name, "frontend")
        shown = json.loads(cloud.ssh(host, f"sudo docker image inspect {image['image']}").stdout)[0]
        assert image["digests"] == shown["RepoDigests"] and len(image["digests"]) == 1
        assert image["id"] == shown["Id"]


# --- who reaches whom -----------------------------------------------------------------------------------


def test_private_hosts_answer_through_the_bastion_only(cloud):
    for host in HOSTS:
        assert cloud.ssh(host, "hostname").stdout.strip() == host
    address = cloud.bed.network["hosts"]["backend"]["private_ip"]
    assert cloud.bed.reach(cloud.bed.world, "198.51.100.10", [(address, 22)]) == ["no route"]


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


def test_every_port_is_as_the_matrix_says(cloud):
    probes, wrong = differences(cloud.bed, cloud.flows)
    assert wrong == [] and probes > 100


def test_an_extra_open_port_is_found(cloud):
    """From outside by the probes, between the hosts by the playbook."""
    opened = copy.deepcopy(cloud.bed.network)
    for host, direction in (("frontend", "ingress"), ("frontend", "egress"), ("backend", "ingress")):
        opened["groups"][opened["hosts"][host]["groups"][0]][direction].append(
            {"protocol": "tcp", "from_port": 2375, "to_port": 2375, "peer": "0.0.0.0/0"})
    cloud.bed.apply_firewall(opened)
    try:
        assert differences(cloud.bed, cloud.flows)[1] == [
            "operator -> frontend:2375 is open", "stranger -> frontend:2375 is open",
            "frontend -> backend:2375 is open"]
        said = cloud.play("check.yml", "--tags", "connectivity", status=2)
        assert "open but not in the matrix: backend:2375;" in " ".join(said.split())
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


# --- votes ----------------------------------------------------------------------------------------------


def test_a_thousand_votes_through_the_tunnels_are_accounted_for(cloud):
    done = cloud.run("--votes", "1000", "--clients", "20")
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 1000
    assert done.result["result_page"]["difference"] == 0
    record = json.loads((done.directory / "provisioning.json").read_text())
    assert record["kind"] == "aws" and sorted(record["instances"]) == sorted(HOSTS)
    assert sorted(record["services"]) == SERVICES


VOTES = 1500


def steady(cloud, drain):
    """50 votes a second for 30 s, and how long to wait for them; no probes."""
    path = cloud.folder / f"steady-{drain}.yaml"
    path.write_text(yaml.safe_dump({
        "version": 1, "drain": {"timeout": drain}, "preflight": {"probe_votes": 0},
        "workloads": {"votes": {"executor": "constant-arrival-rate", "rate": "50/s",
                                "duration": "30s"}}}))
    return str(path)


def stop_the_worker_of(cloud, running, rows):
    """As soon as some of the run's votes are stored."""
    wait_until(lambda: cloud.rows() >= rows + 20 or running.poll() is not None, "votes are stored")
    assert running.poll() is None, running.said()
    cloud.ssh("backend", "sudo docker stop worker")


def start_the_worker_of(cloud):
    """It runs, and all that waited is stored."""
    cloud.ssh("backend", "sudo docker start worker")
    wait_for(lambda: cloud.waiting() == 0, "the worker has caught up")


def test_a_stopped_worker_is_not_called_a_loss(cloud):
    try:
        running = cloud.start_run(steady(cloud, "5s"))
        stop_the_worker_of(cloud, running, cloud.rows())
        done = cloud.finish_run(running)
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
        waiting = cloud.waiting()
        assert waiting > 0 and f"{waiting:,} votes still queued" in done.stdout, done
        assert done.audit["queued"] == waiting
        assert done.audit["persisted"] == VOTES - waiting
    finally:
        start_the_worker_of(cloud)


def test_votes_on_a_lost_redis_volume_are_lost_votes(cloud):
    rows = cloud.rows()
    running = cloud.start_run(steady(cloud, "240s"))
    stop_the_worker_of(cloud, running, rows)
    wait_until(lambda: cloud.rows() - rows + cloud.waiting() >= VOTES or running.poll() is not None,
               "all votes are sent")
    cloud.ssh("backend", "sudo docker rm -f redis && sudo docker volume rm queue")
    cloud.play("site.yml", "--tags", "redis,worker")
    done = cloud.finish_run(running)
    assert done.exit_status == 1, done
    stored = cloud.rows() - rows
    assert 0 < stored < VOTES and done.audit["persisted"] == stored
    assert done.audit["lost"]["count"] == VOTES - stored
    # Redis's own count of pushes went with the volume: which of the two it was, nobody knows.
    assert done.audit["lost"]["by_hop_range"]["vote-to-db"] == VOTES - stored


def test_drift_is_repaired_and_nothing_else_is_touched(cloud):
    before = cloud.ssh("backend", "sudo docker inspect -f '{{.Id}}' redis").stdout
    cloud.ssh("backend", "sudo docker rm -f worker")
    assert changed(cloud.play("site.yml")) == {"frontend": 0, "backend": 1, "database": 0}
    assert cloud.ssh("backend", "sudo docker inspect -f '{{.Id}}' redis").stdout == before


def test_the_bastion_can_play_too(cloud):
    """With the same files at the same paths."""
    paths = (cloud.terraform.folder / "ansible", cloud.artifacts, cloud.registry.authority)
    packed = subprocess.run(["tar", "-C", "/", "--exclude=aws/terraform", "-cf", "-",
                             *(str(path.relative_to("/")) for path in paths)],
                            check=True, stdout=subprocess.PIPE).stdout
    frontend = cloud.bed.host("frontend")
    subprocess.run(["docker", "exec", "--interactive", frontend, "sh", "-euc",
                    "tar -C / -xf -; chown -R admin: \"$1\"", "sh", str(cloud.folder)],
                   input=packed, check=True)
    run("docker", "exec", "--env", "DEBIAN_FRONTEND=noninteractive", frontend, "apt-get", "install",
        "-qq", "--no-install-recommends", "ansible-core")
    artifacts = cloud.artifacts
    done = cloud.ssh("frontend", f"cd {cloud.terraform.folder}/ansible && LC_ALL=C.UTF-8 timeout 300 "
                     f"ansible-playbook -i {artifacts}/inventory.yaml -i bastion.yaml "
                     f"-e @{artifacts}/ansible.yaml site.yml",
                     check=False, patience=400)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert changed(done.stdout) == {host: 0 for host in HOSTS}


# --- monitoring -----------------------------------------------------------------------------------------


def expressions():
    """(the dashboard's, the alert rules') PromQL expressions."""
    roles = SOURCE_DIR / "ansible" / "roles"
    dashboard = json.loads((roles / "grafana/files/votes.json").read_text())
    rules = yaml.safe_load((roles / "prometheus/files/alerts.yaml").read_text())
    # Node exporter leaves a container's own root out: another disk stands for it.
    return [[text.replace('mountpoint="/"', 'mountpoint="/var/lib/docker"') for text in texts]
            for texts in ([target["expr"] for panel in dashboard["panels"]
                           for target in panel["targets"]],
                          [rule["expr"] for group in rules["groups"] for rule in group["rules"]])]


def test_prometheus_watches_every_tier(cloud):
    cloud.play("monitoring.yml")
    wait_for(lambda: [point["value"][1] for point in cloud.ask("up")] == ["1"] * 5,
             "every exporter is scraped")
    assert changed(cloud.play("monitoring.yml")) == {host: 0 for host in HOSTS}


def test_grafana_is_given_its_source_dashboard_and_password(cloud):
    """A stand-in with Grafana's user reads what Grafana would read."""
    def read(path):
        return cloud.ssh("frontend", f"sudo docker exec grafana cat {path}").stdout

    provisioning = "/etc/grafana/provisioning"
    source = yaml.safe_load(read(f"{provisioning}/datasources/prometheus.yaml"))["datasources"][0]
    assert source["url"] == f"http://{cloud.bed.network['hosts']['frontend']['private_ip']}:9090"
    provider = yaml.safe_load(read(f"{provisioning}/dashboards/votes.yaml"))["providers"][0]
    assert json.loads(read(provider["options"]["path"] + "/votes.json"))["panels"]
    assert read("/run/secrets/admin_password") == (
        cloud.artifacts / "secrets/grafana_password").read_text().strip()


def test_the_cloudwatch_agent_is_given_its_settings(cloud):
    """A stand-in of Amazon's package keeps what it is told."""
    package = cloud.folder / "agent.deb"
    run("dpkg-deb", "--build", "--root-owner-group",
        str(SOURCE_DIR / "infra/testbed/substitutes/amazon-cloudwatch-agent"), str(package))
    for host in HOSTS:
        run("docker", "cp", str(package), f"{cloud.bed.host(host)}:/root/agent.deb")
    play = ("cloudwatch.yml", "-e", "cloudwatch_package=/root/agent.deb")
    cloud.play(*play)
    for host in HOSTS:
        told = cloud.ssh(host, "cat /var/lib/amazon-cloudwatch-agent.json").stdout
        wanted = (cloud.artifacts / f"cloudwatch/{host}.json").read_text()
        assert json.loads(told) == json.loads(wanted)
    assert changed(cloud.play(*play)) == {host: 0 for host in HOSTS}


def test_every_expression_of_dashboard_and_alerts_means_something(cloud):
    """A panel's has an answer. Of an alert's, which has one only when it fires, every selector has."""
    assert cloud.run("--votes", "100", "--clients", "5").exit_status == 0
    panels, alerts = expressions()
    for panel in panels:
        wait_for(lambda expression=panel: cloud.ask(expression), panel)
    selector = re.compile(r"\b(?:up|(?:node|redis|pg|votes)_\w+)(?:\{[^}]*\})?")
    for alert in alerts:
        assert selector.findall(alert), alert
        cloud.ask(alert)
        for expression in selector.findall(alert):
            wait_for(lambda asked=expression: cloud.ask(asked), f"{expression} of {alert}")


def test_a_stopped_worker_shows_in_prometheus(cloud):
    cloud.ssh("backend", "sudo docker stop worker")
    try:
        assert cloud.run(steady(cloud, "1s")).exit_status == 3
        wait_for(lambda: cloud.ask('redis_key_size{key="votes"} > 100'), "the queue's length")
    finally:
        start_the_worker_of(cloud)
    wait_for(lambda: cloud.ask('redis_key_size{key="votes"} == 0'), "an empty queue")


# --- logs, reset, stop, down ----------------------------------------------------------------------------


def test_logs_reset_and_stop(cloud):
    assert re.search(r"^vote +\| .* ready$", cloud.stack("logs", "--service", "vote"), re.M)
    assert all(f"{name:<8} | " in cloud.stack("logs", "--lines", "2") for name in SERVICES)
    cloud.stack("reset")
    assert cloud.rows() == 0
    cloud.play("stop.yml")
    assert cloud.ssh("frontend", "sudo docker ps -q").stdout == ""


def test_secrets_are_in_no_argument_and_no_output(cloud):
    password = (cloud.artifacts / "secrets/postgres_password").read_text().strip()
    for host in HOSTS:
        names = cloud.ssh(host, "sudo docker ps -aq").stdout.split()
        shown = cloud.ssh(host, f"sudo docker inspect {' '.join(names)}").stdout
        arguments = cloud.ssh(host, "sudo sh -c 'cat /proc/[0-9]*/cmdline' 2>/dev/null").stdout
        assert names and password not in shown + arguments and "dockerd" in arguments
    assert password not in cloud.play("site.yml", "-vvv") + cloud.log


def test_teardown_leaves_hosts_as_they_were(cloud):
    assert "would be lost" in cloud.play("teardown.yml", status=2)
    cloud.play("teardown.yml", "-e", "stack_teardown_confirmed=yes")
    for host in HOSTS:
        left = cloud.ssh(host, "sudo docker ps -aq; sudo docker volume ls -q; "
                         "ls -d /etc/votebench /etc/prometheus* /etc/default/prometheus*; "
                         "pgrep -l prometheus", check=False)
        assert left.stdout == ""


def test_an_interrupted_down_is_repeated_and_leaves_nothing(cloud):
    down = cloud.start("stack", "down", "aws")
    wait_until(lambda: "alarm" not in cloud.emulator.objects() or down.poll() is not None,
               "something is destroyed")
    down.send_signal(signal.SIGINT)
    assert "was interrupted" in cloud.end(down, status=6)
    assert cloud.emulator.objects() != {}
    assert "nothing of it is left" in cloud.stack("down")
    assert cloud.emulator.objects() == {}
    cloud.bed.halt()


def test_a_run_with_a_stack_of_its_own_keeps_the_report_and_nothing_else(cloud):
    reports = cloud.folder / "reports-own"
    process = cloud.start_up("run", "--votes", "200", "--clients", "5", "--stack", "aws",
                             "--progress", "plain", "--reports", str(reports))
    said = cloud.end(process)
    assert "200" in said and "exit 0: passed" in said
    assert list(reports.glob("*/*/report.html")) and list(reports.glob("*/*/provisioning.json"))
    assert cloud.emulator.objects() == {}
    verified = cloud.end(cloud.start("verify", "--reports", str(reports)))
    assert "the stack ended with the run: the saved rows alone" in " ".join(verified.split())
    cloud.bed.halt()


def test_nothing_is_left_on_this_machine(cloud):
    cloud.registry.stop()
    cloud.registry = None
    wait_for(lambda: run("ip", "netns", "pids", cloud.bed.world) == "", "the operator's processes")
    cloud.bed.close()
    assert cloud.bed.remains() == []
    routes = run("ip", "route", "show", "table", "all") + run("ip", "address")
    assert "198.51.100." not in routes and "10.42." not in routes
