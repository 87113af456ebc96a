"""Tier 3: the life of the stack in the emulated account, with its state in S3, from a plan that
somebody interrupts to an account that is empty again. The tests follow one another."""
import copy
import json
import os
import signal
import subprocess

import pytest

from alarms import unheard, watched
from terraform import MINUTES, Terraform, provider_mirror, wait_until

BUCKET = "votebench-test-state"


def backend(url, lock, bucket=BUCKET):
    """A backend_override.tf as a user writes it, but for the emulator."""
    return f"""terraform {{
  backend "s3" {{
    bucket         = "{bucket}"
    region         = "eu-central-1"
    {lock}
    access_key     = "emulator"
    secret_key     = "emulator"
    use_path_style = true
    endpoints      = {{ s3 = "{url}", dynamodb = "{url}", sts = "{url}" }}
  }}
}}
"""


@pytest.fixture(scope="module")
def terraform(emulator, tmp_path_factory):
    terraform = Terraform(tmp_path_factory.mktemp("life"), emulator.url, provider_mirror())
    terraform.make_keys()
    return terraform


def apply(terraform, root="envs/aws"):
    return terraform.run(root, "apply", "-auto-approve", "-no-color", "-input=false")


def test_the_state_backend_comes_first(terraform, emulator):
    terraform.environment.update(TF_VAR_bucket=BUCKET, TF_VAR_lock_table="locks")
    terraform.init("envs/state_backend")
    apply(terraform, "envs/state_backend")
    assert emulator.objects() == {"bucket": [BUCKET], "lock_table": ["locks"]}


def test_a_lock_in_dynamodb_is_respected(terraform, emulator, tmp_path):
    """A state of its own, and an apply that lasts as long as a file is missing."""
    root = terraform.root("envs/locked")
    root.mkdir()
    go = tmp_path / "go"
    (root / "backend_override.tf").write_text(
        backend(emulator.url, 'dynamodb_table = "locks"'))
    (root / "main.tf").write_text(f"""terraform {{
  backend "local" {{}}
}}
resource "terraform_data" "slow" {{
  provisioner "local-exec" {{ command = "until [ -e {go} ]; do sleep 0.1; done" }}
}}
""")
    terraform.init("envs/locked", "-backend-config=key=locked/terraform.tfstate")
    first = terraform.start("envs/locked", "apply", "-auto-approve", "-no-color")
    try:
        wait_until(lambda: emulator.calls().get("dynamodb.PutItem"), "the first has the lock")
        refused = terraform.run("envs/locked", "apply", "-auto-approve", "-no-color", status=1)
        assert "Error acquiring the state lock" in refused
        assert "ConditionalCheckFailedException" in refused
        go.touch()
        terraform.end(first)
    finally:
        first.kill()
    terraform.run("envs/locked", "destroy", "-auto-approve", "-no-color")


def test_an_apply_locks_the_others_out_and_can_be_interrupted(terraform, emulator):
    override = terraform.root("envs/aws") / "backend_override.tf"
    override.write_text(backend(emulator.url, "use_lockfile   = true"))
    terraform.init("envs/aws", "-backend-config=key=aws/terraform.tfstate")
    emulator.set(nat_seconds=MINUTES)  # the first apply does not come to its end
    first = terraform.start("envs/aws", "apply", "-auto-approve", "-no-color", "-input=false")
    try:
        wait_until(lambda: "nat_gateway" in emulator.objects(), "the NAT gateway is under way")
        refused = terraform.run("envs/aws", "apply", "-auto-approve", "-no-color", status=1)
        assert "Error acquiring the state lock" in refused and "412" in refused
        first.send_signal(signal.SIGINT)
        assert "Interrupt received" in terraform.end(first, status=1)
    finally:
        first.kill()


def test_an_interrupted_apply_is_resumed(terraform, emulator):
    emulator.set(nat_seconds=0)
    apply(terraform)
    network = emulator.network()
    assert set(network["hosts"]) == {"frontend", "backend", "database"}
    assert len(network["vpcs"]) == 1, "what the interrupted apply had made was made again"


