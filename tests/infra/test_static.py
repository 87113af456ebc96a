"""Tier 1: what can be said about the files without a provider."""
import pathlib
import subprocess
import sys

import pytest
import yaml

from terraform import MINUTES, ROOT, Terraform, command

sys.path.insert(0, str(ROOT / "infra/aws"))
import planned  # noqa: E402

MODULES = ["network_plan", "stack", "observability", "state_backend"]
ROOTS = ["aws", "state_backend"]


def check(*arguments):
    done = subprocess.run(arguments, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=MINUTES)
    assert done.returncode == 0, done.stdout


def test_terraform_is_formatted():
    check(command("terraform"), "fmt", "-check", "-diff", "-recursive", "infra/terraform")


@pytest.mark.parametrize("folder", [*(f"modules/{name}" for name in MODULES),
                                    *(f"envs/{name}" for name in ROOTS)])
def test_a_module_is_four_files(folder):
    found = {path.name for path in (ROOT / "infra/terraform" / folder).glob("*.tf")}
    assert found == {"main.tf", "outputs.tf", "variables.tf", "versions.tf"}


def test_the_network_plan(tmp_path):
    assert Terraform(tmp_path).test("modules/network_plan") >= 12


def test_a_row_too_many_is_found(tmp_path):
    """The check above can fail: one more row in the matrix does it."""
    terraform = Terraform(tmp_path)
    add_row(terraform)
    with pytest.raises(AssertionError, match="ingress is not the matrix"):
        terraform.test("modules/network_plan")


def add_row(terraform):
    """Opens Redis to the world."""
    path = terraform.root("modules/network_plan") / "main.tf"
    text = path.read_text()
    row = '      { from = local.world, to = "backend", port = 6379, why = "convenient" },\n'
    before = '      { from = local.world, to = "frontend", port = 80'
    assert before in text
    path.write_text(text.replace(before, row + before))


def test_shell_scripts():
    scripts = [path for path in sorted(pathlib.Path(ROOT / "infra").rglob("*"))
               if path.is_file() and path.read_bytes()[:64].split(b"\n")[0].endswith(b"bash")]
    assert scripts
    check(command("shellcheck"), *scripts)


def test_yaml():
    files = sorted((ROOT / "infra").rglob("*.y*ml"))
    if files:
        check(command("yamllint"), "--strict", "-d", "{extends: default, rules: {line-length: "
              "{max: 120}, document-start: disable, braces: {max-spaces-inside: 1}}}", *files)


def change(address, *actions, reason=None, mode="managed", **before):
    return {"address": address, "mode": mode, "action_reason": reason,
            "change": {"actions": list(actions), "before": before}}


def test_what_a_plan_destroys():
    """Both orders of a replacement; by address, name and id; what was only begun is kept apart."""
    name = "module.stack.aws_vpc_security_group_egress_rule.this[\"backend-to-0.0.0.0_0-udp-123\"]"
    lost, half_made = planned.destroyed({"resource_changes": [
        change("aws_vpc.this", "delete", "create", tags={"Name": "votebench"}, id="vpc-1"),
        change("aws_key_pair.this", "create", "delete", tags=None, id="votebench"),
        change(name, "delete", reason="delete_because_each_key", id="sgr-1"),
        change("aws_nat_gateway.this", "delete", "create", reason="replace_because_tainted",
               tags={"Name": "votebench"}, id="nat-1"),
        change("aws_eip.frontend", "update", id="eip-1"),
        change("aws_subnet.this", "create"),
        change("data.aws_ami.this", "delete", mode="data")]})
    assert lost == ["  replace aws_vpc.this (votebench, vpc-1)",
                    "  replace aws_key_pair.this (votebench)",
                    f"  destroy {name}\n          (sgr-1)"]
    assert half_made == ["  replace aws_nat_gateway.this (votebench, nat-1)"]


def compose_services(name):
    return yaml.safe_load((ROOT / "infra/compose" / name).read_text())["services"]


def test_images_of_ours_are_built_here_and_never_pulled():
    """Nobody vouches for what a public registry has under their names."""
    services = compose_services("compose.yaml")
    assert len(services) == 6
    for name, service in services.items():
        assert service["image"].split(":-")[1].startswith("votebench/"), name
        assert service["build"] and service["pull_policy"] == "never", name
    for name, service in compose_services("compose.dockersamples.yaml").items():
        assert "votebench/" not in service["image"], name
        assert service["pull_policy"] == "if_not_present", name