def test_the_second_plan_is_empty(terraform):
    output = terraform.run("envs/aws", "plan", "-no-color", "-detailed-exitcode")
    assert "No changes" in output


@pytest.fixture(scope="module")
def state(terraform):
    """What is applied, as Terraform shows it."""
    return json.loads(terraform.run("envs/aws", "show", "-json"))["values"]


def resources(state):
    return [resource for child in state["root_module"]["child_modules"]
            for resource in child["resources"]]


def outputs(state):
    return {name: output["value"] for name, output in state["outputs"].items()}


def in_groups(flows, groups):
    """The matrix as the rules that each group must have, and no others."""
    wanted = {f"votebench-{group}": {"ingress": set(), "egress": set()} for group in groups}
    for flow in flows:
        for direction, own, other in (("ingress", "to", "from"), ("egress", "from", "to")):
            if flow[own] in groups:
                peer = flow[other]
                peer = f"votebench-{peer}" if peer in groups else peer
                wanted[f"votebench-{flow[own]}"][direction].add(
                    (flow["protocol"], flow["port"], flow["port"], peer))
    return {**wanted, "default": {"ingress": set(), "egress": set()}}


def test_the_account_is_the_matrix(state, emulator):
    """Also the rules that Terraform does not know of."""
    found = {name: {direction: {(rule["protocol"], rule["from_port"], rule["to_port"],
                                 rule["peer"]) for rule in rules}
                    for direction, rules in group.items()}
             for name, group in emulator.network()["groups"].items()}
    assert found == in_groups(outputs(state)["flows"], {"frontend", "backend", "database"})


def test_every_host_is_where_it_belongs(state, emulator, terraform):
    network = emulator.network()
    ways = {"frontend": "igw", "backend": "nat", "database": "nat"}
    provisioned = outputs(state)["provisioning"]
    for name, host in network["hosts"].items():
        assert network["subnets"][host["subnet"]]["internet"] == ways[name]
        assert host["groups"] == [f"votebench-{name}"]
        assert host["private_ip"] == provisioned["instances"][name]["private_ip"]
        assert host["public_ip"] == provisioned["instances"][name]["public_ip"]
        assert host["authorized_key"] == (terraform.artifacts / "keys/operator.pub").read_text()
        key = (terraform.artifacts / f"keys/host_{name}").read_text().splitlines()[1]
        assert key in host["user_data"]
    assert [name for name, host in network["hosts"].items() if host["public_ip"]] == ["frontend"]
    assert provisioned["image_name"] == "debian-12-amd64-newer"


def test_every_alarm_has_a_metric(state):
    configs = outputs(state)["agent_config"]
    alarms = watched(resources(state))
    assert len(alarms) == 12
    for host, instance in outputs(state)["provisioning"]["instances"].items():
        own = {name: alarm for name, alarm in alarms.items() if f"-{host}-" in name}
        assert len(own) == 4
        assert unheard(own, json.loads(configs[host])) == []
        assert all(dimensions["InstanceId"] == instance["id"] for _, _, dimensions in own.values())


@pytest.mark.parametrize("break_config, deaf", [
    (lambda metrics: metrics["aggregation_dimensions"].remove(["InstanceId", "path"]), ["disk"]),
    (lambda metrics: metrics["aggregation_dimensions"].remove(["InstanceId"]), ["cpu"]),
    (lambda metrics: metrics.update(namespace="CWAgent"), ["cpu", "disk", "memory"]),
    (lambda metrics: metrics["metrics_collected"]["disk"].update(measurement=["inodes_free"]),
     ["disk"]),
    (lambda metrics: metrics["append_dimensions"].clear(), ["cpu", "disk", "memory"]),
])
def test_an_alarm_without_its_metric_is_found(state, break_config, deaf):
    config = copy.deepcopy(json.loads(outputs(state)["agent_config"]["backend"]))
    alarms = {name: alarm for name, alarm in watched(resources(state)).items()
              if "-backend-" in name}
    break_config(config["metrics"])
    assert unheard(alarms, config) == [f"votebench-backend-{name}" for name in deaf]


def test_the_state_holds_no_key(state, terraform):
    text = json.dumps(state)
    assert "PRIVATE KEY" not in text
    assert (terraform.artifacts / "secrets/postgres_password").read_text() not in text


def test_another_network_replaces_all_that_is_in_it(terraform, emulator):
    """The gateway too, which the old VPC cannot go without."""
    terraform.environment["TF_VAR_vpc_cidr"] = "10.43.0.0/16"
    apply(terraform)
    del terraform.environment["TF_VAR_vpc_cidr"]
    network = emulator.network()
    assert list(network["vpcs"].values()) == ["10.43.0.0/16"]
    assert network["subnets"][network["hosts"]["frontend"]["subnet"]]["internet"] == "igw"
    assert all(host["private_ip"].startswith("10.43.") for host in network["hosts"].values())


# --- infra/aws/stack, with the bucket: a state for each stack ---------------------------------------

def driver(terraform, verb, name, *arguments, status=0):
    """What `infra/aws/stack VERB artifacts/NAME` says. There are no hosts, and nobody is asked for
    them: ssh is a program that fails."""
    programs = terraform.folder / "programs"
    programs.mkdir(exist_ok=True)
    if not (programs / "ssh").exists():
        (programs / "ssh").symlink_to("/bin/false")
    done = subprocess.run(
        [terraform.infra / "aws/stack", verb, terraform.artifacts.parent / name, *arguments],
        env={**terraform.environment, "VOTEBENCH_BOOT_S": "0",
             "PATH": f"{programs}:{os.environ['PATH']}"},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=2 * MINUTES)
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def same_network(terraform):
    file = terraform.folder / "same.tfvars"
    file.write_text('vpc_cidr = "10.43.0.0/16"\n')
    return ("--vars", file)


def test_a_second_stack_has_a_state_of_its_own(terraform, emulator, same_network):
    """And touches nothing of the first, which the driver finds under its own name."""
    assert "terraform: nothing to change" in driver(terraform, "plan", "aws", *same_network)
    planned = driver(terraform, "plan", "two")
    log = (terraform.artifacts.parent / "two/logs/aws.log").read_text()
    assert " to add, 0 to change, 0 to destroy." in log and "destroys" not in planned, log
    first = set(emulator.objects()["instance"])
    assert "does not answer" in driver(terraform, "apply", "two", status=1)
    made = json.loads((terraform.artifacts.parent / "two/made").read_text())
    assert made == {"state": f"s3://{BUCKET}/two/terraform.tfstate", "region": "eu-central-1",
                    "account": "000000000000"}
    assert len(emulator.network()["vpcs"]) == 2
    assert first < set(emulator.objects()["instance"])
    assert "terraform: nothing to change" in driver(terraform, "plan", "aws", *same_network)


def test_a_stack_keeps_its_state(terraform, emulator):
    file = terraform.root("envs/aws") / "backend_override.tf"
    kept = file.read_text()
    for text, words in (
            (backend(emulator.url, "use_lockfile   = true", "another-bucket"),
             f"the state of stack 'two' is s3://{BUCKET}/two/terraform.tfstate,"),
            (kept.replace("    bucket ", '    key = "aws/terraform.tfstate"\n    bucket '),
             "all stacks would share one state"),
            (None, f"the state of stack 'two' is s3://{BUCKET}/two/terraform.tfstate,")):
        file.unlink()
        if text:
            file.write_text(text)
        for verb in ("plan", "down"):
            assert words in driver(terraform, verb, "two", status=2)
        file.write_text(kept)


def test_a_second_stack_goes_alone(terraform, emulator, same_network):
    assert "nothing of it is left" in driver(terraform, "down", "two")
    assert len(emulator.network()["vpcs"]) == 1 and len(emulator.network()["hosts"]) == 3
    assert "terraform: nothing to change" in driver(terraform, "plan", "aws", *same_network)


def test_a_destroyed_stack_leaves_nothing_but_the_state_backend(terraform, emulator):
    output = terraform.run("envs/aws", "destroy", "-auto-approve", "-no-color", "-input=false")
    assert "Destroy complete!" in output
    assert emulator.objects() == {"bucket": [BUCKET], "lock_table": ["locks"]}
